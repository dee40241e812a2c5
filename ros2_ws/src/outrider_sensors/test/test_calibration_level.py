"""Level from gravity: against known turns, against the world's IMU, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from outrider_node import frames
from outrider_sensors.calibration.errors import CalibrationError
from outrider_sensors.calibration.level import GRAVITY_MPS2, measure
from outrider_sim.world import scenario
from outrider_sim.world.imu import OPTICAL, Imu
from outrider_sim.world.world import World


def samples(roll_deg: float, pitch_deg: float, yaw_deg: float = 180.0, seconds: float = 10.0, hz: float = 100.0):
    """A mount that is turned so, on a machine that stands level: what it feels, with noise."""
    random = np.random.default_rng(1)
    count = round(seconds * hz)
    axes = frames.rotation_from_quaternion(frames.quaternion_from_rpy_deg((roll_deg, pitch_deg, yaw_deg)))
    felt = axes.T @ np.array([0.0, 0.0, GRAVITY_MPS2]) + random.normal(0.0, 0.02, (count, 3))
    return np.arange(count) / hz, random.normal(0.0, 1e-3, (count, 3)), felt


@pytest.mark.parametrize(('roll_deg', 'pitch_deg', 'yaw_deg'), [
    (0.0, 0.0, 180.0), (3.0, 0.0, 180.0), (0.0, -4.0, 0.0), (-2.0, 5.0, 90.0), (170.0, 10.0, 180.0)])
def test_roll_and_pitch_are_those_of_the_mount_whatever_its_yaw(roll_deg, pitch_deg, yaw_deg):
    found = measure(*samples(roll_deg, pitch_deg, yaw_deg))
    assert found.roll_deg == pytest.approx(roll_deg, abs=0.02)
    assert found.pitch_deg == pytest.approx(pitch_deg, abs=0.02)
    assert found.noise_deg < 0.02 < found.error_deg < 0.25
    assert found.samples == 1000


@pytest.mark.parametrize('seed', range(5))
@pytest.mark.parametrize(('roll_deg', 'pitch_deg'), [(3.0, -3.0), (-3.0, 0.0)])
def test_a_mount_of_the_world_that_is_3_degrees_wrong_is_found_within_half_a_degree(seed, roll_deg, pitch_deg):
    world = World(scenario.parse('duration_s: 12\nrig: {kind: bicycle, speed_mps: 0}'))
    imu = Imu(seed, mount_xyz_m=(-0.9, 0.0, 0.8), mount_rpy_deg=(roll_deg, pitch_deg, 180.0))
    got = imu.samples(world.poses, 0.0, 10.0)
    # The driver hands out imu_link's axes, and the newest acceleration with each gyro sample.
    accel = np.stack([np.interp(got.gyro_t_s, got.accel_t_s, got.accel_mps2[:, axis]) for axis in range(3)], axis=1)
    found = measure(got.gyro_t_s, got.gyro_radps @ OPTICAL, accel @ OPTICAL)
    assert found.roll_deg == pytest.approx(roll_deg, abs=0.5)
    assert found.pitch_deg == pytest.approx(pitch_deg, abs=0.5)
    assert abs(found.roll_deg - roll_deg) < 3.0 * found.error_deg


def test_samples_without_acceleration_are_left_out():
    t_s, gyro, accel = samples(2.0, 1.0)
    accel[::3] = math.nan
    found = measure(t_s, gyro, accel)
    assert found.samples == 666
    assert found.roll_deg == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize(('change', 'sentence'), [
    (lambda t, g, a: (t[:250], g[:250], a[:250]), 'the accelerometer spoke for 2.5 s, expected at least 3 s'),
    (lambda t, g, a: (t[:0], g[:0], a[:0]), 'the accelerometer spoke for 0.0 s'),
    (lambda t, g, a: (t, g, a * math.nan), 'the accelerometer spoke for 0.0 s'),
    (lambda t, g, a: (t, g + [0.0, 0.0, 0.1], a), 'the machine turns (mean 5.7'),
    (lambda t, g, a: (t, g + 0.05 * np.sin(9.0 * t)[:, None], a), 'the machine turns (mean 0.'),
    (lambda t, g, a: (t, g, a + np.sin(30.0 * t)[:, None]), 'the machine shakes (standard deviation 0.7'),
    (lambda t, g, a: (t, g, 1.1 * a), 'the accelerometer feels 10.79 m/s^2, expected 9.81 within 0.5'),
    (lambda t, g, a: (t, g, np.roll(a, 1, axis=1)), 'the sensor looks straight up or down'),
])
def test_a_machine_that_moves_and_a_sensor_that_is_wrong_are_refused(change, sentence):
    with pytest.raises(CalibrationError) as refused:
        measure(*change(*samples(0.0, 0.0)))
    assert sentence in str(refused.value)
