"""What the detector is taught and measured with, without torch: scenes, pictures, labels, crops, judge, card."""

import dataclasses
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from training import samples as samples_of
from training import store
from training.card import Trained, card
from training.command import main
from training.judge import Guess, Judge, overlaps
from training.labels import CAMERA_PX, KINDS, NET_PX, SCALE, SHRUNK_PX, Label, cropped
from training.measure import LIGHTS, Measured
from training.pictures import Picture, pictures
from training.samples import BAR_PX, CROP_PX, GREY, Samples, barred
from training.scenes import MEASURED_FROM, PICTURES_A_SCENE, scene

ROOT = Path(__file__).resolve().parents[1]


def label(kind='car', left=10.0, top=20.0, right=50.0, bottom=60.0, share=1.0, distance_m=10.0):
    return Label(kind, left, top, right, bottom, share, distance_m)


@pytest.fixture(scope='module')
def scenes():
    return {part: [scene(first + number) for number in range(25)] for part, first in store.PARTS.items()}


@pytest.fixture(scope='module')
def painted(scenes) -> list[Picture]:
    return [picture for number in (3, 21) for picture in pictures(scenes['train'][number])]


@pytest.fixture
def folder(tmp_path, painted, monkeypatch):
    monkeypatch.setattr(store, 'SCENES_A_FILE', 2)
    monkeypatch.setattr(store, 'scene', lambda number: number)
    monkeypatch.setattr(store, 'pictures', lambda number: painted[:4] if number % 2 else painted[4:])
    store.write(tmp_path, 'train', 0)
    return tmp_path


def test_a_number_means_one_scene(scenes):
    for part, number in (('train', 5), ('measure', 5), ('train', 21)):
        one, other = scenes[part][number], scene(store.PARTS[part] + number)
        assert one.world.scenario == other.world.scenario
        assert len(one.shots) == PICTURES_A_SCENE
        assert all(np.array_equal(a.snapshot.xy, b.snapshot.xy) and np.array_equal(a.eye.place, b.eye.place)
                   for a, b in zip(one.shots, other.shots, strict=True))
        assert scenes[part][number + 1].world.scenario != one.world.scenario


def test_measured_scenes_are_never_trained_on(scenes):
    assert store.PARTS == {'train': 0, 'measure': MEASURED_FROM}
    # Rides and crowds are drawn from the scene's own number; of the library only places, colours and instants repeat.
    drawn = [{one.world.scenario.seed for one in part if one.source != 'library'} for part in scenes.values()]
    assert not drawn[0] & drawn[1]
    assert not {one.seed for one in scenes['train']} & {one.seed for one in scenes['measure']}


def test_scenes_show_every_class_light_weather_and_rig(scenes):
    seen: Counter[str] = Counter()
    for one in (one for part in scenes.values() for one in part):
        rules = one.world.scenario
        seen.update({rules.light, rules.weather, rules.rig.kind, rules.rig.facing, one.source, *one.world.kinds})
        seen.update('tunnel' for shot in one.shots if shot.snapshot.in_tunnel)
        seen.update('leans' for shot in one.shots if abs(shot.snapshot.rider.roll) > 0.1)
    assert set(seen) >= {*KINDS, 'day', 'dusk', 'night', 'clear', 'rain', 'fog', 'bicycle', 'ramp', 'rear', 'front',
                         'crowd', 'ride', 'library', 'tunnel', 'leans'}


def test_at_least_a_quarter_of_what_is_measured_is_night(scenes):
    lights = Counter(one.world.scenario.light for one in scenes['measure'])
    assert lights['night'] >= 0.25 * len(scenes['measure'])


def test_pictures_are_those_of_the_camera_shrunk_to_the_net(painted):
    assert SHRUNK_PX == (416, 235)
    assert pytest.approx(NET_PX[0] / CAMERA_PX[0]) == SCALE
    for one in painted:
        assert one.rgb.shape == (SHRUNK_PX[1], SHRUNK_PX[0], 3)
        assert one.rgb.dtype == np.uint8
        assert one.light in LIGHTS


def test_labels_lie_where_the_bodies_are(painted):
    # Of a body that lacks nothing the picture's pixels differ from those around it more than they do within the road.
    bodies = [(one, body) for one in painted for body in one.labels if body.is_measured and one.light != 'night']
    assert len(bodies) >= 8
    for one, body in bodies:
        assert 0.0 <= body.left < body.right <= SHRUNK_PX[0]
        assert 0.0 <= body.top < body.bottom <= SHRUNK_PX[1]
        assert body.kind in KINDS
        assert 0.0 < body.distance_m <= 30.0
        part = one.rgb[int(body.top):round(body.bottom), int(body.left):round(body.right)].astype(float)
        assert part.std() > 4.0


def test_equal_scene_equal_pictures_and_labels(painted, scenes):
    again = list(pictures(scenes['train'][3]))
    assert all(np.array_equal(one.rgb, other.rgb) and one.labels == other.labels
               for one, other in zip(painted[:4], again, strict=True))


@pytest.mark.parametrize(('changed', 'learnt', 'measured'), [
    ({}, True, True),
    ({'bottom': 20.0 + 12.0 * SCALE}, True, True),
    ({'bottom': 20.0 + 11.5 * SCALE}, True, False),
    ({'bottom': 24.5}, False, False),
    ({'share': 0.4}, True, True),
    ({'share': 0.35}, True, False),
    ({'share': 0.25}, False, False),
    ({'distance_m': 30.5}, True, False),
])
def test_bodies_count_by_height_by_what_is_seen_and_by_distance(changed, learnt, measured):
    one = label(**changed)
    assert (one.is_learnt, one.is_measured) == (learnt, measured)


def test_crop_shows_bodies_in_its_own_pixels():
    (one,) = cropped([label()], 5.0, 10.0, 60.0, 70.0)
    assert (one.left, one.top, one.right, one.bottom) == (5.0, 10.0, 45.0, 50.0)
    assert one.share == 1.0


def test_crop_cuts_bodies_and_forgets_those_of_which_little_is_left():
    (half,) = cropped([label()], 30.0, 0.0, 100.0, 100.0)
    assert (half.left, half.right) == (0.0, 20.0)
    assert half.is_learnt
    (sliver,) = cropped([label()], 44.0, 0.0, 100.0, 100.0)
    assert not sliver.is_learnt
    assert cropped([label()], 60.0, 0.0, 100.0, 100.0) == []


def test_data_set_is_read_as_it_was_written(folder, painted):
    assert [path.name for path in store.files(folder, 'train')] == ['train_00000.npy']
    assert store.files(folder, 'measure') == []
    assert not list(folder.glob('*.tmp'))
    read = list(store.each(folder, 'train'))
    assert len(read) == 8
    for (rgb, row), one in zip(read, [*painted[4:], *painted[:4]], strict=True):
        assert np.array_equal(rgb, one.rgb)
        assert (row.labels, row.light, row.weather, row.scene) == (one.labels, one.light, one.weather, one.scene)


def test_a_file_that_is_there_is_not_painted_again(folder):
    path = store.file_of(folder, 'train', 0)
    before = path.stat().st_mtime_ns
    assert store.write(folder, 'train', 0) == path
    assert path.stat().st_mtime_ns == before


def test_crops_are_of_one_size_and_their_boxes_lie_within(folder):
    shown = Samples(folder, 'train', seed=1)
    assert len(shown) == 8
    assert all(size % 32 == 0 for size in CROP_PX)
    counted = 0
    for _ in range(60):
        one = shown.crop()
        assert one.rgb.shape == (CROP_PX[1], CROP_PX[0], 3)
        assert one.rgb.dtype == np.uint8
        assert len(one.kinds) == len(one.edges)
        assert (one.edges >= -0.01).all()
        assert (one.edges <= [*CROP_PX, *CROP_PX] + np.array(0.01)).all()
        assert (one.edges[:, 2:] > one.edges[:, :2]).all()
        counted += len(one.kinds) > 0
    assert counted >= 50


def test_mirrored_picture_has_mirrored_boxes(folder):
    # A white body on black: wherever it is shown, its box is round it.
    shown = Samples(folder, 'train', seed=2)
    rgb = np.zeros((SHRUNK_PX[1], SHRUNK_PX[0], 3), np.uint8)
    rgb[40:80, 30:70] = 255
    sides = set()
    for _ in range(24):
        one = shown._varied(rgb, [label(left=30.0, top=40.0, right=70.0, bottom=80.0)])
        bright = np.argwhere(one.rgb.mean(axis=2) > 60.0)
        assert one.edges[0] == pytest.approx([*bright.min(axis=0)[::-1], *(bright.max(axis=0)[::-1] + 1)], abs=2.0)
        sides.add(bool(one.edges[0, 0] > 200.0))
    assert sides == {True, False}


def test_whole_pictures_lie_between_grey_bars(folder):
    one = Samples(folder, 'train', seed=3).whole()
    assert one.rgb.shape == (NET_PX[1], NET_PX[0], 3)
    assert (one.rgb[:BAR_PX] == GREY).all()
    assert (one.rgb[BAR_PX + SHRUNK_PX[1]:] == GREY).all()
    assert (one.edges[:, 1] >= BAR_PX).all()
    rgb = np.arange(SHRUNK_PX[1] * SHRUNK_PX[0] * 3, dtype=np.uint32).astype(np.uint8).reshape(SHRUNK_PX[1], -1, 3)
    assert np.array_equal(barred(rgb)[BAR_PX:BAR_PX + SHRUNK_PX[1]], rgb)


def test_pictures_that_come_later_are_found(folder, painted, monkeypatch):
    shown = Samples(folder, 'train', seed=4)
    monkeypatch.setattr(store, 'SCENES_A_FILE', 1)
    store.write(folder, 'train', 1)
    shown.look()
    assert len(shown) == 12
    shown.look()
    assert len(shown) == 12


def test_every_class_is_looked_for(folder):
    shown = Samples(folder, 'train', seed=5)
    learnt = {body.kind for _, row in store.each(folder, 'train') for body in row.labels if body.is_learnt}
    found = {KINDS[number] for _ in range(120) for number in shown.crop().kinds}
    assert found == learnt
    assert set(samples_of._WEIGHTS) == set(KINDS)


def test_overlap_is_what_both_cover_over_what_either_covers():
    others = np.array([[0.0, 0.0, 10.0, 10.0], [5.0, 0.0, 15.0, 10.0], [20.0, 0.0, 30.0, 10.0]])
    assert overlaps(others[0], others) == pytest.approx([1.0, 1.0 / 3.0, 0.0])


def guess(body, score, kind=None, off=0.0):
    return Guess(kind or body.kind, (body.left + off, body.top, body.right + off, body.bottom), score)


def test_all_found_and_nothing_else_is_1():
    judge, body = Judge(), label()
    judge.take([guess(body, 0.9)], [body])
    assert judge.precision('car') == pytest.approx(1.0)
    assert judge.mean() == pytest.approx(1.0)
    assert np.isnan(judge.precision('bus'))


def test_a_missed_body_a_false_one_and_a_double_one_cost():
    missed, false, double = Judge(), Judge(), Judge()
    one, two = label(), label(left=100.0, right=140.0)
    missed.take([guess(one, 0.9)], [one, two])
    assert missed.precision('car') == pytest.approx(0.5, abs=0.02)
    false.take([guess(one, 0.8), guess(two, 0.9)], [one])
    assert false.precision('car') == pytest.approx(0.5, abs=0.02)
    double.take([guess(one, 0.8), guess(one, 0.9, off=2.0), guess(two, 0.7)], [one, two])
    assert 0.7 < double.precision('car') < 0.9


def test_a_box_half_beside_its_body_or_of_another_class_finds_nothing():
    judge, body = Judge(), label()
    judge.take([guess(body, 0.9, off=21.0), guess(body, 0.8, kind='truck')], [body])
    assert judge.precision('car') == 0.0


def test_bodies_that_need_not_be_found_count_neither_way():
    for hidden in ({'share': 0.2}, {'distance_m': 40.0}):
        judge, body, other = Judge(), label(), label(left=100.0, right=140.0)
        far = dataclasses.replace(other, **hidden)
        judge.take([guess(far, 0.95), guess(body, 0.9)], [body, far])
        assert judge.precision('car') == pytest.approx(1.0)
        assert judge.truths('car') == 1
        unfound = Judge()
        unfound.take([guess(body, 0.9)], [body, far])
        assert unfound.precision('car') == pytest.approx(1.0)


def test_card_says_what_was_measured_and_what_it_is_not_for():
    light = dict.fromkeys(KINDS, 0.5)
    measured = Measured(1024, {'day': 400, 'dusk': 200, 'night': 400, 'tunnel': 24}, dict.fromkeys(KINDS, 0.875),
                        dict.fromkeys(KINDS, 1234), dict.fromkeys(LIGHTS, light), 0.853,
                        dict.fromkeys(LIGHTS, 0.5), 18.0)
    text = card(Trained(1_130_136, 4096, 5000, 72.0, 4_650_000, 2_470_000), measured)
    assert 'Simulator only' in text
    assert 'AGPL-3.0' in text
    assert '| bicycle | 1,234 | 0.88 | 0.50 | 0.50 | 0.50 | 0.50 |' in text
    assert '39 % of them at night' in text
    assert '4.7 MB, FP32' in text
    assert max(len(line) for line in text.splitlines() if not line.startswith('|')) <= 120


@pytest.mark.parametrize(('what', 'told'), [
    ('train', 'holds no pictures, expected some to train on; run: tools/train_detector render'),
    ('export', 'is missing, expected a trained net; run: tools/train_detector train'),
    ('measure', 'is missing, expected what was exported here; run: tools/train_detector export'),
])
def test_a_step_without_the_one_before_says_which(tmp_path, capsys, what, told):
    assert main([what, '--work', str(tmp_path / 'work'), '--config', str(tmp_path / 'config')]) == 2
    assert capsys.readouterr().err.endswith(f'{told}\n')


def test_without_its_environment_it_says_how_to_make_it(tmp_path):
    done = subprocess.run([sys.executable, ROOT / 'tools/train_detector', 'all'], capture_output=True, text=True,
                          env={**os.environ, 'OUTRIDER_TRAIN_PYTHON': str(tmp_path / 'python')}, check=False)
    assert done.returncode == 3
    assert done.stderr == (f'outrider: {tmp_path}/python is missing, expected the environment that trains. '
                           'Run: tools/setup --train\n')


def test_rendering_goes_on_where_it_was(tmp_path):
    command = ['render', '--pictures', '0', '--measured', '0', '--work', str(tmp_path)]
    assert main(command) == 0
    assert not (tmp_path / 'data').exists()


def test_shipped_weights_are_small_and_named_as_the_stack_names_bodies():
    weights = ROOT / 'config/detector/detector.onnx'
    assert weights.stat().st_size <= 6_000_000
    session = onnxruntime.InferenceSession(str(weights), providers=['CPUExecutionProvider'])
    (given,), (made,) = session.get_inputs(), session.get_outputs()
    assert (given.name, given.shape) == ('images', [1, 3, NET_PX[1], NET_PX[0]])
    assert made.shape[:2] == [1, 4 + len(KINDS)]
    assert session.get_modelmeta().custom_metadata_map['names'] == str(dict(enumerate(KINDS)))
