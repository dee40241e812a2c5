"""Each sentence of the contract's "Truth", by name."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_sim.world import boxes, scenario
from outrider_sim.world.allowed import Verdict, allowed, allowed_of_thing
from outrider_sim.world.draw import draw
from outrider_sim.world.model import AtMost, Expect, Rig
from outrider_sim.world.truth import Approach, approaches, owner
from outrider_sim.world.world import World

BIKE, RAMP = Rig(kind='bicycle'), Rig(kind='ramp')
FREE, FALSE, REQUIRED = Verdict.FREE, Verdict.FALSE, Verdict.REQUIRED


def run(actor: str, *, rig: str = 'speed_mps: 5', duration_s: float = 12, more: str = '') -> World:
    return World(scenario.parse(f'duration_s: {duration_s}\nrig: {{{rig}}}\nactors: [{{id: a, {actor}}}]\n{more}'))


def approach(actor: str, **more) -> Approach:
    return approaches(run(actor, **more))[0]


def distance(a, b) -> float:
    (xa, ya, ha, la, wa), (xb, yb, hb, lb, wb) = a, b
    return float(boxes.between(np.array([[xa, ya]]), np.array([ha]), np.array([[la, wa]]),
                               np.array([[xb, yb]]), np.array([hb]), np.array([[lb, wb]]))[0])


# Footprints

def test_clearance_is_the_distance_of_footprints():
    assert distance((0, 0, 0, 4, 2), (6, 0, 0, 2, 2)) == pytest.approx(3.0)
    assert distance((0, 0, 0, 4, 2), (6, 5, 0, 2, 2)) == pytest.approx(math.hypot(3, 3))
    assert distance((0, 0, 0, 2, 2), (4, 0, math.pi / 4, 2, 2)) == pytest.approx(3 - math.sqrt(2))


def test_zero_is_contact():
    assert distance((0, 0, 0, 4, 2), (3, 0, 0, 2, 2)) == 0.0        # side by side
    assert distance((0, 0, 0, 10, 0.5), (0, 0, math.pi / 2, 10, 0.5)) == 0.0  # a cross: no corner is inside
    assert distance((0, 0, 0, 10, 10), (1, 1, 0.3, 1, 1)) == 0.0    # one in the other


PLACES = st.floats(-15.0, 15.0)
BOX = st.tuples(PLACES, PLACES, st.floats(-7.0, 7.0), st.floats(0.2, 9.0), st.floats(0.2, 3.0))


def outline(box) -> np.ndarray:
    """Return points 1 cm apart on the outline and inside it."""
    x, y, heading, length, width = box
    u, v = (np.linspace(-0.5, 0.5, max(int(side / 0.05), 2)) for side in (length, width))
    grid = np.stack(np.meshgrid(u * length, v * width), axis=-1).reshape(-1, 2)
    c, s = math.cos(heading), math.sin(heading)
    return grid @ np.array([[c, s], [-s, c]]) + (x, y)


@given(BOX, BOX)
@settings(max_examples=80, deadline=None)
def test_the_distance_is_that_of_the_nearest_points(a, b):
    brute = float(boxes.to_points(np.array([a[:2]]), np.array([a[2]]), np.array([a[3:]]), outline(b)[None]).min())
    exact = distance(a, b)
    assert exact <= brute + 1e-9
    assert exact >= brute - 0.08  # points are at most 5 cm apart


@given(BOX, BOX, st.floats(-4.0, 4.0), PLACES, PLACES)
@settings(max_examples=80, deadline=None)
def test_the_distance_is_the_same_from_either_side_and_wherever_both_are(a, b, turn, dx, dy):
    def moved(box):
        c, s = math.cos(turn), math.sin(turn)
        return (c * box[0] - s * box[1] + dx, s * box[0] + c * box[1] + dy, box[2] + turn, *box[3:])

    assert distance(a, b) == pytest.approx(distance(b, a), abs=1e-9)
    assert distance(a, b) == pytest.approx(distance(moved(a), moved(b)), abs=1e-6)


def test_the_riders_box_is_centred_on_base_link():
    # 1.8 x 0.70 and 1.2 x 0.6; a car of 4.5 x 1.8 behind and beside
    assert approach('class: car, at: [-40, 2.15], speed_mps: 15').clearance_m == pytest.approx(2.15 - 0.35 - 0.9)
    assert approach('class: car, at: [-40, 2.15], speed_mps: 15', rig='kind: ramp, speed_mps: 1').clearance_m == \
        pytest.approx(2.15 - 0.3 - 0.9)
    assert approach('class: car, at: [-20, 0], speed_mps: 5').clearance_m == pytest.approx(20 - 2.25 - 0.9)


# Closest approach

def test_closest_approach_is_the_first_instant_within_5_cm_of_the_least():
    one = approach('class: car, at: [-62.25, 2.15], speed_mps: 15')
    # Corner to corner: clearance within 0.05 of 0.9 when the fronts are sqrt(0.95^2 - 0.9^2) short of level.
    short = math.sqrt(0.95 ** 2 - 0.9 ** 2)
    assert one.t_ca_s == pytest.approx((62.25 - 2.25 - 0.9 - short) / 10, abs=2e-4)
    assert one.clearance_m == pytest.approx(0.9, abs=1e-6)


def test_or_first_contact():
    one = approach('class: car, at: [-62.25, 0.5], speed_mps: 15')
    assert one.t_ca_s == pytest.approx((62.25 - 2.25 - 0.9) / 10, abs=2e-4)
    assert (one.clearance_m, one.contact) == (0.0, True)


@pytest.mark.parametrize(('actor', 'end'), [
    ('class: car, at: [-20, 0], speed_mps: 5', 'first'),     # constant gap
    ('class: car, at: [-10, 0], speed_mps: 2', 'first'),     # falls back
    ('class: car, at: [-200, 2], speed_mps: 10', 'last'),    # still coming
    ('class: car, at: [0, 2], speed_mps: 9', 'first'),       # beside, and leaves
])
@pytest.mark.parametrize('sway', [0, 3])
def test_a_least_at_the_first_or_last_instant_is_no_closest_approach(actor, end, sway):
    one = approach(actor, rig=f'speed_mps: 5, sway_deg: {sway}')
    assert one.t_ca_s is None
    assert one.end == end


def test_one_that_stays_beside_until_the_end_has_come_closest():
    one = approach('class: car, at: [-40, 2.25], speed_mps: 12, do: [{at_s: 4.5, change: speed, to: rider, over_s: 2}]')
    assert one.t_ca_s is not None
    assert one.clearance_m == pytest.approx(1.0, abs=1e-3)


@given(st.floats(-0.4, 4.0), st.floats(3.0, 22.0), st.sampled_from(['car', 'truck', 'bicycle', 'dog']),
       st.sampled_from([1, -1]))
@settings(max_examples=60, deadline=None)
def test_a_straight_pass_has_the_clearance_that_was_drawn(clearance, closing, kind, side):
    from outrider_sim.world.words import SIZES_M

    y = side * (0.35 + clearance + SIZES_M[kind][1] / 2)
    one = approach(f'class: {kind}, at: [{-6 * closing!r}, {y!r}], speed_mps: {5 + closing!r}', duration_s=14)
    assert one.t_ca_s is not None
    assert one.clearance_m == pytest.approx(max(clearance, 0.0), abs=1e-6)
    assert one.close_pass == (one.clearance_m < 1.5)
    assert one.closing_mps == pytest.approx(closing, rel=0.06)
    level_s = 6 - (SIZES_M[kind][0] / 2 + 0.9) / closing
    assert level_s - 1.0 < one.t_ca_s <= level_s + 1e-3


def test_not_even_a_graze_of_a_millisecond_is_missed():
    # Corner to corner at 45 m/s head on: lateral overlap of 0, both corners 1 mm inside each other.
    one = approach('class: dog, at: [200, 0.499], heading_deg: 180, speed_mps: 40')
    assert one.contact


def test_closing_speed_is_the_largest_before_closest_approach():
    one = approach('class: car, at: [-60, 2.25], speed_mps: 8, do: [{at_s: 1, change: speed, to_mps: 16, over_s: 1}, '
                   '{at_s: 9, change: speed, to_mps: 40, over_s: 1}]')
    assert one.t_ca_s is not None
    assert one.t_ca_s < 9
    assert one.closing_mps == pytest.approx(11.0, abs=0.05)


# Close passes

def test_a_close_pass_is_a_moving_actor_below_a_metre_and_a_half():
    assert approach('class: car, at: [-40, 2.74], speed_mps: 15').close_pass      # 1.49 m
    assert not approach('class: car, at: [-40, 2.76], speed_mps: 15').close_pass  # 1.51 m


def test_one_that_stands_is_no_close_pass():
    assert not approach('class: car, at: [30, 1.5]').close_pass


# The table

def truth(clearance_m: float, closing_mps: float = 10.0, t_ca_s: float | None = 5.0) -> Approach:
    return Approach('a', t_ca_s, clearance_m, '' if t_ca_s else 'first', closing_mps, clearance_m < 1.5)


@pytest.mark.parametrize(('one', 'rig', 'row'), [
    (truth(0.5, 2.99), BIKE, (FREE, FALSE, FALSE)),
    (truth(0.0, 2.99), BIKE, (FREE, FALSE, FALSE)),   # the first row that fits holds
    (truth(0.5, 2.99), RAMP, (FREE, REQUIRED, FREE)),
    (truth(0.5, 0.79), RAMP, (FREE, FALSE, FALSE)),
    (truth(0.5, 10.0, None), BIKE, (FREE, FALSE, FALSE)),
    (truth(3.01), BIKE, (FREE, FALSE, FALSE)),
    (truth(0.0), BIKE, (FREE, REQUIRED, REQUIRED)),
    (truth(0.01), BIKE, (FREE, REQUIRED, FREE)),
    (truth(1.49), BIKE, (FREE, REQUIRED, FREE)),
    (truth(1.5), BIKE, (FREE, FREE, FREE)),
    (truth(2.5), BIKE, (FREE, FREE, FREE)),
    (truth(2.51), BIKE, (FREE, FREE, FALSE)),
    (truth(3.0), BIKE, (FREE, FREE, FALSE)),
])
def test_the_first_row_that_fits_holds(one, rig, row):
    assert tuple(allowed(one, rig).values()) == row


@pytest.mark.parametrize(('level', 'row'), [('none', (FALSE, FALSE, FALSE)), ('notice', (FREE, FALSE, FALSE)),
                                            ('warn', (FREE, FREE, FALSE)), ('urgent', (FREE, FREE, FREE))])
def test_at_most_overrides_the_table_for_its_actor(level, row):
    expect = Expect(at_most=(AtMost('a', level),))
    assert tuple(allowed(truth(0.0), BIKE, expect).values()) == row
    assert tuple(allowed(truth(0.0), BIKE, Expect(at_most=(AtMost('b', level),))).values())[1] is REQUIRED


def test_quiet_allows_nothing():
    assert set(allowed(truth(0.0), BIKE, Expect(quiet=True)).values()) == {FALSE}


THINGS = 'things: [{kind: parked_cars, from: [8, 0], to: [8, 0]}, {kind: wall, from: [0, 6], to: [40, 6]}]'


def test_things_by_the_road_are_false_but_in_the_ramps_own_path():
    ramp, bike = (run('class: dog, at: [0, 90]', rig=f'kind: {kind}', more=THINGS) for kind in ('ramp', 'bicycle'))
    assert set(allowed_of_thing(ramp.at(0), RAMP, (5.8, 0.0)).values()) == {FREE}
    assert set(allowed_of_thing(ramp.at(0), RAMP, (5.0, 6.0)).values()) == {FALSE}  # the wall is beside
    assert set(allowed_of_thing(bike.at(0), BIKE, (5.8, 0.0)).values()) == {FALSE}


def test_a_wall_across_the_ramps_path_may_be_alerted():
    ramp = run('class: dog, at: [0, 90]', rig='kind: ramp', more='things: [{kind: wall, from: [7, -4], to: [7, 4]}]')
    assert set(allowed_of_thing(ramp.at(0), RAMP, (7.0, 0.0)).values()) == {FREE}


# Whose alert it is

def test_an_alert_belongs_to_the_nearest_footprint_within_2_m_and_5_percent_of_the_range():
    snapshot = run('class: car, at: [-40, 0]').at(0)
    # The car's front is at x = -37.75; the limit at 34 m is 3.7 m.
    assert owner(snapshot, (-34.1, 0.0)).actor == 'a'
    far = owner(snapshot, (-33.9, 0.0))
    assert (far.actor, far.nearest) == (None, 'a')
    assert owner(snapshot, (-40.0, 0.5)).distance_m == 0.0


def test_the_nearer_of_two_has_it():
    snapshot = World(scenario.parse('duration_s: 5\nactors:\n  - {id: a, class: car, at: [-40, 0]}\n'
                                    '  - {id: b, class: car, at: [-46, 0]}\n')).at(0)
    assert owner(snapshot, (-42.9, 0.0)).actor == 'a'
    assert owner(snapshot, (-43.2, 0.0)).actor == 'b'


def test_positions_are_the_riders():
    one = run('class: car, at: [-40, 10]', rig='path: {points: [[0, 0, 0], [5, 0, 20], [12, 0, 48]]}')
    # It rides along world y: 40 m to its left, 10 m behind at t = 5.
    assert owner(one.at(5.0), (-10.0, 40.0)).actor == 'a'


def test_a_false_alert_names_what_stands_nearest():
    snapshot = run('class: dog, at: [90, 90]', more=THINGS).at(0)
    assert owner(snapshot, (9.0, 0.5)).nearest == 'parked_cars'
    assert owner(snapshot, (20.0, 5.0)).nearest == 'wall'
    assert owner(snapshot, (9.0, 0.5)).actor is None


def test_an_empty_world_owns_nothing():
    assert owner(World(scenario.parse('duration_s: 5')).at(0), (1.0, 2.0)).actor is None


# Drawn approaches

@pytest.mark.parametrize(('kind', 'low', 'high'), [('near', 0.0, 1.5), ('far', 1.5, 6.0)])
def test_drawn_approaches_are_what_they_should_be(kind, low, high):
    drawn = draw(60, 11, kind)
    found = [(one, truth) for one in drawn for truth in approaches(World(one))]
    assert all(truth.t_ca_s is not None for _, truth in found)
    assert all(low <= truth.clearance_m <= high for _, truth in found)
    assert all(3.0 <= truth.closing_mps <= 22.5 for _, truth in found)
    expected = {(one.name, warn.actor) for one in drawn for warn in one.expect.warn}
    assert expected == {(one.name, truth.actor) for one, truth in found if truth.clearance_m < 1.5}
    assert any(truth.contact for _, truth in found) == (kind == 'near')
    for share in (sum(one.light == 'night' for one in drawn), sum(len(one.actors) > 1 for one in drawn),
                  sum(bool(one.actors[0].changes) for one in drawn)):
        assert 0.03 <= share / len(drawn) <= 0.4  # 20 %, four sigma of 60
    kinds = [actor.kind for one in drawn for actor in one.actors]
    assert kinds.count('car') > len(kinds) / 2
    assert {'truck', 'motorcycle'} <= set(kinds)


def test_drawn_approaches_are_the_same_for_the_same_seed():
    assert draw(6, 3) == draw(9, 3)[:6]
    assert draw(3, 3) != draw(3, 4)
    assert draw(3, 3, 'far') != draw(3, 3, 'near')
