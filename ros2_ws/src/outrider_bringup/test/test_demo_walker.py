"""Tracks are judged against the moving points, and the rider is told the gravest thing."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from outrider_bringup.demo.rider import Told, told
from outrider_bringup.demo.walker import follow, walker_places
from outrider_node.frames import IDENTITY, Pose
from outrider_sim.devices import radhar

BACK = Pose(np.array([-0.9, 0.0, 0.8]), np.diag([-1.0, -1.0, 1.0]))


def test_the_recording_shows_the_walker_in_321_frames():
    assert len(walker_places(radhar.load(), IDENTITY)) == 321


def test_places_are_in_base_link_behind_a_rear_radar():
    frame = np.zeros(2, dtype=radhar.POINT)
    frame['x'], frame['y'], frame['velocity'] = [2.0, 2.0], [0.2, 0.4], 1.0
    (place,) = walker_places([frame], BACK).values()
    assert place == pytest.approx([-2.9, -0.3])


def test_still_points_and_a_single_mover_show_nobody():
    frame = np.zeros(3, dtype=radhar.POINT)
    frame['velocity'] = [0.0, 0.0, 1.0]
    assert walker_places([frame], IDENTITY) == {}


def test_one_identity_followed_in_every_frame():
    places = {0: np.array([1.0, 0.0]), 1: np.array([1.1, 0.0])}
    seen = follow(places, 2, [(0, [(7, 1.0, 0.1)]), (1, [(7, 1.1, 0.1)]), (2, [(7, 1.0, 0.1)])])
    assert (seen.frames, seen.seen, seen.ids) == (3, 3, (7,))
    assert seen.rms_m == pytest.approx(0.1)


def test_a_track_elsewhere_is_not_the_walker():
    seen = follow({0: np.array([1.0, 0.0])}, 1, [(0, [(3, 5.0, 5.0)]), (1, [])])
    assert (seen.frames, seen.seen, seen.ids) == (2, 0, ())
    assert math.isnan(seen.rms_m)


def test_a_change_of_identity_is_counted():
    places = {0: np.zeros(2)}
    assert follow(places, 1, [(0, [(1, 0, 0)]), (1, [(2, 0, 0)]), (2, [(1, 0, 0), (9, 0.9, 0)])]).ids == (1, 2)


def alert(**changes):
    return SimpleNamespace(**{'level': 1, 'word': 'CAR', 'text': 'CAR from the left', 'side': 1, 'distance_m': 38.0,
                              'closing_speed_mps': 10.8, 'time_to_collision_s': 3.52, **changes})


def track(x, y, vx=0.0, vy=0.0, class_id=7):
    return SimpleNamespace(class_id=class_id, position=SimpleNamespace(x=x, y=y),
                           velocity_relative=SimpleNamespace(x=vx, y=vy))


def test_the_first_alert_is_told_with_all_its_figures():
    line = 'CAR        left    38.0 m   closing 39 km/h   3.5 s'
    assert told([alert(), alert(word='DOG')], [], 0.0) == Told(line, 'warn')
    assert told([alert(level=2)], [], 0.0).level == 'urgent'


def test_what_the_machine_says_of_itself_is_told_in_its_sentence():
    disk = alert(level=1, text='The disk is nearly full', distance_m=math.nan)
    assert told([disk], [track(-9, 0)], 0.0) == Told('The disk is nearly full', 'warn')
    assert told([alert(level=3, distance_m=math.nan)], [], 0.0) == Told('NO DATA', 'nothing')


def test_without_an_alert_it_is_clear_and_the_nearest_is_named():
    line = told([], [track(-9, 0), track(-1, 2, vy=-1)], 0.0)
    assert line.level == ''
    assert line.text.startswith('clear   person     left     2.2 m   closing 3 km/h')
    assert len(line.text) <= 63


@pytest.mark.parametrize(('x', 'y', 'side'), [(5, 1, 'ahead'), (-5, 1, 'behind'), (1, 5, 'left'), (1, -5, 'right')])
def test_a_track_has_a_side(x, y, side):
    assert side in told([], [track(x, y)], 0.0).text


def test_what_leaves_has_no_time_to_collision():
    text = told([], [track(-2, 0, vx=-1)], 0.0).text
    assert text.endswith('leaving 4 km/h')


def test_what_would_show_as_zero_km_h_keeps_its_distance():
    assert told([], [track(-2, 0, vx=0.1)], 0.0).text.endswith('keeping its distance')


def test_a_track_on_the_origin_and_an_unknown_class_do_not_break_the_line():
    assert told([], [track(0, 0, class_id=99)], 0.0).text.startswith('clear   something')


@pytest.mark.parametrize('silent_s', [None, 1.01])
def test_silence_is_no_data_whatever_was_last_heard(silent_s):
    assert told([alert()], [track(1, 1)], silent_s) == Told('NO DATA', 'nothing')


def test_nothing_near_is_clear():
    assert told([], [], 0.9) == Told('clear')
