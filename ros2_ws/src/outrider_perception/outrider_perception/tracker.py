"""The door of perception: time-stamped measurements in, tracks out. No ROS, no clock.

    tracker = Tracker(*config.load().tracking)
    step = tracker.step(PolarScan.from_points(stamp_s, pose, xyz, range_rate, snr))
    for track in step.tracks.identity: ...

Time is that of the stamps. One that repeats for a sensor is ignored; one behind the newest is used for what it says of
then (late.py), ignored where it is too old, each counted; one that is later or earlier by more than the settings allow
starts anew (identities are never used twice).
"""

from __future__ import annotations

import math
from collections import Counter, deque
from typing import overload

import numpy as np

from outrider_perception import associate
from outrider_perception.aim import Aims
from outrider_perception.background import Background
from outrider_perception.cluster import cluster, same_body
from outrider_perception.copies import amended
from outrider_perception.degraded import Degraded
from outrider_perception.detections import Detections, from_boxes, from_clusters, from_depth, from_image
from outrider_perception.ego import EgoVelocity, doubt, moving
from outrider_perception.expected import Expected
from outrider_perception.following import Following, Outlook
from outrider_perception.known import known
from outrider_perception.late import Lag
from outrider_perception.lean import leaned
from outrider_perception.measurements import (
    Boxes,
    CartesianScan,
    DepthClusters,
    Gyro,
    Measurement,
    OwnMotion,
    PolarScan,
    Speed,
)
from outrider_perception.mirrors import Mirrors
from outrider_perception.moves import Listener
from outrider_perception.own import Own, swing
from outrider_perception.points import flatten
from outrider_perception.settings import MotionSettings, Settings, SightSettings
from outrider_perception.steps import Step as Step
from outrider_perception.unfolder import Unfolder

_STAMPS = 8  # of each sensor that are remembered: a repeated one is at most so many behind


class Tracker:
    """Holds the tracks; `step` takes one measurement. Equal measurements give equal steps, to the last bit."""

    def __init__(self, settings: Settings, motion: MotionSettings, sight: SightSettings) -> None:
        """Start without tracks."""
        self.settings = settings
        self._chirp: tuple[float, float | None] = (settings.velocity_bin_mps, None)
        self._sights = associate.Sights(sight, settings.bodies.classes)
        self._motion_settings = motion
        self.totals: Counter[str] = Counter()  # since the start, for diagnostics
        self._sensor_xy_m, self._sensor_axis = np.zeros(2), np.array([1.0, 0.0])
        self._own = Own(self.settings, self._motion_settings)
        self._aims = Aims(motion)
        self._following = Following(self.settings, self._sights, self._aims)
        self._begin()

    def _begin(self) -> None:
        self._following.forget()
        self._now_s: float | None = None
        self._radar = Listener(np.zeros(2), np.array([1.0, 0.0]), 0.0, -np.inf)
        self._stamps: dict[str, deque[float]] = {}
        self._degraded = Degraded(self._motion_settings.memory_s)
        self._ego = EgoVelocity()
        self._background = Background(self.settings)
        self._mirrors = Mirrors(self.settings)
        self._unfolder = Unfolder(self.settings)

    @overload
    def step(self, measurement: Measurement) -> Step: ...

    @overload
    def step(self, measurement: OwnMotion) -> None: ...

    def step(self, measurement: Measurement | OwnMotion) -> Step | None:
        """Take one measurement and return what is known after it; None after one of the rig's own motion."""
        if isinstance(measurement, (Gyro, Speed)):
            self.hear(measurement)
            return None
        reason = self._refuse(measurement)
        if reason:
            self.totals[reason] += 1
            return self._result(measurement, {reason: 1}, used=False)
        dt_s = measurement.stamp_s - self._now_s if self._now_s is not None else 0.0
        counts = (self._polar(measurement, dt_s) if isinstance(measurement, PolarScan)
                  else self._seen(measurement, dt_s))
        if measurement.sensor not in self._stamps:
            self._stamps[measurement.sensor] = deque(maxlen=_STAMPS)
        self._stamps[measurement.sensor].append(measurement.stamp_s)
        self._now_s = measurement.stamp_s if self._now_s is None else max(self._now_s, measurement.stamp_s)
        self._degraded.hear(measurement)
        for name, count in counts.items():  # Counter.update takes five times as long
            self.totals[name] += count
        return self._result(measurement, counts, used=True)

    def hear(self, own: OwnMotion) -> bool:
        """Take one measurement of the rig's own motion; False where it was not believed."""
        kind, used = 'gyro' if isinstance(own, Gyro) else own.source, self._own.hear(own)
        self.totals[kind if used else f'{kind}_left_out'] += 1
        return used

    def light(self, stamp_s: float, dark: bool) -> None:
        """Take what a camera says of the light at `stamp_s`."""
        self._degraded.light(stamp_s, dark)

    @property
    def aims(self) -> Aims:
        """Return by how much radar and camera look beside where their mounts say, as far as that is learnt."""
        return self._aims

    def lean(self, stamp_s: float) -> tuple[float, float]:
        """Return the rig's roll and pitch at `stamp_s`: depth needs them to know the ground."""
        motion = self._own.at(stamp_s)
        return motion.roll_rad, motion.pitch_rad

    def _refuse(self, measurement: Measurement) -> str:
        """Return why a measurement cannot be used, '' if it can; begin anew where time jumped."""
        if self._now_s is None:
            return ''
        ahead_s = measurement.stamp_s - self._now_s
        if ahead_s > self.settings.max_gap_s or ahead_s < -self.settings.max_late_s:
            self.totals['restarts'] += 1
            self._begin()
            return ''
        if measurement.stamp_s in self._stamps.get(measurement.sensor, ()):
            return 'repeated'
        return 'late' if ahead_s < -self._sights.settings.late_s else ''

    def _polar(self, scan: PolarScan, dt_s: float) -> dict[str, int]:
        self._adapt(scan)
        s, motion = self.settings, self._own.at(scan.stamp_s)
        scan = amended(scan, pose=leaned(self._aims.radar.applied(scan.pose), motion.roll_rad, motion.pitch_rad))
        lever_m = self._sensor_xy_m = scan.pose.translation_m[:2]
        seen = points = flatten(scan, s)
        if scan.velocity_max_mps is not None:
            points = self._unfolder.ground(seen, scan, self._own.expected(motion, lever_m, scan.stamp_s))
        slopes = points.directions * points.slope[:, None]
        crowd = same_body(points, s, s.ego_crowd_reach) @ np.ones(len(points))
        self._sensor_axis = scan.pose.rotation[:2, 0]
        self._radar = Listener.of(scan, self._sights.settings)
        self._went(self._own.scan(scan.stamp_s, slopes, points.range_rate_mps * points.slope, crowd, lever_m), dt_s)
        if self._own.evidence is not None and self._ego.valid:
            self._aims.radar.by_ground(self._own.evidence, self._ego, lever_m)
        swung = swing(self._ego.yaw_rate_radps, lever_m)
        held = np.zeros(len(points), dtype=np.bool_)
        before = self._following.bank.covariance
        lag, expected = self._expect(dt_s)
        if scan.velocity_max_mps is not None:
            unfolded = self._unfolder.bodies(seen, scan, self._ego.velocity_mps + swung, doubt(slopes, self._ego, s),
                                             known(self._following.bank, expected, before, swung, s))
            points, held, mover = unfolded.points, unfolded.held, ~unfolded.ground & ~unfolded.held
        # From here on as seen by a sensor that moves as base_link does.
        points = points.aimed(points.azimuth_rad, points.directions,
                              points.range_rate_mps + points.directions @ swung)
        if scan.velocity_max_mps is None:
            mover = moving(slopes, points.range_rate_mps * points.slope, self._ego, s)
        chosen, stands = mover.copy(), ~mover & ~held
        counts = {'points': len(scan.range_m), 'statics': int(np.count_nonzero(stands)),
                  'movers': int(np.count_nonzero(mover)), 'held': int(np.count_nonzero(held)), **points.left_out}
        self._mirrors.look(dt_s, lever_m + points.range_m[stands, None] * points.directions[stands], self._ego, lever_m)
        if math.hypot(*self._ego.velocity_mps) < s.still_speed_mps:
            chosen[stands] = self._background.foreground(max(dt_s, 0.0), points.range_m[stands],
                                                         points.azimuth_rad[stands])
        else:
            self._background.forget()
        clusters = cluster(points.take(chosen), mover[chosen], s)
        counts['clusters'] = int(np.count_nonzero(clusters.moving))
        self._update(from_clusters(clusters, scan, s, lag), dt_s, expected)
        bank = self._following.bank
        bank.image_s[self._mirrors.images(bank, self._ego)] = scan.stamp_s
        return counts

    def _adapt(self, scan: PolarScan) -> None:
        """Take the bins of the chirp that made `scan`."""
        step, resolution = scan.velocity_step_mps, scan.range_resolution_m
        if step is not None and (step, resolution) != self._chirp:
            self._chirp = step, resolution
            self.settings = self.settings.with_chirp(step, resolution)
            self._own.adapt(self.settings)
            self._unfolder.adapt(self.settings)
            self._following.adapt(self.settings)

    def _went(self, ego: EgoVelocity, dt_s: float) -> None:
        """Take a new velocity of the rig: its own braking is not the others', its sway is not its way."""
        dt_s = max(dt_s, 0.0)
        swung = self._ego.sway_rad + (ego.yaw_rate_radps - ego.turn_radps) * dt_s
        ego = amended(ego, sway_rad=swung * math.exp(-dt_s / self.settings.sway_tau_s))
        self._following.went(self._ego, ego)
        self._ego = ego

    def _seen(self, seen: CartesianScan | Boxes | DepthClusters, dt_s: float) -> dict[str, int]:
        if isinstance(seen, CartesianScan):
            detections, counts = from_boxes(seen, self.settings)
            self._advance(detections, dt_s)
            return counts
        pose = leaned(self._aims.camera.applied(seen.pose) if isinstance(seen, Boxes) else seen.pose,
                      *self.lean(seen.stamp_s))
        if not self._degraded.hears('radar', seen.stamp_s):
            self._sensor_xy_m, self._sensor_axis = pose.translation_m[:2], pose.rotation[:2, 0]
            self._went(self._own.without_radar(seen.stamp_s), dt_s)
        if isinstance(seen, Boxes):
            detections, counts = from_image(amended(seen, pose=pose), self._sights.classes, self._sights.settings)
            detections.noise[:, 0, 0] += self._aims.camera.variance
        else:
            detections, counts = from_depth(amended(seen, pose=pose), self._sights.settings)
        self._advance(detections, dt_s)
        return counts

    def _expect(self, dt_s: float) -> tuple[Lag, Expected]:
        """Predict the tracks by `dt_s`; return by how much the scan is behind, and what it should see of them."""
        lag = self._following.advance(dt_s, self._ego, self._scan_before_s())
        return lag, self._following.seen_by(self._sensor_xy_m, self._sensor_axis, lag)

    def _advance(self, detections: Detections, dt_s: float) -> None:
        lag = self._following.advance(dt_s, self._ego, self._scan_before_s())
        self._update(amended(detections, lag=lag), dt_s)

    def _update(self, detections: Detections, dt_s: float, expected: Expected | None = None) -> None:
        hears = self._degraded.hears('radar', detections.stamp_s)
        outlook = Outlook(self._sensor_xy_m, self._sensor_axis, self._radar if hears else None)
        self._following.update(detections, dt_s, self._ego, outlook, expected)

    def _scan_before_s(self) -> float:
        scans = self._stamps.get('radar')
        return scans[-1] if scans else -math.inf

    def _result(self, measurement: Measurement, counts: dict[str, int], used: bool) -> Step:
        bank = self._following.bank
        now_s = self._now_s if self._now_s is not None else 0.0
        told = bank.confirmed & (bank.image_s <= now_s - self.settings.twin_s)
        tracks, sure = bank.take(told), int(np.count_nonzero(bank.confirmed))
        counts = {**counts, 'tracks': len(tracks), 'images': sure - len(tracks), 'tentative': len(bank) - sure}
        return Step(now_s, tracks, tracks.box_m.copy(), tracks.state[:, :2].copy(), self._ego, used, counts,
                    measurement.sensor, self._degraded.missing(now_s, self._own.missing(now_s)))
