"""What stands when, by a clock that the test holds."""

from __future__ import annotations

import math

import pytest

from outrider_alerts import chooser
from outrider_alerts.chooser import BRIDGE_S, FRESH_S, LATE_S, SLOW_S, STARTING_S, Chooser
from outrider_alerts.facts import (
    LOST,
    NOTICE,
    OK,
    POOR,
    URGENT,
    WARN,
    Body,
    Device,
    Drive,
    Hazards,
    Motors,
    Recorder,
    Relays,
    Rig,
)
from outrider_alerts.table import load

TABLE = load()
T0 = 1_795_000_000.0  # host clock
BICYCLE = Rig(devices=(), recorder=False)
RAMP = Rig(eyes=False, devices=(), recorder=False, drive=True, relays=True, battery_low_v=34.5)
WELL = {chooser.DRIVE: Drive(False, (), 38.0), chooser.MOTORS: Motors((), (30.0,), (math.nan,)),
        chooser.RELAYS: Relays(True, 0, False)}


def body(level=URGENT, track=1, at_s=T0, **other):
    values = {'kind': 'car', 'side': 'left', 'distance_m': 12.0, 'closing_mps': 9.0, 'ttc_s': 1.3, 'since_s': at_s,
              'oldest_s': at_s} | other
    return Body(track, level, **values)


class Scene:
    """A chooser and its clock."""

    def __init__(self, rig=BICYCLE):
        self.chooser, self.now_s = Chooser(TABLE, rig, T0), T0

    def at(self, seconds):
        self.now_s = T0 + seconds
        return self

    def fusion(self, *bodies, degraded=(), stamp_s=None):
        self.chooser.hear(chooser.HAZARDS, Hazards(self.now_s if stamp_s is None else stamp_s, degraded, bodies),
                          self.now_s)
        return self

    def tell(self, source, told):
        self.chooser.hear(source, told, self.now_s)
        return self

    def well(self, **instead):
        for source, told in WELL.items():
            self.tell(source, instead.get(source, told))
        return self

    @property
    def standing(self):
        return self.chooser.choose(self.now_s)

    @property
    def rows(self):
        return [one.row.name for one in self.standing]


def test_nothing_near_is_an_empty_list():
    assert Scene().fusion().rows == []


def test_before_the_first_word_it_is_starting_then_no_data():
    scene = Scene()
    assert scene.rows == ['starting']
    assert scene.at(STARTING_S).rows == ['starting']
    assert scene.at(STARTING_S + 0.01).rows == ['no_data']
    assert scene.fusion().rows == []


@pytest.mark.parametrize(('level', 'row', 'text'), [
    (URGENT, 'urgent', 'CAR left, very close'), (WARN, 'warn', 'CAR left, comes close'),
    (NOTICE, 'notice', 'CAR left, approaches')])
def test_a_body_is_said_by_its_level_and_word(level, row, text):
    standing = Scene().fusion(body(level)).standing
    assert [(one.row.name, one.text, one.word) for one in standing] == [(row, text, 'CAR')]
    assert standing[0].since_s == standing[0].oldest_s == T0


def test_a_body_of_no_level_is_not_said():
    assert Scene().fusion(body(0)).rows == []


def test_a_truck_is_said_of_a_bus_and_a_vehicle_of_nobody_knows():
    standing = Scene().fusion(body(kind='bus'), body(track=2, kind='unknown', ttc_s=2.0)).standing
    assert [one.word for one in standing] == ['TRUCK', 'VEHICLE']


def test_graver_first_then_sooner_then_nearer():
    scene = Scene().fusion(body(WARN, 1), body(URGENT, 2, ttc_s=2.0, distance_m=9.0), body(URGENT, 3, ttc_s=1.0),
                           body(URGENT, 4, ttc_s=2.0, distance_m=8.0))
    assert [one.key for one in scene.standing] == ['track 3', 'track 4', 'track 2', 'track 1']


def test_a_level_that_falls_is_one_alert_not_two():
    scene = Scene().fusion(body(URGENT))
    assert scene.rows == ['urgent']
    scene.at(0.05).fusion(body(WARN, at_s=T0 + 0.05))
    assert scene.rows == ['warn']
    assert scene.standing[0].since_s == T0 + 0.05


def test_a_body_that_is_missed_for_a_scan_does_not_flicker_and_ends_at_its_hold():
    scene = Scene().fusion(body())
    assert scene.rows == ['urgent']
    hold_s = TABLE.rows['urgent'].hold_s
    assert scene.at(hold_s - 0.01).fusion().rows == ['urgent']
    assert scene.at(hold_s).fusion().rows == []


def test_a_hold_ends_with_the_age_of_what_it_rests_on():
    scene = Scene().fusion(body(oldest_s=T0 - 0.8))
    assert scene.rows == ['urgent']
    assert scene.at(0.3).fusion().rows == ['urgent']
    assert scene.at(0.2 + BRIDGE_S + 0.01).fusion().rows == [], 'the hold would go on'


def test_a_body_that_fusion_only_remembers_ends_at_one_second_and_the_rest_is_known():
    scene = Scene()
    for step in range(30):
        scene.at(0.05 * step).fusion(body(oldest_s=T0))
        assert scene.rows == (['urgent'] if 0.05 * step < FRESH_S + BRIDGE_S else [])


def test_a_dead_fusion_is_no_data_after_a_second_and_nothing_else_of_it_stands():
    scene = Scene().fusion(body(URGENT), body(NOTICE, 2))
    assert scene.at(FRESH_S).rows == ['urgent', 'notice']
    assert scene.at(FRESH_S + 0.001).rows == ['no_data']
    assert scene.fusion(body(at_s=scene.now_s)).rows == ['urgent'], 'at its first word'


def test_there_is_no_peace_between_the_end_of_an_alert_by_age_and_no_data():
    for age_s, until_s in ((0.0, FRESH_S), (0.3, FRESH_S - 0.3), (0.9, LATE_S), (1.0, LATE_S)):
        scene = Scene().fusion(body(WARN, oldest_s=T0 - age_s))
        seen = [scene.at(0.01 * step).rows for step in range(150)]
        turn = seen.index(['no_data'])
        assert turn == pytest.approx(until_s / 0.01, abs=1), 'as soon as fusion is late, or at its age'
        assert all(rows == ['warn'] for rows in seen[:turn])
        assert all(rows == ['no_data'] for rows in seen[turn:])


def test_a_notice_that_grows_old_is_no_alarm_before_fusion_is_silent():
    scene = Scene().fusion(body(NOTICE, oldest_s=T0 - 0.9))
    assert scene.rows == ['notice']
    assert scene.at(0.5).rows == []
    assert scene.at(1.01).rows == ['no_data']


def test_what_fusion_tells_late_is_no_data():
    assert Scene().fusion(stamp_s=T0 - 1.01).rows == ['no_data']
    assert Scene().fusion(stamp_s=T0 - 0.99).rows == []


def test_a_stamp_of_the_future_neither_hides_nor_lengthens():
    scene = Scene().fusion(body(at_s=T0 + 0.3), stamp_s=T0 + 0.3)
    assert scene.rows == ['urgent']
    assert scene.at(FRESH_S + 0.01).rows == ['no_data']


def test_a_dead_radar_is_no_data_but_what_another_sense_sees_now_is_said_above_it():
    scene = Scene().fusion(body(URGENT), body(WARN, 2), degraded=('radar', 'camera'))
    assert scene.rows == ['urgent', 'no_radar', 'warn']


def test_a_lost_sense_is_named_where_the_rig_has_it():
    scene = Scene(Rig(senses=('depth', 'gps'), devices=(), recorder=False)).fusion(
        degraded=('camera', 'depth', 'gps', 'imu', 'night'))
    assert scene.rows == [], 'not before it lasts'
    for step in range(1, 120):
        scene.at(0.05 * step).fusion(degraded=('camera', 'depth', 'gps', 'imu', 'night'))
        standing = scene.rows
    assert standing == ['depth_lost', 'gps_lost']


def test_night_is_said_where_a_camera_looks():
    scene = Scene(Rig(senses=('camera',), devices=(), recorder=False))
    for step in range(120):
        standing = scene.at(0.05 * step).fusion(degraded=('night',)).rows
    assert standing == ['night']


def test_a_reason_that_does_not_last_is_never_said():
    scene = Scene(Rig(senses=('depth',), devices=(), recorder=False))
    for step in range(200):
        assert scene.at(0.05 * step).fusion(degraded=('depth',) if step % 20 else ()).rows == []


def test_a_close_pass_stands_for_its_hold():
    scene = Scene().fusion()
    scene.chooser.hear_pass(body(0, kind='motorcycle', distance_m=0.7, ttc_s=math.nan), T0)
    assert [(one.row.name, one.text) for one in scene.standing] == [('close_pass', 'MOTO passed close, left')]
    hold_s = TABLE.rows['close_pass'].hold_s
    assert scene.at(hold_s - 0.01).fusion().rows == ['close_pass']
    assert scene.at(hold_s).fusion().rows == []


def test_a_clock_that_goes_back_begins_anew():
    scene = Scene().fusion(body())
    assert scene.rows == ['urgent']
    assert scene.at(-5.0).rows == ['starting']
    assert scene.fusion(body(at_s=T0 - 5.0)).rows == ['urgent']
    assert scene.at(-5.0 + FRESH_S + 0.01).rows == ['no_data']
    scene = Scene()
    assert scene.at(STARTING_S + 1.0).rows == ['no_data']
    assert scene.at(STARTING_S).rows == ['starting']


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
