"""Orientation on a simulated ride, against the pose that the ride had, beside what is often done."""

import math
import time
from dataclasses import dataclass

import imufusion
import numpy as np
import pytest

from outrider_sensors.imu.gravity import STANDARD_GRAVITY_MPS2
from outrider_sensors.imu.orientation import Orientation
from outrider_sim.world.imu import Imu

LASTS_S, STANDS_S, SPEED_MPS = 130.0, 8.0, 5.5
TURNS = ((20, 26, 0.35), (35, 38, -0.5), (45, 60, 0.25), (70, 72.5, 0.6), (80, 90, -0.3), (100, 104, 0.5),
         (110, 125, -0.2))  # from, to, rad/s
STEP_S = 1e-3


@dataclass
class Poses:
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    heading: np.ndarray
    roll: np.ndarray
    pitch: np.ndarray


def ease(t, begin, end):
    u = np.clip((t - begin) / (end - begin), 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u * u)


class Ride:
    """Stands, pulls away, turns left and right with lean, sways 3 degrees at 0.8 Hz, up and down some slopes."""

    def __init__(self):
        t = self.t = np.arange(-1.0, LASTS_S + 1.0, STEP_S)
        going = ease(t, STANDS_S, STANDS_S + 4.0)
        speed = SPEED_MPS * going
        yaw_rate = going * sum(rate * (ease(t, a, a + 1) - ease(t, b - 1, b)) for a, b, rate in TURNS)
        sway = going * math.radians(3.0) * np.sin(2 * math.pi * 0.8 * t)
        heading = np.cumsum(yaw_rate) * STEP_S + sway / 3
        roll = sway - np.arctan(speed * yaw_rate / STANDARD_GRAVITY_MPS2)
        pitch = -0.03 * going * np.sin(2 * math.pi * t / 40.0)
        self.columns = [np.cumsum(speed * np.cos(heading)) * STEP_S, np.cumsum(speed * np.sin(heading)) * STEP_S,
                        np.cumsum(-speed * np.tan(pitch)) * STEP_S, heading, roll, pitch]

    def __call__(self, t):
        """Poses by cubics through the table's points (Catmull and Rom)."""
        place = (t - self.t[0]) / STEP_S
        k = place.astype(int)
        u = place - k
        return Poses(*(self._cubic(column, k, u) for column in self.columns))

    @staticmethod
    def _cubic(y, k, u):
        a, b, c, d = y[k - 1], y[k], y[k + 1], y[k + 2]
        return b + 0.5 * u * ((c - a) + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)))


@pytest.fixture(scope='module')
def ride():
    return Ride()


def samples_of(ride, seed):
    device = Imu(seed, mount_xyz_m=(-0.9, 0.0, 0.8))
    return device.samples(ride, 0.0, LASTS_S), np.degrees(device.gyro_bias_radps)


def play(filter_, samples):
    """Hand all samples over as they come, merged by time."""
    events = sorted([(t, 0, v) for t, v in zip(samples.accel_t_s.tolist(), samples.accel_mps2.tolist(), strict=True)]
                    + [(t, 1, v) for t, v in zip(samples.gyro_t_s.tolist(), samples.gyro_radps.tolist(), strict=True)])
    out = []
    for t, kind, xyz in events:
        if kind:
            out += filter_.gyro(t, xyz)
        else:
            filter_.accel(t, xyz)
    return out


def roll_pitch(quaternions):
    w, x, y, z = np.array(quaternions).T
    return (np.arctan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y)),
            np.arcsin(np.clip(2 * (w * y - z * x), -1, 1)))


def errors_deg(ride, times, quaternions):
    """RMS of roll and pitch from the moment of pulling away on."""
    times = np.array(times)
    told, truth = roll_pitch(quaternions), ride(times)
    riding = times >= STANDS_S
    return tuple(math.degrees(math.sqrt(np.mean((mine - true)[riding]**2)))
                 for mine, true in zip(told, (truth.roll, truth.pitch), strict=True))


def one_sample_a_frame(samples, fps):
    """What is often done: the newest sample at each camera frame, and a fixed step of 1/63 s."""
    ahrs = imufusion.Ahrs()
    ahrs.set_settings(imufusion.AhrsSettings(convention=imufusion.CONVENTION_NWU))
    ahrs.set_sample_period(1 / 63)
    times = np.arange(0.0, LASTS_S, 1 / fps)
    quaternions = []
    for t in times:
        gyro = samples.gyro_radps[np.searchsorted(samples.gyro_t_s, t, side='right') - 1]
        accel = samples.accel_mps2[np.searchsorted(samples.accel_t_s, t, side='right') - 1]
        ahrs.update_no_magnetometer(np.degrees([gyro[2], -gyro[0], -gyro[1]]),
                                    np.array([accel[2], -accel[0], -accel[1]]) / STANDARD_GRAVITY_MPS2)
        quaternions.append(ahrs.get_quaternion())
    return times, quaternions


@pytest.mark.parametrize('seed', range(1, 9))
def test_roll_and_pitch_stay_within_one_degree_rms_on_a_ride(ride, seed):
    samples, bias_dps = samples_of(ride, seed)
    filter_ = Orientation()
    begin = time.process_time()
    out = play(filter_, samples)
    micros = (time.process_time() - begin) / len(out) * 1e6
    mine = errors_deg(ride, [sample.t_s for sample in out], [sample.quaternion_wxyz for sample in out])
    frames = {fps: errors_deg(ride, *one_sample_a_frame(samples, fps)) for fps in (30, 12)}
    print(f'\nseed {seed}: roll {mine[0]:.2f}, pitch {mine[1]:.2f} deg RMS, {micros:.1f} us a sample; one a frame '
          + ', '.join(f'at {fps} fps {roll:.1f}, {pitch:.1f}' for fps, (roll, pitch) in frames.items()))
    assert max(mine) <= 1.0
    assert all(roll > 2.5 * mine[0] for roll, _ in frames.values())
    assert len(out) >= len(samples.gyro_t_s) - 4  # the last ones wait for an accelerometer sample
    assert (filter_.dropped, filter_.gaps) == (0, 0)
    assert filter_.bias_is_new
    assert filter_.bias_dps == pytest.approx(bias_dps, abs=0.12)  # it has walked on since the standstill


@pytest.mark.parametrize('seed', [1, 2, 3])
def test_kept_bias_serves_a_ride_that_begins_without_standing(ride, seed):
    samples, bias_dps = samples_of(ride, seed)
    start = samples.gyro_t_s >= STANDS_S + 4.0
    rolling = samples._replace(
        gyro_t_s=samples.gyro_t_s[start], gyro_radps=samples.gyro_radps[start],
        accel_t_s=samples.accel_t_s[samples.accel_t_s >= STANDS_S + 4.0],
        accel_mps2=samples.accel_mps2[samples.accel_t_s >= STANDS_S + 4.0])
    filter_ = Orientation(tuple(bias_dps))
    out = play(filter_, rolling)
    settled = [sample for sample in out if sample.t_s > STANDS_S + 14.0]
    mine = errors_deg(ride, [sample.t_s for sample in settled], [sample.quaternion_wxyz for sample in settled])
    assert max(mine) <= 1.2
    assert not filter_.bias_is_new  # it never stood


@pytest.mark.parametrize('phase', [0.0, 0.3, 0.6, 0.9])
def test_start_on_a_swaying_machine_is_right_after_three_seconds(phase):
    size, omega = math.radians(3.0), 2 * math.pi * 0.8

    def swaying(t):
        zero = np.zeros_like(t)
        return Poses(5.5 * t, zero, zero, zero, size * np.sin(omega * (t + phase)), zero)

    device = Imu(3, mount_xyz_m=(-0.9, 0.0, 0.8))
    samples = device.samples(swaying, 0.0, 10.0)
    out = [sample for sample in play(Orientation(tuple(np.degrees(device.gyro_bias_radps).tolist())), samples)
           if sample.t_s > 3.0]
    roll, pitch = roll_pitch([sample.quaternion_wxyz for sample in out])
    truth = swaying(np.array([sample.t_s for sample in out]))
    assert math.degrees(np.sqrt(np.mean((roll - truth.roll)**2))) < 0.8
    assert math.degrees(np.sqrt(np.mean(pitch**2))) < 0.8
