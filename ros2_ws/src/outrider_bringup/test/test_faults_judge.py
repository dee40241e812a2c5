"""The judgement of a fault, on journals made by hand: each limit kept and broken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outrider_bringup.faults import limits
from outrider_bringup.faults.journals import Edge, Frame, Moment, Seen
from outrider_bringup.faults.judge import MS, Limit, Strike, judge

T0 = 1_000_000 * MS
END = T0 + 12_000 * MS
STRIKE = Strike(T0, T0, END)


def at(ms: float) -> int:
    return T0 + int(ms * MS)


def frames(driving_until: float, every: float = 20.0, stops_from: float | None = None,
           stops_until: float = 12_000.0) -> list[Frame]:
    """Both VESCs are driven from -100 ms to `driving_until`, then stopped."""
    found = []
    ms = -100.0
    while ms <= driving_until:
        found += [Frame(at(ms), vesc, True) for vesc in (0, 1)]
        ms += every
    ms = driving_until + 5 if stops_from is None else stops_from
    while ms <= stops_until:
        found += [Frame(at(ms), vesc, False) for vesc in (0, 1)]
        ms += every
    return found


def moments(pushed_until: float, still_at: float = 600.0, creep_mps: float = 0.0) -> list[Moment]:
    """The ramp runs at 0.6 m/s (2000 eRPM), brakes after `pushed_until`, stands from `still_at` on, or creeps."""
    found, where = [], 0.0
    for ms in range(-100, 12_000, 4):
        speed = 0.6 if ms <= pushed_until else creep_mps if ms >= still_at else 0.3
        where += speed * 0.004
        found.append(Moment(at(ms), speed, where, ms <= pushed_until))
    return found


def test_a_release_within_its_limit_is_ok_and_its_figures_are_those_of_the_journals() -> None:
    record = judge('release', Seen(frames(40), moments(44)), STRIKE, limits.RELEASED)
    assert record.ok
    assert record.struck
    assert not record.why
    assert not record.moved_again
    assert record.erpm_at_fault == pytest.approx(2005.4, abs=1)
    assert record.last_driving_frame_ms == 40
    assert record.first_stopping_frame_ms == 45
    assert record.last_torque_along_motion_ms == 44
    assert record.standstill_ms == 600
    assert record.rolled_m == 0
    assert record.relays_off_ms is None
    assert not record.relay_on_at_fault


def test_a_driving_frame_after_the_limit_fails() -> None:
    assert judge('release', Seen(frames(100), moments(100)), STRIKE, limits.RELEASED).ok
    late = judge('release', Seen(frames(120), moments(120)), STRIKE, limits.RELEASED)
    assert late.why == ['last driving frame 120 ms, limit 100']


def test_a_driving_frame_of_before_the_fault_gives_a_negative_figure() -> None:
    record = judge('release', Seen(frames(-20), moments(0)), STRIKE, limits.RELEASED)
    assert record.last_driving_frame_ms == -20
    assert record.ok


def test_the_slower_of_both_vescs_counts() -> None:
    seen = frames(40)
    seen.append(Frame(at(110), 1, True))
    seen = [frame for frame in seen if frame.vesc == 0 or frame.drives or frame.ns > at(110)]
    record = judge('release', Seen(seen, moments(44)), STRIKE, limits.RELEASED)
    assert record.last_driving_frame_ms == 110
    assert record.first_stopping_frame_ms == 125
    assert not record.moved_again
    assert not record.ok


def test_a_first_stopping_frame_that_comes_late_or_never_fails() -> None:
    kept = judge('governor_killed', Seen(frames(140, stops_from=165), moments(140)), STRIKE, limits.GOVERNOR_GONE)
    late = judge('governor_killed', Seen(frames(140, stops_from=175), moments(140)), STRIKE, limits.GOVERNOR_GONE)
    never = judge('governor_killed', Seen(frames(140, stops_from=99_999), moments(140)), STRIKE, limits.GOVERNOR_GONE)
    assert kept.ok
    assert late.why == ['first stopping frame 175 ms, limit 170']
    assert never.why == ['first stopping frame 12000 ms, limit 170']


def test_torque_along_the_motion_after_the_limit_fails() -> None:
    silent = Seen(frames(0, stops_from=3000), moments(200, still_at=900))
    assert judge('motors_killed', silent, STRIKE, limits.MOTORS_GONE).ok
    assert judge('can_cut', silent, STRIKE, limits.CAN_CUT).ok
    pushed = Seen(frames(0, stops_from=3000), moments(260, still_at=900))
    assert judge('motors_killed', pushed, STRIKE, limits.MOTORS_GONE).why == [
        'last torque along the motion 260 ms, limit 250']
    assert judge('can_cut', pushed, STRIKE, limits.CAN_CUT).why == ['last torque along the motion 260 ms, limit 220']


def test_a_process_that_goes_on_may_write_one_driving_frame_to_each_vesc() -> None:
    strike = replace(STRIKE, resumed_ns=at(1000))
    quiet = frames(0, stops_from=1010)
    race = [Frame(at(1001), vesc, True) for vesc in (0, 1)]
    one = judge('motors_stopped_1', Seen(sorted(quiet + race, key=lambda frame: frame.ns), moments(180, 900)), strike,
                limits.MOTORS_FROZEN)
    two = judge('motors_stopped_1', Seen(sorted(quiet + race + [Frame(at(1005), 1, True)],
                                                key=lambda frame: frame.ns), moments(180, 900)), strike,
                limits.MOTORS_FROZEN)
    assert one.ok
    assert one.late_frames == 1
    assert not one.moved_again
    assert two.why == ['2 driving frames to a VESC on going on, limit 1']


def test_a_driving_frame_after_a_stop_is_a_motion_without_a_fresh_start() -> None:
    seen = sorted([*frames(40), Frame(at(2000), 0, True)], key=lambda frame: frame.ns)
    record = judge('release', Seen(seen, moments(44)), STRIKE, Limit())
    assert record.moved_again
    assert record.why == ['it moved again without a fresh start']


def test_wheels_that_turn_again_are_a_motion_whatever_the_wire_says() -> None:
    ways = moments(44)
    ways = [replace(moment, speed_mps=0.2) if at(3000) < moment.ns < at(3100) else moment for moment in ways]
    record = judge('release', Seen(frames(40), ways), STRIKE, Limit())
    assert record.moved_again
    assert not record.ok


def test_a_ramp_that_creeps_too_far_fails_while_its_motors_live() -> None:
    creeping = Seen(frames(40), moments(44, creep_mps=0.011))
    record = judge('release', creeping, STRIKE, limits.RELEASED)
    assert record.rolled_m == pytest.approx(0.11, abs=0.002)  # of ten seconds, however long it was watched
    assert record.why == ['it rolled 0.11 m, limit 0.1']
    assert judge('motors_killed', creeping, STRIKE, replace(limits.RELEASED, holds=False)).ok


def test_a_ramp_that_does_not_come_to_rest_fails() -> None:
    record = judge('release', Seen(frames(40), moments(44, still_at=99_999)), STRIKE, limits.RELEASED)
    assert record.standstill_ms is None
    assert record.rolled_m is None
    assert record.why == ['it did not stand within 12.0 s']


@pytest.mark.parametrize(('off_ms', 'ok'), [(90, True), (110, False)])
def test_relays_that_go_off_late_fail(off_ms: float, ok: bool) -> None:
    edges = [Edge(at(-500), 'jack U', True), Edge(at(off_ms), 'jack U', False)]
    record = judge('jack_release', Seen([], [Moment(at(-500), 0.0, 0.0, False)], edges), STRIKE, limits.RELEASED)
    assert record.struck
    assert record.relay_on_at_fault
    assert record.relays_off_ms == off_ms
    assert record.ok is ok


def test_a_relay_that_stays_on_or_comes_on_again_fails() -> None:
    on = Edge(at(-500), 'jack U', True)
    stays = judge('jack_release', Seen(edges=[on]), STRIKE, Limit())
    again = judge('jack_release', Seen(edges=[on, Edge(at(50), 'jack U', False), Edge(at(900), 'jack D', True),
                                              Edge(at(950), 'jack D', False)]), STRIKE, limits.RELEASED)
    assert stays.why == ['a relay stayed on for 12.0 s']
    assert again.moved_again
    assert not again.ok


def test_a_fault_that_struck_nothing_does_not_count() -> None:
    slow = [replace(moment, speed_mps=0.4) for moment in moments(0)]  # 1337 eRPM
    assert not judge('release', Seen(frames(0), slow), STRIKE, limits.RELEASED).struck
    off = [Edge(at(-500), 'jack U', True), Edge(at(-10), 'jack U', False)]
    assert not judge('release', Seen(frames(0), [], off), STRIKE, limits.RELEASED).struck


def test_a_lost_link_counts_from_the_last_report_and_its_state_from_the_loss() -> None:
    strike = Strike(T0, T0 + 200 * MS, END)
    kept = judge('pad_lost', Seen(frames(240), moments(244)), strike, limits.LINK_LOST)
    late = judge('pad_lost', Seen(frames(280), moments(284)), strike, limits.LINK_LOST)
    assert kept.ok
    assert kept.last_driving_frame_ms == 40
    assert kept.struck
    assert late.why == ['last driving frame 80 ms, limit 60']


def test_the_record_has_every_field_of_the_file() -> None:
    told = judge('release', Seen(frames(40), moments(44)), STRIKE, limits.RELEASED).as_json()
    assert list(told)[:10] == ['fault', 'ok', 'erpm_at_fault', 'relay_on_at_fault', 'last_driving_frame_ms',
                               'last_torque_along_motion_ms', 'standstill_ms', 'rolled_m', 'relays_off_ms',
                               'moved_again']
    assert told['erpm_at_fault'] == 2005.4
    assert told['last_driving_frame_ms'] == 40.0
