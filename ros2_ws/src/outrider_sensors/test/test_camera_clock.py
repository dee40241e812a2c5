"""Device time -> host time: right through latency, drift, jumps; stamps that rise."""

import numpy as np
import pytest

from outrider_sensors.camera.clock import DeviceClock, Rising

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


def test_jitter_tells_how_late_samples_come():
    clock = DeviceClock()
    assert clock.jitter_ms() == (0.0, 0.0)
    play(clock, seconds=5, spread_ns=3 * MS)
    middle, most = clock.jitter_ms()
    assert middle == pytest.approx(3 * np.log(2), rel=0.2)  # of an exponential
    assert most == pytest.approx(3 * np.log(20), rel=0.25)


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
