"""Which file is looked with, and the one sentence for each that is not."""

import zipfile
from pathlib import Path

import pytest

from made_net import make
from outrider_sensors.detector.engine import WeightsError, default_weights, load
from outrider_sensors.detector.errors import DetectorError
from outrider_sensors.detector.kinds import NAMES, Sieve, class_scores, ours, read_names
from outrider_sensors.detector.sizes import load_sizes

PAGE = b'\n  <!DOCTYPE html><html><head><title>detector.onnx at main</title></head><body>' + b' ' * 3000


@pytest.mark.parametrize(('name', 'content', 'says'), [
    ('net.onnx', None, 'there is no'),
    ('net.onnx', PAGE, 'is a web page: the download gave its page in place of the file, expected weights'),
    ('net.pt', PAGE, 'is a web page'),
    ('net.onnx', b'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', 'is a pointer of git lfs'),
    ('net.onnx', b'', 'holds 0 bytes, expected weights'),
    ('net.onnx', b'\x08\x08' + b'junk' * 900, 'onnxruntime cannot read them'),
    ('net.txt', b'x' * 2000, 'is no .onnx, .pt or .engine'),
    ('net.onnx', b'PK\x03\x04' + b'x' * 2000, 'is a file of torch, whatever its name says'),
    ('net.pt', b'\x08\x08' + b'x' * 2000, 'is no file of torch, whatever its name says'),
])
def test_a_file_that_is_no_weights_is_refused_and_it_says_what_to_do(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError) as refused:
        load(path)
    text = str(refused.value)
    assert says in text
    assert str(path) in text
    assert '\n' not in text
    assert any(word in text for word in ('Put weights there', 'Name one of these', 'Export the weights'))


def test_half_a_file_is_refused(tmp_path):
    whole = make(tmp_path / 'net.onnx', size_px=(640, 480))
    whole.write_bytes(whole.read_bytes()[:-3000])
    with pytest.raises(WeightsError, match='onnxruntime cannot read them'):
        load(whole)


def test_a_folder_or_what_may_not_be_read_is_refused(tmp_path):
    (tmp_path / 'net.onnx').mkdir()
    with pytest.raises(WeightsError, match='cannot read .*: Is a directory'):
        load(tmp_path / 'net.onnx')


def test_onnxruntime_is_not_asked_for_what_it_cannot_read(tmp_path):
    with zipfile.ZipFile(tmp_path / 'net.pt', 'w') as file:
        file.writestr('data.pkl', 'x' * 100)
    with pytest.raises(WeightsError, match='is for ultralytics, and onnxruntime is asked for'):
        load(tmp_path / 'net.pt', engine='onnxruntime')


def test_the_shipped_weights_lie_in_the_checkout(monkeypatch):
    found = default_weights()
    assert found == Path(__file__).resolve().parents[4] / 'config/detector/detector.onnx'
    monkeypatch.setenv('OUTRIDER_ROOT', '/nowhere')
    assert default_weights() == found  # beside the code, wherever that was told to be


@pytest.mark.parametrize(('theirs', 'name'), [
    ('car', 'car'), ('Van', 'car'), ('motorbike', 'motorcycle'), ('Pedestrian', 'person'), ('cyclist', 'bicycle'),
    ('e-scooter', 'scooter'), ('kick_scooter', 'scooter'), ('lorry', 'truck'), ('traffic light', None), ('cat', None),
])
def test_names_are_ours_by_whatever_word(theirs, name):
    assert ours(theirs) == name


def test_names_of_an_export_are_read_as_a_table_or_a_list():
    assert read_names("{0: 'person', 2: 'car'}") == {0: 'person', 2: 'car'}
    assert read_names("['person', 'car']") == {0: 'person', 1: 'car'}
    for text in ('', 'car', '{0: ', '__import__("os")', "{'a': 'car'}"):
        with pytest.raises(WeightsError, match='names of the classes are'):
            read_names(text)


def test_coco_gives_seven_of_eight():
    coco = {0: 'person', 1: 'bicycle', 2: 'car', 3: 'motorcycle', 5: 'bus', 6: 'train', 7: 'truck', 16: 'dog'}
    assert Sieve(coco, 0.25, ()).kinds == ('car', 'truck', 'bus', 'motorcycle', 'bicycle', 'person', 'dog')


def test_scores_of_some_classes_differ_from_the_rest():
    scores = class_scores(['person:0.3', ' dog : 0.5', ''], 0.2)
    assert (scores['person'], scores['dog'], scores['car']) == (0.3, 0.5, 0.2)
    for text, says in (('person', "expected a class and its least score like 'person:0.3'"),
                       ('persn:0.3', "Did you mean 'person'?"), ('person:1.5', 'expected more than 0 and at most 1')):
        with pytest.raises(DetectorError, match=says.replace('?', r'\?')):
            class_scores([text], 0.2)


def test_sizes_are_known_of_every_class_and_a_wrong_table_is_refused(tmp_path):
    sizes = load_sizes()
    assert set(sizes) == set(NAMES)
    assert sizes['bus'].height_m > sizes['car'].height_m > sizes['dog'].height_m
    path = tmp_path / 'sizes.yaml'
    whole = Path(default_weights()).with_name('sizes.yaml').read_text()
    for text, says in (('', 'tells no size of each'), (whole.replace('[1.52, 0.20]', '[1.52]'), 'car is'),
                       (whole.replace('[1.52, 0.20]', '[-1.0, 0.2]'), 'car is'), ('{', 'cannot read')):
        path.write_text(text)
        with pytest.raises(DetectorError, match=says):
            load_sizes(path)
