"""The small parts: models, clusters, background, point clouds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_perception import models
from outrider_perception.background import Background
from outrider_perception.cloud import CloudError, read_points
from outrider_perception.cluster import cluster, connected
from outrider_perception.config import load
from outrider_perception.measurements import PolarScan, upright_pose
from outrider_perception.points import flatten

CONFIG = load()

SETTINGS = CONFIG.tracks
coordinate = st.floats(-50.0, 50.0)


@given(coordinate, coordinate, st.floats(-20.0, 20.0), st.floats(-20.0, 20.0))
def test_polar_jacobian_is_the_slope_of_the_prediction(x: float, y: float, vx: float, vy: float) -> None:
    if np.hypot(x + 0.9, y) < 1.0 or (x < 0.1 and abs(y) < 0.1):
        return
    state, at = np.array([[x, y, vx, vy]]), np.array([-0.9, 0.0])
    _, h = models.polar_prediction(state, at)
    for i in range(4):
        step = np.zeros((1, 4))
        step[0, i] = 1e-5
        high, low = models.polar_prediction(state + step, at)[0], models.polar_prediction(state - step, at)[0]
        assert (high - low)[0] / 2e-5 == pytest.approx(h[0, :, i], abs=2e-3)


def test_start_explains_the_range_rate_along_the_road() -> None:
    noise = models.polar_noise(np.array([30.0]), SETTINGS)
    state, covariance = models.polar_start(np.array([30.0]), np.array([np.pi]), np.array([-10.0]), noise, np.zeros(2),
                                           SETTINGS)
    assert state[0] == pytest.approx([-30.0, 0.0, 10.0, 0.0], abs=0.1)
    assert np.linalg.eigvalsh(covariance[0]).min() > 0.0


def clusters_of(*rows: tuple[float, float, float]) -> Any:
    """Clusters of (x, y, range rate), all moving."""
    data = np.array(rows)
    xyz = np.column_stack([data[:, :2], np.zeros(len(data))])
    points = flatten(PolarScan.from_points(0.0, upright_pose(), xyz, data[:, 2], np.zeros(len(data))), SETTINGS)
    return cluster(points, np.ones(len(points), dtype=np.bool_), SETTINGS)


def test_far_single_points_are_clusters_of_their_own() -> None:
    assert clusters_of((60.0, 0.0, -10.0), (30.0, 5.0, -10.0)).count.tolist() == [1, 1]


def test_truck_of_ten_metres_is_one_and_a_queue_is_not() -> None:
    truck = [(20.0 + 2.0 * i, 0.5 * (i % 2), -8.0) for i in range(6)]
    assert clusters_of(*truck).count.tolist() == [6]
    assert len(clusters_of((20.0, 0.0, -8.0), (24.5, 0.0, -8.0), (29.0, 0.0, -8.0))) == 3


def test_people_who_pass_each_other_are_two() -> None:
    assert len(clusters_of((5.0, 0.0, -1.2), (5.2, 0.2, 1.2))) == 2


def test_legs_and_torso_are_one() -> None:
    assert len(clusters_of((5.0, 0.0, -0.6), (5.1, 0.1, -1.2), (4.9, 0.0, -1.8))) == 1


@given(st.integers(0, 12), st.data())
def test_components_are_those_of_a_search(n: int, data: st.DataObject) -> None:
    adjacent = np.eye(n, dtype=np.bool_)
    for i in range(n):
        for j in range(i):
            adjacent[i, j] = adjacent[j, i] = data.draw(st.booleans()) and data.draw(st.booleans())
    expected, label = np.full(n, -1), 0
    for start in range(n):
        if expected[start] < 0:
            front = [start]
            while front:
                at = front.pop()
                if expected[at] < 0:
                    expected[at] = label
                    front += np.flatnonzero(adjacent[at]).tolist()
            label += 1
    assert connected(adjacent).tolist() == expected.tolist()


def test_what_always_returns_is_background_and_who_stands_a_moment_is_not() -> None:
    background = Background(SETTINGS)
    wall, person = (np.array([4.0]), np.array([0.1])), (np.array([2.0]), np.array([-0.3]))
    for _ in range(100):
        background.foreground(0.05, *wall)
    both = [np.concatenate(pair) for pair in zip(wall, person, strict=True)]
    for _ in range(40):
        assert background.foreground(0.05, *both).tolist() == [False, True]
    for _ in range(60):
        fresh = background.foreground(0.05, *both)
    assert fresh.tolist() == [False, False], 'after five seconds he is furniture'
    background.forget()
    assert background.foreground(0.05, *both).tolist() == [True, True]


def cloud(names: str = 'x y z velocity snr', rows: Any = (), extra: int = 0, **changes: Any) -> Any:
    columns = names.split()
    data = np.asarray(rows, dtype='<f4').reshape(-1, len(columns))
    padded = np.zeros((len(data), 4 * len(columns) + extra), dtype=np.uint8)
    padded[:, :4 * len(columns)] = data.view(np.uint8).reshape(len(data), 4 * len(columns))
    fields = [SimpleNamespace(name=name, offset=4 * i, datatype=7, count=1) for i, name in enumerate(columns)]
    made = {'fields': fields, 'point_step': 4 * len(columns) + extra, 'width': len(data), 'height': 1,
            'row_step': padded.size, 'is_bigendian': False, 'data': padded.tobytes()}
    return SimpleNamespace(**{**made, **changes})


def test_cloud_is_read_by_names_whatever_the_layout() -> None:
    xyz, velocity, snr = read_points(cloud('snr y x velocity z', [[9, 2, 1, -5, 3], [8, 5, 4, 6, 7]], extra=6))
    assert xyz.tolist() == [[1, 2, 3], [4, 5, 7]]
    assert velocity.tolist() == [-5, 6]
    assert snr.tolist() == [9, 8]


def test_cloud_without_snr_has_none() -> None:
    assert read_points(cloud('x y z velocity', [[1, 2, 3, 4]]))[2].tolist() == [0.0]


def test_empty_cloud_is_no_points() -> None:
    assert read_points(cloud())[0].shape == (0, 3)


@pytest.mark.parametrize(('broken', 'says'), [
    (cloud('x y z snr'), 'expected x, y, z and velocity'),
    (cloud(width=3), 'holds 0 bytes, expected 60'),
    (cloud(point_step=8), 'impossible layout'),
])
def test_cloud_that_cannot_be_read_says_why(broken: Any, says: str) -> None:
    with pytest.raises(CloudError, match=says):
        read_points(broken)
