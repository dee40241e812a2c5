"""Twenty tracks and forty detections: as many bodies as detections of them, and as many again of nothing.

Once the update alone, of the same tracks with each scan; once scan after scan, with the births of what is nothing and
their deaths.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_bringup.bench.peer_scans import Heard
from outrider_perception import associate, kalman, models
from outrider_perception.bank import Bank
from outrider_perception.config import load
from outrider_perception.detections import Detections
from outrider_perception.ego import EgoVelocity

Floats = NDArray[np.float64]

TRACKS, DETECTIONS, PERIOD_S, SEED = 20, 40, 0.05, 3
_NEAREST_M, _FURTHEST_M, _ASIDE_RAD, _CLOSING_MPS = 8.0, 76.0, 0.8, 5.0
_AT = np.zeros(2)
_AXIS = np.array([1.0, 0.0])


def scene(scans: int, moves: bool = False) -> dict[str, Any]:
    """Return `state` (20, 4) x, y, vx, vy and `covariance` of tracks, and `z` (s, 40, 3) of scans.

    All scans are one period later; with `moves` each is a period later than the one before. `variance` (40, 3) is that
    of range, azimuth, range rate.
    """
    tracks, draw = load().tracks, np.random.default_rng(SEED)
    reach = np.linspace(_NEAREST_M, _FURTHEST_M, TRACKS)
    turn = draw.uniform(-_ASIDE_RAD, _ASIDE_RAD, TRACKS)
    away = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    state = np.concatenate([reach[:, None] * away, -_CLOSING_MPS * away], axis=1)
    covariance = np.tile(np.diag([0.3, 0.3, 0.5, 0.5]) ** 2, (TRACKS, 1, 1))
    true, _ = models.polar_prediction(state, _AT)
    true = np.tile(true, (scans, 1, 1))
    true[:, :, 0] += true[:, :, 2] * PERIOD_S * (np.arange(1.0, scans + 1.0)[:, None] if moves else 1.0)
    sigma = np.array([tracks.range_sigma_m, tracks.azimuth_sigma_rad, tracks.range_rate_sigma_mps])
    z = np.zeros((scans, DETECTIONS, 3))
    z[:, :TRACKS] = true + sigma * draw.standard_normal((scans, TRACKS, 3))
    low, high = np.array([3.0, -_ASIDE_RAD, -20.0]), np.array([_FURTHEST_M, _ASIDE_RAD, 20.0])
    z[:, TRACKS:] = draw.uniform(low, high, (scans, DETECTIONS - TRACKS, 3))
    noise = models.polar_noise(np.full(DETECTIONS, _FURTHEST_M), tracks)
    return {'state': state, 'covariance': covariance, 'z': z, 'variance': np.einsum('nii->ni', noise)}


def for_the_other(given: dict[str, Any]) -> dict[str, Any]:
    """Return the moving scene as Stone Soup gets it (peer_stonesoup.py)."""
    scans = len(given['z'])
    return {'run': np.zeros(scans, dtype=np.int64), 'stamp_s': PERIOD_S * np.arange(scans),
            'sensor': np.zeros((scans, 5)), 'count': np.full(scans, DETECTIONS), 'z': given['z'].reshape(-1, 3),
            'variance': np.tile(given['variance'], (scans, 1))}


def ours_in_turn(given: dict[str, Any]) -> tuple[Floats, int]:
    """Return the ms (s,) of our update with each scan of the moving scene, births and deaths included.

    And how many bodies it tells in the end.
    """
    tracker = Heard(*load().tracking)
    spent = []
    for number, z in enumerate(given['z']):
        tracker.take(_detections(number * PERIOD_S, z, given['variance']), PERIOD_S if number else 0.0)
        spent.append(tracker.update_ms)
    return np.array(spent), tracker.told


def _detections(stamp_s: float, z: Floats, variance: Floats) -> Detections:
    settings, m = load().tracks, len(z)
    place = z[:, :1] * np.stack([np.cos(z[:, 1]), np.sin(z[:, 1])], axis=1)
    return Detections(stamp_s, 'radar', _AT, _AXIS, z, np.einsum('ni,ij->nij', variance, np.eye(3)), place,
                      np.ones(m, dtype=np.int64), np.ones(m, dtype=np.bool_), np.full(m, 20.0), np.zeros(m),
                      np.full((m, 3), np.nan), np.zeros(m, dtype=np.int64), np.ones(m), settings.gate,
                      settings.clutter_density)


def ours_ms(given: dict[str, Any]) -> tuple[Floats, int]:
    """Return the ms (s,) of our prediction, gates, assignment and update with each scan, by the processor.

    And how many pairs the last one made.
    """
    config = load()
    settings, sights = config.tracks, associate.Sights(config.sight, config.tracks.bodies.classes)
    spent, pairs, moving = [], 0, np.zeros(TRACKS, dtype=np.bool_)
    for z in given['z']:
        bank = Bank.newborn(np.arange(TRACKS), given['state'].copy(), given['covariance'].copy(), 2.0, 0.0, 'radar',
                            np.zeros(TRACKS), settings.bodies)
        bank.confirmed[:] = True
        detections = _detections(PERIOD_S, z, given['variance'])
        begun = time.thread_time_ns()
        bank.state, bank.covariance = kalman.predict(bank.state, bank.covariance, PERIOD_S, EgoVelocity(), moving,
                                                     settings)
        matched = associate.match(bank, detections, moving, settings)
        associate.apply(bank, detections, matched, 0.0, settings, sights)
        spent.append((time.thread_time_ns() - begun) * 1e-6)
        pairs = len(matched.track)
    return np.array(spent), pairs
