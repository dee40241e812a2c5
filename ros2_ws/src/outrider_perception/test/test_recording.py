"""The real recording: one person paces before a standing radar, with leakage, clutter and many silent frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from outrider_perception.levels import NOTICE
from outrider_perception.measurements import PolarScan, upright_pose
from outrider_sim.devices import radhar

CHIRP = {'velocity_max_mps': 4.917, 'velocity_step_mps': 0.61467, 'transmitters': 3, 'range_resolution_m': 0.0436}
POSES = {'bench': upright_pose(), 'bicycle': upright_pose(-0.9, 0.0, 0.8, np.pi)}


@pytest.fixture(scope='module')
def frames() -> list[Any]:
    return radhar.load()


@pytest.fixture(params=list(POSES))
def pose(request: pytest.FixtureRequest) -> Any:
    return POSES[request.param]


@pytest.fixture(params=[{}, CHIRP], ids=['chirp unknown', 'chirp known'])
def out(frames: list[Any], pose: Any, played: Callable[[list[Any]], Any], request: pytest.FixtureRequest) -> Any:
    return played([
        PolarScan.from_points(100.0 + i * radhar.FRAME_PERIOD_S, pose, np.stack([f['x'], f['y'], f['z']], axis=1),
                              f['velocity'], f['intensity_db'], **request.param) for i, f in enumerate(frames)])


def movers(frame: Any) -> Any:
    return frame[frame['doppler_bin'] != radhar.ZERO_DOPPLER_BIN]


def test_walker_is_one_identity_across_every_short_gap_and_few_in_all(frames: list[Any], out: Any) -> None:
    assert len(out.identities) <= 5
    seen = [i for i, frame in enumerate(frames) if len(movers(frame))]
    for before, after in zip(seen, seen[1:], strict=False):
        if after - before <= 0.6 / radhar.FRAME_PERIOD_S:
            a, b = (set(out.steps[i].tracks.identity.tolist()) for i in (before, after))
            assert not a or a & b, f'lost between frames {before} and {after}'


def test_walker_is_covered_and_placed(frames: list[Any], pose: Any, out: Any) -> None:
    errors, due = [], 0
    for frame, step in zip(frames, out.steps, strict=True):
        own = movers(frame)
        if len(own) < 2:
            continue
        due += 1
        if len(step.tracks):
            xyz = np.stack([own['x'], own['y'], own['z']], axis=1) @ pose.rotation.T + pose.translation_m
            errors.append(np.hypot(*(step.centre_m - xyz.mean(axis=0)[:2]).T).min())
    assert due == 321
    assert len(errors) >= 0.9 * due
    assert np.sqrt(np.mean(np.square(errors))) <= 0.3


def test_nothing_but_the_walker_is_tracked(out: Any) -> None:
    assert max(len(step.tracks) for step in out.steps) == 1


def test_standing_rig_stands(out: Any) -> None:
    assert np.abs([step.ego.velocity_mps for step in out.steps]).max() < 0.1


def test_walker_is_at_most_a_notice_and_no_close_pass(out: Any) -> None:
    levels = out.levels()
    assert max(levels) == NOTICE
    assert levels[20] == NOTICE, 'he comes near in the first seconds'
    assert sum(len(hazards.close_passes) for hazards in out.hazards) == 0


def test_leakage_and_steep_points_are_counted(frames: list[Any], out: Any) -> None:
    totals = {key: sum(step.counts.get(key, 0) for step in out.steps)
              for key in ('points', 'statics', 'movers', 'leakage', 'steep', 'not_finite', 'out_of_bounds', 'held')}
    assert totals['points'] == sum(map(len, frames)) == 13755
    assert sum(count for key, count in totals.items() if key != 'points') == 13755, 'every point is accounted for'
    assert totals['leakage'] > 3500
