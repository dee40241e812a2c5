"""The simulated IMU against closed forms: what it feels, and how wrong it is."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from outrider_sim.world import imu
from outrider_sim.world.imu import GRAVITY_MPS2, Imu, Noise

CLEAN = Noise(0.0, 0.0, 0.0, (0.0, 0.0, 0.0))


@dataclass
class Poses:
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    heading: np.ndarray
    roll: np.ndarray
    pitch: np.ndarray


def still(t, **given):
    return Poses(**{name: given.get(name, 0.0) + np.zeros_like(t)
                    for name in ('x', 'y', 'z', 'heading', 'roll', 'pitch')})


def straight(t):
    return still(t, x=5.0 * t)


def clean(pose_fn, **mount):
    return Imu(1, gyro=CLEAN, accel=CLEAN, **mount).samples(pose_fn, 0.0, 1.0)


def test_at_rest_it_feels_gravity_upwards_in_the_axes_of_a_realsense():
    felt = clean(still)
    assert felt.accel_mps2 == pytest.approx(np.tile([0, -GRAVITY_MPS2, 0], (200, 1)), abs=1e-7)  # y points down
    assert felt.gyro_radps == pytest.approx(np.zeros((400, 3)), abs=1e-9)


def test_turned_round_on_the_rear_rack_it_feels_a_lean_on_the_other_side():
    lean = 0.2
    ahead = clean(lambda t: still(t, roll=lean))
    back = clean(lambda t: still(t, roll=lean), mount_xyz_m=(-0.9, 0, 0.8), mount_rpy_deg=(0, 0, 180))
    # Leaning right, gravity pulls to the right: what holds it up points to the left, -x.
    assert ahead.accel_mps2[0] == pytest.approx([-GRAVITY_MPS2 * math.sin(lean), -GRAVITY_MPS2 * math.cos(lean), 0])
    assert back.accel_mps2[0] == pytest.approx([GRAVITY_MPS2 * math.sin(lean), -GRAVITY_MPS2 * math.cos(lean), 0])


def test_leaning_turn_pushes_straight_into_the_saddle():
    radius, speed = 30.0, 5.5
    lean = -math.atan(speed**2 / radius / GRAVITY_MPS2)

    def turn(t):
        angle = speed / radius * t
        return Poses(radius * np.sin(angle), radius * (1 - np.cos(angle)), 0 * t, angle, lean + 0 * t, 0 * t)

    felt = clean(turn, mount_xyz_m=(0, 0, 0))
    assert felt.accel_mps2[:, 0] == pytest.approx(0.0, abs=1e-3)  # no side force: it cannot tell that it leans
    assert felt.accel_mps2[:, 1] == pytest.approx(-GRAVITY_MPS2 / math.cos(lean), rel=1e-5)
    assert felt.gyro_radps[:, 1] == pytest.approx(-speed / radius * math.cos(lean), rel=1e-4)


def test_braking_is_felt_backwards():
    felt = clean(lambda t: still(t, x=8.0 * t - 1.5 * t**2))
    assert felt.accel_mps2[:, 2] == pytest.approx(-3.0, abs=1e-6)


def test_sway_is_felt_by_both():
    size, omega, height = math.radians(3), 2 * math.pi * 0.8, 0.8
    felt = clean(lambda t: still(t, roll=size * np.sin(omega * t)), mount_xyz_m=(0, 0, height))
    t = felt.accel_t_s
    assert felt.gyro_radps[:, 2] == pytest.approx(size * omega * np.cos(omega * felt.gyro_t_s), rel=1e-3, abs=1e-6)
    side = height * size * omega**2 + GRAVITY_MPS2 * size  # to the left, in its own axes
    assert felt.accel_mps2[:, 0] == pytest.approx(-side * np.sin(omega * t), abs=0.01)


def test_times_are_those_of_both_rates():
    felt = Imu(1).samples(still, 0.5, 1.0)
    assert felt.gyro_t_s == pytest.approx(np.arange(200, 400) / 400)
    assert felt.accel_t_s == pytest.approx(np.arange(100, 200) / 200)


def test_samples_are_the_same_however_long_the_spans():
    whole = Imu(5).samples(straight, 0.0, 2.0)
    parts_of = Imu(5)
    edges = [0.0, 0.001, 0.0333, 0.7, 0.7, 1.999, 2.0]
    parts = [parts_of.samples(straight, a, b) for a, b in zip(edges, edges[1:], strict=False)]
    for column in range(4):
        assert np.array_equal(np.concatenate([part[column] for part in parts]), whole[column])


def test_spans_must_follow_each_other():
    device = Imu(1)
    device.samples(still, 0.0, 1.0)
    with pytest.raises(ValueError, match='expected 1.0 s, the end of the last span'):
        device.samples(still, 1.5, 2.0)


def test_seeds_differ_and_repeat():
    first, again, other = (Imu(seed).samples(straight, 0.0, 1.0) for seed in (1, 1, 2))
    assert np.array_equal(first.gyro_radps, again.gyro_radps)
    assert not np.array_equal(first.gyro_radps, other.gyro_radps)


def test_white_noise_has_its_density():
    noisy = Imu(3, gyro=replace(CLEAN, density=0.001), accel=replace(CLEAN, density=0.01)).samples(still, 0.0, 100.0)
    assert noisy.gyro_radps.std() == pytest.approx(0.001 * math.sqrt(200), rel=0.02)
    assert (noisy.accel_mps2 + [0, GRAVITY_MPS2, 0]).std() == pytest.approx(0.01 * math.sqrt(100), rel=0.02)


def test_biases_spread_as_said_and_walk_with_the_root_of_time():
    start = np.array([Imu(seed, gyro=replace(imu.GYRO, walk=0.0)).gyro_bias_radps for seed in range(400)])
    assert start.std() == pytest.approx(imu.GYRO.bias, rel=0.08)
    walked = []
    for seed in range(60):
        device = Imu(seed, gyro=replace(CLEAN, walk=0.01), accel=CLEAN)
        device.samples(still, 0.0, 9.0)
        walked.append(device.gyro_bias_radps)
    assert np.array(walked).std() == pytest.approx(0.01 * math.sqrt(9.0), rel=0.2)


@pytest.mark.parametrize(('speed', 'share'), [(0.0, 0.0), (5.0, 1.0), (10.0, 2.0), (100.0, 3.0)])
def test_vibration_grows_with_speed_and_has_its_size(speed, share):
    shaken = Imu(2, gyro=replace(CLEAN, vibration=(0.1, 0.2, 0.3)), accel=CLEAN).samples(
        lambda t: still(t, x=speed * t), 0.0, 100.0)
    # Forward, left, up are z, -x, -y of a RealSense.
    assert shaken.gyro_radps.std(axis=0) == pytest.approx(np.array([0.2, 0.3, 0.1]) * share, rel=0.05, abs=1e-9)


def test_vibration_turns_nothing_away_and_sits_at_its_resonance():
    shaken = Imu(2, gyro=replace(CLEAN, vibration=(1.0, 1.0, 1.0)), accel=CLEAN).samples(straight, 0.0, 100.0)
    angle = np.cumsum(shaken.gyro_radps, axis=0) / 400
    assert np.abs(angle).max() < 0.06  # 1 rad/s at 18 Hz is 0.012 rad RMS, and it stays there
    power = np.abs(np.fft.rfft(shaken.gyro_radps[:, 0]))**2
    hz = np.fft.rfftfreq(40_000, 1 / 400)
    near = power[(hz > 13) & (hz < 23)].sum() / power.sum()
    assert near > 0.45
    assert power[hz < 1].sum() / power.sum() < 0.005
