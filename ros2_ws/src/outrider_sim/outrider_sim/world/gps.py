"""A GPS receiver in the world: drifting positions, noisy velocities, outages. Pure; equal to the last bit for a seed.

| error | model | default |
|---|---|---|
| position | first-order Gauss-Markov on each axis: covariance s^2 exp(-|dt| / tau) | 1.2 m level, 2 m up, tau 120 s |
| velocity | white | 0.05 m/s on each axis, twice that up |
| after an outage | both grow by the factor 1 + 3 exp(-age / 3 s) | first fix 1 s after the sky is back |

Sizes: u-blox NEO-M9N data sheet (1.5 m CEP, 0.05 m/s). Drift over minutes: E. D. Kaplan, C. J. Hegarty,
"Understanding GPS/GNSS", 3rd ed., ch. 10 (ionosphere and multipath of a single receiver).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from outrider_sim.world import motion

SEMI_MAJOR_M, FLATTENING = 6_378_137.0, 1 / 298.257_223_563  # WGS 84
REACQUIRE_S, SETTLE_S, WORSE = 1.0, 3.0, 3.0
LOST_M, LOST_MPS = 4_294_967.0, 20.0  # the errors that a receiver reports when it knows nothing
SATELLITES = 14


@dataclass(frozen=True)
class Origin:
    """Where on Earth the world's (0, 0, 0) is; `course_deg` of the world's x axis, clockwise from north."""

    latitude_deg: float = 52.52
    longitude_deg: float = 13.4
    height_m: float = 75.0
    course_deg: float = 90.0


@dataclass(frozen=True)
class Errors:
    """Standard deviations on each level axis, and the time constant of the drift."""

    position_m: float = 1.2
    height_m: float = 2.0
    drift_s: float = 120.0
    velocity_mps: float = 0.05


@dataclass(frozen=True)
class GpsFix:
    """What the receiver finds out at `t_s`; the errors are its own estimates, 1 sigma."""

    t_s: float
    ok: bool
    latitude_deg: float
    longitude_deg: float
    height_m: float
    velocity_ned_mps: tuple[float, float, float]
    horizontal_error_m: float
    vertical_error_m: float
    speed_error_mps: float
    heading_error_deg: float
    satellites: int


class Gps:
    """One receiver. Ask in order of time: drift and outages have a memory."""

    def __init__(self, seed: int, *, origin: Origin | None = None, antenna_m: Sequence[float] = (0.0, 0.0, 1.0),
                 errors: Errors | None = None, sky: Callable[[float], bool] = lambda t_s: True) -> None:
        """Switch on. `antenna_m` lies in base_link; `sky(t_s)` is False where nothing is received (a tunnel)."""
        self._random = np.random.default_rng([seed, 0x675053])
        self._origin, self._errors = origin or Origin(), errors or Errors()
        self._antenna_m, self._sky = np.array(antenna_m, dtype=np.float64), sky
        self._scale_m = np.array([self._errors.position_m, self._errors.position_m, self._errors.height_m])
        self._drift = self._random.standard_normal(3)
        self._t_s: float | None = None
        self._blocked_s = -math.inf  # when there was no sky last
        self._place = np.zeros(3)  # the last one found, east, north, up

    def fix(self, pose_fn: motion.PoseFn, t_s: float) -> GpsFix:
        """Return the fix of `t_s`. Raises ValueError where that is before the last one."""
        if self._t_s is not None and t_s < self._t_s:
            raise ValueError(f'GPS fix asked for {t_s} s after one for {self._t_s} s, expected rising times')
        # Drawn at every instant, sky or not: an outage changes nothing of what comes after it.
        step, noise = self._random.standard_normal(3), self._random.standard_normal(3)
        if self._t_s is not None:
            keeps = math.exp(-(t_s - self._t_s) / self._errors.drift_s)
            self._drift = keeps * self._drift + math.sqrt(1.0 - keeps * keeps) * step
        self._t_s = t_s
        if not self._sky(t_s):
            self._blocked_s = t_s
        since_s = t_s - self._blocked_s
        if since_s < REACQUIRE_S:
            return self._lost(t_s)
        worse = 1.0 + WORSE * math.exp(-(since_s - REACQUIRE_S) / SETTLE_S)
        return self._found(pose_fn, t_s, worse, noise)

    def fixes(self, pose_fn: motion.PoseFn, times_s: Sequence[float]) -> list[GpsFix]:
        """Return the fixes of several instants, in order of time."""
        return [self.fix(pose_fn, t_s) for t_s in times_s]

    def _found(self, pose_fn: motion.PoseFn, t_s: float, worse: float, noise: motion.Floats) -> GpsFix:
        at, error = np.array([t_s]), self._errors.velocity_mps * worse
        place = _east_north_up(motion.places(pose_fn(at), self._antenna_m)[0], self._origin.course_deg)
        east, north, up = _east_north_up(motion.velocity(pose_fn, at, self._antenna_m)[0], self._origin.course_deg)
        self._place = place + worse * self._scale_m * self._drift
        velocity = (north + error * noise[0], east + error * noise[1], -up + 2 * error * noise[2])
        latitude, longitude, height = geodetic(self._place, self._origin)
        speed = math.hypot(velocity[0], velocity[1])
        return GpsFix(
            t_s=t_s, ok=True, latitude_deg=latitude, longitude_deg=longitude, height_m=height,
            velocity_ned_mps=(float(velocity[0]), float(velocity[1]), float(velocity[2])),
            horizontal_error_m=math.sqrt(2.0) * worse * self._errors.position_m,
            vertical_error_m=worse * self._errors.height_m, speed_error_mps=math.sqrt(2.0) * error,
            heading_error_deg=min(math.degrees(math.atan2(error, speed)) if speed > error else 180.0, 180.0),
            satellites=SATELLITES)

    def _lost(self, t_s: float) -> GpsFix:
        latitude, longitude, height = geodetic(self._place, self._origin)
        return GpsFix(t_s=t_s, ok=False, latitude_deg=latitude, longitude_deg=longitude, height_m=height,
                      velocity_ned_mps=(0.0, 0.0, 0.0), horizontal_error_m=LOST_M, vertical_error_m=LOST_M,
                      speed_error_mps=LOST_MPS, heading_error_deg=180.0, satellites=0)


def _east_north_up(world: motion.Floats, course_deg: float) -> motion.Floats:
    """Return a vector (3,) of the world in east, north, up."""
    c, s = math.cos(math.radians(course_deg)), math.sin(math.radians(course_deg))
    return np.array([s * world[0] - c * world[1], c * world[0] + s * world[1], world[2]])


def geodetic(enu_m: motion.Floats, origin: Origin) -> tuple[float, float, float]:
    """Return latitude, longitude (deg) and height (m) of a place (3,) east, north, up of `origin`.

    Through Earth-centred axes and back; latitude by B. R. Bowring's formula (Survey Review 181, 1976), which near
    the ground is exact to less than a micrometre.
    """
    lat, lon = math.radians(origin.latitude_deg), math.radians(origin.longitude_deg)
    square = FLATTENING * (2.0 - FLATTENING)
    normal = SEMI_MAJOR_M / math.sqrt(1.0 - square * math.sin(lat)**2)
    east, north, up = (float(part) for part in enu_m)
    outward = (normal + origin.height_m + up) * math.cos(lat) - north * math.sin(lat)
    x = outward * math.cos(lon) - east * math.sin(lon)
    y = outward * math.sin(lon) + east * math.cos(lon)
    z = (normal * (1.0 - square) + origin.height_m + up) * math.sin(lat) + north * math.cos(lat)
    minor = SEMI_MAJOR_M * (1.0 - FLATTENING)
    level = math.hypot(x, y)
    theta = math.atan2(z * SEMI_MAJOR_M, level * minor)
    latitude = math.atan2(z + square / (1.0 - square) * minor * math.sin(theta)**3,
                          level - square * SEMI_MAJOR_M * math.cos(theta)**3)
    there = SEMI_MAJOR_M / math.sqrt(1.0 - square * math.sin(latitude)**2)
    height = level * math.cos(latitude) + z * math.sin(latitude) - SEMI_MAJOR_M**2 / there
    return math.degrees(latitude), math.degrees(math.atan2(y, x)), height
