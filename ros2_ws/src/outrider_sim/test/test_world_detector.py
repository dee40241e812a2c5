"""The model of the detector does what its file says; the shipped one changes with the weights, so tests have theirs."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from outrider_sim.world import scenario, words
from outrider_sim.world.detector import Detector, Model, read_model, views
from outrider_sim.world.places import Mount, nominal
from outrider_sim.world.world import World

MODEL = read_model(Path(__file__).parent / 'data' / 'detector_model.yaml')
FRAMES = 300


def standing(actors: str, *, light: str = 'day', more: str = '') -> tuple[World, Mount]:
    world = World(scenario.parse(f'duration_s: 30\nlight: {light}\nrig: {{speed_mps: 0}}\nactors: [{actors}]\n{more}'))
    return world, nominal(world.scenario.rig, 'camera')


def car(x: float, y: float = 0.0, name: str = 'a', kind: str = 'car') -> str:
    return f'{{id: {name}, class: {kind}, at: [{x}, {y}]}}'


def watch(world: World, mount: Mount, *, seed: int = 1, model: Model = MODEL, frames: int = FRAMES, **more: float):
    detector = Detector(seed, model, **more)
    return [detector.see(world.at(frame / model.fps), mount) for frame in range(frames)]


def share(boxes) -> float:
    return float(np.mean([0 in one.row for one in boxes]))


def test_a_box_is_where_the_pinhole_puts_the_body():
    # The rear of the camera's view: the front of the car is 10 m from it, 1.8 m wide, on the ground 0.86 m below.
    world, mount = standing(car(-0.9 - 10.0 - 2.25))
    boxes = [one.edges_px[one.row.tolist().index(0)] for one in watch(world, mount) if 0 in one.row]
    left, top, right, bottom = np.mean(boxes, axis=0)
    focal = 424.0
    assert (right - left) == pytest.approx(focal * 1.8 / 10.0, rel=0.02)
    assert bottom == pytest.approx(239.5 + focal * 0.86 / 10.0, abs=1.5)
    assert 0.5 * (left + right) == pytest.approx(423.5, abs=1.5)
    assert top < 239.5


def test_what_is_on_the_left_of_a_camera_that_looks_back_is_on_the_right_of_the_road():
    world, mount = standing(car(-15.0, -4.0))  # world right, hence left of the lens
    one = next(one for one in watch(world, mount) if 0 in one.row)
    assert one.edges_px[one.row.tolist().index(0), 2] < 424.0


def test_recall_falls_with_size_light_and_class():
    near, far = (share(watch(*standing(car(-x)))) for x in (20.0, 75.0))
    assert near > 0.9 > far
    day, night = (share(watch(*standing(car(-32.0), light=light))) for light in ('day', 'night'))
    assert day > night + 0.1
    person, dog = (share(watch(*standing(car(-25.0, kind=kind)))) for kind in ('person', 'dog'))
    assert person > dog


def test_half_of_the_recall_is_where_the_file_says():
    # 1.8 x 1.5 m at d: 424 / d sqrt(2.7) pixels; half_px of a car by day is 14.
    distance = 424.0 * math.sqrt(1.8 * 1.5) / MODEL.recall['half_px']['day']
    seen = [share(watch(*standing(car(-0.9 - distance - 2.25)), seed=seed)) for seed in range(6)]
    assert np.mean(seen) == pytest.approx(0.5 * MODEL.recall['best']['day'], abs=0.1)


def test_misses_last_over_images():
    found = [0 in one.row for one in watch(*standing(car(-50.0)), frames=3000)]
    changes = np.mean(np.diff(np.array(found, dtype=int)) != 0)
    rate = np.mean(found)
    assert 0.2 < rate < 0.9
    assert changes < 0.5 * 2 * rate * (1 - rate)  # of misses that know nothing of each other


def test_classes_are_confused_as_often_as_the_model_says_and_less_when_they_are_large():
    model = replace(MODEL, confusion={**MODEL.confusion, 'scooter': {'person': 0.4, 'bicycle': 0.2}},
                    confusion_at_px=30.0, confusion_half_px={**MODEL.confusion_half_px, 'scooter': 40.0})
    assert sum(model.shares('scooter', 30.0).values()) == pytest.approx(0.6)
    assert model.shares('scooter', 70.0) == pytest.approx({'person': 0.2, 'bicycle': 0.1})
    assert sum(model.shares('scooter', 0.0).values()) == pytest.approx(0.9)  # never always
    model = replace(model, confusion_half_px={**MODEL.confusion_half_px, 'scooter': 1e9}, class_together_s=0.5)
    kinds = [kind for seed in range(12) for one in watch(*standing(car(-8.0, kind='scooter')), seed=seed, model=model)
             for kind, row in zip(one.kinds, one.row.tolist(), strict=True) if row == 0]
    assert np.mean([kind != 'scooter' for kind in kinds]) == pytest.approx(0.6, abs=0.12)
    assert {'scooter', 'person'} <= set(kinds)


def test_what_another_body_hides_is_not_found_and_parked_cars_are():
    world, mount = standing(f'{car(-12.0, kind="truck")}, {car(-30.0, name="b")}')
    rows = [row for one in watch(world, mount) for row in one.row.tolist()]
    assert 0 in rows
    assert 1 not in rows
    parked, mount = standing(car(-60.0, 20.0), more='things: [{kind: parked_cars, from: [-15, -4], to: [-15, -4]}]')
    kinds = [kind for one in watch(parked, mount) for kind, row in zip(one.kinds, one.row.tolist(), strict=True)
             if row == 1]
    assert kinds.count('car') > 0.8 * FRAMES


def test_boxes_about_nothing_come_at_their_rate():
    world, mount = standing(car(30.0))  # before the rider: not in view
    boxes = watch(world, mount, frames=int(30 * MODEL.fps), clutter=40.0)
    here = np.mean([len(one.kinds) for one in boxes])
    assert here == pytest.approx(40.0 * MODEL.false_per_s * MODEL.false_for_s, rel=0.5)


def test_stress_makes_misses_likelier_and_equal_seeds_give_equal_boxes():
    assert share(watch(*standing(car(-38.0)), misses=2.0)) < share(watch(*standing(car(-38.0))))
    one, two = (watch(*standing(car(-20.0)), frames=40) for _ in range(2))
    assert all((a.edges_px == b.edges_px).all() and a.kinds == b.kinds for a, b in zip(one, two, strict=True))


def test_the_shipped_model_has_every_class_light_and_weather():
    shipped = read_model()
    assert set(shipped.recall['best']) == set(shipped.recall['half_px']) == set(words.LIGHTS)
    assert set(shipped.recall['weather']) == set(shipped.recall['reach_m']) == set(words.WEATHERS)
    for table in (shipped.recall['by_class'], shipped.confusion, shipped.confusion_half_px, shipped.second,
                  shipped.edge_inset):
        assert set(table) == set(words.CLASSES)
    assert all(sum(row.values()) < 0.9 for row in shipped.confusion.values())


def test_an_unknown_key_of_the_file_is_refused(tmp_path):
    file = tmp_path / 'model.yaml'
    file.write_text('fps: 15.0\nsize: 3\n')
    with pytest.raises(TypeError, match='size'):
        read_model(file)


@pytest.mark.parametrize(('looks_hz', 'images'), [
    (10.0, [0, 2, 3, 5, 6, 8, 9]), (7.5, [0, 2, 4, 6, 8]), (15.0, list(range(10))), (30.0, list(range(10)))])
def test_no_more_images_are_looked_at_than_the_node_takes(looks_hz, images):
    model = replace(MODEL, fps=15.0, looks_hz=looks_hz)
    assert [number for number in range(10) if model.looks_at(number)] == images


def test_what_is_left_of_a_hidden_body_ends_where_its_cover_begins():
    world, mount = standing(f'{car(-8.0, 1.2, kind="truck")}, {car(-20.0, 0.0, name="b")}')
    seen = views(world.at(0.0), mount, MODEL.camera)
    assert seen.row.tolist() == [0, 1]
    (left, top, right, bottom), cover = seen.edges_px[1], seen.edges_px[0]
    assert left < cover[2] < right or left < cover[0] < right
    assert seen.shown_px[0].tolist() == seen.edges_px[0].tolist()
    shown = seen.shown_px[1]
    assert (shown[1], shown[3]) == (top, bottom)
    assert shown[2] - shown[0] == pytest.approx(seen.visible[1] * (right - left), rel=0.02)
