"""Device time -> host time: right through latency, drift, jumps; stamps that rise."""

import numpy as np
import pytest

from outrider_sensors.clock import DeviceClock, Rising, StreamClock

S, MS = 10**9, 10**6


def play(clock, *, seconds, hz=600, offset_ns=5 * S, ppm=0.0, floor_ns=MS, spread_ns=3 * MS, begin_s=0.0, seed=1):
    """Return errors in ms (stamp less the true time) of samples whose latency is a floor and an exponential tail."""
    rng = np.random.default_rng(seed)
    errors = []
    for taken_ns in (np.arange(round(begin_s * hz), round((begin_s + seconds) * hz)) * S // hz).tolist():
        device_ns = round((taken_ns - offset_ns) * (1 + ppm * 1e-6))
        arrival_ns = taken_ns + floor_ns + round(rng.exponential(spread_ns))
        errors.append((clock.host_ns(device_ns, arrival_ns) - taken_ns) / MS)
    return np.array(errors)


def test_stamps_are_late_by_the_floor_of_the_latency_and_no_more():
    errors = play(DeviceClock(), seconds=5)
    assert np.all(errors[600:] >= 1.0 - 1e-3)
    assert np.all(errors[600:] <= 1.1)


@pytest.mark.parametrize('ppm', [-80.0, -20.0, 20.0, 80.0])
def test_drift_is_found_and_followed(ppm):
    clock = DeviceClock()
    errors = play(clock, seconds=120, hz=100, ppm=ppm)
    assert clock.drift_ppm == pytest.approx(-ppm, abs=5)
    assert np.all(np.abs(errors[2000:] - 1.0) < 0.3)


def test_a_busy_second_does_not_move_the_clock():
    clock = DeviceClock()
    play(clock, seconds=5)
    late = play(clock, seconds=1, begin_s=5, floor_ns=150 * MS)
    after = play(clock, seconds=2, begin_s=6)
    assert np.all(late < 1.2)
    assert np.all(after < 1.2)
    assert clock.restarts == 0


@pytest.mark.parametrize(('step_s', 'within_s'), [(-30.0, 0.3), (-2.0, 0.3), (2.0, 2.3), (30.0, 2.3)])
def test_a_host_clock_that_was_set_is_followed(step_s, within_s):
    clock = DeviceClock()
    play(clock, seconds=5)
    errors = play(clock, seconds=5, begin_s=5 + step_s, offset_ns=round((5 + step_s) * S))
    assert clock.restarts == 1
    assert np.all(np.abs(errors[round(600 * within_s):]) < 1.5)


@pytest.mark.parametrize('stall_s', [0.3, 0.8, 1.5, 6.0])
def test_what_a_stalled_host_reads_in_one_go_is_stamped_as_it_was_taken(stall_s):
    clock = DeviceClock()
    play(clock, seconds=5)
    errors = []
    for taken_ns in range(5 * S, 5 * S + round(stall_s * S), S // 600):
        host_ns = clock.host_ns(taken_ns - 5 * S, max(5 * S + round(stall_s * S), taken_ns))
        errors.append((host_ns - taken_ns) / MS)
    errors += play(clock, seconds=2, begin_s=5 + stall_s).tolist()
    assert clock.restarts == 0
    assert np.all(np.abs(errors) < 1.5)


def test_a_device_that_starts_anew_is_followed_at_once():
    clock = DeviceClock()
    play(clock, seconds=20)
    errors = play(clock, seconds=2, begin_s=20, offset_ns=20 * S)
    assert clock.restarts == 1
    assert np.all(np.abs(errors[60:]) < 1.5)


def test_nothing_is_taken_after_it_came():
    rng = np.random.default_rng(3)
    clock = DeviceClock()
    for taken_ns in range(0, 30 * S, S // 50):
        arrival_ns = taken_ns + round(rng.exponential(20 * MS))
        assert clock.host_ns(taken_ns + 7 * S, arrival_ns) <= arrival_ns


def heard(stream, *, seconds, hz=100, offset_ns=0, ppm=0.0, floor_ns=2 * MS, spread_ns=3 * MS, seed=1):
    rng = np.random.default_rng(seed)
    for taken_ns in range(0, round(seconds * S), S // hz):
        arrival_ns = taken_ns + floor_ns + round(rng.exponential(spread_ns))
        stream.hear(round((taken_ns - offset_ns) * (1 + ppm * 1e-6)), arrival_ns)


@pytest.mark.parametrize('offset_ms', [-40.0, 0.0, 1_000_000.0])
def test_offset_is_that_of_the_clocks_and_the_least_latency(offset_ms):
    stream = StreamClock()
    heard(stream, seconds=10, offset_ns=round(offset_ms * MS))
    assert float(stream.values()['offset_ms']) == pytest.approx(offset_ms + 2.0, abs=0.15)


@pytest.mark.parametrize('hz', [5, 30, 400])
def test_drift_is_told_and_the_offset_is_that_of_now(hz):
    stream = StreamClock()
    heard(stream, seconds=60, hz=hz, ppm=-50.0, spread_ns=MS)
    assert float(stream.values()['drift_ppm']) == pytest.approx(50.0, abs=15.0)
    assert float(stream.values()['offset_ms']) == pytest.approx(2.0 + 60 * 50e-3, abs=0.7)


@pytest.mark.parametrize('spread_ms', [0.5, 3.0, 10.0])
def test_jitter_is_what_95_in_100_stay_below(spread_ms):
    stream = StreamClock()
    heard(stream, seconds=10, spread_ns=round(spread_ms * MS))
    assert float(stream.values()['jitter_ms']) == pytest.approx(spread_ms * np.log(20), rel=0.25)  # of an exponential


def test_nothing_is_told_before_the_first_sample():
    assert StreamClock().values('gyro') == {
        'gyro offset_ms': 'unknown', 'gyro drift_ppm': 'unknown', 'gyro jitter_ms': 'unknown', 'gyro clock restarts': 0}


def test_streams_of_one_device_share_its_clock_and_have_jitter_of_their_own():
    clock = DeviceClock()
    fast, slow = StreamClock(clock), StreamClock(clock)
    for taken_ns in range(0, 5 * S, S // 100):
        fast.hear(taken_ns, taken_ns + MS)
        slow.hear(taken_ns, taken_ns + 9 * MS)
    assert fast.values()['offset_ms'] == slow.values()['offset_ms'] == '1.00'
    assert (fast.values()['jitter_ms'], slow.values()['jitter_ms']) == ('0.00', '8.00')


def test_stamps_rise_while_the_envelope_is_still_found():
    rising = Rising()
    assert rising.stamp(100 * MS, 0) == 100 * MS
    assert rising.stamp(95 * MS, 4 * MS) == 102 * MS
    assert rising.stamp(110 * MS, 8 * MS) == 110 * MS


def test_stamps_go_back_with_a_clock_that_was_set_back():
    rising = Rising()
    rising.stamp(100 * S, 0)
    assert rising.stamp(50 * S, 4 * MS) == 50 * S
    assert rising.stamp(49 * S, 2 * MS) == 49 * S  # the device began anew
