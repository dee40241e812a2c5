"""Roads that must alarm, and roads that must not. Truth is known; the sensor is rough."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from outrider_perception.levels import LEFT, NONE, NOTICE, RIGHT, URGENT, WARN

FRAME_S = 0.05


def posts(y_m: float) -> list[tuple[float, float]]:
    return [(x, y_m) for x in np.arange(-120.0, 120.0, 3.0)]


def straight(x_m: float, y_m: float, speed_mps: float) -> Any:
    return lambda t: (x_m + speed_mps * t, y_m)


@pytest.mark.parametrize('seed', range(5))
@pytest.mark.parametrize('side', [1.0, -1.0])
def test_car_from_behind_at_16_mps_is_warned_of_and_its_pass_reported(road: Any, body: Any, played: Any, seed: int,
                                                                      side: float) -> None:
    car = body(straight(-70.0, side * 2.15, 16.0 + 5.5))  # clearance 2.15 - 0.9 - 0.35 = 0.90 m
    scene = road(bodies=[car], posts=posts(5.0), seed=seed)
    out = played(scene.scans(6.0))
    abeam = int((70.0 - 0.9) / 16.0 / FRAME_S)  # centre level with the rear rack
    identity = out.nearest(abeam - 20, *scene.relative(car, (abeam - 20) * FRAME_S)[:2])
    assert identity is not None
    warned = [i for i, level in enumerate(out.levels(identity)) if level >= WARN]
    assert warned
    assert (abeam - warned[0]) * FRAME_S >= 2.0, 'two seconds to act'
    passes = [p for hazards in out.hazards for p in hazards.close_passes if p.identity == identity]
    assert len(passes) == 1
    assert passes[0].clearance_m == pytest.approx(0.90, abs=0.6)
    assert passes[0].side == (LEFT if side > 0 else RIGHT)
    assert passes[0].closing_mps == pytest.approx(16.0, abs=1.5)
    assert max(out.levels()[-1:]) == NONE, 'quiet again when it is gone'


@pytest.mark.parametrize('seed', range(5))
def test_car_on_collision_course_becomes_urgent_in_time(road: Any, body: Any, played: Any, seed: int) -> None:
    out = played(road(bodies=[body(straight(-60.0, 0.2, 15.5))], posts=posts(5.0), seed=seed).scans(5.4))
    contact = int((60.0 - 2.25 - 0.9) / 10.0 / FRAME_S)
    urgent = [i for i, level in enumerate(out.levels()) if level == URGENT]
    assert urgent
    assert (contact - urgent[0]) * FRAME_S >= 1.3


def test_two_walkers_crossing_keep_their_identities(road: Any, body: Any, played: Any) -> None:
    def person(x: float, y: float, vx: float, vy: float) -> Any:
        return body(lambda t: (x + vx * t, y + vy * t), 0.5, 0.5, points=2)
    one, two = person(-12.0, -2.0, 1.4, 0.6), person(-6.0, 2.0, -1.4, -0.6)
    scene = road(rig_mps=0.0, bodies=[one, two], posts=[(-20.0, y) for y in range(-9, 10, 3)], clutter=0.1)
    out = played(scene.scans(4.5))
    for who in (one, two):
        met = [out.nearest(i, *scene.relative(who, i * FRAME_S)[:2], within_m=1.5) for i in (20, 85)]
        assert met[0] is not None
        assert met[0] == met[1]


def test_platoon_is_neither_glued_nor_lost(road: Any, body: Any, played: Any) -> None:
    cars = [body(straight(-30.0 - 9.0 * k, 2.5, 13.5), detection=0.8) for k in range(4)]
    scene = road(bodies=cars, posts=posts(5.0))
    out = played(scene.scans(3.0))
    for i in (30, 45, 59):
        met = [out.nearest(i, *scene.relative(car, i * FRAME_S)[:2], within_m=4.0) for car in cars]
        assert None not in met
        assert len(set(met)) == 4


@pytest.mark.parametrize(('behind_m', 'bodies'), [(5.5, 1), (18.0, 2)])
def test_what_follows_closer_than_anybody_drives_is_the_tail_of_a_truck(road: Any, body: Any, played: Any,
                                                                       behind_m: float, bodies: int) -> None:
    """A front, and what is seen behind it a second later, as fast, at 75 km/h: 0.26 s behind, or 0.9 s."""
    def later(t: float) -> tuple[float, float]:
        return (-70.0 - behind_m + 21.0 * t, 2.5) if t >= 1.0 else (-500.0, 2.5)

    parts = [body(where, length_m=0.5, width_m=1.5, points=1) for where in (straight(-70.0, 2.5, 21.0), later)]
    out = played(road(bodies=parts, posts=posts(5.0), clutter=0.0).scans(3.2))
    assert len(out.identities) == bodies


@pytest.mark.parametrize('seed', range(3))
def test_empty_road_is_quiet(road: Any, played: Any, seed: int) -> None:
    out = played(road(posts=posts(5.0) + posts(-4.0), seed=seed).scans(20.0))
    assert max(out.levels()) <= NOTICE
    assert sum(len(h.close_passes) for h in out.hazards) == 0


def test_guard_rail_makes_no_tracks_and_gives_the_own_velocity(road: Any, played: Any) -> None:
    rail = [(x, 3.5) for x in np.arange(-120.0, 120.0, 1.5)]
    out = played(road(posts=rail, clutter=0.0).scans(6.0))
    assert out.identities == set()
    valid = [step.ego.velocity_mps for step in out.steps if step.ego.valid]
    assert len(valid) > 0.9 * len(out.steps)
    assert np.sqrt(np.mean((np.array(valid)[:, 0] - 5.5) ** 2)) < 0.1


def test_car_that_is_seen_in_the_guard_rail_too_is_one_car(road: Any, body: Any, played: Any) -> None:
    rail = [(x, -3.1) for x in np.arange(-120.0, 120.0, 4.0)]
    car, image = body(straight(-45.0, 1.5, 12.0), detection=0.95), body(straight(-45.0, -7.7, 12.0), detection=0.95)
    scene = road(bodies=[car, image], posts=rail + posts(6.0), clutter=0.0)
    out = played(scene.scans(5.0))
    x, y = scene.relative(car, 80 * FRAME_S)[:2]
    assert out.nearest(80, x, y) is not None
    told = [step.centre_m[step.centre_m[:, 1] < -4.0] for step in out.steps[30:]]
    assert sum(map(len, told)) <= 0.05 * len(told), 'he who drives behind the rail is not there'
    assert sum(step.counts['images'] for step in out.steps[30:]) > 0.8 * len(told)
    alone = played(road(bodies=[image], posts=rail + posts(6.0), clutter=0.0).scans(5.0))
    assert alone.nearest(80, x, -7.7) is not None, 'alone he is'


@pytest.mark.parametrize('seed', range(3))
def test_follower_at_constant_gap_is_present_never_lost_never_warned_of(road: Any, body: Any, played: Any,
                                                                        seed: int) -> None:
    car = body(straight(-17.0, 0.5, 5.5))
    scene = road(bodies=[car], posts=posts(4.0) + posts(-4.0), seed=seed, clutter=0.1)
    out = played(scene.scans(15.0))
    met = {out.nearest(i, *scene.relative(car, i * FRAME_S)[:2]) for i in range(10, 300)}
    assert len(met) == 1
    assert None not in met
    assert max(out.levels(met.pop())) <= NOTICE


def test_oncoming_lane_behind_is_no_hazard(road: Any, body: Any, played: Any) -> None:
    out = played(road(bodies=[body(straight(10.0, 4.5, -14.0))], posts=posts(7.0)).scans(4.0))
    assert max(out.levels()) == NONE


def test_car_keeps_its_identity_through_a_dropout_of_half_a_second(road: Any, body: Any, played: Any) -> None:
    car = body(straight(-60.0, 1.5, 15.5), detection=1.0)
    scene = road(bodies=[car], posts=posts(5.0), clutter=0.0)
    with_gap = scene.scans(4.0)
    car.detection = 0.0
    blind = scene.scans(4.0)
    with_gap[40:51] = blind[40:51]
    out = played(with_gap)
    before, after = (out.nearest(i, *scene.relative(car, i * FRAME_S)[:2]) for i in (39, 60))
    assert before is not None
    assert before == after


def test_parked_cars_are_no_hazard_to_a_rolling_rig(road: Any, body: Any, played: Any) -> None:
    parked = [body(straight(float(x), -2.2, 0.0)) for x in range(-80, 120, 7)]
    out = played(road(bodies=parked, clutter=0.1).scans(8.0))
    assert max(out.levels()) <= NOTICE
    assert sum(len(h.close_passes) for h in out.hazards) == 0


def test_two_runs_are_equal_to_the_last_bit(road: Any, body: Any, played: Any) -> None:
    cars = [body(straight(-40.0, 1.0, 12.0)), body(straight(-60.0, 3.0, 14.0))]
    scans = road(bodies=cars, posts=posts(4.0)).scans(4.0)
    one, two = played(scans), played(scans)
    for a, b in zip(one.steps, two.steps, strict=True):
        assert a.tracks.state.tobytes() == b.tracks.state.tobytes()
        assert a.tracks.covariance.tobytes() == b.tracks.covariance.tobytes()
        assert a.ego.velocity_mps.tobytes() == b.ego.velocity_mps.tobytes()
    assert one.levels() == two.levels()


def test_car_that_cuts_in_becomes_urgent_before_contact(road: Any, body: Any, played: Any) -> None:
    def where(t: float) -> tuple[float, float]:
        part = min(max((t - 2.0) / 2.0, 0.0), 1.0)
        return -60.0 + 15.5 * t, 3.7 - 3.1 * part * part * (3.0 - 2.0 * part)
    for seed in range(3):
        out = played(road(bodies=[body(where)], posts=posts(6.0), seed=seed).scans(5.4))
        urgent = [i for i, level in enumerate(out.levels()) if level == URGENT]
        assert urgent
        assert (60.0 - 3.15) / 10.0 - urgent[0] * FRAME_S >= 0.9


def test_cyclist_who_crosses_behind_a_standing_rig_is_followed_and_is_no_danger(road: Any, body: Any,
                                                                               played: Any) -> None:
    rider = body(lambda t: (-12.0, -12.0 + 4.0 * t), 1.8, 0.6, points=2)
    scene = road(rig_mps=0.0, bodies=[rider], posts=[(-20.0, float(y)) for y in range(-9, 10, 3)], clutter=0.1)
    out = played(scene.scans(5.0))
    met = {out.nearest(i, *scene.relative(rider, i * FRAME_S)[:2], within_m=1.5) for i in range(15, 95)}
    assert len(met) == 1
    assert None not in met
    assert max(out.levels()) <= NOTICE
