"""How far a body has gone across its lane: a lane change ends in the next lane."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from outrider_perception import aside
from outrider_perception.approach import foresee
from outrider_perception.bank import Bank
from outrider_perception.config import load
from outrider_perception.ego import EgoVelocity
from outrider_perception.lane import Lanes
from outrider_perception.steps import Step
from outrider_perception.tracker import Tracker

CONFIG = load()
EGO = EgoVelocity(np.array([5.0, 0.0]), np.eye(2) * 0.01, True, 20)
LANE_M, TAU_S = CONFIG.hazards.lane_m, CONFIG.hazards.lane_tau_s
POSTS = [(float(x), side * (3.0 + x * 7 % 5)) for x in range(-80, 90, 4) for side in (-1.0, 1.0)]


def bank_of(state: list[float], sigma_m: float = 0.1) -> Bank:
    spread = sigma_m ** 2 * np.eye(4)[None]
    bank = Bank.newborn(np.array([1]), np.array([state]), spread, 0.0, 0.0, 'radar', np.zeros(1), CONFIG.tracks.bodies)
    bank.size_m[:] = bank.box_m[:] = [4.5, 1.8, 1.5]
    return bank


def lanes_of(bank: Bank) -> Lanes:
    return Lanes.of(bank.state[:, :2], bank.state[:, 2:], EGO, CONFIG.tracks.walking_mps, TAU_S)


def foreseen_m(aside_m: float, across_mps: float) -> float:
    """Return the clearance that is foreseen of a car 30 m behind and 6 m to the left that closes with 10 m/s."""
    bank = bank_of([-30.0, 6.0, 10.0, across_mps])
    bank.aside_m[:] = aside_m
    step = Step(0.0, bank, bank.box_m, bank.state[:, :2].copy(), EGO, True, {})
    return float(foresee(step, CONFIG.hazards).clearance_m[0])


def test_who_has_nearly_changed_a_lane_is_foreseen_to_stay_in_it() -> None:
    straight = foreseen_m(0.0, 0.0)
    assert foreseen_m(-LANE_M, -1.5) == pytest.approx(straight, abs=1e-6)
    assert foreseen_m(0.5 - LANE_M, -1.5) == pytest.approx(straight - 0.5, abs=0.2)


def test_who_begins_comes_over_by_no_more_than_a_lane() -> None:
    assert foreseen_m(0.0, -1.0) < foreseen_m(0.0, 0.0) - 1.0
    assert foreseen_m(0.0, -4.0) > foreseen_m(0.0, 0.0) - LANE_M


def test_a_lane_gone_to_the_other_side_leaves_the_whole_way_back() -> None:
    assert foreseen_m(LANE_M, -1.5) == pytest.approx(foreseen_m(0.0, -1.5))


def test_who_goes_over_more_than_one_lane_may_go_anywhere() -> None:
    assert foreseen_m(-1.6 * LANE_M, -1.5) == pytest.approx(foreseen_m(0.0, -1.5))


def test_who_crosses_the_road_has_no_lane() -> None:
    bank = bank_of([-10.0, 6.0, -5.0, -3.0])
    lowered = aside.still_to_come(np.array([[0.0, -3.0]]), np.array([-LANE_M]), lanes_of(bank), LANE_M)
    assert not lowered.any()


def test_the_way_across_is_summed_and_forgotten() -> None:
    bank = bank_of([-30.0, 3.0, 10.0, 0.0])
    for _ in range(20):
        aside.learn(bank, np.array([[0.75, -0.1]]), lanes_of(bank), 0.05, CONFIG.tracks)
    assert bank.aside_m[0] == pytest.approx(-2.0, abs=0.2)
    for _ in range(20):
        aside.learn(bank, np.array([[7.5, 0.0]]), lanes_of(bank), 1.0, CONFIG.tracks)
    assert bank.aside_m[0] == pytest.approx(0.0, abs=0.4)


def test_corrections_of_a_place_that_nobody_knows_are_no_way() -> None:
    bank = bank_of([-80.0, 3.0, 10.0, 0.0], sigma_m=2.0)
    aside.learn(bank, np.array([[0.0, 2.0]]), lanes_of(bank), 0.05, CONFIG.tracks)
    assert bank.aside_m[0] == 0.0


@pytest.mark.parametrize('over_m', [0.0, -3.0])
def test_a_track_knows_how_far_it_went_over(over_m: float, road: Any, body: Any) -> None:
    """None at all, or 3 m in 2.4 s, 35 m behind and nearer."""
    def where(t: float) -> tuple[float, float]:
        share = min(max((t - 3.0) / 2.4, 0.0), 1.0)
        return -60.0 + 9.0 * t, 5.0 + over_m * share * share * (3.0 - 2.0 * share)

    scene = road(bodies=[body(where, detection=1.0)], posts=POSTS)
    tracker, gone = Tracker(CONFIG.tracks, CONFIG.motion, CONFIG.sight), []
    for scan in scene.scans(5.5):
        step = tracker.step(scan)
        x, _, _, _ = scene.relative(scene.bodies[0], scan.stamp_s - 100.0)
        near = np.flatnonzero(np.abs(step.centre_m[:, 0] - x) < 4.0)
        if len(near) and scan.stamp_s > 101.5:
            gone.append(float(step.tracks.aside_m[near[0]]))
    assert gone[-1] == pytest.approx(over_m * 0.9, abs=0.2 * LANE_M)
    if not over_m:
        assert max(map(abs, gone)) < 0.6
