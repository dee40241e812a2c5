"""Outlines, approaches, levels and passes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_perception.approach import foresee
from outrider_perception.bank import Bank
from outrider_perception.config import load
from outrider_perception.ego import EgoVelocity
from outrider_perception.hazards import HazardJudge
from outrider_perception.levels import BEHIND, LEFT, NONE, NOTICE, RIGHT, URGENT, WARN
from outrider_perception.outline import distances, gap
from outrider_perception.tracker import Step

CONFIG = load()

SETTINGS = CONFIG.hazards
RIG = np.array([1.8, 0.7])


def edge_points(size: Any, heading: float) -> Any:
    c, s = np.cos(heading), np.sin(heading)
    four = 0.5 * np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * size @ np.array([[c, s], [-s, c]])
    part = np.linspace(0.0, 1.0, 60)[:, None]
    return np.concatenate([a + (b - a) * part for a, b in zip(four, np.roll(four, -1, axis=0), strict=True)])


@settings(max_examples=60, deadline=None)
@given(st.floats(-6, 6), st.floats(-6, 6), st.floats(0.3, 5), st.floats(0.3, 2), st.floats(-4, 4))
def test_distance_of_outlines_is_that_of_their_nearest_points(x: float, y: float, length: float, width: float,
                                                              heading: float) -> None:
    size = np.array([[length, width]])
    distance, body, rig = gap(np.array([[x, y]]), size, np.array([heading]), RIG)
    alone = distances(np.array([[x]]), np.array([[y]]), size, np.array([[heading]]), RIG)[0]
    assert alone == pytest.approx(distance, abs=1e-9)
    ours, theirs = edge_points(RIG, 0.0), edge_points((length, width), heading) + [x, y]
    sampled = np.sqrt(((ours[:, None] - theirs[None]) ** 2).sum(axis=2)).min()
    if distance[0] == 0.0:
        c, s = np.cos(heading), np.sin(heading)
        own = (ours - [x, y]) @ np.array([[c, -s], [s, c]])
        inside = (np.abs(own) <= np.array([length, width]) / 2 + 1e-9).all(axis=1).any()
        assert inside or (np.abs(theirs) <= RIG / 2 + 1e-9).all(axis=1).any() or sampled < 0.06
    else:
        assert distance[0] == pytest.approx(sampled, abs=0.06)
        assert np.hypot(*(body - rig)[0]) == pytest.approx(distance[0], abs=1e-9)


def step_of(t: float, *bodies: tuple[float, float, float, float], size: tuple[float, float] = (4.5, 1.8),
            ego_mps: float = 5.5, used: bool = True) -> Step:
    """Tracks with centres and relative velocities exactly known; identities 1, 2, ..."""
    n = len(bodies)
    state = np.array(bodies, dtype=np.float64).reshape(n, 4)
    tracks = Bank.newborn(1 + np.arange(n), state, np.tile(np.eye(4) * 1e-4, (n, 1, 1)), 3.0, t, 'radar', np.zeros(n),
                          CONFIG.tracks.bodies)
    return Step(t, tracks, np.tile([*size, 1.5], (n, 1)), state[:, :2].copy(),
                EgoVelocity(np.array([ego_mps, 0.0]), np.eye(2) * 0.01, True, 9), used, {})


def test_approach_of_a_passing_car_is_geometry() -> None:
    a = foresee(step_of(0.0, (-40.0, 2.15, 10.0, 0.0)), SETTINGS)
    gap_m = 40.0 - 2.25 - 0.9
    assert a.distance_m[0] == pytest.approx(np.hypot(gap_m, 0.90))
    assert a.closing_mps[0] == pytest.approx(10.0, abs=0.01)
    assert a.clearance_m[0] == pytest.approx(0.90, abs=0.01)
    assert a.time_to_closest_s[0] == pytest.approx(gap_m / 10.0, abs=0.15)
    assert a.time_to_collision_s[0] == pytest.approx(gap_m / 10.0, rel=0.01)
    assert a.side[0] == LEFT


def test_approach_on_collision_course_ends_at_contact() -> None:
    a = foresee(step_of(0.0, (-25.0, 0.0, 8.0, 0.0)), SETTINGS)
    assert a.clearance_m[0] == 0.0
    assert a.time_to_closest_s[0] == pytest.approx((25.0 - 2.25 - 0.9) / 8.0, abs=0.15)
    assert a.side[0] == BEHIND


def test_what_goes_away_or_keeps_its_distance_never_collides() -> None:
    a = foresee(step_of(0.0, (-10.0, 0.0, -3.0, 0.0), (-10.0, 2.0, 0.0, 0.0)), SETTINGS)
    assert a.time_to_collision_s.tolist() == [np.inf, np.inf]
    assert a.time_to_closest_s.tolist() == [0.0, 0.0]


def levels_of(judge: HazardJudge, body: tuple[float, float, float, float], t0: float, count: int) -> list[int]:
    said = []
    for i in range(count):
        hazards = judge.judge(step_of(t0 + i * 0.05, body))
        said.append(int(hazards.level[0]) if len(hazards.level) else NONE)
    return said


@pytest.mark.parametrize(('body', 'level'), [
    ((-60.0, 0.0, 10.0, 0.0), NOTICE),    # contact in 5.7 s
    ((-45.0, 2.0, 10.0, 0.0), WARN),      # passes at 0.75 m in 4.2 s
    ((-20.0, 0.5, 10.0, 0.0), URGENT),    # contact in 1.7 s
    ((-20.0, 4.0, 10.0, 0.0), NONE),      # passes at 2.75 m
    ((-20.0, 2.6, 10.0, 0.0), WARN),      # passes at 1.35 m: no contact, not urgent
    ((-20.0, 3.0, 10.0, 0.0), NOTICE),    # passes at 1.75 m
    ((-10.0, 0.0, 2.0, 0.0), NOTICE),     # slower than any warning
    ((-10.0, 0.0, 0.0, 0.0), NONE),       # follows
    ((-10.0, 0.0, -5.0, 0.0), NONE),      # falls behind
])
def test_level_of(body: tuple[float, float, float, float], level: int) -> None:
    assert levels_of(HazardJudge(CONFIG.hazards), body, 0.0, 5)[-1] == level


@pytest.mark.parametrize(('x_m', 'y_m', 'sigma_m', 'level'), [
    (-45.0, 2.55, 0.1, WARN),     # passes at 1.3 m in 4.2 s, as well as known
    (-45.0, 2.55, 0.8, NOTICE),   # the same, and it may pass at 2 m: early, that is waited for
    (-27.0, 2.55, 0.8, WARN),     # late it is not
    (-27.0, 2.95, 0.1, NOTICE),   # passes at 1.7 m in 2.5 s, surely
    (-27.0, 2.95, 0.45, WARN),    # perhaps at 1.4 m, surely not at 3 m
    (-27.0, 2.95, 0.8, WARN),     # perhaps at 1 m
    (-27.0, 3.05, 0.4, WARN),     # perhaps at 1.45 m
    (-27.0, 3.05, 0.8, NOTICE),   # likewise, but perhaps at 3 m, too
    (-31.5, 2.95, 0.45, NOTICE),  # in 2.9 s: there is time to wait
])
def test_what_is_known_badly_is_waited_for_early_and_warned_of_late(x_m: float, y_m: float, sigma_m: float,
                                                                    level: int) -> None:
    judge = HazardJudge(CONFIG.hazards)
    for i in range(5):
        step = step_of(i * 0.05, (x_m, y_m, 10.0, 0.0))
        step.tracks.covariance[:, 1, 1] = sigma_m ** 2
        hazards = judge.judge(step)
    assert (int(hazards.level[0]) if len(hazards.level) else NONE) == level


def test_three_of_five_scans_bring_a_level_up() -> None:
    judge = HazardJudge(CONFIG.hazards)
    danger, none = (-20.0, 0.5, 10.0, 0.0), (-20.0, 9.0, 10.0, 0.0)
    said = [levels_of(judge, body, i * 0.05, 1)[0] for i, body in enumerate((danger, none, danger, none, danger))]
    assert said == [NONE, NONE, NONE, NONE, URGENT]


def test_repeated_scan_is_no_second_witness() -> None:
    judge = HazardJudge(CONFIG.hazards)
    danger = (-20.0, 0.5, 10.0, 0.0)
    assert all(len(judge.judge(step_of(0.0, danger, used=i == 0)).row) == 0 for i in range(6))


def test_level_stands_for_its_hold_and_names_its_start() -> None:
    judge = HazardJudge(CONFIG.hazards)
    assert levels_of(judge, (-20.0, 0.5, 10.0, 0.0), 0.0, 5)[-1] == URGENT
    after = levels_of(judge, (-20.0, 9.0, 10.0, 0.0), 0.25, 30)
    assert after[:19] == [URGENT] * 19
    assert after[-1] == NONE
    judge.judge(step_of(1.75, (-20.0, 0.5, 10.0, 0.0)))
    levels_of(judge, (-20.0, 0.5, 10.0, 0.0), 1.80, 1)
    hazards = judge.judge(step_of(1.85, (-20.0, 0.5, 10.0, 0.0)))
    assert hazards.since_s.tolist() == [1.85]


def test_nothing_is_held_for_who_has_gone_by() -> None:
    judge = HazardJudge(CONFIG.hazards)
    assert levels_of(judge, (-20.0, 0.5, 10.0, 0.0), 0.0, 5)[-1] == URGENT
    assert levels_of(judge, (6.0, 2.0, 10.0, 0.0), 0.25, 1) == [NONE]


def test_nothing_is_held_for_who_is_beside() -> None:
    judge = HazardJudge(CONFIG.hazards)
    assert levels_of(judge, (-20.0, 1.0, 10.0, 0.0), 0.0, 5)[-1] == URGENT
    assert levels_of(judge, (0.5, 2.0, 10.0, 0.0), 0.25, 1) == [NONE]


def test_gravest_comes_first() -> None:
    judge = HazardJudge(CONFIG.hazards)
    for i in range(5):
        hazards = judge.judge(step_of(i * 0.05, (-60.0, 0.0, 10.0, 0.0), (-20.0, 0.5, 10.0, 0.0)))
    assert hazards.level.tolist() == [URGENT, NOTICE]
    assert hazards.row.tolist() == [1, 0]


def test_time_going_backwards_forgets_what_was_said() -> None:
    judge = HazardJudge(CONFIG.hazards)
    assert levels_of(judge, (-20.0, 0.5, 10.0, 0.0), 100.0, 5)[-1] == URGENT
    assert levels_of(judge, (-20.0, 0.5, 10.0, 0.0), 0.0, 2) == [NONE, NONE]


def drive_by(y_m: float, relative_mps: float, ego_mps: float = 5.5, ends_s: float = 6.0) -> list[Any]:
    judge, passes = HazardJudge(CONFIG.hazards), []
    for i in range(round(ends_s / 0.05)):
        t = i * 0.05
        passes += judge.judge(step_of(t, (-30.0 + relative_mps * t, y_m, relative_mps, 0.0),
                                      ego_mps=ego_mps)).close_passes
    return passes


def test_close_pass_is_told_once_with_its_clearance() -> None:
    (told,) = drive_by(-2.25, 10.0)
    assert told.clearance_m == pytest.approx(1.0, abs=0.01)
    assert told.side == RIGHT
    assert told.closing_mps == pytest.approx(10.0, abs=0.1)
    assert told.speed_mps == pytest.approx(15.5)
    assert told.stamp_s == pytest.approx((30.0 - 3.15) / 10.0, abs=0.1)


def test_wide_pass_is_none() -> None:
    assert drive_by(2.9, 10.0) == []


def test_parked_car_that_is_passed_is_none() -> None:
    assert drive_by(2.0, 5.5, ego_mps=-5.5) == []


def test_body_lost_beside_the_rig_is_told_when_it_is_gone() -> None:
    judge = HazardJudge(CONFIG.hazards)
    for i in range(56):
        judge.judge(step_of(i * 0.05, (-30.0 + 0.5 * i, 2.25, 10.0, 0.0)))
    (told,) = judge.judge(step_of(2.80)).close_passes
    assert told.clearance_m == pytest.approx(1.0, abs=0.05)
