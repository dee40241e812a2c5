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

from outrider_sensors.imu.stillness import Stillness

Vector = tuple[float, float, float]

STANDARD_GRAVITY_MPS2 = 9.80665
# Weight of gravity against the gyroscope, 1/s in small angles: braking or a swing of some seconds must not pass for a
# slope. imufusion's default of 0.5 suits a device in the hand.
GAIN = 0.07
# At the start gravity is the even mean of all that was felt, by a gain of 1 / age: two swings of a rider. So a start on
# a swaying machine is as good; imufusion's own start follows the last half second. Then it fades to GAIN, as 1 / age^2.
FIRST_S = 0.05  # age to begin with; more gives the first direction more weight
MEAN_OF_S = 2.5
REJECTION_DEG = 20.0  # gravity that disagrees by more is not believed
REJECTION_S = 10.0  # but disagreement that stays so long is
GAP_S = 0.1  # a longer step is not integrated: nobody knows how it turned meanwhile
AHEAD_S = 1.0  # a sample so much before the last one: the device's clock began anew
WAIT_S = 0.05  # a gyroscope sample waits so long for an accelerometer sample behind it
YAW_MEAN_S = 0.4  # smooths the yaw of a rider's sway, at 0.8 Hz
TURN_DPS = 4.0  # faster is a turn
TURN_MOST_S = 20.0  # but a turn that never ends is a bias
ACCEL_OLD_S = 0.1  # beyond it, gravity is unknown

# Standard deviations: of roll and pitch while gravity is believed (measured on simulated rides), and what a consumer
# gyroscope's bias adds while it is not; after a gap nothing is known for a while.
TILT_RAD = math.radians(1.0)
TILT_GROWTH_RADPS = math.radians(0.05)
TILT_LOST_RAD = math.radians(20.0)
TILT_SETTLES_S = 3.0
_UNKNOWN = (0.0, 0.0, 0.0)  # an accelerometer that imufusion leaves aside
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
    """The filter of one IMU. `kept_dps` is the bias that an earlier ride has learnt, in the axes of the device."""

    def __init__(self, kept_dps: Vector | None = None, *, gain: float = GAIN) -> None:
        """Start level, unsettled, with a known bias or none."""
        self._ahrs = imufusion.Ahrs()
        self._settings = imufusion.AhrsSettings(convention=imufusion.CONVENTION_NWU, gain=1.0 / FIRST_S,
                                                rejection_timeout=REJECTION_S)
        self._ahrs.set_settings(self._settings)
        self._ahrs.skip_startup()
        self._gain, self._age_s, self._aligned = gain, FIRST_S, False
        self._still = Stillness(kept_dps)
        self._gyros: deque[tuple[float, Vector]] = deque()
        self._accels: deque[tuple[float, Vector]] = deque()
        self._last_s: float | None = None
        self._unsettled_s = TILT_SETTLES_S
        self._yaw_dps = 0.0  # about the vertical, smoothed
        self._turning_s = 0.0
        self._unheard_s = 0.0  # how long gravity has not been believed
        self.dropped = 0  # samples whose time was not after the one before
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
        if self._accels and t_s <= self._accels[-1][0]:
            if t_s > self._accels[-1][0] - AHEAD_S:
                self.dropped += 1
                return
            self._accels.clear()
        self._accels.append((t_s, (xyz[0], xyz[1], xyz[2])))
        if len(self._accels) > 64:  # nobody takes them while the gyroscope is silent
            self._accels.popleft()
        self._still.accel(t_s, xyz)

    def gyro(self, t_s: float, xyz: Vector) -> list[Sample]:
        """Take one gyroscope sample, rad/s in the axes of the device; return the samples that are ready, in order.

        A sample is ready when an accelerometer sample at or after it has come, or after WAIT_S without one.
        """
        newest = self._gyros[-1][0] if self._gyros else self._last_s
        if newest is not None and t_s <= newest:
            if t_s > newest - AHEAD_S:
                self.dropped += 1
                return []
            self._gyros.clear()
            self._last_s = None
            self._forget()
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
            self._forget()
            step_s = None
        felt = self._accel_at(t_s)
        x, y, z = self._still.unbiased_dps(t_s, turning)
        gyro_dps = (z, -x, -y)  # RealSense to REP 103
        if step_s is not None:
            self._settle(felt, step_s)
            self._ahrs.set_sample_period(step_s)  # last: settings reset it
            gravity, believed = self._gravity(felt, gyro_dps, step_s)
            self._ahrs.update_no_magnetometer(np.array(gyro_dps), np.array(gravity))
            believed = believed and not self._ahrs.get_internal_states().accelerometer_ignored
            self._unheard_s = 0.0 if believed else self._unheard_s + step_s
        w, qx, qy, qz = self._ahrs.get_quaternion().tolist()
        tilt = TILT_RAD + TILT_GROWTH_RADPS * self._unheard_s + TILT_LOST_RAD * self._unsettled_s / TILT_SETTLES_S
        return Sample(t_s, (w, qx, qy, qz), (math.radians(z), -math.radians(x), -math.radians(y)),
                      felt or (math.nan, math.nan, math.nan), tilt)

    def _gravity(self, felt: Vector | None, gyro_dps: Vector, step_s: float) -> tuple[Vector, bool]:
        """Return what the filter is to take for the direction up, and whether that corrects the roll.

        In a turn a machine leans so far that it feels no side force and seems level. So there the accelerometer
        corrects the pitch alone: its part ahead is kept, the rest points where the filter has it already.
        """
        up_x, up_y, up_z = self._ahrs.get_gravity().tolist()
        turns = self._turns(gyro_dps[0] * up_x + gyro_dps[1] * up_y + gyro_dps[2] * up_z, step_s)
        if felt is None:
            return _UNKNOWN, False
        x, y, z = (part / STANDARD_GRAVITY_MPS2 for part in felt)
        across = math.hypot(up_y, up_z)
        if not turns or abs(x) >= 1.0 or across == 0.0:
            return (x, y, z), not turns
        share = math.sqrt(1.0 - x * x) / across
        return (x, share * up_y, share * up_z), False

    def _turns(self, yaw_dps: float, step_s: float) -> bool:
        self._yaw_dps += min(step_s / YAW_MEAN_S, 1.0) * (yaw_dps - self._yaw_dps)
        if abs(self._yaw_dps) < TURN_DPS:
            self._turning_s = 0.0
            return False
        self._turning_s += step_s
        return self._turning_s < TURN_MOST_S and self._unsettled_s == 0.0

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

    def _settle(self, felt: Vector | None, step_s: float) -> None:
        """Begin where gravity points, then believe it less and less."""
        if felt is None or self._settings.gain <= self._gain:
            return
        if not self._aligned:
            self._ahrs.set_quaternion(_upright(felt))
            self._aligned = True
        self._age_s += step_s
        self._unsettled_s = max(self._unsettled_s - step_s, 0.0)
        fading = min(MEAN_OF_S / self._age_s, 1.0)
        self._settings.gain = max(fading / self._age_s, self._gain)
        self._settings.acceleration_rejection = 0.0 if self._unsettled_s else REJECTION_DEG
        self._ahrs.set_settings(self._settings)

    def _forget(self) -> None:
        """Go on from the last orientation, but let gravity correct it fast, as after the start."""
        self._age_s, self._unsettled_s, self._settings.gain = FIRST_S, TILT_SETTLES_S, 1.0 / FIRST_S


def _upright(felt: Vector) -> NDArray[np.float64]:
    """Return the quaternion, w first, of a device that stands still, feels this, and has no yaw."""
    roll, pitch = math.atan2(felt[1], felt[2]) / 2, math.atan2(-felt[0], math.hypot(felt[1], felt[2])) / 2
    cr, sr, cp, sp = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch)
    return np.array([cr * cp, sr * cp, cr * sp, -sr * sp])
