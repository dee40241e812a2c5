"""What the rig itself does, from all that tell: the statics of a scan on one hand, GPS, wheels and gyroscope beside."""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Floats
from outrider_perception.ego import EgoEstimator, EgoVelocity, Evidence
from outrider_perception.measurements import Gyro, OwnMotion
from outrider_perception.motion import Motion, MotionFilter
from outrider_perception.road import Road, Way
from outrider_perception.settings import MotionSettings, Settings


class Own:
    """Statics and filter together; `hear` what others measure, then `scan` after scan."""

    def __init__(self, settings: Settings, motion: MotionSettings) -> None:
        """Start without knowledge."""
        self._settings, self._motion_settings = settings, motion
        self._estimator = EgoEstimator(settings)
        self._filter = MotionFilter(motion)
        self._now_s: float | None = None
        self._way, self._went_s = Way(), 0.0

    def adapt(self, settings: Settings) -> None:
        """Go on with other settings: the chirp has changed."""
        self._settings = settings
        self._estimator.adapt(settings)

    @property
    def evidence(self) -> Evidence | None:
        """Return what the statics of the last scan said of the sensor's velocity; None: nothing that was believed."""
        return self._estimator.evidence

    def hear(self, seen: OwnMotion) -> bool:
        """Take what the gyroscope or a speed says; False where it was not usable or not believed."""
        self._follow(seen.stamp_s)
        return self._filter.gyro(seen) if isinstance(seen, Gyro) else self._filter.speed(seen)

    def at(self, stamp_s: float) -> Motion:
        """Return the motion at `stamp_s`, which must not go back."""
        self._follow(stamp_s)
        return self._filter.advance(stamp_s)

    def missing(self, now_s: float) -> list[str]:
        """Return which of 'gps' and 'imu' have not been heard within the last second."""
        return [name for name, source in (('gps', 'gps'), ('imu', 'gyro')) if not self._filter.hears(source, now_s)]

    def expected(self, motion: Motion, lever_m: Floats, now_s: float) -> Floats | None:
        """Return the velocity (2,) of a sensor at `lever_m` (2,), None where nobody knows it."""
        return motion.velocity_mps + swing(motion.yaw_rate_radps, lever_m) if self._filter.knows_speed(now_s) else None

    def scan(self, stamp_s: float, slopes: Floats, range_rate_mps: Floats, crowd: Floats,
             lever_m: Floats) -> EgoVelocity:
        """Return the velocity of base_link after one scan.

        `slopes` (n, 2) are the directions times the cosine of elevation, `range_rate_mps` (n,) as measured by a sensor
        at `lever_m` (2,), `crowd` (n,) how many points are of the same body.
        """
        expected = self.expected(self.at(stamp_s), lever_m, stamp_s)
        found = self._estimator.update(stamp_s, slopes, range_rate_mps, crowd, expected)
        evidence = self._estimator.evidence
        if evidence is not None:
            self._filter.doppler(stamp_s, evidence.information, evidence.vector, lever_m)
        motion = self.at(stamp_s)
        if not self._filter.knows_speed(stamp_s):
            return EgoVelocity(found.velocity_mps, found.covariance, False, found.statics, motion.yaw_rate_radps,
                               motion.turn_radps)
        road = self._road(stamp_s, motion)
        return EgoVelocity(motion.velocity_mps, motion.covariance, True, found.statics, motion.yaw_rate_radps,
                           motion.turn_radps, road)

    def without_radar(self, stamp_s: float) -> EgoVelocity:
        """Return the velocity of base_link as GPS, wheels and gyroscope know it."""
        motion = self.at(stamp_s)
        return EgoVelocity(motion.velocity_mps, motion.covariance, self._filter.knows_speed(stamp_s), 0,
                           motion.yaw_rate_radps, motion.turn_radps, self._road(stamp_s, motion))

    def _road(self, stamp_s: float, motion: Motion) -> Road:
        dt_s, self._went_s = stamp_s - self._went_s, stamp_s
        # A mean over one sway is that of its middle.
        return self._way.go(min(dt_s, self._settings.max_gap_s), float(motion.velocity_mps[0]), motion.turn_radps,
                            0.5 * self._motion_settings.sway_s)

    def _follow(self, stamp_s: float) -> None:
        """Begin anew where time jumped."""
        s = self._settings
        if self._now_s is not None and not -s.max_late_s <= stamp_s - self._now_s <= s.max_gap_s:
            self._estimator, self._filter = EgoEstimator(s), MotionFilter(self._motion_settings)
            self._now_s, self._way = None, Way()
        self._now_s = stamp_s if self._now_s is None else max(self._now_s, stamp_s)


def swing(yaw_rate_radps: float, lever_m: Floats) -> Floats:
    """Return by how much (2,) a place at `lever_m` (2,) moves otherwise than base_link: w x r."""
    x, y = lever_m.tolist()
    return np.array((-yaw_rate_radps * y, yaw_rate_radps * x))
