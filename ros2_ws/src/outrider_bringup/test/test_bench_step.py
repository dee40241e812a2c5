"""The figures of a step: the scene holds what it says, every name gets a value, and the picture is drawn."""

import numpy as np
import pytest
from PIL import Image

from outrider_bringup.bench import report, step, step_scene
from outrider_bringup.bench.step_peer import BareFilter
from outrider_bringup.bench.step_run import times


def test_scene_has_as_many_points_and_boxes_as_told_and_is_the_same_again():
    for points, tracks, boxes in ((64, 20, 10), (100, 100, 10), (16, 1, 1)):
        once, again = (list(step_scene.scene(points, tracks, boxes, 5)) for _ in range(2))
        assert all(now.xyz_m.shape == (points, 3) and now.edges_px.shape == (boxes, 4) for now in once)
        assert all(np.array_equal(a.xyz_m, b.xyz_m) for a, b in zip(once, again, strict=True))
        assert all(np.isfinite(now.xyz_m).all() for now in once)


@pytest.mark.parametrize(('points', 'tracks'), [(64, 20), (100, 100)])
def test_the_tracker_follows_about_as_many_bodies_as_the_scene_has(points, tracks):
    seen = times(points, tracks, 10, 60)
    assert abs(seen.tracks - tracks) <= 0.1 * tracks
    assert 0.0 < max(seen.radar, seen.judge, seen.image) < seen.p50 <= seen.p99


def test_bare_filter_follows_a_body():
    bare = BareFilter(1)
    for number in range(20):
        bare.step(np.array([[10.0 - 0.1 * number, np.pi, -2.0]]))
    assert bare.state[0] == pytest.approx([-8.1, 0.0, 2.0, 0.0], abs=0.3)


def test_figures_give_one_value_per_name_and_a_picture(monkeypatch, tmp_path):
    monkeypatch.setattr(step, 'STEPS', 5)
    monkeypatch.setattr(step, 'GRID_STEPS', 5)
    monkeypatch.setattr(step, 'GRID', ((16, 1), (100, 1), (100, 100)))
    results = []
    for figure in step.FIGURES:
        measured = figure.run(lambda text: None)
        assert len(measured) == len(figure.names) == len(figure.units) == len(figure.limits)
        assert all(one.value > 0 for one in measured)
        results += report.results(figure, measured)
    step.picture(report.as_json(results), tmp_path / 'step.png')
    with Image.open(tmp_path / 'step.png') as picture:
        colours = {colour for _, colour in picture.getcolors(maxcolors=1 << 24)}
    assert {(255, 255, 255), (0x08, 0x30, 0x6b), (0xc4, 0x43, 0x2b)} <= colours
