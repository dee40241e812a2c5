"""Stone Soup in a process and an environment of its own: `python peer_stonesoup.py WHAT IN.npz OUT.npz`.

| WHAT | in | out |
|---|---|---|
| `track` | scans (peer_scans.py), `sets` (k, 2) of process noise and gate | of each set: tracks of every scan, ms |
| `time` | `state`, `covariance` of tracks, scans of detections | ms of an update with each scan |
| `gospa` | pairs of sets of places | their GOSPA, c and p as given |

The tracker is the one that its documentation builds: constant velocity with white acceleration, extended Kalman filter
on bearing, range and range rate, hypotheses within a Mahalanobis gate, global nearest neighbour, tracks that are told
once they have been updated often enough, and dropped when nothing updates them. It knows the rig's way.
"""

from __future__ import annotations

import datetime
import math
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from stonesoup.base import Property
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.deleter.time import UpdateTimeDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.initiator.base import Initiator
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.metricgenerator.ospametric import GOSPAMetric
from stonesoup.models.measurement.nonlinear import CartesianToBearingRangeRate2D
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.types.angle import Bearing
from stonesoup.types.array import CovarianceMatrix, StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.prediction import GaussianStatePrediction
from stonesoup.types.state import GaussianState, State
from stonesoup.types.track import Track
from stonesoup.types.update import GaussianStateUpdate
from stonesoup.updater.kalman import ExtendedKalmanUpdater

Floats = NDArray[np.float64]

EPOCH = datetime.datetime(2026, 1, 1)
POSITION, VELOCITY = (0, 2), (1, 3)  # in a state [x, vx, y, vy]


class FirstLook(Initiator):  # type: ignore[misc]
    """A track where a body was seen once; its velocity is a broad guess along the rig's way, given its range rate."""

    along_mps: float = Property()
    across_mps: float = Property()

    def initiate(self, detections: set[Any], timestamp: datetime.datetime, **_: Any) -> set[Any]:
        """Return a track for every detection."""
        return {self._track(one) for one in detections}

    def _track(self, seen: Any) -> Any:
        model = seen.measurement_model
        bearing, reach, rate = (float(value) for value in seen.state_vector)
        heading = float(model.rotation_offset[2, 0])
        u = np.array([math.cos(heading + bearing), math.sin(heading + bearing)])
        side, ahead = np.array([-u[1], u[0]]), np.array([math.cos(heading), math.sin(heading)])
        left = np.array([-ahead[1], ahead[0]])
        turn, deep, slope = np.diag(np.asarray(model.noise_covar, dtype=float))
        guess = self.along_mps ** 2 * np.outer(ahead, ahead) + self.across_mps ** 2 * np.outer(left, left)
        gain = guess @ u / (u @ guess @ u + slope)
        state, covariance = np.zeros((4, 1)), np.zeros((4, 4))
        state[POSITION, 0] = np.asarray(model.translation_offset, dtype=float).ravel() + reach * u
        state[VELOCITY, 0] = np.asarray(model.velocity, dtype=float).ravel() + gain * rate
        covariance[np.ix_(POSITION, POSITION)] = deep * np.outer(u, u) + turn * reach ** 2 * np.outer(side, side)
        covariance[np.ix_(VELOCITY, VELOCITY)] = guess - np.outer(gain, u @ guess)
        first = StateVector(state), CovarianceMatrix(covariance)
        return Track([GaussianStateUpdate(*first, hypothesis=SingleHypothesis(
            GaussianStatePrediction(*first, timestamp=seen.timestamp), seen), timestamp=seen.timestamp)])


class Other:
    """Stone Soup's tracker; `step` takes what one scan saw."""

    def __init__(self, process_noise: float, gate: float, told: Mapping[str, float]) -> None:
        """`gate` is that of the squared Mahalanobis distance; `told`: looks, silent_s, along_mps, across_mps."""
        moves = CombinedLinearGaussianTransitionModel([ConstantVelocity(process_noise)] * 2)
        self.updater = ExtendedKalmanUpdater(measurement_model=None)
        self.associator = GNNWith2DAssignment(DistanceHypothesiser(
            KalmanPredictor(moves), self.updater, Mahalanobis(), missed_distance=math.sqrt(gate)))
        self._deleter = UpdateTimeDeleter(datetime.timedelta(seconds=float(told['silent_s'])))
        self._initiator = MultiMeasurementInitiator(
            prior_state=None, deleter=self._deleter, data_associator=self.associator, updater=self.updater,
            min_points=int(told['looks']),
            initiator=FirstLook(along_mps=float(told['along_mps']), across_mps=float(told['across_mps'])))
        self.tracks: set[Any] = set()

    def update(self, tracks: set[Any], detections: set[Any], now: datetime.datetime) -> set[Any]:
        """Predict, associate and update `tracks`; return the detections that were used."""
        used = set()
        for track, hypothesis in self.associator.associate(tracks, detections, now).items():
            if hypothesis:
                track.append(self.updater.update(hypothesis))
                used.add(hypothesis.measurement)
            else:
                track.append(hypothesis.prediction)
        return used

    def step(self, detections: set[Any], now: datetime.datetime) -> None:
        """Take one scan, an empty one too."""
        used = self.update(self.tracks, detections, now)
        self.tracks -= self._deleter.delete_tracks(self.tracks)
        self.tracks |= self._initiator.initiate(detections - used, now)


def seen(stamp_s: float, sensor: Floats, z: Floats, variance: Floats) -> tuple[set[Any], datetime.datetime]:
    """Return detections of range, azimuth, range rate (m, 3) from a sensor [x, y, heading, vx, vy], and their time."""
    now = EPOCH + datetime.timedelta(seconds=float(stamp_s))
    place = {'translation_offset': StateVector(sensor[:2]), 'velocity': StateVector(sensor[3:]),
             'rotation_offset': StateVector([0.0, 0.0, sensor[2]])}
    found = set()
    for (reach, azimuth, rate), (deep, turn, slope) in zip(z.tolist(), variance.tolist(), strict=True):
        model = CartesianToBearingRangeRate2D(ndim_state=4, mapping=POSITION, velocity_mapping=VELOCITY,
                                              noise_covar=CovarianceMatrix(np.diag([turn, deep, slope])), **place)
        found.add(Detection(StateVector([Bearing(azimuth), reach, rate]), timestamp=now, measurement_model=model))
    return found, now


def follow(given: Mapping[str, Any]) -> dict[str, Floats]:
    """Return for each set k: `rows_k` (n, 5) of scan, x, vx, y, vy; `names_k` (n,) identities; `ms_k` of every scan."""
    found: dict[str, Floats] = {}
    ends = np.cumsum(given['count'])
    for number, (noise, gate) in enumerate(given['sets'].tolist()):
        rows: list[list[float]] = []
        names: list[int] = []
        spent, known, last, other = [], {}, None, Other(noise, gate, given)  # type: ignore[var-annotated]
        for scan, (run, stamp_s, sensor) in enumerate(zip(given['run'], given['stamp_s'], given['sensor'],
                                                          strict=True)):
            if run != last:
                last, other = run, Other(noise, gate, given)
            own = slice(ends[scan] - given['count'][scan], ends[scan])
            detections, now = seen(stamp_s, sensor, given['z'][own], given['variance'][own])
            begun = time.thread_time_ns()
            other.step(detections, now)
            spent.append((time.thread_time_ns() - begun) * 1e-6)
            for track in other.tracks:
                rows.append([float(scan), *(float(value) for value in track.state_vector)])
                names.append(known.setdefault(track.id, len(known) + 1))
        found[f'rows_{number}'] = np.array(rows).reshape(-1, 5)
        found[f'names_{number}'], found[f'ms_{number}'] = np.array(names, dtype=float), np.array(spent)
    return found


def timed(given: Mapping[str, Any]) -> dict[str, Floats]:
    """Return `ms` of an update of the same tracks with each scan (s, m, 3), births and deaths left out."""
    other, spent = Other(2.0, 16.0, given), []
    sensor, period_s = np.zeros(5), float(given['period_s'])
    for z in given['z']:
        detections, now = seen(period_s, sensor, z, given['variance'])
        tracks = {Track([GaussianState(StateVector(state[[0, 2, 1, 3]]), CovarianceMatrix(
            covariance[np.ix_((0, 2, 1, 3), (0, 2, 1, 3))]), timestamp=EPOCH)])
            for state, covariance in zip(given['state'], given['covariance'], strict=True)}
        begun = time.thread_time_ns()
        other.update(tracks, detections, now)
        spent.append((time.thread_time_ns() - begun) * 1e-6)
    return {'ms': np.array(spent)}


def distances(given: Mapping[str, Any]) -> dict[str, Floats]:
    """Return `gospa` of pairs of sets: `left` and `right` (n, 2) places, `lefts` and `rights` how many of each."""
    metric = GOSPAMetric(c=float(given['cut_m']), p=float(given['power']))
    ends = np.cumsum(given['lefts']), np.cumsum(given['rights'])
    found = []
    for number, (lefts, rights) in enumerate(zip(given['lefts'], given['rights'], strict=True)):
        sides = [[State(StateVector(place)) for place in given[name][end[number] - count:end[number]]]
                 for name, end, count in (('left', ends[0], lefts), ('right', ends[1], rights))]
        found.append(float(metric.compute_gospa_metric(*sides)[0].value['distance']))
    return {'gospa': np.array(found)}


if __name__ == '__main__':
    what, source, target = sys.argv[1:]
    with np.load(Path(source)) as opened:
        content = dict(opened)
    answer: dict[str, Any] = {'track': follow, 'time': timed, 'gospa': distances}[what](content)
    np.savez(Path(target), **answer)
