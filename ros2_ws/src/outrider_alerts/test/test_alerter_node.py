"""The alerter as a real process over real ROS."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from outrider_interfaces.msg import Alert, AlertArray, ClosePass, DriveState, HazardArray, MotorState, RelayState
from rosgraph_msgs.msg import Clock
from voice import Voice, arguments, car

from outrider_node import qos

NONE = {'senses': [''], 'camera': False, 'gps': False, 'recorder': False, 'page': False}


def names(alerts):
    return [one.name for one in alerts[-1].alerts] if alerts else None


def test_a_change_is_said_at_once_and_a_heartbeat_comes_every_100_ms(spawn, ros, tmp_path):
    voice = Voice(spawn, ros, tmp_path)
    voice.quiet()
    begun, first = time.monotonic(), len(voice.alerts)
    ros.until(lambda: time.monotonic() - begun > 2.0, 'two seconds')
    beats = voice.alerts[first:]
    assert len(beats) >= 16, 'every 100 ms, on a machine that has other work too'
    assert all(after.heartbeat == before.heartbeat + 1 for before, after in pairwise(beats))
    voice.hazards = [car()]
    ros.until(lambda: names(voice.alerts) == ['urgent'], 'the alert')
    said = voice.alerts[-1]
    sent, chosen = said.alerts[0].oldest_measurement, said.header.stamp
    assert (chosen.sec - sent.sec) + (chosen.nanosec - sent.nanosec) * 1e-9 < 0.1
    alert = said.alerts[0]
    assert (alert.word, alert.text, alert.tone, alert.shape) == ('CAR', 'CAR left, very close', 'urgent', 'octagon')
    assert (alert.level, alert.side, alert.distance_m) == (Alert.LEVEL_URGENT, 1, 9.0)
    assert alert.hold_s == 0.5


def test_it_says_starting_before_anybody_has_spoken(spawn, ros):
    alerts = ros.collect(AlertArray, 'alerts', qos.STATE)
    spawn(*arguments(**NONE), module='outrider_alerts.alerter_node')
    ros.until(lambda: alerts, 'its first word')
    assert [(one.name, one.level) for one in alerts[0].alerts] == [('starting', Alert.LEVEL_NO_DATA)]


def test_a_close_pass_is_said(spawn, ros, tmp_path):
    voice = Voice(spawn, ros, tmp_path)
    passes = ros.node.create_publisher(ClosePass, 'close_passes', qos.EVENT)
    ros.matched(passes)
    voice.quiet()
    passed = ClosePass(track_id=3, class_id=4, side=1, clearance_m=0.8)
    passed.header.stamp = ros.node.get_clock().now().to_msg()
    ros.node.create_timer(0.5, lambda: passes.publish(passed))
    ros.until(lambda: names(voice.alerts) == ['close_pass'], 'the pass')
    assert voice.alerts[-1].alerts[0].text == 'MOTO passed close, left'


def test_the_ramp_says_what_governor_motors_and_relays_tell(spawn, ros):
    alerts = ros.collect(AlertArray, 'alerts', qos.STATE)
    spawn(*arguments(**{**NONE, 'rig': 'ramp', 'eyes': False, 'battery_low_v': 34.5}),
          module='outrider_alerts.alerter_node')
    drive, motors, relays = (ros.node.create_publisher(kind, topic, qos.STATE) for kind, topic in (
        (DriveState, 'drive/state'), (MotorState, 'motors/state'), (RelayState, 'relays/state')))
    for publisher in (drive, motors, relays):
        ros.matched(publisher)
    state = {'drive': DriveState(battery_v=38.0), 'motors': MotorState(present=[True, False], fault=[0, 9]),
             'relays': RelayState(present=True)}

    def tell():
        drive.publish(state['drive'])
        motors.publish(state['motors'])
        relays.publish(state['relays'])

    ros.node.create_timer(0.1, tell)
    ros.until(lambda: names(alerts) == [], 'peace')
    state['drive'] = DriveState(state=DriveState.STATE_ESTOPPED, refusals=[30, 710], battery_v=38.0,
                                refusal_texts=['E-stop: let go, then press arm', 'Press arm'])
    state['relays'] = RelayState(present=True, faults_latched=1 << 7)
    state['motors'] = MotorState(present=[True, True], fault=[0, 9])
    ros.until(lambda: names(alerts) == ['estop', 'relay_fault', 'motor_fault', 'hint'], 'all of it')
    assert [one.text for one in alerts[-1].alerts][1:] == [
        'Relay fault: jack relay welded', 'Motor fault: code 9', 'Press arm']


def test_ages_are_those_of_the_replayed_clock_and_the_heartbeat_is_not(spawn, ros):
    alerts = ros.collect(AlertArray, 'alerts', qos.STATE)
    spawn(*arguments(**NONE, use_sim_time=True), module='outrider_alerts.alerter_node')
    clock = ros.node.create_publisher(Clock, '/clock', 10)
    hazards = ros.node.create_publisher(HazardArray, 'hazards', qos.SENSOR)
    for publisher in (clock, hazards):
        ros.matched(publisher)
    told = HazardArray(hazards=[car()])
    told.header.stamp = told.hazards[0].oldest_measurement = Time(sec=1000)
    now = [Time(sec=1000)]
    ros.node.create_timer(0.05, lambda: clock.publish(Clock(clock=now[0])))
    ros.until(lambda: alerts and alerts[-1].header.stamp.sec == 1000, 'its clock')
    telling = ros.node.create_timer(0.05, lambda: hazards.publish(told))
    ros.until(lambda: names(alerts) == ['urgent'], 'the alert')
    telling.cancel()
    beat = alerts[-1].heartbeat
    ros.until(lambda: alerts[-1].heartbeat > beat + 15, 'a second and a half of heartbeats')
    assert names(alerts) == ['urgent'], 'the replay stands still'
    now[0] = Time(sec=1001, nanosec=100_000_000)
    ros.until(lambda: names(alerts) == ['no_data'], 'that it is old')
    now[0] = Time(sec=1000)
    ros.until(lambda: names(alerts) == ['starting'], 'a replay that begins anew')


def test_its_diagnosis_names_what_stands(spawn, ros, tmp_path):
    said = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
    voice = Voice(spawn, ros, tmp_path)
    voice.hazards = [car()]
    ros.until(lambda: [one for array in said for one in array.status
                       if one.name == 'outrider/alerter' and one.message == 'CAR left, very close.'], 'its diagnosis')


@pytest.mark.parametrize(('wrong', 'sentence'), [
    ({'senses': ['nose']}, "alerter: parameter 'senses' names 'nose', expected some of camera, depth, gps, imu."),
    ({'rig': 'boat'}, "alerter: parameter 'rig' is 'boat', expected one of bicycle, ramp, bench."),
    ({'volume': 3}, "alerter: unknown parameter 'volume'.")])
def test_a_wrong_parameter_is_refused_in_a_sentence(spawn, wrong, sentence):
    process = spawn(*arguments(**{**NONE, **wrong}), module='outrider_alerts.alerter_node')
    assert process.wait() == 2
    assert sentence in process.output
    assert 'Traceback' not in process.output
