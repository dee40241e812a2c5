"""What the machine tells of itself: drive, relays, recorder, devices; by a clock that the test holds."""

from __future__ import annotations

import math

import pytest
from chosen import RAMP, T0, TABLE, WELL, Scene, body

from outrider_alerts import chooser
from outrider_alerts.chooser import SLOW_S, STARTING_S
from outrider_alerts.facts import LOST, OK, POOR, WARN, Device, Drive, Motors, Recorder, Relays, Rig


def test_a_ramp_that_is_well_says_nothing():
    assert Scene(RAMP).well().rows == []


@pytest.mark.parametrize(('source', 'told', 'row'), [
    (chooser.DRIVE, Drive(True, (), 38.0), 'estop'),
    (chooser.DRIVE, Drive(True, ((40, 'Just started: let go, then press arm'),), 38.0), 'estop'),
    (chooser.DRIVE, Drive(False, ((400, 'Something is in the way'),), 38.0), 'collision'),
    (chooser.DRIVE, Drive(False, ((140, 'Motor controller fault'),), 38.0), 'motor_fault'),
    (chooser.DRIVE, Drive(False, ((230, 'Battery low: charge it'),), 38.0), 'battery_empty'),
    (chooser.MOTORS, Motors((3,), (), ()), 'motor_fault'),
    (chooser.RELAYS, Relays(True, 1 << 7, False), 'relay_fault'),
    (chooser.RELAYS, Relays(True, 1, False), 'estop'),
    (chooser.RELAYS, Relays(True, 0, True), 'estop'),
])
def test_what_the_machine_tells_is_said_at_once(source, told, row):
    scene = Scene(RAMP).well(**{source: told})
    assert scene.rows == [row]


@pytest.mark.parametrize(('source', 'told', 'row'), [
    (chooser.DRIVE, Drive(False, ((270, 'Gamepad lost'),), 38.0), 'pad_lost'),
    (chooser.DRIVE, Drive(False, ((120, 'Computer stood still: arm again'),), 38.0), 'refusal'),
    (chooser.DRIVE, Drive(False, ((710, 'Press arm'), (720, 'Hold the dead-man')), 38.0), 'hint'),
    (chooser.DRIVE, Drive(False, (), 34.0), 'battery_low'),
    (chooser.MOTORS, Motors((), (71.0,), (math.nan,)), 'hot'),
    (chooser.MOTORS, Motors((), (20.0,), (81.0,)), 'hot'),
    (chooser.RELAYS, Relays(False, 5, True), 'relays_lost'),
])
def test_what_may_pass_by_itself_is_said_when_it_lasts(source, told, row):
    scene = Scene(RAMP).well(**{source: told})
    assert scene.rows == []
    for step in range(80):
        standing = scene.at(0.05 * step).well(**{source: told}).rows
    assert standing == [row]


def test_texts_say_what_the_cause_told():
    scene = Scene(RAMP).well(motors=Motors((3, 5), (), ()), relays=Relays(True, 1 << 1 | 1 << 7, False))
    assert [one.text for one in scene.standing] == ['Relay fault: jack on too long, jack relay welded',
                                                    'Motor fault: code 3, 5']
    assert Scene(RAMP).well(relays=Relays(True, 1 << 15, False)).standing[0].text == 'Relay fault: code 32768'


def test_of_reasons_that_one_row_says_the_gravest_has_the_word():
    scene, told = Scene(RAMP), Drive(False, ((110, 'A replay publishes /clock: end it'), (260, 'Request')), 38.0)
    for step in range(20):
        standing = scene.at(0.05 * step).well(drive=told).standing
    assert [one.text for one in standing] == ['A replay publishes /clock: end it']


@pytest.mark.parametrize('battery_v', [0.0, math.nan])
def test_a_battery_or_temperature_that_nobody_knows_is_no_alarm(battery_v):
    scene = Scene(RAMP)
    for step in range(100):
        scene.at(0.05 * step).well(drive=Drive(False, (), battery_v), motors=Motors((), (math.nan,), (math.inf,)))
        assert scene.rows == []


@pytest.mark.parametrize(('silent', 'row'), [
    (chooser.DRIVE, 'governor_lost'), (chooser.MOTORS, 'motors_lost'), (chooser.RELAYS, 'relays_lost')])
def test_who_falls_silent_on_the_ramp_is_named(silent, row):
    scene = Scene(RAMP).well()
    for step in range(40):
        scene.at(0.05 * step)
        for source, told in WELL.items():
            if source != silent:
                scene.tell(source, told)
        standing = scene.rows
    assert standing == [row]
    assert scene.standing[0].oldest_s == T0, 'rests on the last word'


def test_who_has_never_spoken_is_missed_only_after_the_start():
    scene = Scene(RAMP)
    assert scene.at(STARTING_S).rows == []
    scene.at(STARTING_S + 0.01)
    assert scene.rows == []
    assert scene.at(STARTING_S + 1.0).rows == ['governor_lost', 'relays_lost', 'motors_lost']


RECORDS = Rig(eyes=False, devices=())


@pytest.mark.parametrize(('told', 'row'), [
    (Recorder(False, 'recorder: 100 MB are free', 100, True), 'disk_full'),
    (Recorder(True, 'recorder: too slow', 10**12, True), 'recorder_alarm'),
    (Recorder(True, 'recorder: holds more than its quota', 100, True), 'recorder_alarm'),
    (Recorder(True, '', 10**9, True), 'disk_low'),
    (Recorder(True, '', 10**12, False), 'clock_unknown')])
def test_what_the_recorder_tells_is_said(told, row):
    scene = Scene(RECORDS)
    for second in range(70):
        standing = scene.at(float(second)).tell(chooser.RECORDER, told).rows
    assert standing == [row]


def test_a_recorder_that_speaks_once_a_second_is_lost_after_three_and_a_half():
    scene = Scene(RECORDS).tell(chooser.RECORDER, Recorder(True, '', 10**12, True))
    for tenth in range(round(10 * SLOW_S) + 15):
        assert scene.at(0.1 * tenth).rows == []
    assert scene.at(SLOW_S + 1.7).rows == ['recorder_lost']


@pytest.mark.parametrize(('name', 'level', 'row'), [
    ('radar', LOST, 'radar_lost'), ('radar', POOR, 'radar_poor'), ('radar', OK, ''), ('page', LOST, 'page_lost'),
    ('page', POOR, ''), ('fusion', LOST, ''), ('gps', POOR, 'gps_poor'), ('camera', LOST, 'camera_lost')])
def test_a_device_is_said_by_its_diagnosis(name, level, row):
    scene = Scene(Rig(eyes=False, devices=(name,), recorder=False))
    for second in range(10):
        scene.at(float(second)).chooser.hear_device(name, Device(level, f'{name}: few satellites'), scene.now_s)
        standing = scene.standing
    assert [one.row.name for one in standing] == ([row] if row else [])
    if row.endswith('_poor'):
        assert standing[0].text.endswith(': few satellites')


def test_a_device_that_falls_silent_is_lost_and_one_that_is_not_ours_is_nothing():
    scene = Scene(Rig(eyes=False, devices=('fusion',), recorder=False))
    scene.chooser.hear_device('fusion', Device(OK, ''), T0)
    scene.chooser.hear_device('toaster', Device(LOST, ''), T0)
    for tenth in range(round(10 * SLOW_S) + 15):
        assert scene.at(0.1 * tenth).rows == []
    assert scene.at(SLOW_S + 1.7).rows == ['fusion_lost']


def test_a_radar_that_fusion_hears_again_is_not_lost_until_its_driver_says_so():
    scene = Scene(Rig(devices=('radar',), recorder=False))
    hold_s = TABLE.rows['radar_lost'].hold_s
    for tenth in range(30):
        scene.at(0.1 * tenth).chooser.hear_device('radar', Device(LOST, ''), scene.now_s)
        standing = scene.fusion(degraded=('radar',)).rows
    assert standing == ['no_radar', 'radar_lost']
    for tenth in range(30, 30 + round(10 * hold_s) + 2):  # its driver has not spoken again yet
        standing = scene.at(0.1 * tenth).fusion().rows
    assert standing == []
    scene.chooser.hear_device('radar', Device(LOST, ''), scene.now_s)  # and fusion hears it no more
    for tenth in range(round(10 * TABLE.rows['radar_lost'].after_s) + 1):
        standing = scene.at(6.0 + 0.1 * tenth).rows
    assert 'radar_lost' in standing


def test_no_data_outranks_whatever_the_machine_says():
    scene = Scene(Rig(devices=(), recorder=False, drive=True, relays=True)).well(drive=Drive(True, (), 38.0))
    assert scene.rows[0] == 'starting'
    assert scene.fusion(degraded=('radar',)).rows == ['no_radar', 'estop']
    assert scene.fusion(body(WARN)).rows == ['warn', 'estop']


def test_a_machines_alert_keeps_its_start_while_it_stands():
    scene = Scene(RAMP)
    for step in range(20):
        standing = scene.at(0.1 * step).well(drive=Drive(True, (), 38.0)).standing
    assert standing[0].since_s == T0
    assert standing[0].oldest_s == pytest.approx(T0 + 1.9)
