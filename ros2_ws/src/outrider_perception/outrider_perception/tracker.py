"""The door of perception: time-stamped measurements in, tracks out. No ROS, no clock.

    tracker = Tracker(Settings())
    step = tracker.step(PolarScan.from_points(stamp_s, pose, xyz, range_rate, snr))
    for track in step.tracks.identity: ...

Time is that of the stamps. One that repeats for a sensor is ignored, one a little late too, each counted; one that is
later or earlier by more than the settings allow starts anew (identities are never used twice).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import overload

import numpy as np

from outrider_perception import associate, extent, kalman, models
from outrider_perception.arrays import Bools, Floats, wrap_angle
from outrider_perception.background import Background
from outrider_perception.bank import Bank
from outrider_perception.cluster import cluster, same_body
from outrider_perception.detections import Detections, from_boxes, from_clusters
from outrider_perception.ego import EgoVelocity, doubt, moving
from outrider_perception.existence import log_odds, missed
from outrider_perception.lean import leaned
from outrider_perception.measurements import CartesianScan, Gyro, Measurement, OwnMotion, PolarScan, Speed
from outrider_perception.own import Own, swing
from outrider_perception.points import flatten
from outrider_perception.settings import MotionSettings, Settings
from outrider_perception.unfolder import Known, Unfolder


@dataclass(frozen=True)
class Step:
    """What is known after one measurement: confirmed tracks, copied, with sizes (n, 3) and centres (n, 2)."""

    stamp_s: float
    tracks: Bank
    size_m: Floats
    centre_m: Floats
    ego: EgoVelocity
    used: bool                # False: the stamp repeats or is late
    counts: dict[str, int]    # of this measurement: points, statics, movers, clusters, tentative, left out and why


class Tracker:
    """Holds the tracks; `step` takes one measurement. Equal measurements give equal steps, to the last bit."""

    def __init__(self, settings: Settings | None = None, motion: MotionSettings | None = None) -> None:
        """Start without tracks."""
        self.settings = settings or Settings()
        self._motion_settings = motion or MotionSettings()
        self.totals: Counter[str] = Counter()  # since the start, for diagnostics
        self._next_identity = 1
        self._sensor_xy_m, self._sensor_axis = np.zeros(2), np.array([1.0, 0.0])
        self._own = Own(self.settings, self._motion_settings)
        self._begin()

    def _begin(self) -> None:
        self._bank = Bank.empty()
        self._now_s: float | None = None
        self._last_by_sensor: dict[str, float] = {}
        self._ego = EgoVelocity()
        self._background = Background(self.settings)
        self._unfolder = Unfolder(self.settings)

    @overload
    def step(self, measurement: Measurement) -> Step: ...

    @overload
    def step(self, measurement: OwnMotion) -> None: ...

    def step(self, measurement: Measurement | OwnMotion) -> Step | None:
        """Take one measurement and return what is known after it; None after one of the rig's own motion."""
        if isinstance(measurement, (Gyro, Speed)):
            kind = 'gyro' if isinstance(measurement, Gyro) else measurement.source
            self.totals[kind if self._own.hear(measurement) else f'{kind}_left_out'] += 1
            return None
        reason = self._refuse(measurement)
        if reason:
            self.totals[reason] += 1
            return self._result({reason: 1}, used=False)
        dt_s = measurement.stamp_s - self._now_s if self._now_s is not None else 0.0
        if isinstance(measurement, PolarScan):
            counts = self._polar(measurement, dt_s)
        else:
            counts = self._cartesian(measurement, dt_s)
        self._last_by_sensor[measurement.sensor] = self._now_s = measurement.stamp_s
        self.totals.update(counts)
        return self._result(counts, used=True)

    def _refuse(self, measurement: Measurement) -> str:
        """Return why a measurement cannot be used, '' if it can; begin anew where time jumped."""
        if self._now_s is None:
            return ''
        ahead_s = measurement.stamp_s - self._now_s
        if ahead_s > self.settings.max_gap_s or ahead_s < -self.settings.max_late_s:
            self.totals['restarts'] += 1
            self._begin()
            return ''
        if self._last_by_sensor.get(measurement.sensor) == measurement.stamp_s:
            return 'repeated'
        return 'late' if ahead_s < 0.0 else ''

    def _polar(self, scan: PolarScan, dt_s: float) -> dict[str, int]:
        self._adapt(scan)
        s, motion = self.settings, self._own.at(scan.stamp_s)
        scan = replace(scan, pose=leaned(scan.pose, motion.roll_rad, motion.pitch_rad))
        lever_m = self._sensor_xy_m = scan.pose.translation_m[:2]
        seen = points = flatten(scan, s)
        if scan.velocity_max_mps is not None:
            points = self._unfolder.ground(seen, scan, self._own.expected(motion, lever_m, scan.stamp_s))
        slopes = points.directions * points.slope[:, None]
        crowd = same_body(points, s, s.ego_crowd_reach).sum(axis=1)
        before, self._sensor_axis = self._ego, scan.pose.rotation[:2, 0]
        self._ego = self._own.scan(scan.stamp_s, slopes, points.range_rate_mps * points.slope, crowd, lever_m)
        if before.valid and self._ego.valid:
            # The rig's own braking is not the others'.
            self._bank.state[:, 2:] += before.velocity_mps - self._ego.velocity_mps
        swung = swing(self._own.at(scan.stamp_s), lever_m)
        held = np.zeros(len(points), dtype=np.bool_)
        if scan.velocity_max_mps is not None:
            unfolded = self._unfolder.bodies(seen, scan, self._ego.velocity_mps + swung, doubt(slopes, self._ego, s),
                                             self._known(dt_s, swung))
            points, held, mover = unfolded.points, unfolded.held, ~unfolded.ground & ~unfolded.held
        # From here on as seen by a sensor that moves as base_link does.
        points = points.aimed(points.azimuth_rad, points.range_rate_mps + points.directions @ swung)
        if scan.velocity_max_mps is None:
            mover = moving(slopes, points.range_rate_mps * points.slope, self._ego, s)
        counts = {'points': len(scan.range_m), 'statics': int((~mover & ~held).sum()), 'movers': int(mover.sum()),
                  'held': int(held.sum()), **points.left_out}
        chosen = mover.copy()
        if np.hypot(*self._ego.velocity_mps) < s.still_speed_mps:
            rest = ~mover & ~held
            chosen[rest] = self._background.foreground(dt_s, points.range_m[rest], points.azimuth_rad[rest])
        else:
            self._background.forget()
        clusters = cluster(points.take(chosen), mover[chosen], s)
        counts['clusters'] = int(clusters.moving.sum())
        self._update(from_clusters(clusters, scan, s), dt_s)
        return counts

    def _adapt(self, scan: PolarScan) -> None:
        """Take the Doppler bin of the chirp that made `scan`."""
        step = scan.velocity_step_mps
        if step is not None and step != self.settings.velocity_bin_mps:
            self.settings = self.settings.with_bin(step)
            self._own.adapt(self.settings)
            self._unfolder.adapt(self.settings)

    def _known(self, dt_s: float, swung: Floats) -> Known:
        """Return all tracks as the sensor should see them now; `swung` is how it moves beside base_link."""
        s, bank = self.settings, self._bank
        centre = bank.state[:, :2] + bank.state[:, 2:] * dt_s
        looks = extent.seen(centre, bank.box_m, bank.heading_rad, self._sensor_xy_m, self._sensor_axis, s)
        place = centre + looks.offset_m
        away = place - self._sensor_xy_m
        reach = np.maximum(np.hypot(away[:, 0], away[:, 1]), 0.3)
        line = away / reach[:, None]
        side = np.stack([-line[:, 1], line[:, 0]], axis=1)
        spread, velocity = bank.covariance[:, :2, :2], bank.covariance[:, 2:, 2:]
        noise = (extent.wander(looks, place, bank.state[:, 2:], self._sensor_xy_m) + models.polar_noise(reach, s))
        along, across, rate = (np.einsum('ni,nij,nj->n', u, p, u)
                               for u, p in ((line, spread), (side, spread), (line, velocity)))
        return Known(reach, np.arctan2(away[:, 1], away[:, 0]), ((bank.state[:, 2:] - swung) * line).sum(axis=1),
                     np.sqrt(along + noise[:, 0, 0]), np.sqrt(across + reach ** 2 * noise[:, 1, 1]),
                     np.sqrt(rate + noise[:, 2, 2]), bank.box_m[:, 0], bank.confirmed)

    def _cartesian(self, scan: CartesianScan, dt_s: float) -> dict[str, int]:
        detections, counts = from_boxes(scan, self.settings)
        self._update(detections, dt_s)
        return counts

    def _update(self, detections: Detections, dt_s: float) -> None:
        """Predict, associate, update, and let tracks be born and die."""
        s, bank = self.settings, self._bank
        silent = detections.stamp_s - bank.seen_s > 1.5 * dt_s
        bank.state, bank.covariance = kalman.predict(bank.state, bank.covariance, dt_s, self._ego.velocity_mps, silent,
                                                     s)
        self._turn(bank, self._ego.yaw_rate_radps * dt_s)
        slow = np.hypot(*(bank.state[:, 2:] + self._ego.velocity_mps).T) < s.walking_mps
        matched = associate.match(bank, detections, slow, s)
        bank.log_odds -= missed(dt_s, s)
        associate.apply(bank, detections, matched, missed(dt_s, s), s)
        extent.learn(bank, self._ego.velocity_mps, dt_s, self._sensor_xy_m, self._sensor_axis, s)
        born = associate.unexplained(bank, detections, matched, s)
        room = max(0, s.max_tracks - len(bank))
        self._bank = self._alive(bank, detections.stamp_s).with_more(self._born(detections, born, room))

    def _turn(self, bank: Bank, angle_rad: float) -> None:
        """Look at all tracks from a rig that has turned by `angle_rad`, > 0 to the left."""
        if angle_rad != 0.0:
            bank.state, bank.covariance = kalman.turned(bank.state, bank.covariance, angle_rad, self._ego.velocity_mps)
            bank.heading_rad = wrap_angle(bank.heading_rad - angle_rad)

    def _born(self, detections: Detections, which: Bools, room: int) -> Bank:
        index = np.flatnonzero(which)[:room]
        first, self._next_identity = self._next_identity, self._next_identity + len(index)
        state, covariance = detections.start(index, self.settings)
        return Bank.newborn(first + np.arange(len(index)), state, covariance,
                            log_odds(self.settings.start_existence), detections.stamp_s, detections.sensor,
                            detections.depth_m[index])

    def _alive(self, bank: Bank, stamp_s: float) -> Bank:
        s = self.settings
        bank.confirmed |= (bank.log_odds > log_odds(s.confirm_existence)) & self._moves(bank)
        keep = bank.log_odds > log_odds(s.delete_existence)
        keep &= np.isfinite(bank.state).all(axis=1) & np.isfinite(bank.covariance).all(axis=(1, 2))
        keep &= ~associate.doubles(bank, self._sensor_xy_m, stamp_s, s)
        return bank.take(keep)

    def _moves(self, bank: Bank) -> Bools:
        """Return which tracks (n,) move over ground by more than a Doppler bin's doubt, or were seen by other eyes.

        One point may land in the wrong bin; the filtered range rate of a static thing does not.
        """
        line = bank.state[:, :2] - self._sensor_xy_m
        line /= np.maximum(np.hypot(line[:, 0], line[:, 1]), 1e-6)[:, None]
        radial = np.abs(((bank.state[:, 2:] + self._ego.velocity_mps) * line).sum(axis=1))
        other_eyes = np.isfinite(bank.heard_s[:, 1:]).any(axis=1)
        moves: Bools = (radial > self.settings.velocity_bin_mps / 2) | other_eyes
        return moves

    def _result(self, counts: dict[str, int], used: bool) -> Step:
        tracks = self._bank.take(self._bank.confirmed)
        counts = {**counts, 'tracks': len(tracks), 'tentative': len(self._bank) - len(tracks)}
        now_s = self._now_s if self._now_s is not None else 0.0
        return Step(now_s, tracks, tracks.box_m.copy(), tracks.state[:, :2].copy(), self._ego, used, counts)
