"""Whole rides of all sensors: crowded, late, repeated, backwards in time; nothing breaks, and numbers stay numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_perception.config import load
from outrider_perception.hazards import HazardJudge
from outrider_perception.measurements import (
    Boxes,
    CartesianScan,
    DepthClusters,
    Gyro,
    PolarScan,
    Speed,
    upright_pose,
)
from outrider_perception.tracker import Tracker

CONFIG = load()
REAR, CAMERA = upright_pose(-0.9, 0.0, 0.8, math.pi), upright_pose(-0.9, 0.0, 0.86, math.pi)
KINDS = ('radar', 'radar', 'folded', 'boxes', 'near', 'places', 'gyro', 'speed')
# By how much a stamp is beside the one before: on, the same, late, too late, a clock that is set back, a long silence.
LATER_S = (0.05, 0.05, 0.05, 0.05, 0.0, -0.1, -0.3, -0.5, -5.0, 3.0)
MOST = 100


class Crowd:
    """So many bodies behind a rig, scattered, that go on in straight lines; what each sensor makes of them."""

    def __init__(self, seed: int, bodies: int, spread_m: float) -> None:
        self._draw = np.random.default_rng(seed)
        self._place = np.stack([self._draw.uniform(-spread_m, 5.0, bodies),
                                self._draw.uniform(-0.3, 0.3, bodies) * spread_m], axis=1)
        self._velocity = self._draw.normal(0.0, 6.0, (bodies, 2)) * [1.0, 0.1]

    def seen(self, kind: str, t_s: float) -> Any:
        draw, n = self._draw, len(self._place)
        at = self._place + self._velocity * (t_s % 4.0) + draw.normal(0.0, 0.2, (n, 2))
        if kind == 'gyro':
            return Gyro(t_s, draw.normal(0.0, 0.3), draw.normal(0.0, 0.1), draw.normal(0.0, 0.05))
        if kind == 'speed':
            return Speed(t_s, abs(draw.normal(5.0, 3.0)), 0.1, 'gps', draw.uniform(-3.0, 3.0))
        if kind == 'places':
            return CartesianScan(t_s, at, np.tile(0.1 * np.eye(2), (n, 1, 1)))
        off = (at - REAR.translation_m[:2]) @ REAR.rotation[:2, :2]
        if kind == 'near':
            return DepthClusters(t_s, CAMERA, off, draw.uniform(0.0, 3.0, (n, 3)), draw.uniform(0.0, 0.5, n))
        reach = np.hypot(off[:, 0], off[:, 1])
        if kind == 'boxes':
            ahead = np.maximum(off[:, 0], 0.3)
            middle, half = 424.0 - 424.0 * off[:, 1] / ahead, 400.0 / ahead
            edges = np.stack([middle - half, 240.0 - half, middle + half, 240.0 + half], axis=1)
            return Boxes(t_s, CAMERA, (424.0, 424.0), (423.5, 239.5), (848, 480), edges, draw.integers(0, 9, n),
                         draw.uniform(0.0, 1.0, n), np.where(draw.random(n) < 0.5, ahead, np.nan))
        rate = (off * (self._velocity @ REAR.rotation[:2, :2])).sum(axis=1) / np.maximum(reach, 1e-9)
        folded = {'velocity_max_mps': 6.0, 'transmitters': 2, 'velocity_step_mps': 0.4, 'range_resolution_m': 0.4}
        return PolarScan(t_s, REAR, reach, np.arctan2(off[:, 1], off[:, 0]), np.zeros(n),
                         np.remainder(rate + 6.0, 12.0) - 6.0 if kind == 'folded' else rate, np.full(n, 20.0),
                         **(folded if kind == 'folded' else {}))


def check(tracker: Tracker, judge: HazardJudge, measurement: Any) -> None:
    """Take one step and hold everything that is told, and what is kept, against what it must be."""
    step = tracker.step(measurement)
    if step is None:
        return
    bank = tracker._following.bank
    assert len(bank) <= MOST
    for column in (bank.state, bank.covariance, bank.log_odds, bank.box_m, bank.heading_rad, bank.pace_mps,
                   bank.depth_m, bank.beliefs, step.ego.velocity_mps, step.ego.covariance):
        assert np.isfinite(column).all()
    assert (np.linalg.eigvalsh(bank.covariance) > -1e-9 * np.abs(bank.covariance).max(initial=1.0)).all()
    assert (np.diagonal(bank.covariance, axis1=1, axis2=2) > 0.0).all()
    assert (bank.box_m > 0.0).all()
    assert len(np.unique(bank.identity)) == len(bank)
    told = judge.judge(step).approach
    for values in (told.distance_m, told.nearest_m, told.closing_mps, told.time_to_closest_s, told.clearance_m,
                   told.clearance_sigma_m):
        assert np.isfinite(values).all()
    assert not np.isnan(told.time_to_collision_s).any()
    assert (told.clearance_m <= told.distance_m + 1e-6).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2 ** 32), st.sampled_from([0, 1, 7, 30]), st.sampled_from([10.0, 80.0]),
       st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(LATER_S)), min_size=1, max_size=40))
def test_any_sensor_in_any_order_of_time_leaves_numbers_and_covariances(
        seed: int, bodies: int, spread_m: float, ride: list[tuple[str, float]]) -> None:
    crowd, tracker, judge = Crowd(seed, bodies, spread_m), Tracker(*CONFIG.tracking), HazardJudge(CONFIG.hazards)
    t_s = 0.0
    for kind, later_s in ride:
        t_s += later_s
        check(tracker, judge, crowd.seen(kind, t_s))


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2 ** 32), st.sampled_from([20.0, 80.0]))
def test_a_hundred_bodies_with_images_that_come_late_leave_numbers_and_covariances(seed: int, spread_m: float) -> None:
    crowd, tracker, judge = Crowd(seed, MOST, spread_m), Tracker(*CONFIG.tracking), HazardJudge(CONFIG.hazards)
    most = 0
    for number in range(25):
        t_s = 0.05 * number
        for kind, stamp_s in (('gyro', t_s), ('radar', t_s), ('boxes', t_s - 0.12), ('near', t_s - 0.08)):
            check(tracker, judge, crowd.seen(kind, stamp_s))
        most = max(most, len(tracker._following.bank))
    assert most >= 30, 'it was crowded'
