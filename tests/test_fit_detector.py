"""The fit finds again what it is given: looks drawn from a model whose numbers are known; and what it does to files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

import made_net
from fitting import __main__ as verb
from fitting import looks, rest, watch, write
from fitting.fit import Fitted, compared, fitted
from fitting.match import AMONG, match, overlaps
from fitting.normal import both_below, quantile
from fitting.rides import FIRST_SEED, RIDE_S, ride
from fitting.rows import Rows
from fitting.together import together_s
from outrider_sensors.detector import engine
from outrider_sim.world import places, words
from outrider_sim.world.detector import Detector, light_of, read_model, views
from outrider_sim.world.world import World

RIDES, PERIOD_S = 60, 0.1
HAND_MADE = Path(__file__).parents[1] / 'ros2_ws/src/outrider_sim/test/data/detector_model.yaml'
FILE = read_model(HAND_MADE)
CONFUSED = {'car': {'bus': 0.12, 'truck': 0.05}, 'truck': {'bus': 0.1, 'car': 0.06}, 'bus': {'truck': 0.15},
            'motorcycle': {'bicycle': 0.1, 'scooter': 0.05}, 'scooter': {'person': 0.35, 'bicycle': 0.1},
            'bicycle': {'motorcycle': 0.2, 'person': 0.4}, 'person': {'bicycle': 0.03}, 'dog': {'person': 0.05}}
CUT = [0.3, 0.6, 0.9, 0.7]
TRUE = replace(
    FILE, recall={**FILE.recall, 'best': {'day': 0.95, 'dusk': 0.9, 'night': 0.8}, 'width_px': 6.0,
                  'half_px': {'day': 18.0, 'dusk': 22.0, 'night': 26.0}, 'least_visible': 0.35, 'cut': CUT,
                  'by_class': {**FILE.recall['by_class'], 'truck': 1.3, 'dog': 1.4},
                  'reach_m': {'clear': 120.0, 'rain': 90.0, 'fog': 30.0}},
    together_s=0.25, class_together_s=0.3, edge_sigma_px=1.6, edge_share=0.05, false_per_s=0.4,
    false_for_s=0.5, edge_together_s=0.8, second={**FILE.second, 'car': 0.15, 'scooter': 0.3},
    edge_inset={**FILE.edge_inset, 'bus': (0.0, 0.1, -0.05), 'scooter': (0.2, 0.05, 0.0)},
    score=(0.35, 0.85), score_sigma=0.05, confusion=CONFUSED,
    confusion_half_px={**dict.fromkeys(words.CLASSES, 1e6), 'bicycle': 30.0})
ABOUT = write.About('detector.onnx', '0123456789ab', 3600, 20000, 7000, 's, one core of a test')


def drawn(model, rides: int = RIDES) -> looks.Sample:
    """Return what the model itself finds in rides that nobody has to paint."""
    done = []
    for number in range(rides):
        one = ride(number)
        world, detector, rows = World(one.scenario), Detector(number, model), Rows(number)
        mount = places.truth(one.scenario.rig, 'camera', one.scenario.seed).mount
        pictures = round(RIDE_S / PERIOD_S)
        for picture in range(pictures):
            snapshot = world.at(one.begin_s + picture * PERIOD_S)
            rows.enter(snapshot.t_s, views(snapshot, mount, model.camera), detector.see(snapshot, mount),
                       light_of(snapshot), snapshot.weather)
        done.append(rows.sample(PERIOD_S, np.full(pictures, 0.02)))
    return looks.joined(done)


@pytest.fixture(scope='module')
def sample() -> looks.Sample:
    return drawn(TRUE)


@pytest.fixture(scope='module')
def found(sample) -> Fitted:
    return fitted(sample, FILE, extra_s=0.003)


@pytest.mark.parametrize('light', words.LIGHTS)
def test_recall_by_size_and_light_is_found_again(found, light):
    told = found.model.recall
    assert told['half_px'][light] == pytest.approx(TRUE.recall['half_px'][light], rel=0.12)
    assert told['best'][light] == pytest.approx(TRUE.recall['best'][light], abs=0.05)
    assert told['width_px'] == pytest.approx(TRUE.recall['width_px'], rel=0.15)


@pytest.mark.parametrize('kind', words.CLASSES)
def test_recall_by_class_is_found_again(found, kind):
    assert found.model.recall['by_class'][kind] == pytest.approx(TRUE.recall['by_class'][kind], rel=0.15)


def test_recall_by_weather_is_found_again_and_a_reach_where_more_should_have_been_seen(found):
    told = found.model.recall
    assert told['weather']['rain'] == pytest.approx(1.25, rel=0.12)
    assert told['weather']['fog'] == pytest.approx(2.0, rel=0.2)
    assert told['reach_m']['fog'] == pytest.approx(30.0, abs=1.5)
    assert told['reach_m']['clear'] == 120.0  # nobody was there whom it should have missed
    assert told['least_visible'] == pytest.approx(0.35, abs=0.06)


def test_misses_and_confusions_last_as_long_as_they_do(found):
    assert found.model.together_s == pytest.approx(TRUE.together_s, rel=0.2)
    assert found.model.class_together_s == pytest.approx(TRUE.class_together_s, rel=0.35)


def test_confusions_are_found_again(found):
    told = found.model.confusion
    for kind, row in TRUE.confusion.items():
        for other in words.CLASSES:
            assert told[kind].get(other, 0.0) == pytest.approx(row.get(other, 0.0), abs=0.12), (kind, other)
    assert told['car']['bus'] > told['car']['truck']
    assert found.model.confusion_half_px['bicycle'] == pytest.approx(30.0, rel=0.4)
    assert found.model.confusion_half_px['car'] > 150.0


def test_what_a_side_of_the_picture_cuts_is_found_as_often_as_it_is(found):
    for told, true in zip(found.model.recall['cut'], CUT, strict=True):
        assert told == pytest.approx(true, abs=0.1)


def test_edges_scores_and_latency_are_found_again(found):
    model = found.model
    assert model.edge_sigma_px == pytest.approx(1.6, abs=0.3)
    assert model.edge_share == pytest.approx(0.05, abs=0.015)
    assert model.edge_together_s == pytest.approx(0.8, rel=0.3)
    assert model.edge_inset['scooter'] == pytest.approx((0.2, 0.05, 0.0), abs=0.03)
    assert model.edge_inset['bus'] == pytest.approx((0.0, 0.1, -0.05), abs=0.03)
    assert model.score == pytest.approx((0.35, 0.85), abs=0.05)
    assert model.score_sigma == pytest.approx(0.05, abs=0.02)
    assert model.latency_s == pytest.approx(0.023)


def test_second_boxes_are_found_again(found):
    assert found.model.second['car'] == pytest.approx(0.15, abs=0.05)
    assert found.model.second['scooter'] == pytest.approx(0.3, abs=0.1)
    assert found.model.second['truck'] < 0.03


def test_boxes_about_nothing_are_found_again(found):
    assert found.model.false_per_s == pytest.approx(0.4, rel=0.3)
    assert found.model.false_for_s == pytest.approx(0.5, rel=0.3)


def test_what_was_seen_stands_beside_what_the_model_says(sample, found):
    rows = {row.what: row for row in compared(sample.looks, found.shares)}
    for name in ('day, all', 'night, all', 'fog, all'):
        assert rows[name].found == pytest.approx(rows[name].modelled, abs=0.04)
    assert rows['day, all'].found > rows['night, all'].found


def test_the_file_that_is_written_is_the_model_that_was_fitted(found, tmp_path):
    file = tmp_path / 'model.yaml'
    said = write.text(found.model, ABOUT)
    write.write(file, said)
    again = read_model(file)
    assert again.recall['half_px'] == pytest.approx(found.model.recall['half_px'], abs=0.006)
    assert again.confusion == found.model.confusion
    assert set(yaml.safe_load(said)) == set(yaml.safe_load(places.config_folder().joinpath(
        'detector', 'model.yaml').read_text()))
    assert '3600 rendered pictures' in said.replace('\n# ', ' ')
    assert max(map(len, said.splitlines())) <= 120
    assert [one.name for one in tmp_path.iterdir()] == ['model.yaml']


def test_a_sample_is_kept_and_fitted_again_without_painting(sample, found, tmp_path, capsys):
    kept, file = tmp_path / 'seen.npz', tmp_path / 'model.yaml'
    looks.keep(sample, kept)
    file.write_text(HAND_MADE.read_text())
    assert verb.main(['--kept', str(kept), '--model', str(file)]) == 0
    assert 'second boxes' in capsys.readouterr().out
    assert read_model(file).together_s == pytest.approx(found.model.together_s, abs=0.001)


def test_what_is_no_sample_is_refused_in_one_sentence(tmp_path, capsys):
    file = tmp_path / 'seen.npz'
    np.savez(file, nothing=1)
    assert verb.main(['--kept', str(file), '--dry']) == 2
    said = capsys.readouterr().err
    assert said.count('\n') == 1
    assert 'expected what --keep wrote' in said


def test_weights_that_find_nothing_are_no_model(sample):
    none = replace(sample, looks=replace(sample.looks, found=np.zeros(len(sample.looks), dtype=bool)))
    with pytest.raises(ValueError, match=r'^0 of \d+ bodies were found in \d+ pictures, expected 40 at least'):
        fitted(none, FILE)


def test_seeds_of_training_are_refused(capsys):
    with pytest.raises(SystemExit):
        verb.main(['--seed', '7', '--dry'])
    assert f'expected {FIRST_SEED} at least' in capsys.readouterr().err


# Its parts

def test_rides_are_painted_and_looked_at_as_the_node_does(tmp_path):
    eyes = engine.load(made_net.make(tmp_path / 'net.onnx', size_px=(416, 256), box_px=40.0), least_score=0.1)
    done = watch.watch(ride(0), 0, eyes, FILE, 2.0)
    world = World(ride(0).scenario)
    mount = places.truth(world.scenario.rig, 'camera', world.scenario.seed).mount
    assert done.pictures == len(done.took_s) == 3
    assert (done.took_s > 0.0).all()
    assert len(done.looks) == sum(len(views(world.at(t_s), mount, FILE.camera).row) for t_s in (0.0, 2.0, 4.0))
    assert set(done.looks.t_s.tolist()) == {0.0, 2.0, 4.0}


def test_weights_that_are_none_are_refused_before_anything_is_painted(tmp_path, capsys):
    file = tmp_path / 'detector.onnx'
    file.write_text('<!doctype html>')
    assert verb.main(['--weights', str(file), '--jobs', '2', '--rides', '2', '--dry']) == 2
    assert 'is a web page' in capsys.readouterr().err


def test_rides_are_the_same_each_time_and_hold_every_class_light_and_weather():
    every = [ride(number) for number in range(60)]
    assert every[7] == ride(7)
    assert {one.scenario.light for one in every} == set(words.LIGHTS)
    assert {one.scenario.weather for one in every} == set(words.WEATHERS)
    assert {actor.kind for one in every for actor in one.scenario.actors} == set(words.CLASSES)
    assert all(one.begin_s + RIDE_S <= one.scenario.duration_s for one in every)
    assert len({one.scenario.seed for one in every}) == 60


BODY = np.array([[0.0, 0.0, 10.0, 10.0], [20.0, 0.0, 30.0, 10.0]])


def test_the_surest_box_takes_the_body_and_the_other_stands_beside_it():
    boxes = np.array([[0.0, 0.0, 10.0, 9.0], [0.0, 0.0, 10.0, 10.0], [50.0, 50.0, 60.0, 60.0]])
    own, beside = match(boxes, np.array([0.9, 0.5, 0.4]), BODY, BODY)
    assert own.tolist() == [0, -1]
    assert beside.tolist() == [-1, 0, -1]


def test_a_box_of_what_is_left_of_a_hidden_body_is_its_own():
    shown = BODY.copy()
    shown[1] = [28.0, 0.0, 30.0, 10.0]
    own, _ = match(shown[1:], np.array([0.5]), BODY, shown)
    assert own.tolist() == [-1, 0]
    assert overlaps(shown[1:], BODY)[0] == pytest.approx([0.0, 0.2])


def test_a_box_too_many_among_bodies_that_hide_each_other_is_nobodys():
    bodies = np.array([[0.0, 0.0, 10.0, 10.0], [2.0, 0.0, 12.0, 10.0]])
    boxes = np.concatenate([bodies, bodies[:1] + 1.0])
    _, beside = match(boxes, np.array([0.9, 0.8, 0.3]), bodies, bodies)
    assert beside.tolist() == [-1, -1, AMONG]


def test_without_boxes_or_bodies_there_is_nothing_to_match():
    none = np.zeros((0, 4))
    assert match(none, np.zeros(0), BODY, BODY)[0].tolist() == [-1, -1]
    assert match(BODY, np.ones(2), none, none)[1].tolist() == [-1, -1]


@pytest.mark.parametrize('rho', [0.0, 0.5, 0.95])
def test_two_numbers_lie_below_two_bounds_as_often_as_drawn_ones_do(rho):
    random = np.random.default_rng(5)
    first = random.standard_normal(400_000)
    second = rho * first + np.sqrt(1 - rho * rho) * random.standard_normal(400_000)
    for a, b in ((0.3, -0.8), (1.5, 1.0), (-1.2, -1.0)):
        told = both_below(np.array([a]), np.array([b]), rho)[0]
        assert told == pytest.approx(np.mean((first < a) & (second < b)), abs=0.003)
    assert quantile(np.array([0.5, 0.975])) == pytest.approx([0.0, 1.96], abs=1e-3)


def test_times_are_those_asked_for_where_nothing_is_in_doubt():
    body, t_s = np.zeros(20, dtype=np.int64), np.arange(20) * 0.1
    assert together_s(body, t_s, np.ones(20), np.ones(20, dtype=bool), 0.1, 0.7) == 0.7


def test_a_box_about_nothing_goes_on_while_it_lies_on_the_one_before():
    here, there = [0.0, 0.0, 20.0, 20.0], [100.0, 0.0, 120.0, 20.0]
    rows = [(0, 0.0, here), (0, 0.1, here), (0, 0.1, there), (0, 0.3, here), (1, 0.4, here)]
    lone = looks.Nothings(np.array([row[0] for row in rows]), np.array([row[1] for row in rows]),
                          np.array([row[2] for row in rows]), np.zeros(5, dtype=np.int64), np.full(5, 0.4),
                          np.full(5, -1))
    assert sorted(rest.chains(lone, 0.1)) == [1, 1, 1, 2]
