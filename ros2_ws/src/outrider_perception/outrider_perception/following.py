"""The bodies that are followed, whatever sensor spoke: prediction, association, births and deaths."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outrider_perception import aside, associate, extent, kalman, swerve, twice
from outrider_perception.aim import Aims
from outrider_perception.arrays import Floats, Ints
from outrider_perception.bank import Bank
from outrider_perception.detections import PLACE, POLAR, Detections
from outrider_perception.ego import EgoVelocity
from outrider_perception.existence import log_odds, missed
from outrider_perception.expected import Expected, by_radar
from outrider_perception.lane import Lanes
from outrider_perception.late import Lag
from outrider_perception.moves import Listener, moves, refuted
from outrider_perception.settings import Settings
from outrider_perception.turning import bends

_NO_LAG = Lag()


class Outlook(NamedTuple):
    """From where bodies are seen: the sensor at `xy_m` (2,) that looks along `axis` (2,), by which shapes are told.

    `radar` is who would hear them move, None while there is none.
    """

    xy_m: Floats
    axis: Floats
    radar: Listener | None


class Following:
    """Holds the tracks as a `bank`; `update` takes the detections of one measurement."""

    def __init__(self, settings: Settings, sights: associate.Sights, aims: Aims) -> None:
        """Start without tracks; `aims` learn from whom more than one sensor sees."""
        self._settings, self._sights, self._aims, self._next_identity = settings, sights, aims, 1
        self.bank = Bank.empty(settings.bodies)

    def adapt(self, settings: Settings) -> None:
        """Go on with other settings: the chirp has changed."""
        self._settings = settings

    def forget(self) -> None:
        """Start anew; identities are never used twice."""
        self.bank = Bank.empty(self._settings.bodies)

    def went(self, before: EgoVelocity, ego: EgoVelocity) -> None:
        """Take a new velocity of the rig: its own braking is not the others'."""
        if before.valid and ego.valid:
            self.bank.state[:, 2:] += before.velocity_mps - ego.velocity_mps

    def advance(self, dt_s: float, ego: EgoVelocity, heard_s: float) -> Lag:
        """Predict by `dt_s`; `heard_s` is the stamp of the radar's scan before. Return by how much that is behind.

        Where the measurement is so much older (`dt_s` < 0) the tracks stay, and it is held against them as they were.
        """
        s, bank = self._settings, self.bank
        if dt_s < 0.0:
            return Lag(-dt_s, -dt_s * ego.yaw_rate_radps, ego.velocity_mps)
        silent = bank.seen_s < heard_s
        bank.state, bank.covariance = kalman.predict(bank.state, bank.covariance, dt_s, ego, silent, s,
                                                     swerve.swerves(bank, s))
        swerve.fade(bank, dt_s, s)
        if not ego.road.straight:
            bend = bends(bank.state[:, 2:] + ego.velocity_mps, ego, ego.road.at(bank.state[:, 0]), s.bend_mps2)
            if np.count_nonzero(bend):
                bank.state = kalman.bent(bank.state, dt_s * bend, ego.velocity_mps)
        _turn(bank, ego.yaw_rate_radps * dt_s, ego)
        return _NO_LAG

    def seen_by(self, sensor_xy_m: Floats, axis: Floats, lag: Lag) -> Expected:
        """Return what a radar at `sensor_xy_m` (2,) that looks along `axis` (2,) should see of the tracks."""
        return by_radar(self.bank, sensor_xy_m, axis, lag, self._settings)

    def update(self, detections: Detections, dt_s: float, ego: EgoVelocity, outlook: Outlook,
               known: Expected | None = None) -> None:
        """Associate, update, let tracks be born and die; `dt_s` and the detections' lag as `advance` took and told.

        `known` is what `seen_by` said, where it was asked.
        """
        s, bank, dt_s = self._settings, self.bank, max(dt_s, 0.0)
        over_ground = bank.state[:, 2:] + ego.velocity_mps
        slow = np.hypot(over_ground[:, 0], over_ground[:, 1]) < s.walking_mps
        matched = associate.match(bank, detections, slow, s, known)
        bank.log_odds -= missed(dt_s, s)
        if detections.angle >= 0:
            self._aims.seen(bank.identity[matched.track], detections.stamp_s, detections.kind == POLAR,
                            matched.residual, matched.noise, matched.inverse)
        before_m = bank.state[:, :2].copy()
        associate.apply(bank, detections, matched, missed(dt_s, s), s, self._sights)
        aside.learn(bank, bank.state[:, :2] - before_m + dt_s * over_ground,
                    Lanes.of(before_m, bank.state[:, 2:], ego, s.walking_mps, s.lane_tau_s), dt_s, s)
        if detections.lag.lag_s == 0.0:  # of who was seen late no time has passed: the next scan tells
            looked = known.looked if known else None
            extent.learn(bank, ego.velocity_mps, dt_s, outlook.xy_m, outlook.axis, s, looked)
        born = associate.unexplained(bank, detections, matched, s)
        most = s.max_tracks if detections.kind in (POLAR, PLACE) else self._sights.settings.births
        starts = born.nonzero()[0][:max(0, most - len(bank))]
        if detections.kind == POLAR or outlook.radar is None:  # else nothing is told before the next scan (steps.py)
            bank = self._alive(bank, detections.stamp_s, ego, outlook)
        self.bank = bank.with_more(self._born(detections, starts, ego)) if len(starts) else bank

    def _born(self, detections: Detections, index: Ints, ego: EgoVelocity) -> Bank:
        first, self._next_identity = self._next_identity, self._next_identity + len(index)
        state, covariance = detections.start(index, self._settings, self._sights.settings)
        born = Bank.newborn(first + np.arange(len(index)), state, covariance,
                            log_odds(self._settings.start_existence), detections.stamp_s, detections.sensor,
                            detections.depth_m[index], self._settings.bodies)
        born.given |= detections.kind == PLACE
        lag = detections.lag
        if lag.lag_s > 0.0:
            born.state, born.covariance = kalman.predict(state, covariance, lag.lag_s, ego, born.given & False,
                                                         self._settings)
            _turn(born, lag.turned_rad, ego)
        return born

    def _alive(self, bank: Bank, stamp_s: float, ego: EgoVelocity, outlook: Outlook) -> Bank:
        s, sight = self._settings, self._sights.settings
        sure = bank.log_odds > log_odds(s.confirm_existence)
        if np.count_nonzero(sure & ~bank.confirmed):
            fresh = bank.heard_s[:, 0] >= stamp_s - sight.scale_s
            alone = ~(extent.within(bank, s) & fresh).any(axis=1)
            new = sure & alone & ~bank.confirmed & moves(bank, ego, outlook.xy_m, s, sight)
            bank.confirmed |= new
            new &= ~bank.given  # a size is told with those
            if np.count_nonzero(new):
                extent.believe(bank, new, ego.velocity_mps)
                extent.learn(bank, ego.velocity_mps, 0.0, outlook.xy_m, outlook.axis, s)
        if outlook.radar is not None:
            bank.confirmed &= ~refuted(bank, ego, outlook.radar, s, sight)
        keep = bank.log_odds > log_odds(s.delete_existence)
        finite = np.isfinite(bank.state), np.isfinite(bank.covariance)
        if np.count_nonzero(finite[0]) + np.count_nonzero(finite[1]) < 20 * len(bank):
            keep &= finite[0].all(axis=1) & finite[1].all(axis=(1, 2))
        double = twice.doubles(bank, outlook.xy_m, stamp_s, s)
        if len(double.gone):
            twice.inherit(bank, double)
        keep &= ~double.goes
        return bank if np.count_nonzero(keep) == len(bank) else bank.take(keep)


def _turn(bank: Bank, angle_rad: float, ego: EgoVelocity) -> None:
    """Look at all tracks from a rig that has turned by `angle_rad`, > 0 to the left."""
    if angle_rad != 0.0:
        bank.state, bank.covariance = kalman.turned(bank.state, bank.covariance, angle_rad, ego.velocity_mps)
        bank.heading_rad = bank.heading_rad - angle_rad  # extent.learn goes round with it
