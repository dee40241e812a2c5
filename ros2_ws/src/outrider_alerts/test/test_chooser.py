"""What fusion tells, and what stands when, by a clock that the test holds."""

from __future__ import annotations

import math

import pytest
from chosen import T0, TABLE, Scene, body

from outrider_alerts.chooser import BRIDGE_S, FRESH_S, LATE_S, STARTING_S
from outrider_alerts.facts import NOTICE, URGENT, WARN, Rig


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
