"""The rig's own motion: Doppler, GPS speed and course, gyroscope and wheels in one small Kalman filter.

State [vx, ax, vy, w, b, course, d]: velocity of base_link in its own axes, the change of vx, yaw rate, the gyroscope's
bias, direction of motion, and the share by which Doppler errs for long. Each measurement comes at its own time; one
that is a little late is compared with the state carried back to its stamp. Any of them may be missing: the filter then
says so by its covariance.

Lever arms: what moves is the sensor, v_s = v_b + w x r (REP 103); r of the radar is given with its Doppler, r of the
antenna with its speed. Y. Bar-Shalom, X. R. Li, T. Kirubarajan, "Estimation with Applications to Tracking and
Navigation", 2001, ch. 5 (consistency, gates), ch. 8 (coloured acceleration: Singer's model).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import NamedTuple

import numpy as np

from outrider_perception.arrays import Floats
from outrider_perception.measurements import Gyro, Speed
from outrider_perception.settings import MotionSettings

VX, AX, VY, W, BIAS, COURSE, OFF = range(7)
N = 7
_STAYS = np.eye(N)
_TURNS = np.zeros((1, N))  # what a gyroscope shows
_TURNS[0, W] = _TURNS[0, BIAS] = 1.0


class Motion(NamedTuple):
    """What is known of base_link at one instant; `covariance` (2, 2) is that of the velocity."""

    velocity_mps: Floats
    covariance: Floats
    yaw_rate_radps: float
    yaw_rate_sigma_radps: float
    turn_radps: float        # yaw rate of the way, without sway: what goes on
    roll_rad: float
    pitch_rad: float


class MotionFilter:
    """Follows the rig; feed it in the order of arrival."""

    def __init__(self, settings: MotionSettings) -> None:
        """Start without knowledge."""
        s = self._settings = settings
        self._x = np.zeros(N)
        self._p = np.diag(np.square([s.start_speed_sigma_mps, s.accel_sigma_mps2, s.lateral_sigma_mps,
                                     s.yaw_sigma_radps, s.gyro_bias_sigma_radps, 2.0 * math.pi,
                                     s.doppler_bias]))
        self._now_s: float | None = None
        self._heard_s: dict[str, float] = {}
        self._refused: dict[str, int] = {}
        # Times, and the integral of the yaw rate at each.
        self._way_s: list[float] = []
        self._turned: list[float] = []
        self._course_known = False
        self._tilt = (0.0, 0.0, -math.inf)
        self._told: Motion | None = None  # what advance said last, while nothing has changed since

    def hears(self, source: str, now_s: float) -> bool:
        """Tell whether 'doppler', 'gps', 'wheels' or 'gyro' has spoken, and was believed, within the last second."""
        return now_s - self._heard_s.get(source, -math.inf) <= self._settings.memory_s

    def knows_speed(self, now_s: float) -> bool:
        """Tell whether the speed at `now_s` is known to better than half a metre a second."""
        ahead = max(0.0, now_s - self._now_s) if self._now_s is not None else 0.0
        sigma2 = self._p[VX, VX] + self._p[AX, AX] * ahead ** 2
        return self._now_s is not None and bool(sigma2 <= self._settings.known_sigma_mps ** 2)

    def advance(self, now_s: float) -> Motion:
        """Carry the state to `now_s` (not back) and return it."""
        now_s = self._go(now_s)
        if self._told is None:
            self._told = self._tell(now_s)
        return self._told

    def _go(self, now_s: float) -> float:
        """Carry the state to `now_s` (not back) and return the time that it is then at."""
        before_s, way_s, turned = self._now_s, self._way_s, self._turned
        if before_s is None:
            way_s.append(now_s)
            turned.append(0.0)
        elif now_s > before_s:
            turned.append(turned[-1] + (now_s - before_s) * float(self._x[W]))
            way_s.append(now_s)
            self._predict(now_s - before_s)
        else:
            return before_s
        while len(way_s) > 2 and now_s - way_s[1] >= self._settings.sway_s:
            del way_s[0], turned[0]
        self._now_s = now_s
        return now_s

    def _tell(self, now_s: float) -> Motion:
        s, turn = self._settings, self._turn(now_s)
        roll, pitch, told_s = self._tilt
        if now_s - told_s > s.memory_s:
            roll = pitch = 0.0
        p = self._p
        covariance = np.empty((2, 2))
        covariance[0], covariance[1] = p[VX, VX:VY + 1:2], p[VY, VX:VY + 1:2]
        # Doppler alone hardly tells a turn from a slide, and a course only the way, not the sway. A mean over a scan:
        # tracks are turned by it once a scan.
        yaw = self._slope(s.scan_s) if self.hears('gyro', now_s) else turn
        return Motion(self._x[VX:VY + 1:2].copy(), covariance, yaw, math.sqrt(p[W, W]), turn, roll, pitch)

    def gyro(self, seen: Gyro) -> bool:
        """Take what turns and leans; False where it is not usable."""
        if not abs(seen.yaw_rate_radps) <= self._settings.most_yaw_radps:
            return False
        if self._late(seen.stamp_s) is None:
            return False
        sigma = math.hypot(self._settings.gyro_sigma_radps, self._settings.gyro_scale * seen.yaw_rate_radps)
        self._update('gyro', seen.stamp_s, _TURNS, [seen.yaw_rate_radps - float(self._x[W] + self._x[BIAS])],
                     sigma ** 2, gate=math.inf)
        if abs(seen.roll_rad) < 1.0 and abs(seen.pitch_rad) < 1.0:
            self._tilt, self._told = (seen.roll_rad, seen.pitch_rad, seen.stamp_s), None
        return True

    def speed(self, seen: Speed) -> bool:
        """Take a speed over ground, and its direction; False where it is not usable or not believed."""
        s = self._settings
        if not (abs(seen.mps) <= s.most_speed_mps and 0.0 < seen.sigma_mps <= s.most_speed_mps):
            return False
        late_s = self._late(seen.stamp_s)
        if late_s is None:
            return False
        late_s += s.gps_age_s if seen.source == 'gps' else 0.0
        sigma = max(seen.sigma_mps, s.least_sigma_mps)
        x, (rx, ry) = self._x.tolist(), seen.lever_m
        ahead, across = x[VX] - late_s * x[AX] - x[W] * ry, x[VY] + x[W] * rx
        rows = np.zeros((1, N))
        if seen.source == 'wheels':
            rows[0, VX], rows[0, AX], rows[0, W] = 1.0, -late_s, -ry
            sigma = math.hypot(sigma, s.wheel_scale * seen.mps)
            return self._update(seen.source, seen.stamp_s, rows, [seen.mps - ahead], sigma ** 2, s.gate)
        # The length of a noisy vector is never zero: sqrt(pi) / 2 of its two axes' sigma where it stands.
        expected = math.hypot(ahead, across, 0.5 * math.sqrt(math.pi) * sigma)
        u, v = ahead / max(expected, 1e-6), across / max(expected, 1e-6)
        starts = seen.mps ** 2 > s.gate * sigma ** 2 and abs(ahead) < 0.5 * seen.mps
        if starts or self._p[VX, VX] > s.known_sigma_mps ** 2:
            # A speed that nobody knows yet has no direction, nor has that of a rig that stood: rigs roll ahead.
            expected, u, v = ahead, 1.0, 0.0
        elif ahead < 0.0 and seen.mps > expected and ahead ** 2 < s.gate * (self._p[VX, VX] + sigma ** 2):
            u = -u  # what is hardly below zero and should be faster should be so ahead
        rows[0, :W + 1] = u, -u * late_s, v, v * rx - u * ry
        used = self._update(seen.source, seen.stamp_s, rows, [seen.mps - expected],
                            s.gps_share * sigma ** 2 + (s.age_sigma_s * x[AX]) ** 2, s.gate)
        if used and math.isfinite(seen.course_rad) and seen.mps > s.course_speed_mps:
            self._course(seen, late_s, across / max(abs(ahead), s.course_speed_mps))
        return used

    def doppler(self, stamp_s: float, information: Floats, vector: Floats, lever_m: Floats) -> bool:
        """Take what the statics say of the sensor's velocity v: `information` (2, 2) @ v = `vector` (2,).

        `lever_m` (2,) is where the sensor is. False where it is not believed.
        """
        late_s = self._late(stamp_s)
        if late_s is None:
            return False
        ((a, b), (_, d)), (x, y), (rx, ry) = information.tolist(), vector.tolist(), lever_m.tolist()
        # By Cholesky's root of it the errors of both rows are one, and independent.
        one, both, other = _root(a + 1e-9, b, d + 1e-9)
        speed = float(self._x[VX])
        rows = np.zeros((2, N))
        rows[0, :W + 1] = one, -one * late_s, both, both * rx - one * ry
        rows[0, OFF], rows[1, VY], rows[1, W] = one * speed, other, other * rx
        first, second = (rows @ self._x).tolist()
        x /= one
        return self._update('doppler', stamp_s, rows, [x - first, (y - both * x) / other - second], 1.0,
                            self._settings.gate)

    def _course(self, seen: Speed, late_s: float, slip: float) -> None:
        s, x = self._settings, self._x
        if not self._course_known:
            self._course_known = True
            x[COURSE] = seen.course_rad
        off = math.remainder(seen.course_rad - (x[COURSE] - late_s * x[W] + slip), 2.0 * math.pi)
        rows = np.zeros((1, N))
        rows[0, COURSE], rows[0, W], rows[0, VY] = 1.0, -late_s, 1.0 / max(abs(x[VX]), s.course_speed_mps)
        sigma = math.hypot(seen.sigma_mps / seen.mps, s.course_sigma_rad)
        self._update('course', seen.stamp_s, rows, [off], sigma ** 2, s.gate)

    def _late(self, stamp_s: float) -> float | None:
        """Go on to `stamp_s`; return by how much it is behind, None where that is too much."""
        late_s = self._go(stamp_s) - stamp_s
        return late_s if late_s <= self._settings.most_late_s else None

    def _predict(self, dt: float) -> None:
        s, x = self._settings, self._x
        keep_a, keep_y = math.exp(-dt / s.accel_tau_s), math.exp(-dt / s.lateral_tau_s)
        keep_w, keep_d = math.exp(-dt / s.yaw_tau_s), math.exp(-dt / s.doppler_bias_tau_s)
        self._told = None
        f = _STAYS.copy()
        # Singer: an acceleration that fades, integrated.
        f[VX, AX] = s.accel_tau_s * (1.0 - keep_a)
        f[AX, AX], f[VY, VY], f[W, W], f[OFF, OFF] = keep_a, keep_y, keep_w, keep_d
        f[COURSE, W] = dt
        lateral2 = s.lateral_sigma_mps ** 2 + (s.lateral_per_speed * float(x[VX])) ** 2
        wild_a = (1.0 - keep_a ** 2) * s.accel_sigma_mps2 ** 2
        wild_w = (1.0 - keep_w ** 2) * s.yaw_sigma_radps ** 2
        self._x = f @ x
        p = f @ self._p @ f.T
        # In the order of the state.
        p.reshape(-1)[::N + 1] += (wild_a * dt ** 2 / 3.0, wild_a, (1.0 - keep_y ** 2) * lateral2, wild_w,
                                   s.gyro_walk2 * dt, wild_w * dt ** 2 / 3.0, (1.0 - keep_d ** 2) * s.doppler_bias ** 2)
        # Nobody rolls faster, however long nothing is heard.
        p[VX, VX] = min(p[VX, VX], s.start_speed_sigma_mps ** 2)
        self._p = 0.5 * (p + p.T)

    def _update(self, source: str, stamp_s: float, rows: Floats, off: list[float], variance: float,
                gate: float) -> bool:
        """Update where the residual is inside the gate, or has been outside so often that the filter must be wrong.

        `rows` (k, N), k 1 or 2, and `off`, the residuals, whose errors are independent and of one `variance`.
        """
        s = self._settings
        moves, white = self._whitened(rows, off, variance)
        distance2 = math.fsum(one * one for one in white)
        if distance2 > gate * len(off):
            self._refused[source] = self._refused.get(source, 0) + 1
            if self._refused[source] < s.doubt_times or (source == 'doppler' and self._told_by_itself(stamp_s)):
                return False
            # Wrong for so long: take it, with the doubt that this asks for.
            self._p[VX, VX] += min(distance2 / gate, 1e3) * s.known_sigma_mps ** 2
            moves, white = self._whitened(rows, off, variance)
        self._refused[source], self._told = 0, None
        self._heard_s[source] = stamp_s
        self._x = self._x + np.array(white) @ moves
        self._p = self._p - moves.T @ moves
        return True

    def _whitened(self, rows: Floats, off: list[float], variance: float) -> tuple[Floats, list[float]]:
        """Return by how much the state (k, N) moves with residuals that are independent and one wide, and those.

        With L, Cholesky's root of S = H P H' + R, they are L^-1 H P and L^-1 off: what is learnt takes from P the
        square of the first.
        """
        carried = rows @ self._p
        spread = (carried @ rows.T).tolist()
        if len(off) == 1:
            one = math.sqrt(spread[0][0] + variance)
            return carried / one, [off[0] / one]
        one, both, other = _root(spread[0][0] + variance, spread[1][0], spread[1][1] + variance)
        carried[0] /= one
        carried[1] -= both * carried[0]
        carried[1] /= other
        first = off[0] / one
        return carried, [first, (off[1] - both * first) / other]

    def _told_by_itself(self, now_s: float) -> bool:
        """Tell whether wheels or GPS are believed: all of traffic may pose as the ground; the rig's own do not.

        A GPS that follows the filter's own sign is no witness of it: rigs roll ahead.
        """
        return self.hears('wheels', now_s) or (self.hears('gps', now_s) and bool(self._x[VX] > 0.0))

    def _turn(self, now_s: float) -> float:
        """Return the yaw rate of the way: its mean over one sway, sooner where it leaves what sway does."""
        s = self._settings
        if not self.hears('gyro', now_s) and not self.hears('course', now_s):
            return 0.0
        long = self._slope(s.sway_s)
        beyond = self._slope(s.onset_s) - long
        long += math.copysign(max(0.0, abs(beyond) - s.sway_yaw_radps), beyond)
        # A small one is as likely a bias as a bend.
        return long ** 3 / (long ** 2 + s.straight_radps ** 2) if abs(long) > 0.5 * s.straight_radps else 0.0

    def _slope(self, span_s: float) -> float:
        now_s, turned = self._way_s[-1], self._turned[-1]
        newest = max(bisect_right(self._way_s, -span_s, key=lambda one: one - now_s) - 1, 0)
        before_s, before = self._way_s[newest], self._turned[newest]
        return (turned - before) / (now_s - before_s) if now_s - before_s >= 0.5 * span_s else 0.0


def _root(a: float, b: float, d: float) -> tuple[float, float, float]:
    """Return the lower root l11, l21, l22 of a covariance [[a, b], [b, d]]."""
    one = math.sqrt(a)
    both = b / one
    return one, both, math.sqrt(max(d - both * both, 1e-12 * d))
