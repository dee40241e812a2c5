"""Whatever is told in whatever order: what always holds of what stands."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_alerts import chooser, findings
from outrider_alerts.chooser import BRIDGE_S, FRESH_S, LATE_S, Chooser
from outrider_alerts.facts import LOST, OK, POOR, Body, Device, Drive, Hazards, Motors, Recorder, Relays, Rig
from outrider_alerts.table import CLASSES, LEVELS, LONGEST_TEXT, SIDES, load

TABLE = load()
T0 = 1_795_000_000.0
RIG = Rig(senses=('camera', 'depth', 'gps', 'imu'), devices=findings.DEVICES, drive=True, relays=True,
          battery_low_v=34.5)
ages = st.floats(-0.2, 3.0)
numbers = st.floats(allow_nan=True, allow_infinity=True, width=32)
bodies = st.builds(
    lambda track, level, kind, side, distance, ttc, age: (track, level, kind, side, distance, ttc, age),
    st.integers(0, 3), st.integers(0, 5), st.sampled_from(CLASSES), st.sampled_from(SIDES), numbers, numbers, ages)
fusion = st.tuples(st.just('fusion'), st.floats(0.0, 1.5), st.lists(st.sampled_from(
    ['radar', 'camera', 'depth', 'gps', 'imu', 'night', 'nose']), max_size=3), st.lists(bodies, max_size=3))
others = st.one_of(
    st.tuples(st.just(chooser.DRIVE), st.builds(Drive, st.booleans(), st.lists(
        st.tuples(st.integers(0, 65535), st.text(max_size=60)), max_size=3).map(tuple), numbers)),
    st.tuples(st.just(chooser.MOTORS), st.builds(Motors, st.lists(st.integers(1, 255), max_size=2).map(tuple),
                                                 st.tuples(numbers), st.tuples(numbers))),
    st.tuples(st.just(chooser.RELAYS), st.builds(Relays, st.booleans(), st.integers(0, 65535), st.booleans())),
    st.tuples(st.just(chooser.RECORDER), st.builds(Recorder, st.booleans(), st.text(max_size=200),
                                                   st.integers(0, 2**63), st.booleans())))
devices = st.tuples(st.just('device'), st.sampled_from([*findings.DEVICES, 'toaster']),
                    st.builds(Device, st.sampled_from([OK, POOR, LOST]), st.text(max_size=100)))
passes = st.tuples(st.just('pass'), bodies)
steps = st.lists(st.tuples(st.floats(0.0, 0.6), st.one_of(fusion, fusion, others, devices, passes)), max_size=25)


def body_of(drawn, now_s):
    track, level, kind, side, distance_m, ttc_s, age_s = drawn
    return Body(track, level, kind, side, distance_m, math.nan, ttc_s, now_s - age_s, now_s - age_s)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_order_age_and_no_data_hold_for_any_course(course):
    chosen, now_s, at_s, stamp_s, degraded = Chooser(TABLE, RIG, T0), T0, None, T0, ()
    for pause_s, (what, *told) in course:
        now_s += pause_s
        if what == 'fusion':
            at_s, stamp_s, degraded = now_s, now_s - told[0], tuple(told[1])
            chosen.hear(chooser.HAZARDS, Hazards(stamp_s, degraded, tuple(body_of(one, now_s) for one in told[2])),
                        now_s)
        elif what == 'device':
            chosen.hear_device(*told, now_s)
        elif what == 'pass':
            chosen.hear_pass(body_of(told[0], now_s), now_s)
        else:
            chosen.hear(what, *told, now_s)
        standing = chosen.choose(now_s)
        assert standing == chosen.choose(now_s), 'asking changes nothing'
        priorities = [one.row.priority for one in standing]
        assert priorities == sorted(priorities, reverse=True)
        assert len({(one.row.name, one.key) for one in standing}) == len(standing)
        assert all(0 < len(one.text) <= LONGEST_TEXT for one in standing)
        approaching = [one for one in standing if one.body is not None and one.row.name != 'close_pass']
        if at_s is None or now_s - min(at_s, stamp_s) > FRESH_S:
            assert LEVELS.index(standing[0].row.level) == 3, 'nothing is known: NO DATA is first'
            assert approaching == []
        elif 'radar' in degraded:
            assert 'no_radar' in [one.row.name for one in standing]
        for one in approaching:
            oldest_s = FRESH_S + max(BRIDGE_S, LATE_S + max(0.0, at_s - stamp_s))
            assert now_s - one.oldest_s <= oldest_s + 1e-6
