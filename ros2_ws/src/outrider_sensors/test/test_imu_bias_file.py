"""The kept bias: one device's, whole or absent, never a reason not to start."""

import json
import os

import pytest

from outrider_sensors.imu.bias_file import BiasFileError, load, save


def test_what_is_kept_comes_back(tmp_path):
    path = tmp_path / 'new' / 'imu_bias.json'
    save(path, '123', (0.25, -0.5, 0.125))
    assert load(path, '123') == (0.25, -0.5, 0.125)
    assert os.listdir(path.parent) == ['imu_bias.json']


def test_newer_word_replaces_the_older(tmp_path):
    path = tmp_path / 'bias'
    save(path, '123', (0.1, 0.1, 0.1))
    save(path, '123', (0.2, 0.2, 0.2))
    assert load(path, '123') == (0.2, 0.2, 0.2)


def test_nothing_kept_is_no_error(tmp_path):
    assert load(tmp_path / 'none', '123') is None


def test_another_devices_bias_is_not_used(tmp_path):
    save(tmp_path / 'bias', '123', (0.1, 0.1, 0.1))
    assert load(tmp_path / 'bias', '456') is None


@pytest.mark.parametrize('text', [
    '', '{', '[]', 'null', '{"device": "123"}', '{"gyro_bias_dps": [1, 2, 3]}',
    '{"device": "123", "gyro_bias_dps": [1, 2]}', '{"device": "123", "gyro_bias_dps": [1, 2, "x"]}',
    '{"device": "123", "gyro_bias_dps": 7}'])
def test_damaged_file_is_one_sentence(tmp_path, text):
    (tmp_path / 'bias').write_text(text)
    with pytest.raises(BiasFileError, match=r'is damaged, expected device .* it is learnt anew\.$'):
        load(tmp_path / 'bias', '123')


@pytest.mark.parametrize('value', [5.1, -9.0, float('nan'), float('inf')])
def test_impossible_bias_is_one_sentence(tmp_path, value):
    (tmp_path / 'bias').write_text(json.dumps({'device': '123', 'gyro_bias_dps': [0, value, 0]}))
    with pytest.raises(BiasFileError, match='expected at most 5; it is learnt anew'):
        load(tmp_path / 'bias', '123')


def test_bytes_that_are_no_text_and_a_folder_are_one_sentence(tmp_path):
    (tmp_path / 'bias').write_bytes(b'\xff\xfe\x00')
    for path in (tmp_path / 'bias', tmp_path):
        with pytest.raises(BiasFileError, match='cannot be read'):
            load(path, '123')


def test_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(BiasFileError, match=r'cannot be kept in .* Make the folder writable\.$'):
        save(tmp_path / 'file' / 'bias', '123', (0.0, 0.0, 0.0))
