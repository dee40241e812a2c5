"""The detector's figures, with a small net whose answer is known in place of the shipped weights."""

from __future__ import annotations

import pytest

import made_net
from outrider_bringup.bench import detector, detector_run, subjects
from outrider_bringup.errors import UserError


@pytest.fixture
def net(tmp_path, monkeypatch):
    file = made_net.make(tmp_path / 'detector.onnx', size_px=(416, 256))
    monkeypatch.setattr(detector, 'default_weights', lambda: file)
    return file


def no(text: str) -> None:
    """Say nothing."""


def test_a_picture_is_timed_beside_its_decoding(net):
    measured, = detector.one_picture(no)
    assert 0.0 < measured.extra['least'] <= measured.value <= measured.extra['p95']
    assert measured.peer_value > 0.0
    assert 'net 416x256' in measured.detail


def test_pictures_are_jpegs_of_the_cameras_size():
    first, second = detector.pictures(2)
    assert first != second
    picture = detector.decode(first, (detector.WIDTH, detector.HEIGHT))
    assert picture.rgb.shape == (detector.HEIGHT, detector.WIDTH, 3)


def test_the_size_is_that_of_the_file(net):
    assert detector.size(no)[0].value == pytest.approx(net.stat().st_size / 1e6)


def test_weights_that_are_not_there_are_told_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(detector, 'default_weights', lambda: tmp_path / 'none.onnx')
    for figure in (detector.one_picture, detector.size, detector.card):
        with pytest.raises(UserError, match=r'^there is no .*none.onnx\. Get it back'):
            figure(no)


def test_mean_average_precision_is_told_by_the_card(net):
    card = net.with_name(detector.CARD)
    card.write_text('| class | bodies | mAP50 | day |\n|---|---|---|---|\n| person | 1,234 | 0.70 | 0.75 |\n'
                    '| bicycle | 812 | 0.66 | 0.68 |\n| mean of car, truck | 5,120 | 0.81 | 0.84 |\n')
    assert [one.value for one in detector.card(no)] == [0.81, 0.70, 0.66]
    assert '5,120 bodies' in detector.card(no)[0].detail
    card.write_text('| mean of car, truck | 5,120 | 0.81 | 0.84 |\n')
    with pytest.raises(UserError, match="has no row 'person'"):
        detector.card(no)


@pytest.mark.timeout(240)
def test_the_node_is_measured_beside_the_simulated_camera(net, monkeypatch):
    monkeypatch.setenv(subjects.SECONDS, '5')
    monkeypatch.setattr(detector_run, 'DETECTOR', ('-p', f'weights:={net}'))
    share, memory = detector.node(no)
    assert 0.0 < share.value < 400.0
    assert share.extra['looks_per_s'] > 0.0  # how many is a matter of what else runs
    assert share.extra['late_p50_ms'] > 0.0
    assert 20.0 < memory.value < 1000.0
