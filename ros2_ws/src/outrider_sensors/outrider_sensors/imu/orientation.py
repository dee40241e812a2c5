"""Gyroscope and accelerometer of a RealSense -> orientation of imu_link, by imufusion. Pure: times come in.

One update per gyroscope sample, with the step between its own times; the accelerometer interpolated to that time.
Samples come out in REP 103 axes (x forward, y left, z up of the camera): a RealSense's are x right, y down, z forward.
The yaw has no reference and drifts; roll and pitch are held by gravity.
"""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

import imufusion
import numpy as np
from numpy.typing import NDArray

from outrider_sensors.imu.gravity import Gravity
from outrider_sensors.imu.stillness import Stillness

Vector = tuple[float, float, float]

GAP_S = 0.1  # a longer step is not integrated: nobody knows how it turned meanwhile
AHEAD_S = 1.0  # a sample so much before the last one: the device's clock began anew
WAIT_S = 0.05  # a gyroscope sample waits so long for an accelerometer sample behind it
MOST_MPS2, MOST_RADPS = 400.0, 70.0  # beyond the widest ranges that such sensors have: 32 g, 4000 deg/s
ACCEL_OLD_S = 0.1  # beyond it, gravity is unknown
MODEL_RAD = math.radians(1.0)  # standard deviation of roll and pitch that the filter's own figure does not know of
_YAW_UNKNOWN = math.pi**2  # rad^2
# White noise of the sensor (BMI055/085 data sheets) and vibration of a bicycle's rack: (rad/s)^2, (m/s^2)^2.
GYRO_COVARIANCE = (math.radians(3.0)**2, 0.0, 0.0, 0.0, math.radians(3.0)**2, 0.0, 0.0, 0.0, math.radians(3.0)**2)
ACCEL_COVARIANCE = (1.5**2, 0.0, 0.0, 0.0, 1.5**2, 0.0, 0.0, 0.0, 1.5**2)


class Sample(NamedTuple):
    """One gyroscope sample and the orientation it led to, for a sensor_msgs/Imu in imu_link."""

    t_s: float
    quaternion_wxyz: tuple[float, float, float, float]  # imu_link in a level frame of unknown yaw
    gyro: Vector  # rad/s, bias taken off
    accel: Vector  # m/s^2, interpolated to t_s; NaN where the accelerometer is silent
    tilt_std_rad: float  # of roll and pitch


def orientation_covariance(tilt_std_rad: float) -> tuple[float, ...]:
    """Return the nine numbers, row by row, about fixed axes x, y, z; the yaw is unknown."""
    tilt = tilt_std_rad**2
    return (tilt, 0.0, 0.0, 0.0, tilt, 0.0, 0.0, 0.0, _YAW_UNKNOWN)


class Orientation:
    """The filter of one IMU. `kept_dps` is the bias that an earlier ride has learnt, in the axes of the device.

    `ahead` is the direction of riding in imu_link: (-1, 0, 0) for a camera that looks back.
    """

    def __init__(self, kept_dps: Vector | None = None, *, ahead: Vector = (1.0, 0.0, 0.0)) -> None:
        """Start level, unsettled, with a known bias or none."""
        self._ahrs = imufusion.Ahrs()
        # All weighing is done before: each step is told the correction it shall make.
        self._settings = imufusion.AhrsSettings(convention=imufusion.CONVENTION_NWU, gain=1.0)
        self._ahrs.set_settings(self._settings)
        self._ahrs.skip_startup()
        self._aligned = False
        self._still = Stillness(kept_dps)
        self._gravity = Gravity(kept=kept_dps is not None and any(kept_dps), ahead=ahead)
        self._gyros: deque[tuple[float, Vector]] = deque()
        self._accels: deque[tuple[float, Vector]] = deque()
        self._last_s: float | None = None
        self.dropped = 0  # samples that no sensor can give, or whose time was not after the one before
        self.gaps = 0  # steps too long to integrate

    @property
    def bias_dps(self) -> Vector:
        """The gyroscope's bias as learnt so far, deg/s, in the axes of the device."""
        return self._still.bias_dps

    @property
    def bias_is_new(self) -> bool:
        """Whether it was learnt on this ride, and so is worth keeping."""
        return self._still.learnt

    def accel(self, t_s: float, xyz: Vector) -> None:
        """Take one accelerometer sample, m/s^2 in the axes of the device."""
        if not xyz[0]**2 + xyz[1]**2 + xyz[2]**2 < MOST_MPS2**2:  # NaN too
            self.dropped += 1
            return
        if self._accels and t_s <= self._accels[-1][0]:
            if t_s > self._accels[-1][0] - AHEAD_S:
                self.dropped += 1
                return
            self._accels.clear()
        self._accels.append((t_s, (xyz[0], xyz[1], xyz[2])))
        if len(self._accels) > 64:  # nobody takes them while the gyroscope is silent
            self._accels.popleft()
        self._still.accel(t_s, xyz)

    def speed(self, t_s: float, speed_mps: float) -> None:
        """Learn the speed over ground at `t_s`, where somebody knows it."""
        self._gravity.speeds.hear(t_s, speed_mps)

    def gyro(self, t_s: float, xyz: Vector) -> list[Sample]:
        """Take one gyroscope sample, rad/s in the axes of the device; return the samples that are ready, in order.

        A sample is ready when an accelerometer sample at or after it has come, or after WAIT_S without one.
        """
        if not xyz[0]**2 + xyz[1]**2 + xyz[2]**2 < MOST_RADPS**2:  # one NaN would stay in the orientation for ever
            self.dropped += 1
            return []
        newest = self._gyros[-1][0] if self._gyros else self._last_s
        if newest is not None and t_s <= newest:
            if t_s > newest - AHEAD_S:
                self.dropped += 1
                return []
            self._gyros.clear()
            self._last_s = None
            self._gravity.forget()
        self._gyros.append((t_s, (xyz[0], xyz[1], xyz[2])))
        ready = []
        while self._gyros:
            at_s = self._gyros[0][0]
            if (not self._accels or self._accels[-1][0] < at_s) and t_s - at_s < WAIT_S:
                break
            ready.append(self._update(at_s, self._gyros.popleft()[1]))
        return ready

    def _update(self, t_s: float, turning: Vector) -> Sample:
        step_s = None if self._last_s is None else t_s - self._last_s
        self._last_s = t_s
        if step_s is not None and step_s > GAP_S:
            self.gaps += 1
            self._gravity.forget()
            step_s = None
        felt = self._accel_at(t_s)
        x, y, z = self._still.unbiased_dps(t_s, turning)
        gyro_dps = (z, -x, -y)  # RealSense to REP 103
        if step_s is not None:
            self._turn(t_s, step_s, felt, gyro_dps)
        w, qx, qy, qz = self._ahrs.get_quaternion().tolist()
        return Sample(t_s, (w, qx, qy, qz), (math.radians(z), -math.radians(x), -math.radians(y)),
                      felt or (math.nan, math.nan, math.nan), math.hypot(MODEL_RAD, self._gravity.std_rad))

    def _turn(self, t_s: float, step_s: float, felt: Vector | None, gyro_dps: Vector) -> None:
        if felt is not None and not self._aligned:
            self._ahrs.set_quaternion(_upright(felt))
            self._aligned = True
        if self._still.stands:
            self._gravity.stood()
        up: Vector = tuple(self._ahrs.get_gravity().tolist())
        made = self._gravity.step(t_s, step_s, felt, gyro_dps, up, stands=self._still.stands)
        self._still.shift((-made.bias_y_dps, 0.0, made.bias_x_dps))
        # imufusion turns by gain * step * (accelerometer x up): this accelerometer makes just the wanted correction.
        self._settings.gain = 1.0 / step_s
        self._ahrs.set_settings(self._settings)
        self._ahrs.set_sample_period(step_s)  # last: settings reset it
        cx, cy = made.x_rad, made.y_rad
        along = math.sqrt(max(1.0 - cx * cx - cy * cy, 0.0))
        # up * along + up x correction; the correction has no part about z.
        told = (along * up[0] - up[2] * cy, along * up[1] + up[2] * cx, along * up[2] + up[0] * cy - up[1] * cx)
        self._ahrs.update_no_magnetometer(np.array(gyro_dps), np.array(told))

    def _accel_at(self, t_s: float) -> Vector | None:
        """Return the accelerometer at `t_s` in REP 103 axes, None where it is silent; older samples are let go."""
        accels = self._accels
        while len(accels) > 1 and accels[1][0] <= t_s:
            accels.popleft()
        if not accels:
            return None
        t0, (x, y, z) = accels[0]
        if len(accels) > 1 and t0 <= t_s and accels[1][0] - t0 <= ACCEL_OLD_S:
            t1, (x1, y1, z1) = accels[1]
            share = (t_s - t0) / (t1 - t0)
            x, y, z = x + share * (x1 - x), y + share * (y1 - y), z + share * (z1 - z)
        elif abs(t_s - t0) > ACCEL_OLD_S:
            return None
        return z, -x, -y


def _upright(felt: Vector) -> NDArray[np.float64]:
    """Return the quaternion, w first, of a device that stands still, feels this, and has no yaw."""
    roll, pitch = math.atan2(felt[1], felt[2]) / 2, math.atan2(-felt[0], math.hypot(felt[1], felt[2])) / 2
    cr, sr, cp, sp = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch)
    return np.array([cr * cp, sr * cp, cr * sp, -sr * sp])
