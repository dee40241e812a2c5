"""The latency figure rests on the frames after the warm-up, and on all of them."""

import pytest

from outrider_bringup.bench.latency import steady_ms
from outrider_bringup.demo.journal import Written
from outrider_bringup.demo.rows import Seen
from outrider_bringup.errors import UserError


def seen(frames, late_ms):
    """Return a run whose frame n has stamp n and hazards late_ms(n) after its last byte."""
    return Seen([], written=[Written(n * 1000, 1) for n in range(frames)], clouds=[(n, n) for n in range(frames)],
                hazards=[(n, n * 1000 + int(late_ms(n) * 1e6)) for n in range(frames)])


def test_the_warm_up_is_not_counted():
    delays = steady_ms(seen(40, lambda n: 99.0 if n < 10 else 3.0), frames=30, warm_up=10)
    assert delays.tolist() == [3.0] * 30


def test_frames_after_the_wanted_ones_are_not_counted():
    assert steady_ms(seen(40, lambda n: 99.0 if n >= 30 else 3.0), frames=20, warm_up=10).max() == 3.0


def test_missing_hazards_are_no_measurement():
    short = seen(40, lambda n: 3.0)
    short.hazards = short.hazards[:-1]
    with pytest.raises(UserError, match='29 of 30 radar frames'):
        steady_ms(short, frames=30, warm_up=10)
