"""The wheel's diameter from tape and GPS: known drives, the fake VESC's ramp under the world's GPS, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from outrider_sensors.calibration.errors import CalibrationError
from outrider_sensors.calibration.wheel import Wheels, by_gps, by_tape
from outrider_sim.devices import vesc_wire
from outrider_sim.devices.vesc_model import ERPM_PER_MPS, MS, Controller, Ramp
from outrider_sim.world.gps import Gps
from outrider_sim.world.rider import RecordedMotion, stack
from outrider_sim.world.snapshot import Pose

HZ = 50.0


def drive(speed_mps: float = 1.2, seconds: float = 10.0, rest_s: float = 1.0, left: float = 1.0) -> Wheels:
    """Stand, ramp up in a second, drive, ramp down, stand."""
    t_s = np.arange(0.0, seconds + 2.0 * rest_s + 2.0, 1.0 / HZ)
    speed = speed_mps * np.interp(t_s, [rest_s, rest_s + 1.0, rest_s + 1.0 + seconds, rest_s + 2.0 + seconds],
                                  [0.0, 1.0, 1.0, 0.0])
    return Wheels(t_s, np.stack([left * speed, speed], axis=1))


def ground_of(wheels: Wheels, ratio: float, late_s: float = 0.1, noise_mps: float = 0.05, hz: float = 10.0):
    """GPS that sees the same drive `late_s` late, under way to the north-east."""
    t_s = np.arange(wheels.t_s[0], wheels.t_s[-1], 1.0 / hz)
    speed = ratio * np.interp(t_s - late_s, wheels.t_s, wheels.speed_mps)
    noise = np.random.default_rng(3).normal(0.0, noise_mps, (len(t_s), 2))
    return t_s, np.outer(speed, [math.sqrt(0.5), math.sqrt(0.5)]) + noise


@pytest.mark.parametrize('ratio', [0.9, 1.0, 1.07])
def test_tape_and_gps_find_the_ratio(ratio):
    wheels = drive(seconds=40.0)
    taped = by_tape(wheels, ratio * 1.2 * 41.0)
    assert taped.ratio == pytest.approx(ratio, rel=1e-3)
    assert taped.error < 0.002
    assert taped.wheels_m == pytest.approx(1.2 * 41.0, rel=1e-3)
    found = by_gps(wheels, *ground_of(wheels, ratio))
    assert found.ratio == pytest.approx(ratio, rel=0.01)
    assert abs(found.ratio - ratio) < 3.0 * found.error < 0.05


def test_backwards_is_as_good_and_a_machine_with_one_wheel_too():
    wheels = drive()
    back = Wheels(wheels.t_s, -wheels.speeds_mps)
    assert by_tape(back, 13.2).ratio == pytest.approx(1.0, rel=1e-3)
    one = Wheels(wheels.t_s, np.stack([wheels.speed_mps, np.full(len(wheels.t_s), np.nan)], axis=1))
    assert by_tape(one, 13.2).ratio == pytest.approx(1.0, rel=1e-3)


def test_wheels_that_differ_make_the_result_less_sure():
    assert by_tape(drive(left=0.96), 13.2).error > by_tape(drive(), 13.2).error + 0.01


def of_the_world(seed: int, slip: float, seconds: float = 40.0):
    """The ramp of the fake VESCs, whose wheels turn `slip` times as fast as its motors are told, under the sky."""
    ramp = Ramp((Controller(), Controller()))
    for one in ramp.controllers:
        one.slip = slip
    wheels, poses = [], []
    for ms in range(0, round(seconds * 1000), 20):
        going = 2000 <= ms < seconds * 1000 - 4000
        for one in ramp.controllers:
            one.feed((vesc_wire.SET_RPM, 1.3 * ERPM_PER_MPS) if going else (vesc_wire.SET_CURRENT_BRAKE, 10.0), ms * MS)
        ramp.advance(ms * MS)
        told = [ramp.telemetry(which, ms * MS).erpm / ERPM_PER_MPS for which in range(2)]
        wheels.append((1e-3 * ms, *told))
        poses.append(Pose(1e-3 * ms, ramp.travelled_m, 0.0, 0.0, 0.0, 0.0, 0.0, ramp.speed_mps, 0.0, 0.0, 0.0, 0.0, 0.0,
                          0.0))
    rows = np.array(wheels)
    way = RecordedMotion(stack(poses))
    times = np.arange(0.0, seconds - 1.0, 0.1)
    fixes = Gps(seed).fixes(way.poses, times.tolist())
    velocity = np.array([(fix.velocity_ned_mps[1], fix.velocity_ned_mps[0]) for fix in fixes])
    return Wheels(rows[:, 0], rows[:, 1:]), times + 0.1, velocity, ramp.travelled_m


@pytest.mark.parametrize('seed', [1, 2, 3])
@pytest.mark.parametrize('wrong', [0.95, 1.05])
def test_a_wheel_of_the_world_that_is_5_percent_wrong_is_found_within_2_percent(seed, wrong):
    wheels, gps_t_s, velocity, travelled_m = of_the_world(seed, wrong)
    assert by_tape(wheels, travelled_m).ratio == pytest.approx(1.0 / wrong, rel=0.005)
    found = by_gps(wheels, gps_t_s, velocity)
    assert found.ratio == pytest.approx(1.0 / wrong, rel=0.02)
    assert abs(found.ratio * wrong - 1.0) < 3.5 * found.error


def cut(wheels: Wheels, keep) -> Wheels:
    return Wheels(wheels.t_s[keep], wheels.speeds_mps[keep])


@pytest.mark.parametrize(('make', 'metres', 'sentence'), [
    (drive, 2.0, 'the marks are 2 m apart, expected at least 3 m'),
    (lambda: drive(0.0), 10.0, 'the machine did not move'),
    (lambda: cut(drive(), slice(0, 0)), 10.0, 'the machine did not move'),
    (lambda: cut(drive(), drive().t_s > 1.5), 10.0, 'the machine moved at the beginning or at the end'),
    (lambda: cut(drive(), drive().t_s < 9.0), 10.0, 'the machine moved at the beginning or at the end'),
    (lambda: cut(drive(), (drive().t_s < 4.0) | (drive().t_s > 4.5)), 10.0, 'the motors were silent for 0.5 s'),
    (lambda: drive(left=0.8), 10.0, 'the left wheel turned at 0.8'),
    (lambda: drive(seconds=0.3), 10.0, 'the wheels say 1.56 m for 10 m'),
    (drive, 30.0, 'the wheels say 13.20 m for 30 m, expected at most 1.5 times'),
    (lambda: Wheels(drive().t_s, drive().speeds_mps * np.sign(8.0 - drive().t_s)[:, None]), 10.0,
     'expected one way only'),
])
def test_a_tape_drive_that_was_none_is_refused(make, metres, sentence):
    with pytest.raises(CalibrationError) as refused:
        by_tape(make(), metres)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(('wheels', 'ground', 'sentence'), [
    (drive(seconds=15.0), {}, '13 s of steady driving above 0.7 m/s with GPS, expected 20 s (fastest 1.2 m/s)'),
    (drive(0.5, seconds=60.0), {}, '0 s of steady driving'),
    (drive(seconds=60.0), {'hz': 1.0}, '0 s of steady driving'),
    (drive(seconds=30.0), {'noise_mps': 0.8}, 'the ratio is known to'),
    (drive(seconds=60.0), {'ratio': 2.0}, 'GPS says 2.00 times what the wheels say'),
])
def test_a_gps_drive_that_tells_too_little_is_refused(wheels, ground, sentence):
    with pytest.raises(CalibrationError) as refused:
        by_gps(wheels, *ground_of(wheels, **{'ratio': 1.0, **ground}))
    assert sentence in str(refused.value)
