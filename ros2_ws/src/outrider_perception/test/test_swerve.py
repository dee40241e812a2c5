"""Who leaves his lane: found by bearings that all lie to one side, and followed at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from outrider_perception import swerve
from outrider_perception.approach import foresee
from outrider_perception.bank import Bank
from outrider_perception.config import load
from outrider_perception.ego import EgoVelocity
from outrider_perception.steps import Step
from outrider_perception.tracker import Tracker

CONFIG = load()
POSTS = [(float(x), side * (3.0 + x * 7 % 5)) for x in range(-80, 90, 4) for side in (-1.0, 1.0)]


def one_track() -> Bank:
    return Bank.newborn(np.array([1]), np.zeros((1, 4)), np.eye(4)[None], 0.0, 0.0, 'radar', np.zeros(1),
                        CONFIG.tracks.bodies)


def looks(offs_sigma: np.ndarray) -> list[bool]:
    """Ten bearings a second, each off its prediction by so many sigma, at 40 m."""
    bank, told = one_track(), []
    for off in offs_sigma:
        swerve.fade(bank, 0.1, CONFIG.tracks)
        swerve.learn(bank, np.array([0]), np.array([off * 0.02]), np.array([4e-4]), np.array([[0.0, 0.025]]))
        told.append(bool(swerve.swerves(bank, CONFIG.tracks)[0]))
    return told


@pytest.mark.parametrize(('jacobian', 'told'), [((0.0, 0.025), True), ((-0.25, -0.32), False), ((0.3, 0.0), False)])
def test_a_body_beside_the_rig_swerves_by_no_bearing(jacobian: tuple[float, float], told: bool) -> None:
    bank = one_track()
    for _ in range(10):
        swerve.fade(bank, 0.05, CONFIG.tracks)
        swerve.learn(bank, np.array([0]), np.array([0.04]), np.array([4e-4]), np.array([jacobian]))
    assert bool(swerve.swerves(bank, CONFIG.tracks)[0]) is told


def test_noise_about_the_prediction_is_no_swerve() -> None:
    assert np.mean(looks(np.random.default_rng(3).standard_normal(4000))) < 0.03


@pytest.mark.parametrize('side', [-1.5, 1.5])
def test_looks_that_all_lie_to_one_side_are_one_within_half_a_second_and_it_ends(side: float) -> None:
    told = looks(np.concatenate([np.zeros(10), np.full(10, side), np.zeros(10)]))
    assert not any(told[:10])
    assert any(told[10:16])
    assert not any(told[-3:])


def test_who_changes_lanes_is_followed_sooner_than_by_a_stiff_filter(road: Any, body: Any) -> None:
    """3 m in 2.4 s, 35 m behind."""
    def where(t: float) -> tuple[float, float]:
        share = min(max((t - 3.0) / 2.4, 0.0), 1.0)
        return -45.0 + 7.5 * t, 4.0 - 3.0 * share * share * (3.0 - 2.0 * share)

    scene = road(bodies=[body(where, detection=1.0)], posts=POSTS)
    late = {}
    for sigmas in (CONFIG.tracks.swerve_sigmas, 1e9):
        tracker, off = Tracker(replace(CONFIG.tracks, swerve_sigmas=sigmas), CONFIG.motion, CONFIG.sight), []
        for scan in scene.scans(6.0):
            step = tracker.step(scan)
            x, y, _, _ = scene.relative(scene.bodies[0], scan.stamp_s - 100.0)
            near = np.flatnonzero(np.abs(step.centre_m[:, 0] - x) < 4.0)
            if scan.stamp_s > 103.6 and scan.stamp_s < 105.6 and len(near):
                off.append(step.centre_m[near[0], 1] - y)
        late[sigmas] = float(np.mean(off))
    assert late[1e9] > 0.4
    assert late[CONFIG.tracks.swerve_sigmas] < 0.75 * late[1e9]


def test_nobody_knows_when_a_lane_change_ends() -> None:
    """The faster one goes across, the wider is the clearance that is told."""
    told = []
    for across in (0.0, -1.0, -2.0):
        bank = one_track()
        bank.state[:] = [-40.0, 5.0, 10.0, across]
        bank.covariance[:] *= 0.01
        step = Step(0.0, bank, np.array([[4.5, 1.8, 1.5]]), bank.state[:, :2].copy(),
                    EgoVelocity(np.array([5.0, 0.0]), np.eye(2) * 0.01, True, 20), True, {})
        told.append(float(foresee(step, CONFIG.hazards).clearance_sigma_m[0]))
    assert told[1] ** 2 - told[0] ** 2 == pytest.approx(CONFIG.hazards.lane_end_s ** 2, rel=0.1)
    assert told[2] > told[1] > told[0]
