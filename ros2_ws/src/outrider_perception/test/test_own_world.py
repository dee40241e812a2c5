"""The rig's own motion on rides through the world: how good it is, and whether its covariance says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ridden import Ride

from outrider_perception.config import load
from outrider_perception.measurements import PolarScan
from outrider_perception.tracker import Tracker
from outrider_sim.world import scenario
from outrider_sim.world.draw import draw

CONFIG = load()

SCENES = ('stop_at_light', 'own_turn_quiet', 'own_turn_passed_in_bend', 'parked_cars_quiet', 'oncoming_stream',
          'platoon_three_cars', 'follower_copies_stops', 'road_busy_minute')
SETTLED_S, UNTIL_S = 2.0, 8.0


def ridden(root: Path, **without: bool) -> list[np.ndarray]:
    """Return for each ride rows of error of speed, its variance, share of movers, error of the yaw rate."""
    scenes = [scenario.load(root / f'config/scenarios/{name}.yaml') for name in SCENES] + draw(8, 2027)
    runs = []
    for scene in scenes:
        ride, tracker, rows = Ride(scene, until_s=UNTIL_S, **without), Tracker(*CONFIG.tracking), []
        for measurement in ride.feed:
            step = tracker.step(measurement)
            if step is None or not isinstance(measurement, PolarScan):
                continue
            seen = ride.seen(measurement)
            points = step.counts['movers'] + step.counts['statics']
            if seen.t_s > SETTLED_S:
                assert step.ego.valid
                rows.append((step.ego.velocity_mps[0] - seen.own_mps[0], step.ego.covariance[0, 0],
                             step.counts['movers'] / max(points, 1), step.ego.yaw_rate_radps - seen.yaw_rate_radps))
        runs.append(np.array(rows))
    return runs


@pytest.fixture(scope='module')
def whole(pytestconfig: Any) -> list[np.ndarray]:
    return ridden(pytestconfig.rootpath)


def rmse(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values ** 2)))


def nees_within_its_band(runs: list[np.ndarray]) -> tuple[float, float, float]:
    """Return the mean of normalised squared errors, and the 95 % band of a mean of so many rides (Wilson, Hilferty)."""
    mean = float(np.mean([np.mean(run[:, 0] ** 2 / run[:, 1]) for run in runs]))
    spread = 2.0 / (9.0 * len(runs))
    low, high = ((1.0 - spread + side * 1.96 * spread ** 0.5) ** 3 for side in (-1.0, 1.0))
    return low, mean, high


def test_speed_is_good_to_a_tenth_of_a_metre_a_second(whole: list[np.ndarray]) -> None:
    assert rmse(np.concatenate(whole)[:, 0]) <= 0.10


def test_covariance_is_honest(whole: list[np.ndarray]) -> None:
    low, mean, high = nees_within_its_band(whole)
    assert low <= mean <= high


def test_speed_is_as_good_among_forty_per_cent_of_movers(whole: list[np.ndarray]) -> None:
    crowded = np.concatenate(whole)
    crowded = crowded[crowded[:, 2] >= 0.4]
    assert len(crowded) >= 100
    assert rmse(crowded[:, 0]) <= 0.10
    assert np.mean(crowded[:, 0] ** 2 / crowded[:, 1]) < 1.5


def test_yaw_rate_is_that_of_the_rider(whole: list[np.ndarray]) -> None:
    assert rmse(np.concatenate(whole)[:, 3]) <= 0.06  # a scene's turn begins at once, 0.4 rad/s in no time


def test_radar_alone_says_that_it_knows_less(pytestconfig: Any, whole: list[np.ndarray]) -> None:
    alone = ridden(pytestconfig.rootpath, gps=False, imu=False)
    low, mean, high = nees_within_its_band(alone)
    assert rmse(np.concatenate(alone)[:, 0]) <= 0.25
    assert low <= mean <= high
    assert np.concatenate(alone)[:, 1].mean() > np.concatenate(whole)[:, 1].mean()
