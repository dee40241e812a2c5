"""The onnxruntime engine on nets whose answer is known: places, classes, scores, overlaps; what it refuses."""

import numpy as np
import onnx
import pytest
from numpy.testing import assert_allclose

from made_net import BLUE, GREEN, RED, make, picture
from outrider_sensors.detector.engine import DetectorError, PictureError, WeightsError, load
from outrider_sensors.detector.suppress import suppress


def edges(found):
    return {(kind, *np.round(row, 3)) for kind, row in zip(found.kinds, found.edges_px, strict=True)}


@pytest.mark.parametrize('more', [{}, {'ends': True}, {'dynamic': True}, {'kind': onnx.TensorProto.FLOAT16},
                                  {'ends': True, 'kind': onnx.TensorProto.FLOAT16}])
def test_a_box_lies_where_its_colour_is(tmp_path, more):
    engine = load(make(tmp_path / 'net.onnx', **more))
    found = engine.look(picture((64, 48), (8, 16, 16, 24, RED), (40, 32, 48, 40, BLUE)))
    assert (engine.name, engine.size_px, engine.kinds) == ('onnxruntime', (64, 48), ('car', 'bicycle', 'person'))
    assert edges(found) == {('car', 8, 16, 16, 24), ('person', 40, 32, 48, 40)}
    assert_allclose(found.scores, 1.0, atol=1e-3)


@pytest.mark.parametrize(('size', 'scale', 'pad'), [
    ((128, 96), 2.0, (0, 0)),       # twice the net's
    ((32, 24), 0.5, (0, 0)),        # half of it
    ((64, 32), 1.0, (0, 8)),        # grey above and below
    ((32, 48), 1.0, (16, 0)),       # grey beside
    ((256, 128), 4.0, (0, 8)),
])
def test_edges_come_back_in_pixels_of_the_picture_whatever_its_size(tmp_path, size, scale, pad):
    engine = load(make(tmp_path / 'net.onnx'))
    at = [round((edge - pad[i % 2]) * scale) for i, edge in enumerate((24, 16, 32, 24))]
    found = engine.look(picture(size, (*at, RED)))
    assert found.kinds[0] == 'car'
    assert_allclose(found.edges_px[0], at, atol=1e-6)


@pytest.mark.parametrize('size', [(63, 47), (851, 479), (16, 400), (401, 17), (1280, 720)])
def test_an_odd_size_is_looked_at_and_no_edge_leaves_the_picture(tmp_path, size):
    engine = load(make(tmp_path / 'net.onnx', box_px=40.0), least_score=0.01)
    found = engine.look(picture(size, ground=RED))
    assert len(found) or min(size) < 20  # a strip is mostly grey to this net
    assert (found.edges_px >= 0).all()
    assert (found.edges_px <= np.array([*size, *size])).all()


def test_of_boxes_that_overlap_the_surest_stays_and_another_class_may_stand_beside(tmp_path):
    engine = load(make(tmp_path / 'net.onnx', box_px=48.0))
    pale = (200, 0, 0)
    found = engine.look(picture((64, 48), (24, 24, 32, 32, RED), (32, 24, 40, 32, pale), (24, 16, 32, 24, BLUE)))
    assert sorted(found.kinds) == ['car', 'person']  # 5 of 6 parts in common: two kinds may be so near, one kind not
    assert_allclose(found.edges_px[found.kinds.index('car')], (4, 4, 52, 48))


def test_two_kinds_in_one_place_are_one_body():
    boxes = np.array([[0.0, 0.0, 100.0, 100.0], [2.0, 0.0, 100.0, 100.0], [50.0, 0.0, 150.0, 100.0]])
    assert list(suppress(boxes, np.array([0.5, 0.9, 0.3]), np.array([0, 1, 0]))) == [1, 2]


def test_each_class_has_its_least_score_and_those_not_wanted_are_left_out(tmp_path):
    shown = picture((64, 48), (8, 8, 16, 16, (128, 0, 0)), (24, 8, 32, 16, (0, 0, 128)), (40, 8, 48, 16, (0, 128, 0)))
    net = make(tmp_path / 'net.onnx')
    assert set(load(net).look(shown).kinds) == {'car', 'person', 'bicycle'}
    assert set(load(net, least_score={'person': 0.6}).look(shown).kinds) == {'car', 'bicycle'}
    assert load(net, least_score=0.6).look(shown).kinds == ()
    only = load(net, kinds=['pedestrian'])
    assert (only.kinds, only.look(shown).kinds) == (('person',), ('person',))


def test_what_is_surely_something_else_is_none_of_ours(tmp_path):
    found = load(make(tmp_path / 'net.onnx', names={0: 'horse', 1: 'person', 2: 'bench'})).look(
        picture((64, 48), (8, 8, 16, 16, (255, 0, 0)), (24, 8, 32, 16, (0, 0, 200))))
    assert edges(found) == {('person', 24, 8, 32, 16)}


def test_classes_are_ours_by_name_not_by_number(tmp_path):
    shown = picture((64, 48), (8, 8, 16, 16, RED), (24, 8, 32, 16, BLUE), (40, 8, 48, 16, GREEN))
    engine = load(make(tmp_path / 'net.onnx', names=['Motorbike', 'E-Scooter', 'fire hydrant']))
    assert engine.kinds == ('motorcycle', 'scooter')
    assert set(engine.look(shown).kinds) == {'motorcycle', 'scooter'}


def test_two_of_their_classes_that_are_one_of_ours_stand_once_on_a_body(tmp_path):
    engine = load(make(tmp_path / 'net.onnx', box_px=48.0, names={0: 'car', 1: 'van', 2: 'dog'}))
    assert engine.look(picture((64, 48), (24, 24, 32, 32, RED), (32, 24, 40, 32, BLUE))).kinds == ('car',)


@pytest.mark.parametrize('ground', [(0, 0, 0), (255, 255, 255), (114, 114, 114)])
def test_an_empty_picture_holds_nothing(tmp_path, ground):
    found = load(make(tmp_path / 'net.onnx')).look(picture((848, 480), ground=ground))
    assert (len(found), found.edges_px.shape, found.scores.shape) == (0, (0, 4), (0,))


@pytest.mark.parametrize('shown', [np.zeros((48, 64), np.uint8), np.zeros((48, 64, 4), np.uint8),
                                   np.zeros((48, 64, 3), np.float32), np.zeros((0, 0, 3), np.uint8),
                                   np.zeros((4, 64, 3), np.uint8)])
def test_what_is_no_picture_is_refused_and_the_next_one_is_looked_at(tmp_path, shown):
    engine = load(make(tmp_path / 'net.onnx'))
    with pytest.raises(PictureError, match=r'picture is .*, expected .*\. Check its publisher\.$'):
        engine.look(shown)
    assert len(engine.look(picture((64, 48), (8, 8, 16, 16, RED)))) == 1


@pytest.mark.parametrize(('more', 'says'), [
    ({'names': {0: 'cat', 1: 'tree', 2: 'cup'}}, 'they know cat, tree, cup, expected some of car, truck'),
    ({'inputs': (1, 1, 48, 64)}, r'they take images \[1, 1, 48, 64\] of tensor\(float\), expected one picture'),
    ({'inputs': (4, 3, 48, 64)}, r'they take images \[4, 3'),
    ({'inputs': (1, 3, 8)}, 'they take images'),
    ({'meta': {}}, 'they do not name their classes'),
    ({'meta': {'names': "{0: 'car'"}}, 'names of the classes are'),
    ({'meta': {'names': "{0: 'car'}"}}, r'they answer \[1, 7, 48\], expected boxes'),
    ({'dynamic': True, 'meta': {'names': "{0: 'car', 1: 'person', 2: 'dog'}"}}, 'they take images'),
])
def test_nets_that_cannot_look_are_refused_in_one_sentence(tmp_path, more, says):
    with pytest.raises(WeightsError, match=says) as refused:
        load(make(tmp_path / 'net.onnx', **more))
    assert str(tmp_path / 'net.onnx') in str(refused.value)
    assert '\n' not in str(refused.value)


def test_a_class_that_the_weights_lack_or_nobody_knows_is_refused(tmp_path):
    net = make(tmp_path / 'net.onnx')
    with pytest.raises(WeightsError, match='they know car, person, bicycle, and of these dog are asked for'):
        load(net, kinds=['dog'])
    with pytest.raises(DetectorError, match="'persn' is no class of ours. Did you mean 'person'?"):
        load(net, kinds=['persn'])
    with pytest.raises(DetectorError, match='expected one of auto, onnxruntime, ultralytics'):
        load(net, engine='onnx')
