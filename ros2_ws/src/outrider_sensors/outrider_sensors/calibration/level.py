"""How far an IMU is rolled and pitched against the machine that stands level, from gravity alone. Pure.

A still accelerometer feels the vertical. Yaw is not observable. The slope of the ground, and a bicycle that leans, go
into the result in full.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.calibration.errors import CalibrationError

Floats = NDArray[np.float64]

GRAVITY_MPS2 = 9.81
LEAST_S = 3.0
BIAS_MPS2 = 0.03           # a consumer accelerometer's, uncalibrated, levelled warm: 0.2 degrees (Bosch BMI085: 0.02)
MOST_GYRO_SD_DPS = 1.0     # a machine that is held shakes by 0.3
MOST_TURN_DPS = 3.0        # mean: beyond every bias
MOST_ACCEL_SD_MPS2 = 0.3
MOST_G_OFF_MPS2 = 0.5


@dataclass(frozen=True)
class Level:
    """Turns of the mount about forward (roll) and left (pitch), as REP 103 counts them."""

    roll_deg: float
    pitch_deg: float
    error_deg: float         # of each: noise, and the accelerometer's own bias
    noise_deg: float         # the part of it that a longer stand makes smaller
    seconds: float
    samples: int


def measure(t_s: Floats, gyro_radps: Floats, accel_mps2: Floats) -> Level:
    """Return roll and pitch of the samples' frame: (n,) s, (n, 3) rad/s, (n, 3) m/s^2. Raises CalibrationError."""
    good = np.isfinite(accel_mps2).all(axis=1) & np.isfinite(gyro_radps).all(axis=1)
    t_s, gyro_dps, felt = t_s[good], np.degrees(gyro_radps[good]), accel_mps2[good]
    seconds = float(t_s[-1] - t_s[0]) if len(t_s) > 1 else 0.0
    if seconds < LEAST_S:
        raise CalibrationError(f'the accelerometer spoke for {seconds:.1f} s, expected at least {LEAST_S:g} s. '
                               'See: ./outrider doctor camera')
    _stands(gyro_dps, felt)
    x, y, z = felt.mean(axis=0)
    level = math.hypot(y, z)
    if level < 0.1 * GRAVITY_MPS2:
        raise CalibrationError('the sensor looks straight up or down, where roll has no meaning. Mount it the way it '
                               'is ridden.')
    block = np.minimum((t_s - t_s[0]).astype(int), max(int(seconds) - 1, 0))  # neighbours are no independent samples
    means = np.stack([np.bincount(block, felt[:, axis]) / np.bincount(block) for axis in range(3)], axis=1)
    noise = math.degrees(float(means.std(axis=0, ddof=1).max()) / math.sqrt(len(means)) / GRAVITY_MPS2)
    return Level(math.degrees(math.atan2(y, z)), math.degrees(math.atan2(-x, level)),
                 math.hypot(noise, math.degrees(BIAS_MPS2 / GRAVITY_MPS2)), noise, seconds, len(t_s))


def _stands(gyro_dps: Floats, felt: Floats) -> None:
    shakes, turns = float(gyro_dps.std(axis=0).max()), float(np.abs(gyro_dps.mean(axis=0)).max())
    if shakes > MOST_GYRO_SD_DPS or turns > MOST_TURN_DPS:
        raise CalibrationError(f'the machine turns (mean {turns:.1f}, standard deviation {shakes:.1f} deg/s), expected '
                               f'it still, below {MOST_TURN_DPS:g} and {MOST_GYRO_SD_DPS:g}. Put it on a stand.')
    moves = float(felt.std(axis=0).max())
    if moves > MOST_ACCEL_SD_MPS2:
        raise CalibrationError(f'the machine shakes (standard deviation {moves:.2f} m/s^2), expected it still, below '
                               f'{MOST_ACCEL_SD_MPS2:g}. Put it on a stand, let nobody lean on it.')
    pull = float(np.linalg.norm(felt.mean(axis=0)))
    if abs(pull - GRAVITY_MPS2) > MOST_G_OFF_MPS2:
        raise CalibrationError(f'the accelerometer feels {pull:.2f} m/s^2, expected {GRAVITY_MPS2:g} within '
                               f'{MOST_G_OFF_MPS2:g}. It needs its own calibration (rs-imu-calibration).')
