"""The whole way of the detector's weights on a data set of a few pictures: taught, gone on with, exported, measured."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from outrider_sensors.detector.engine import load
from outrider_sensors.detector.ultralytics_alone import ultralytics
from training import store
from training.command import main
from training.labels import KINDS
from training.pictures import pictures
from training.samples import barred
from training.scenes import MEASURED_FROM, scene

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / 'config' / 'detector'
PICTURE = 416, 256


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('detector')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, 'SCENES_A_FILE', 1)
        for part, number in (('train', 3), ('train', 21), ('measure', 1)):
            store.write(folder / 'data', part, number)
    return folder


def run(folder, what, *more):
    return main([what, '--work', str(folder), '--config', str(folder / 'config'), *more])


def raw_of(weights, rgb):
    given = barred(rgb).transpose(2, 0, 1)[None].astype(np.float32) / 255.0
    if weights.suffix == '.onnx':
        session = onnxruntime.InferenceSession(str(weights), providers=['CPUExecutionProvider'])
        return session.run(None, {'images': given})[0]
    model = ultralytics(weights.parent / 'ultralytics_home').YOLO(str(weights)).model.float().eval()
    with torch.no_grad():
        return model(torch.from_numpy(given))[0].numpy()


@pytest.fixture(scope='module')
def taught(folder):
    """Two that learn together, two rounds of two steps; the same again; then what is shipped."""
    steps = ['--crew', '2', '--rounds', '2', '--round-steps', '2']
    assert run(folder, 'train', *steps) == 0
    first = torch.load(folder / 'detector.pt', weights_only=False)['outrider']
    assert run(folder, 'train', *steps) == 0
    again = torch.load(folder / 'detector.pt', weights_only=False)['outrider']
    assert run(folder, 'export') == 0
    return folder, first, again


def test_training_goes_on_where_it_was(taught):
    _, first, again = taught
    assert (first['updates'], again['updates']) == (4, 8)
    assert again['seconds'] > first['seconds'] > 0.0
    name = next(name for name in first['model'] if name.endswith('conv.weight'))
    assert not torch.equal(first['model'][name], again['model'][name])
    assert all(torch.isfinite(value).all() for value in again['model'].values())


def test_exported_files_are_small_and_both_see_the_same(taught):
    folder, _, _ = taught
    onnx, weights = folder / 'config/detector.onnx', folder / 'config/detector.pt'
    assert onnx.stat().st_size <= 6_000_000
    assert weights.stat().st_size <= 3_000_000
    rgb = next(iter(pictures(scene(4)))).rgb
    ours, theirs = raw_of(onnx, rgb), raw_of(weights, rgb)
    assert ours.shape == (1, 4 + len(KINDS), 2184)
    assert np.abs(ours[:, :4] - theirs[:, :4]).max() < 0.05  # pixels
    assert np.abs(ours[:, 4:] - theirs[:, 4:]).max() < 1e-3
    assert load(onnx).kinds == KINDS


def test_measuring_writes_the_card(taught):
    folder, _, _ = taught
    assert run(folder, 'measure') == 0
    text = (folder / 'config/README.md').read_text()
    assert 'Simulator only' in text
    assert '1,130,136 parameters' in text
    assert 'on 4 pictures of other seeds' in text


def test_what_was_shipped_can_be_gone_on_with(taught, tmp_path):
    folder, _, _ = taught
    (tmp_path / 'data').symlink_to(folder / 'data')
    (tmp_path / 'config').symlink_to(folder / 'config')
    assert run(tmp_path, 'train', '--crew', '1', '--rounds', '1', '--round-steps', '1') == 0
    assert torch.load(tmp_path / 'detector.pt', weights_only=False)['outrider']['updates'] == 9


def test_shipped_weights_are_one_net_in_two_files():
    rgb = next(iter(pictures(scene(MEASURED_FROM + 4)))).rgb
    ours, theirs = raw_of(SHIPPED / 'detector.onnx', rgb), raw_of(SHIPPED / 'detector.pt', rgb)
    assert np.abs(ours[:, :4] - theirs[:, :4]).max() < 0.5
    assert np.abs(ours[:, 4:] - theirs[:, 4:]).max() < 5e-3
    assert ours[:, 4:].max() > 0.3
