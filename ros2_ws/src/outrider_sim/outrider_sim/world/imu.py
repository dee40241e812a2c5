"""The camera's IMU in the world: what gyroscope and accelerometer feel. Pure; equal to the last bit for a seed.

The accelerometer feels specific force: the acceleration of its own place (sway and lean move it sideways by its height)
less gravity, in its own turned axes. Axes of the samples are a RealSense's: x right, y down, z forward.

| error | model | default |
|---|---|---|
| noise | white | 0.014 deg/s and 0.0015 m/s^2 per root Hz (Bosch BMI085 data sheet: 0.014, 120..150 ug) |
| bias | drawn once, then a random walk | 0.5 deg/s, 0.02 m/s^2 (levelled, then 10 K warmer); 0.003, 0.0003 per root s |
| vibration | a resonance at 18 Hz, 10 Hz wide; grows with speed | at 5 m/s below; chosen, not measured |
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from outrider_sim.world import motion

GRAVITY_MPS2 = 9.80665
VIBRATION_SPEED_MPS = 5.0  # at which the vibration has its given size
VIBRATION_MOST = 3.0  # it grows no further than by this factor
# base_link's axes to a RealSense's: right = -left, down = -up, forward.
OPTICAL = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])


@dataclass(frozen=True)
class Noise:
    """Errors of one sensor on each axis, in its own unit (rad/s or m/s^2)."""

    density: float  # per root Hz
    bias: float  # standard deviation of the bias at switch-on
    walk: float  # per root s
    vibration: tuple[float, float, float]  # RMS forward, left, up at VIBRATION_SPEED_MPS


GYRO = Noise(density=math.radians(0.014), bias=math.radians(0.5), walk=math.radians(0.003),
             vibration=(math.radians(3.0), math.radians(3.0), math.radians(1.5)))
ACCEL = Noise(density=0.0015, bias=0.02, walk=0.0003, vibration=(1.0, 0.8, 2.0))
RESONANCE_HZ, WIDTH_HZ = 18.0, 10.0


class Samples(NamedTuple):
    """All samples of a span, in order: times (n,) s; (n, 3) rad/s and (m, 3) m/s^2 in a RealSense's axes."""

    gyro_t_s: motion.Floats
    gyro_radps: motion.Floats
    accel_t_s: motion.Floats
    accel_mps2: motion.Floats


class Imu:
    """One IMU. Spans are asked for one after the other, however long each: the samples are the same."""

    def __init__(self, seed: int, *, gyro_hz: float = 400.0, accel_hz: float = 200.0,
                 mount_xyz_m: Sequence[float] = (0.0, 0.0, 0.8), mount_rpy_deg: Sequence[float] = (0.0, 0.0, 0.0),
                 gyro: Noise = GYRO, accel: Noise = ACCEL) -> None:
        """Switch on. The mount places imu_link (x forward, y left, z up of the camera) in base_link."""
        self._lever_m = np.array(mount_xyz_m, dtype=np.float64)
        self._turn = OPTICAL @ _rotation(mount_rpy_deg).T
        self._gyro, self._accel = _Axes(gyro, gyro_hz, seed, 1), _Axes(accel, accel_hz, seed, 2)
        self._until_s: float | None = None

    def samples(self, pose_fn: motion.PoseFn, t0_s: float, t1_s: float) -> Samples:
        """Return the samples of t0 <= t < t1. Raises ValueError where t0 is not the end of the span before."""
        if self._until_s is not None and t0_s != self._until_s:
            raise ValueError(f'IMU samples asked from {t0_s} s, expected {self._until_s} s, the end of the last span')
        self._until_s = t1_s
        t_gyro, t_accel = self._gyro.times(t0_s, t1_s), self._accel.times(t0_s, t1_s)
        felt = motion.acceleration(pose_fn, t_accel, self._lever_m)
        felt[:, 2] += GRAVITY_MPS2
        felt = _into(motion.rotations(pose_fn(t_accel)), felt)
        turning = motion.turn_rate(pose_fn, t_gyro)
        return Samples(
            t_gyro, _turned(self._turn, turning + self._gyro.vibration(_shake(pose_fn, t_gyro)))
            + self._gyro.errors(len(t_gyro)),
            t_accel, _turned(self._turn, felt + self._accel.vibration(_shake(pose_fn, t_accel)))
            + self._accel.errors(len(t_accel)))

    @property
    def gyro_bias_radps(self) -> motion.Floats:
        """The truth (3,) of now, in the sensor's axes."""
        bias: motion.Floats = self._gyro.bias.copy()
        return bias


class _Axes:
    """The errors of one three-axis sensor. Each has a stream of its own, so that the length of a span changes none."""

    def __init__(self, noise: Noise, rate_hz: float, seed: int, stream: int) -> None:
        self._noise, self._rate_hz = noise, rate_hz
        first, self._white, self._walk, self._drive = (
            np.random.default_rng([seed, 0x494D55, stream, part]) for part in range(4))
        self.bias: motion.Floats = noise.bias * first.standard_normal(3)
        # Two poles at the resonance, zeros at 0 Hz and at half the rate: what shakes does not turn or travel away. The
        # drive gives the output the variance 1, by the autocovariances of the poles alone.
        radius = math.exp(-math.pi * WIDTH_HZ / rate_hz)
        a, b = 2.0 * radius * math.cos(2.0 * math.pi * RESONANCE_HZ / rate_hz), -radius * radius
        self._poles = a, b
        variance = (1.0 - b) / ((1.0 + b) * ((1.0 - b)**2 - a * a))
        self._gain = 1.0 / math.sqrt(2.0 * variance * (1.0 - b - a * a / (1.0 - b)))
        self._before = [(0.0, 0.0)] * 3
        self._driven = np.zeros((2, 3))

    def times(self, t0_s: float, t1_s: float) -> motion.Floats:
        first, last = (math.ceil(t * self._rate_hz - 1e-6) for t in (t0_s, t1_s))
        made: motion.Floats = np.arange(first, last) / self._rate_hz
        return made

    def errors(self, count: int) -> motion.Floats:
        """Return bias and noise (count, 3) of the next samples."""
        steps = self._noise.walk / math.sqrt(self._rate_hz) * self._walk.standard_normal((count, 3))
        biases = np.cumsum(np.concatenate([self.bias[None], steps]), axis=0)[1:]
        if count:
            self.bias = biases[-1]
        # A density per root Hz fills the band up to half the rate.
        noise: motion.Floats = self._noise.density * math.sqrt(self._rate_hz / 2) * self._white.standard_normal(
            (count, 3))
        return biases + noise

    def vibration(self, share: motion.Floats) -> motion.Floats:
        """Return (n, 3) in base_link's axes; `share` (n,) is its size at each instant."""
        driven = np.concatenate([self._driven, self._gain * self._drive.standard_normal((len(share), 3))])
        drive, self._driven = driven[2:] - driven[:-2], driven[-2:]
        (a, b), columns = self._poles, []
        for axis in range(3):
            (one, two), column = self._before[axis], []
            for push in drive[:, axis].tolist():
                one, two = a * one + b * two + push, one
                column.append(one)
            self._before[axis] = one, two
            columns.append(column)
        shaken: motion.Floats = share[:, None] * np.array(columns).T.reshape(-1, 3) * np.array(self._noise.vibration)
        return shaken


def _shake(pose_fn: motion.PoseFn, t_s: motion.Floats) -> motion.Floats:
    """Return the size (n,) of the vibration: in step with the speed over ground."""
    speed = np.linalg.norm(motion.velocity(pose_fn, t_s, np.zeros(3))[:, :2], axis=1)
    share: motion.Floats = np.minimum(speed / VIBRATION_SPEED_MPS, VIBRATION_MOST)
    return share


def _into(rotations: motion.Floats, vectors: motion.Floats) -> motion.Floats:
    """Return `vectors` (n, 3) of the world in the axes of `rotations` (n, 3, 3)."""
    turned: motion.Floats = (rotations * vectors[:, :, None]).sum(axis=1)
    return turned


def _turned(rotation: motion.Floats, vectors: motion.Floats) -> motion.Floats:
    """Return rotation @ v for each v (n, 3); by sums, which do not depend on n as BLAS does."""
    turned: motion.Floats = (rotation[None] * vectors[:, None, :]).sum(axis=2)
    return turned


def _rotation(rpy_deg: Sequence[float]) -> motion.Floats:
    (cr, sr), (cp, sp), (cy, sy) = ((math.cos(a), math.sin(a)) for a in (math.radians(d) for d in rpy_deg))
    return np.array([[cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
                     [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
                     [-sp, cp * sr, cp * cr]])
