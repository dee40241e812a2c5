"""The engine of ultralytics, with torch: it and onnxruntime see the same in the same picture; what it refuses.

Run with: make test-detector
"""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from made_net import BLUE, GREY, RED, make, picture
from outrider_sensors.detector.engine import PictureError, WeightsError, load
from outrider_sim.world import places
from outrider_sim.world.camera import Painter, pinhole
from outrider_sim.world.eye import eye_of
from outrider_sim.world.scenario import load as load_scenario
from outrider_sim.world.world import World

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / 'config/detector'


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Refuse whatever wants to leave this machine."""
    def refuse(*_, **__):
        raise AssertionError('somebody asks the network')

    monkeypatch.setattr(socket.socket, 'connect', refuse)
    monkeypatch.setattr(socket, 'getaddrinfo', refuse)


@pytest.fixture(scope='module')
def road():
    """Two pictures of a ride: far and near."""
    one = World(load_scenario(ROOT / 'config/scenarios/demo_car.yaml'))
    view, mount = pinhole(848, 480, 90.0), places.truth(one.scenario.rig, 'camera', one.scenario.seed).mount
    painter = Painter(one, view, one.scenario.seed)
    return [painter.colour(one.at(t_s), eye_of(one.at(t_s).rider, mount)) for t_s in (3.0, 5.5)]


def same(one, other, px):
    assert sorted(one.kinds) == sorted(other.kinds)
    for row, kind in enumerate(one.kinds):
        nearest = min((place for place in range(len(other)) if other.kinds[place] == kind),
                      key=lambda place: np.abs(other.edges_px[place] - one.edges_px[row]).max())
        assert_allclose(other.edges_px[nearest], one.edges_px[row], atol=px)
        assert other.scores[nearest] == pytest.approx(one.scores[row], abs=0.1)


def test_an_export_looks_the_same_through_both_engines(tmp_path):
    net = make(tmp_path / 'net.onnx')
    shown = picture((128, 96), (32, 32, 48, 48, RED), (80, 64, 96, 80, BLUE))
    one, other = load(net), load(net, engine='ultralytics')
    assert (other.name, other.size_px, other.kinds) == ('ultralytics', one.size_px, one.kinds)
    same(one.look(shown), other.look(shown), 0.6)
    assert len(other.look(shown)) == 2
    assert set(load(net, engine='ultralytics', kinds=['person']).look(shown).kinds) == {'person'}
    assert load(net, engine='ultralytics', least_score={'car': 1.0}).look(picture((128, 96), ground=GREY)).kinds == ()


def test_the_shipped_weights_and_the_checkpoint_they_are_from_find_the_same_car(road):
    onnx, torch = load(SHIPPED / 'detector.onnx'), load(SHIPPED / 'detector.pt')
    assert (onnx.name, torch.name) == ('onnxruntime', 'ultralytics')
    assert onnx.kinds == torch.kinds
    found, again = onnx.look(road[1]), torch.look(road[1])
    assert 'car' in found.kinds
    same(found, again, 12.0)


@pytest.mark.parametrize('shown', [np.zeros((48, 64), np.uint8), np.zeros((4, 64, 3), np.uint8)])
def test_what_is_no_picture_is_refused(tmp_path, shown):
    with pytest.raises(PictureError, match='Check its publisher'):
        load(make(tmp_path / 'net.onnx'), engine='ultralytics').look(shown)


@pytest.mark.parametrize(('name', 'content', 'says'), [
    ('none.pt', None, 'there is no'),
    ('page.pt', b'<!DOCTYPE html>' + b' ' * 999, 'is a web page'),
    ('torn.pt', b'PK\x03\x04' + b'\0' * 999, 'ultralytics cannot open it'),
    ('junk.engine', b'\x10\x00\x00\x00' + b'{"names": 1}' + b'\0' * 999, 'ultralytics cannot open it'),
])
def test_weights_that_cannot_be_opened_are_refused_in_one_sentence(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match=says) as refused:
        load(path)
    assert str(path) in str(refused.value)
    assert '\n' not in str(refused.value)


def test_names_that_are_none_of_ours_are_refused(tmp_path):
    with pytest.raises(WeightsError, match='they know cat, tree, cup, expected some of car'):
        load(make(tmp_path / 'net.onnx', names={0: 'cat', 1: 'tree', 2: 'cup'}), engine='ultralytics')
