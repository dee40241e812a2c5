"""The sensor's own velocity from the Doppler of what stands still; motion.py makes the rig's of it.

A static point in direction d (unit vector, base_link axes) has range rate -d . v, v the sensor's velocity. RANSAC over
pairs finds the points that agree, weighted least squares with a soft 'wheels do not slide' row gives velocity and
covariance. Kellner et al., Instantaneous ego-motion estimation using Doppler radar, ITSC 2013; Doer and Trommer, An
EKF based approach to radar inertial odometry, MFI 2020. Yaw rate is not estimated: one sensor hardly sees it.

What the filter gets is the normal equations without that row. Errors of one scan are those of the next too (the same
posts, in the same bins of a speed that stays): what lasts of them is a state of the filter (motion.py), counted once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints
from outrider_perception.road import Road
from outrider_perception.settings import Settings

_SEED = 7  # the draws are part of the method: equal to the last bit in every run


@dataclass(frozen=True)
class EgoVelocity:
    """Velocity of the rig over ground in base_link axes, (2,) m/s, with covariance (2, 2).

    `valid` False: too few statics, or they contradict the recent past, and nobody else knows the speed; the last or
    zero is used. `yaw_rate_radps` is that of now, `turn_radps` that of the way, without a rider's sway.
    """

    velocity_mps: Floats = field(default_factory=lambda: np.zeros(2))
    covariance: Floats = field(default_factory=lambda: np.eye(2) * 4.0)
    valid: bool = False
    statics: int = 0
    yaw_rate_radps: float = 0.0
    turn_radps: float = 0.0
    road: Road = field(default_factory=Road)
    sway_rad: float = 0.0  # by how much the heading has swung from the way, > 0 to the left


class Evidence(NamedTuple):
    """What the statics of one scan say of the sensor's velocity v: `information` (2, 2) @ v = `vector` (2,)."""

    information: Floats
    vector: Floats


class _Fit(NamedTuple):
    """One weighted least squares: velocity (2,), its covariance (2, 2), and what the points alone say."""

    velocity_mps: Floats
    covariance: Floats
    information: Floats
    vector: Floats


class EgoEstimator:
    """Keeps the last velocity, for continuity; `update` takes one scan."""

    def __init__(self, settings: Settings) -> None:
        """Start without knowledge."""
        self.adapt(settings)
        self._fractions = np.random.Generator(np.random.PCG64(_SEED)).random((settings.ego_draws, 2)).T.copy()
        self._last: EgoVelocity | None = None
        self._last_s = 0.0
        self._doubted: Floats | None = None
        self._doubts = 0
        self._least = settings.ego_min_statics
        self._found: Evidence | None = None
        self.evidence: Evidence | None = None  # of the last scan; None: it was not valid

    def adapt(self, settings: Settings) -> None:
        """Go on with other settings: the chirp has changed."""
        self._settings = settings
        self._tolerance_mps = settings.ego_inlier_mps + settings.velocity_bin_mps / 2
        self._sigma_mps = float(np.hypot(settings.velocity_bin_mps / np.sqrt(12.0), settings.ego_scatter_mps))

    def update(self, stamp_s: float, directions: Floats, range_rate_mps: Floats, crowd: Ints | Floats,
               expected_mps: Floats | None = None) -> EgoVelocity:
        """Return the velocity after one scan, leakage left out.

        `directions` (n, 2), `range_rate_mps` (n,), `crowd` (n,) how many points seem to be of the same body, itself
        included. A body has one vote, however many points: a walker at arm's length fills half a scan, and the
        scatterers of one body share one error of quantisation. `expected_mps` (2,), where others know the velocity,
        takes the place of the last one.
        """
        self._found = self.evidence = None
        if expected_mps is not None:
            known = self._last or EgoVelocity()
            self._last, self._last_s = EgoVelocity(expected_mps, known.covariance, True, road=known.road), stamp_s
        self._least = self._settings.ego_min_known if expected_mps is not None else self._settings.ego_min_statics
        found = self._fit(stamp_s, directions, range_rate_mps, 1.0 / crowd)
        if found is None or not self._plausible(stamp_s, found):
            past = self._last or EgoVelocity()
            return EgoVelocity(past.velocity_mps, past.covariance, False, 0 if found is None else found.statics)
        self._last, self._last_s = found, stamp_s
        self.evidence = self._found
        return found

    def _fit(self, stamp_s: float, directions: Floats, rates: Floats, share: Floats) -> EgoVelocity | None:
        s = self._settings
        if not self._enough(share, share):
            return None
        guesses = self._guesses(directions, rates)
        # One row a point: its direction and its range rate, so that rows @ [vx, vy, 1] is what a velocity leaves over.
        rows, ways = np.empty((len(rates), 3)), np.empty((3, len(guesses)))
        rows[:, :2], rows[:, 2] = directions, rates
        ways[:2], ways[2] = guesses.T, 1.0
        votes = share @ self._agreement(rows @ ways)
        if self._last is not None:
            # Little may be in view: the past has votes too, for what a rig can reach since.
            reach = s.ego_max_accel_mps2 * max(0.0, stamp_s - self._last_s) + self._sigma_mps
            off = ways[:2] - self._last.velocity_mps[:, None]
            off *= off
            votes += s.ego_past_votes * np.maximum(0.0, 1.0 - (off[0] + off[1]) / reach ** 2)
        # Wheels do not slide: two crowds at different bearings always have a velocity in common, mostly sideways.
        along, across = np.abs(ways[:2])
        votes[across > 3.0 * (s.ego_lateral_sigma_mps + s.ego_lateral_per_speed * along)] = -1.0
        best = int(votes.argmax())
        ahead_mps = float(guesses[best, 0])
        tolerance = self._tolerance_mps
        if abs(ahead_mps) > s.still_speed_mps:
            # A rolling rig's speed lies between two bins and fills both; a standing one's is exactly in the zero bin.
            tolerance += s.velocity_bin_mps / 2
        residuals = rows @ ways[:, best]
        agree = np.abs(residuals) <= tolerance
        for _ in range(3):
            weights, before = share * agree, agree
            fit = self._solve(rows, weights, ahead_mps)
            ahead_mps = float(fit.velocity_mps[0])
            residuals = rows[:, :2] @ fit.velocity_mps + rates
            agree = np.abs(residuals) <= tolerance
            if np.count_nonzero(agree != before) == 0:
                break  # the same points again say the same
        wider = self._wider(residuals, weights)
        self._found = Evidence(fit.information / wider, fit.vector / wider)
        covariance = fit.covariance * wider
        if not self._enough(share[agree], share) or covariance[0, 0] > s.ego_max_sigma_mps ** 2:
            return None
        return EgoVelocity(fit.velocity_mps, covariance, True, int(np.count_nonzero(agree)))

    def _enough(self, agreeing: Floats, everyone: Floats) -> bool:
        """Tell whether those who agree are many enough, by points, by bodies and by their part of the bodies."""
        s = self._settings
        bodies, known = float(agreeing.sum()), self._least < s.ego_min_statics
        return (len(agreeing) >= self._least and bodies >= (1.0 if known else s.ego_min_bodies)
                and bodies >= s.ego_min_share * float(everyone.sum()))

    def _agreement(self, residual: Floats) -> Floats:
        """Return 1 for no residual, falling to 0 at the tolerance: a velocity between two crowds fits neither."""
        agreement: Floats = residual / self._tolerance_mps
        agreement *= agreement
        np.subtract(1.0, agreement, out=agreement)
        return np.maximum(agreement, 0.0, out=agreement)

    def _guesses(self, directions: Floats, rates: Floats) -> Floats:
        """Return (m, 2): the last velocity, zero, and one for each drawn pair; the first of equals wins."""
        pick = (self._fractions * len(rates)).astype(np.int64)
        (ax, bx), (ay, by), (ra, rb) = directions[:, 0][pick], directions[:, 1][pick], rates[pick]
        det = ax * by - ay * bx
        good = np.abs(det) > 0.05  # nearly the same direction tells one component only
        safe = np.where(good, det, 1.0)
        guesses = np.zeros((2 + len(det), 2))
        if self._last is not None:
            guesses[0] = self._last.velocity_mps
        # Where a pair cannot tell, its first point does, as if the rig moved straight ahead.
        straight = -ra / np.where(np.abs(ax) > 0.2, ax, 1.0)
        guesses[2:, 0] = np.where(good, (rb * ay - ra * by) / safe, straight)
        guesses[2:, 1] = (bx * ra - ax * rb) / safe * good
        return guesses

    def _lateral_sigma(self, along_mps: float) -> float:
        return self._settings.ego_lateral_sigma_mps + self._settings.ego_lateral_per_speed * abs(along_mps)

    def _solve(self, rows: Floats, weights: Floats, along_mps: float) -> _Fit:
        weighted = rows * (weights / self._sigma_mps ** 2)[:, None]
        seen = weighted.T @ rows
        (a, b, x), (_, d, y), _ = seen.tolist()
        a, d = a + 1e-6, d + 1e-6 + 1.0 / self._lateral_sigma(along_mps) ** 2
        det = a * d - b * b
        return _Fit(np.array([(b * y - d * x) / det, (b * x - a * y) / det]),
                    np.array([[d / det, -b / det], [-b / det, a / det]]), seen[:2, :2], -seen[2, :2])

    def _wider(self, residuals: Floats, weights: Floats) -> float:
        """Return by how much a worse fit than quantisation explains widens covariances; a better one proves nothing."""
        chi2 = float((weights * residuals) @ residuals) / self._sigma_mps ** 2
        return max(1.0, chi2 / max(1.0, float(weights.sum()) - 2.0))

    def _plausible(self, stamp_s: float, found: EgoVelocity) -> bool:
        """Tell whether the jump since the last scan is one that a rig can make, or has lasted long enough."""
        if self._last is None:
            return True
        s = self._settings
        allowed = s.ego_max_accel_mps2 * max(0.0, stamp_s - self._last_s) + 2 * self._sigma_mps
        if abs(float(self._last.velocity_mps[0])) <= s.still_speed_mps and found.statics >= s.ego_min_statics:
            allowed += s.velocity_bin_mps / 2  # a rig that starts leaves the zero bin by a whole one
        if np.abs(found.velocity_mps - self._last.velocity_mps).max() <= allowed:
            self._doubts, self._doubted = 0, None
            return True
        agrees = self._doubted is not None and np.abs(found.velocity_mps - self._doubted).max() <= self._tolerance_mps
        self._doubts = self._doubts + 1 if agrees else 1
        self._doubted = found.velocity_mps
        return self._doubts >= s.ego_doubt_scans


def doubt(directions: Floats, ego: EgoVelocity, settings: Settings) -> Floats:
    """Return by how much (n,) m/s the range rate of what stands may differ from that of the ground.

    That is: half a Doppler bin and, in quadrature, the inlier margin and two sigma of the own velocity.
    """
    variance = np.zeros(len(directions))
    if ego.valid and abs(float(ego.velocity_mps[0])) > settings.still_speed_mps:  # a standing rig's zero is exact
        shares = directions @ (4.0 * ego.covariance)
        shares *= directions
        variance = shares[:, 0] + shares[:, 1]
    margin: Floats = np.sqrt(variance + settings.ego_inlier_mps ** 2)
    margin += settings.velocity_bin_mps / 2
    return margin


def moving(directions: Floats, range_rate_mps: Floats, ego: EgoVelocity, settings: Settings) -> Bools:
    """Return which points (n,) do not move as the ground does."""
    far: Bools = np.abs(directions @ ego.velocity_mps + range_rate_mps) > doubt(directions, ego, settings)
    return far
