from __future__ import annotations

import dataclasses

import pytest

from outrider_drive.pilot.pace import PERIOD_NS, Pace
from outrider_drive.pilot.stamps import aged, to_boottime_ns
from outrider_drive.pilot.words import Pad, Sample
from outrider_drive.words import Operator, Request, Source

MS = 1_000_000
LIVE = Operator(1_000, 1, 0, Source.MOTION, connected=True, neutral_required=False)


class Beat:
    """A pace and a request that does not change unless told."""

    def __init__(self) -> None:
        self.pace, self.now = Pace(), 5_000 * MS
        assert self.passes()

    def passes(self, ms: float = 1.0, *, held=(), pressed=(), newest=True, **request) -> bool:
        self.now += int(ms * MS)
        sample = Sample(Pad(held=frozenset(held)), LIVE, True, frozenset(pressed))
        request.setdefault('operator', LIVE)
        return self.pace.passes(sample, Request(self.now, 1, **request), self.now, newest=newest)


def test_an_unchanged_pad_is_told_50_times_a_second_however_often_it_is_read():
    beat = Beat()
    assert sum(beat.passes(1.0) for _ in range(1000)) == 50
    assert sum(beat.passes(20.0) for _ in range(50)) == 50


def test_missed_beats_are_not_caught_up():
    beat = Beat()
    assert [beat.passes(ms) for ms in (500, 1, 1)] == [True, False, False]


def test_waiting_ends_with_the_beat():
    beat = Beat()
    assert beat.pace.wait_s(beat.now) == pytest.approx(PERIOD_NS * 1e-9)
    assert beat.pace.wait_s(beat.now + 15 * MS) == pytest.approx(0.005)
    assert beat.pace.wait_s(beat.now + 25 * MS) == 0.0


@pytest.mark.parametrize('change', [
    {'held': ['l1']}, {'pressed': ['l1']}, {'deadman': True}, {'steer': 1}, {'jack': -1}, {'arm': True},
    {'disarm': True}, {'estop': True}, {'horn': True},
    {'operator': dataclasses.replace(LIVE, connected=False)},
    {'operator': dataclasses.replace(LIVE, neutral_required=True)},
    {'operator': dataclasses.replace(LIVE, source=Source.NONE)}])
def test_what_a_finger_does_passes_at_once_and_once(change):
    beat = Beat()
    assert beat.passes(newest=False, **change)
    kept = {key: value for key, value in change.items() if key != 'pressed'}
    assert not beat.passes(**kept)


def test_a_stick_that_moves_keeps_to_the_beat_and_passes_at_once_where_it_stops_or_turns():
    beat = Beat()
    assert not any(beat.passes(1.0, speed_mps=0.1 * tenth) for tenth in range(1, 10))
    assert beat.passes(15.0, speed_mps=1.0)
    assert not beat.passes(1.0, speed_mps=0.5)
    assert beat.passes(1.0, speed_mps=-0.5)
    assert beat.passes(1.0, speed_mps=0.0)


def test_of_samples_read_together_the_newest_takes_the_beat():
    beat = Beat()
    assert [beat.passes(25.0, newest=False), beat.passes(0.0)] == [False, True]


def test_a_stamp_is_as_old_on_either_clock():
    ros, boot = 1_795_000_000_000 * MS, 13_000_000 * MS
    assert to_boottime_ns(ros - 7 * MS, ros, boot) == boot - 7 * MS
    assert to_boottime_ns(ros + 7 * MS, ros, boot) == boot + 7 * MS
    assert to_boottime_ns(0, ros, boot) < 0


def test_an_operator_grows_older_with_the_time_since_it_was_told():
    later = aged(dataclasses.replace(LIVE, age_ns=4 * MS), LIVE.boottime_ns + 10 * MS)
    assert (later.boottime_ns, later.age_ns) == (LIVE.boottime_ns + 10 * MS, 14 * MS)
    assert aged(LIVE, LIVE.boottime_ns - 5).age_ns == 0
