"""The ramp as its wheels move it, and what its sensors make of that."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_sim.devices.vesc_model import MS, Controller, Ramp
from outrider_sim.devices.vesc_wire import SET_CURRENT_BRAKE, SET_RPM
from outrider_sim.world import motion, scenario
from outrider_sim.world.driven import WHEELBASE_M, WHEELS_TOUCH, DrivenRider
from outrider_sim.world.driven_history import PoseHistory
from outrider_sim.world.model import Rig
from outrider_sim.world.own import unmet
from outrider_sim.world.world import World

RAMP = Rig('ramp', 'front', 'pad')
HERE = np.zeros(3)
STEPS = st.lists(st.tuples(st.floats(-1.5, 1.5), st.floats(-0.5, 0.5)), min_size=1, max_size=60)


def driven(seconds: float, speed: Callable[[float], float], steer: Callable[[float], float] = lambda t: 0.0,
           jack: float = 1.0, dt_s: float = 0.01) -> DrivenRider:
    """Drive at a speed (piecewise linear between the steps) and a steering angle."""
    rider, way = DrivenRider(RAMP), 5.0
    for number in range(round(seconds / dt_s) + 1):
        t = number * dt_s
        way += 0.5 * (speed(t) + speed(t - dt_s)) * dt_s if number else 0.0
        rider.step(t, way, speed(t), steer(t), jack)
    return rider


def test_it_begins_at_the_origin_whatever_the_motors_counted_before() -> None:
    rider = DrivenRider(RAMP)
    pose = rider.step(0.0, 123.0, 0.0, 0.0, 1.0)
    assert (pose.x, pose.y, pose.heading, pose.speed) == (0.0, 0.0, 0.0, 0.0)


def test_straight_ahead_and_straight_back() -> None:
    rider = driven(4.0, lambda t: 1.0 if t < 3.0 else -0.5)
    pose = rider.pose(2.0)
    assert (pose.x, pose.y, pose.vx, pose.heading) == pytest.approx((2.0, 0.0, 1.0, 0.0))
    back = rider.pose(4.0)
    assert back.vx == -0.5
    assert back.x == pytest.approx(3.0 - 0.5, abs=0.02)


@pytest.mark.parametrize('speed', [1.2, -0.7])
@given(st.floats(0.05, 0.52), st.booleans())
def test_the_driven_axle_runs_on_a_circle_of_wheelbase_over_the_tangent_of_the_angle(
        speed: float, angle: float, left: bool) -> None:
    steer = angle if left else -angle
    rider = driven(6.0, lambda t: speed, lambda t: steer)
    poses = rider.poses(np.linspace(0.0, 6.0, 401))
    radius = WHEELBASE_M / math.tan(steer)
    rear = poses.xy - 0.5 * WHEELBASE_M * np.stack([np.cos(poses.heading), np.sin(poses.heading)], axis=1)
    centre = np.array([-0.5 * WHEELBASE_M, radius])
    away = rear - centre
    np.testing.assert_allclose(np.hypot(away[:, 0], away[:, 1]), abs(radius), atol=2e-5)
    np.testing.assert_allclose(poses.yaw_rate, speed / radius, rtol=1e-6)
    np.testing.assert_allclose(poses.heading, speed / radius * poses.t_s, atol=1e-9)
    np.testing.assert_allclose(poses.speed, abs(speed) * math.hypot(1.0, 0.5 * WHEELBASE_M / radius), rtol=1e-4)


@given(STEPS)
def test_its_way_back_is_its_way_there(pairs: list[tuple[float, float]]) -> None:
    rider, t, way = DrivenRider(RAMP), 0.0, 0.0
    rider.step(t, way, 0.0, 0.0, 1.0)
    angles = [0.0] + [steer for _, steer in pairs]
    ways = [0.01 * speed for speed, _ in pairs]
    for (speed, _), steer in zip(pairs, angles[1:], strict=True):
        t, way = t + 0.01, way + 0.01 * speed
        rider.step(t, way, speed, steer, 1.0)
    for more, steer in zip(ways[::-1], angles[-2::-1], strict=True):
        t, way = t + 0.01, way - more
        rider.step(t, way, 0.0, steer, 1.0)
    end = rider.pose(t)
    assert (end.x, end.y, end.heading) == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)


@given(STEPS)
def test_it_never_leaves_the_way_that_its_wheels_count(pairs: list[tuple[float, float]]) -> None:
    rider, way = DrivenRider(RAMP), 0.0
    rider.step(0.0, 0.0, 0.0, 0.0, 1.0)
    for number, (speed, steer) in enumerate(pairs):
        before = rider.pose(0.01 * number)
        way += 0.01 * speed
        now = rider.step(0.01 * (number + 1), way, speed, steer, 1.0)
        # The middle is at most so much farther out than the axle: 1 / cos(atan(tan(steer) / 2)).
        assert math.hypot(now.x - before.x, now.y - before.y) <= 0.01 * abs(speed) * 1.05 + 1e-12


def test_lowered_it_lies_on_the_ground_and_wheels_that_turn_move_nothing() -> None:
    rider = driven(2.0, lambda t: 1.0, jack=WHEELS_TOUCH - 0.01)
    assert (rider.pose(2.0).x, rider.pose(2.0).speed) == (0.0, 0.0)
    rider.step(2.01, 99.0, 1.0, 0.0, 1.0)  # lifted: what was turned in the air does not count
    assert rider.step(2.02, 99.01, 1.0, 0.0, 1.0).x == pytest.approx(0.01)


def test_neither_a_time_that_is_not_later_nor_motors_that_count_anew_move_it() -> None:
    rider = driven(1.0, lambda t: 1.0)
    assert rider.step(0.5, 7.0, 1.0, 0.0, 1.0) == rider.pose(1.0)
    rider.count_anew()
    assert rider.step(1.01, 0.0, 0.0, 0.0, 1.0).x == pytest.approx(1.0)


def test_before_it_stands_and_beyond_the_newest_it_goes_straight_on() -> None:
    rider = driven(1.0, lambda t: 1.0)
    early, late = rider.pose(-0.5), rider.pose(1.004)
    assert (early.x, early.speed) == (0.0, 0.0)
    assert (late.x, late.vx) == pytest.approx((1.004, 1.0))
    assert DrivenRider(RAMP).pose(3.0).x == 0.0
    assert len(rider.poses(np.empty(0)).x) == 0


@pytest.mark.parametrize('rig', [Rig('bicycle', 'rear', 'pad'), Rig('ramp', 'front', 'path')])
def test_only_a_ramp_that_is_driven_has_wheels_of_ours(rig: Rig) -> None:
    with pytest.raises(ValueError, match='expected a ramp driven by pad or follow'):
        DrivenRider(rig)


def by_vesc(seconds: float, rpm: Callable[[float], float | None],
            steps_ms: list[int]) -> tuple[DrivenRider, np.ndarray]:
    """Drive by the model of the motors, looked at every few ms; return the rider and (t, speed) of every step."""
    ramp, rider = Ramp((Controller(), Controller())), DrivenRider(RAMP)
    truth, look, place = [], 0, 0
    for ms in range(0, round(seconds * 1000) + 1, 2):
        wanted = rpm(ms / 1000)
        for one in ramp.controllers:
            one.feed((SET_CURRENT_BRAKE, 15.0) if wanted is None else (SET_RPM, wanted), ms * MS)
        ramp.advance(ms * MS)
        truth.append((ramp.now * 1e-9, ramp.speed_mps))
        if ms >= look:
            rider.step(ramp.now * 1e-9, ramp.travelled_m, ramp.speed_mps, 0.0, 1.0)
            look, place = ms + steps_ms[place % len(steps_ms)], place + 1
    return rider, np.array(truth)


@pytest.mark.parametrize('steps_ms', [[10], [8, 12, 10, 14, 6], [4, 30, 10]])
def test_accelerometer_and_gps_feel_what_the_motors_do_and_no_more(steps_ms: list[int]) -> None:
    # Up by a ramp of set-points, a step of the set-point, and a stop by brake current down to shorted phases.
    rider, truth = by_vesc(7.0, lambda t: 4000.0 * min(t / 3.0, 1.0) if t < 4.0 else 2500.0 if t < 5.0 else None,
                           steps_ms)
    times = np.arange(0.1, 6.9, 0.0025)
    felt = motion.acceleration(rider.poses, times, HERE)
    real = np.diff(truth[:, 1]) / 0.002
    # In a piece with a kink a cubic overshoots by up to a third of the kink.
    kinks = np.abs(np.diff(real)).max()
    widest = max(steps_ms) / 1000 + motion.H_S + 0.002
    for t, a in zip(times, felt[:, 0], strict=True):
        near = real[(truth[1:, 0] > t - widest) & (truth[:-1, 0] < t + widest)]
        slack = 0.35 * (near.max() - near.min()) + 0.02
        assert near.min() - slack <= a <= near.max() + slack
    assert np.abs(felt[:, 0]).max() < 1.4 * np.abs(real).max()
    assert kinks > 1.0  # there was a step to feel
    np.testing.assert_allclose(felt[:, 1:], 0.0, atol=1e-9)
    speed = motion.velocity(rider.poses, times, HERE)[:, 0]
    np.testing.assert_allclose(speed, np.interp(times, truth[:, 0], truth[:, 1]), atol=0.02)


def test_a_turn_is_felt_as_its_centripetal_acceleration_and_nothing_jumps_while_the_steering_moves() -> None:
    rider = driven(8.0, lambda t: 1.0, lambda t: min(0.35, max(0.0, 0.35 * (t - 2.0))))
    times = np.arange(0.1, 7.9, 0.0025)
    felt, turn = motion.acceleration(rider.poses, times, HERE), motion.turn_rate(rider.poses, times)[:, 2]
    poses = rider.poses(times)
    across = -felt[:, 0] * np.sin(poses.heading) + felt[:, 1] * np.cos(poses.heading)
    # The middle swings about the driven axle while the steering moves, and that begins and ends at once.
    steer = np.clip(0.35 * (times - 2.0), 0.0, 0.35)
    swing = np.where((times > 2.0) & (times < 3.0), 0.35 / np.cos(steer) ** 2, 0.0)
    wanted = (np.tan(steer) + 0.5 * WHEELBASE_M * swing) / WHEELBASE_M
    smooth = (np.abs(times - 2.0) > 0.016) & (np.abs(times - 3.0) > 0.016)
    np.testing.assert_allclose(across[smooth], wanted[smooth], atol=0.01)
    assert across.min() > -0.07
    assert across.max() < wanted.max() + 0.07
    assert np.abs(np.diff(turn)).max() < 0.002 / 0.0025 * 0.01
    np.testing.assert_allclose(turn, poses.yaw_rate, atol=2e-3)


def test_the_truth_afterwards_is_what_it_did_and_can_be_judged() -> None:
    one = scenario.parse('duration_s: 8\nrig: {kind: ramp, drive: pad}\n'
                         'actors: [{id: p1, class: person, at: [6, 0]}]\n'
                         'expect: {no_contact: true, stop_before_m: 0.5}')
    stops = driven(8.0, lambda t: max(0.0, min(t - 1.0, 1.0, 4.0 - t)))
    assert unmet(World(one, stops.motion())) == []
    times = np.linspace(0.0, 7.9, 300)
    np.testing.assert_allclose(stops.motion().poses(times).xy, stops.poses(times).xy, atol=1e-12)
    goes_on = driven(8.0, lambda t: 1.0)
    assert len(unmet(World(one, goes_on.motion()))) == 3


def test_a_history_that_is_fed_poses_from_elsewhere_tells_the_same() -> None:
    rider = driven(30.0, lambda t: math.sin(t), lambda t: 0.3 * math.sin(0.7 * t))  # more nodes than it begins with
    other = PoseHistory()
    for number in range(3001):
        other.add(rider.pose(number * 0.01))
    assert not other.add(rider.pose(3.0))
    assert len(other) == len(rider.history) == 3001
    assert other.pose(0.0).speed == 0.0
    assert rider.pose(2.0).speed == pytest.approx(math.sin(2.0), rel=0.02)
    times = np.linspace(-1.0, 31.0, 777)
    np.testing.assert_allclose(other.poses(times).xy, rider.poses(times).xy, atol=1e-9)
