"""Where the rider and the actors are: what the words of a file mean, as numbers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_sim.world import scenario
from outrider_sim.world.live import LiveWorld
from outrider_sim.world.rider import PathMotion, RecordedMotion, stack
from outrider_sim.world.world import World


def world(text: str) -> World:
    return World(scenario.parse(f'duration_s: 12\n{text}\n'))


def actor(do: str = '', at: str = '[-70, 2]', more: str = 'speed_mps: 10') -> World:
    return world(f'rig: {{speed_mps: 5}}\nactors: [{{id: a, class: car, at: {at}, {more}, do: [{do}]}}]')


def place(one: World, t_s: float) -> tuple[float, float]:
    x, y = one.at(t_s).xy[0].tolist()
    return x, y


def test_an_actor_goes_straight_on_at_its_speed_and_heading():
    one = actor(more='speed_mps: 10, heading_deg: 90')
    assert place(one, 3.0) == pytest.approx((-70.0, 32.0), abs=1e-9)
    assert one.at(3.0).velocity[0] == pytest.approx([0.0, 10.0], abs=1e-9)


@pytest.mark.parametrize('heading', [0, 90, 180, -45])
def test_a_lane_change_goes_to_world_left_whatever_the_heading(heading):
    straight = actor(more=f'speed_mps: 10, heading_deg: {heading}')
    one = actor('{at_s: 3, change: lane, dy_m: 1.5, over_s: 2}', more=f'speed_mps: 10, heading_deg: {heading}')
    for t_s, share in ((3.0, 0.0), (3.5, 0.15625), (4.0, 0.5), (5.0, 1.0), (9.0, 1.0)):  # 3u^2 - 2u^3
        x, y = place(straight, t_s)
        assert place(one, t_s) == pytest.approx((x, y + 1.5 * share), abs=1e-9)
    assert one.at(4.0).heading[0] == pytest.approx(math.radians(heading))


def test_a_change_of_speed_takes_half_of_both_on_its_way():
    one = actor('{at_s: 2, change: speed, to_mps: 4, over_s: 3}')
    assert one.at(3.5).velocity[0, 0] == pytest.approx(7.0)
    # The mean of smoothstep is one half.
    assert place(one, 6.0)[0] == pytest.approx(-70 + 2 * 10 + 3 * 7 + 1 * 4, abs=1e-9)


def test_a_change_at_once_is_one():
    one = actor('{at_s: 2, change: speed, to_mps: 4, over_s: 0}')
    assert place(one, 5.0)[0] == pytest.approx(-70 + 20 + 12, abs=1e-4)
    assert [one.at(t).velocity[0, 0] for t in (1.99, 2.0)] == pytest.approx([10.0, 4.0])


def test_a_change_of_heading_goes_from_number_to_number():
    one = actor('{at_s: 2, change: heading, to_deg: 270, over_s: 1}')
    assert math.degrees(one.at(2.5).heading[0]) == pytest.approx(135.0)
    assert one.at(4.0).velocity[0] == pytest.approx([0.0, -10.0], abs=1e-9)


def test_an_actor_takes_on_the_speed_of_the_rider_and_keeps_it():
    text = ('rig: {path: {points: [[0, 0, 0], [4, 20, 0], [8, 20, 0], [12, 40, 0]]}}\n'
            'actors: [{id: a, class: car, at: [-30, 0], speed_mps: 9, '
            'do: [{at_s: 1, change: speed, to: rider, over_s: 1}]}]')
    one = world(text)
    gaps = [one.pose(t).x - place(one, t)[0] for t in np.linspace(2.0, 12.0, 41)]
    assert gaps == pytest.approx([gaps[0]] * len(gaps), abs=2e-3)
    assert one.at(6.0).velocity[0, 0] == pytest.approx(0.0, abs=1e-6)
    assert not one.at(6.0).bodies[0].moving


CHANGES = st.lists(st.tuples(st.sampled_from(['lane', 'speed', 'heading']), st.floats(0.5, 3.0), st.floats(-5.0, 15.0)),
                   max_size=5)


@given(CHANGES, st.floats(-90.0, 90.0))
@settings(max_examples=60, deadline=None)
def test_velocity_is_the_rate_of_the_place_and_nothing_jumps(changes, heading):
    begin, rows = {'lane': 0.5, 'speed': 0.5, 'heading': 0.5}, []
    for kind, over, value in changes:
        key = {'lane': 'dy_m', 'speed': 'to_mps', 'heading': 'to_deg'}[kind]
        rows.append((begin[kind], f'{{at_s: {begin[kind]!r}, change: {kind}, {key}: {value!r}, over_s: {over!r}}}'))
        begin[kind] += over
    one = actor(', '.join(row for _, row in sorted(rows)), more=f'speed_mps: 8, heading_deg: {heading}')
    times, h = np.linspace(0.01, 11.9, 1190), 1e-4
    before, after = one.actors.at(times - h)[0], one.actors.at(times + h)[0]
    assert (after - before) / (2 * h) == pytest.approx(one.actors.at(times)[1], abs=0.02)


def test_the_rider_goes_straight():
    pose = world('rig: {speed_mps: 5.5}').pose(4.0)
    assert (pose.x, pose.y, pose.heading, pose.speed, pose.roll) == (22.0, 0.0, 0.0, 5.5, 0.0)


@pytest.mark.parametrize(('side', 'sign'), [('left', 1.0), ('right', -1.0)])
def test_the_rider_turns_on_a_circle_and_leans_into_it(side, sign):
    one = world(f'rig: {{speed_mps: 5, path: {{radius_m: 20, side: {side}, from_s: 2, to_s: 6}}}}')
    begin, middle, end = one.pose(2.0), one.pose(4.0), one.pose(8.0)
    assert (begin.x, begin.y) == pytest.approx((10.0, 0.0))
    assert middle.heading == pytest.approx(sign * 0.5)
    assert (middle.x, middle.y) == pytest.approx((10 + 20 * math.sin(0.5), sign * 20 * (1 - math.cos(0.5))))
    assert end.heading == pytest.approx(sign * 1.0)
    assert middle.yaw_rate == pytest.approx(sign * 0.25)
    assert middle.roll == pytest.approx(-sign * math.atan(5.0 ** 2 / 20 / 9.81), abs=1e-6)  # roll > 0 leans right
    assert (one.pose(0.5).roll, end.roll) == pytest.approx((0.0, 0.0), abs=1e-12)


def test_a_ramp_does_not_lean():
    assert world('rig: {kind: ramp, speed_mps: 1, path: {radius_m: 3, side: left}}').pose(5.0).roll == 0.0


def test_sway_rolls_at_0_8_hz_and_turns_a_third_of_it():
    one = world('rig: {speed_mps: 5, sway_deg: 3}')
    top = one.pose(0.25 / 0.8)
    assert math.degrees(top.roll) == pytest.approx(3.0)
    assert math.degrees(top.heading) == pytest.approx(1.0)
    assert (one.pose(0.0).heading, one.pose(0.0).x) == (0.0, 0.0)


def test_lean_comes_on_top_of_sway():
    turn = 'speed_mps: 5, path: {radius_m: 20, side: left, from_s: 0}'
    at = 4.0 + 0.3
    swaying, steady = world(f'rig: {{{turn}, sway_deg: 3}}').pose(at), world(f'rig: {{{turn}}}').pose(at)
    assert swaying.roll - steady.roll == pytest.approx(math.radians(3) * math.sin(2 * math.pi * 0.8 * at))


POINTS = 'rig: {path: {points: [[0, 0, 0], [4, 20, 0], [6, 25, 3], [8, 25, 3], [10, 25, 12]]}}'


def test_the_rider_is_at_each_point_at_its_time_and_stands_between_equal_ones():
    one = world(POINTS)
    for t, x, y in ((0, 0, 0), (4, 20, 0), (6, 25, 3), (8, 25, 3), (10, 25, 12)):
        assert (one.pose(t).x, one.pose(t).y) == pytest.approx((x, y), abs=1e-9)
    standing = [one.pose(t) for t in (6.2, 7.0, 7.8)]
    assert [pose.speed for pose in standing] == [0.0] * 3
    assert len({round(pose.heading, 9) for pose in standing}) == 1  # it keeps looking where it went
    later = one.pose(11.0)
    assert later.y > 12.0  # goes on as it came
    assert later.ay == 0.0


ARC = 'rig: {speed_mps: 5, sway_deg: 4, path: {radius_m: 15, side: right, from_s: 3, to_s: 7}}'


@pytest.mark.parametrize('rig', [POINTS, ARC])
def test_rates_of_the_rider_are_those_of_its_pose(rig):
    one, h = world(rig), 1e-5
    breaks = np.array([0.0, 3.0, 4.0, 6.0, 7.0, 8.0, 10.0])
    times = np.array([t for t in np.linspace(0.05, 11.9, 400) if np.abs(breaks - t).min() > 0.03])
    low, high, at = one.poses(times - h), one.poses(times + h), one.poses(times)
    for value, rate, within in (('x', 'vx', 1e-6), ('y', 'vy', 1e-6), ('vx', 'ax', 1e-4), ('vy', 'ay', 1e-4),
                                ('roll', 'roll_rate', 1e-4)):
        found = (getattr(high, value) - getattr(low, value)) / (2 * h)
        assert found == pytest.approx(getattr(at, rate), abs=within), rate
    quick = at.speed > 0.5
    assert ((high.heading - low.heading) / (2 * h))[quick] == pytest.approx(at.yaw_rate[quick], abs=1e-3)


def test_the_same_file_and_seed_give_the_same_world_to_the_last_bit():
    text = POINTS + '\nactors: [{id: a, class: car, at: [-30, 2], speed_mps: 9, do: [{at_s: 1, change: heading, ' \
                    'to_deg: 40, over_s: 3}]}]'
    for t in np.linspace(0.0, 12.0, 50):
        one, other = world(text).at(t), world(text).at(t)
        assert one.xy.tobytes() == other.xy.tobytes()
        assert one.rider == other.rider


def test_many_instants_at_once_are_what_they_are_one_by_one():
    one, times = world(POINTS), np.linspace(0.0, 12.0, 97)
    together = one.poses(times)
    assert all(together.one(n) == one.pose(t) for n, t in enumerate(times))


def test_a_rider_driven_from_outside_is_taken_as_it_comes():
    text = 'rig: {kind: ramp, drive: pad}\nactors: [{id: a, class: car, at: [-30, 2]}]'
    given_pose = world('rig: {speed_mps: 2}').pose(3.0)
    assert world(text).at(3.0, rider=given_pose).rider == given_pose
    assert world(text).at(3.0).rider.speed == 0.0


def test_a_recorded_rider_is_where_it_was():
    source = PathMotion(scenario.parse('duration_s: 12\n' + POINTS).rig, 12.0)
    times = np.linspace(0.0, 12.0, 601)
    again = RecordedMotion(stack([source.poses(times).one(n) for n in range(len(times))]))
    between = times[:-1] + 0.01
    assert again.poses(between).xy == pytest.approx(source.poses(between).xy, abs=1e-3)
    assert again.poses(np.array([99.0])).speed[0] == 0.0


def test_faults_act_from_their_time_until_they_end():
    one = world('faults:\n  - {at_s: 4.0, sensor: radar, do: drop, for_s: 0.5}\n  - {at_s: 6.0, sensor: gps, do: die}')
    assert [bool(one.at(t).fault('radar')) for t in (3.99, 4.0, 4.49, 4.5)] == [False, True, True, False]
    assert one.at(11.9).fault('gps', 'die')
    assert one.at(11.9).fault('gps', 'offset') is None


def test_a_tunnel_takes_the_sky_between_its_ends():
    one = world('rig: {speed_mps: 5}\nthings: [{kind: tunnel, from: [10, 0], to: [20, 0]}]')
    assert [one.at(t).in_tunnel for t in (1.9, 2.1, 3.9, 4.1)] == [False, True, True, False]


def test_a_row_stands_every_so_many_metres():
    boxes = world('things: [{kind: parked_cars, from: [0, -3], to: [20, -3], every_m: 7}]').scenery.boxes
    assert [box.xy for box in boxes] == [(0.0, -3.0), (7.0, -3.0), (14.0, -3.0)]
    assert boxes[0].size_m == (4.5, 1.8, 1.5)


def test_who_takes_on_the_speed_of_a_driven_rider_is_the_same_live_and_afterwards():
    text = ('actors:\n  - {id: a, class: person, at: [-6, 1], speed_mps: 2, do: [{at_s: 1, change: speed, '
            'to: rider, over_s: 2}, {at_s: 4, change: lane, dy_m: 0.5, over_s: 1}, '
            '{at_s: 8, change: speed, to_mps: 0.5, over_s: 1}]}\n  - {id: b, class: dog, at: [3, 3], speed_mps: 1}\n')
    drive = world('rig: {kind: ramp, path: {points: [[0, 0, 0], [3, 3, 0], [6, 5, 0], [12, 14, 2]]}}')
    driven = 'rig: {kind: ramp, drive: pad}\n' + text
    live, times = LiveWorld(world(driven)), np.arange(0.0, 11.99, 0.01)
    seen = [live.step(float(t), drive.pose(t)) for t in times]
    recorded = RecordedMotion(drive.poses(times))
    after = World(scenario.parse('duration_s: 12\n' + driven), recorded)
    for n in range(0, len(times), 40):
        assert seen[n].xy == pytest.approx(after.at(float(times[n])).xy, abs=2e-3)
        assert seen[n].velocity == pytest.approx(after.at(float(times[n])).velocity, abs=1e-3)
