from hypothesis import given
from hypothesis import strategies as st

from outrider_sensors.radar.stamps import spread

PERIOD = 33_333_333


def test_a_frame_read_alone_keeps_its_arrival():
    assert spread([1_000_000_000], PERIOD, 0) == [1_000_000_000]


def test_frames_read_together_lie_a_period_apart_and_end_at_their_arrival():
    assert spread([1_000_000_000] * 3, PERIOD, 500_000_000) == [933_333_334, 966_666_667, 1_000_000_000]


def test_they_lie_closer_where_there_was_no_time_for_whole_periods():
    assert spread([1_000_000_000] * 4, PERIOD, 960_000_000) == [970_000_000, 980_000_000, 990_000_000, 1_000_000_000]


def test_a_frame_that_began_in_an_earlier_read_keeps_its_own_arrival():
    assert spread([900, 1000, 1000], 60, 800) == [900, 950, 1000]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(1, 10**8))
def test_stamps_rise_whatever_was_read_together(sizes, gap_ns):
    arrivals = [(group + 1) * gap_ns * 8 for group, size in enumerate(sizes) for _ in range(size)]
    stamps = spread(arrivals, PERIOD, 0)
    assert len(stamps) == len(arrivals)
    assert all(later > earlier for earlier, later in zip([0, *stamps], stamps, strict=False))
    assert all(stamp <= arrival for stamp, arrival in zip(stamps, arrivals, strict=True))


def test_a_clock_set_back_is_followed_at_the_frames_own_pace():
    assert spread([1000, 1000], 60, 10**9) == [940, 1000]
