"""The parser's figures do what they say: every point comes out of both ways."""

import pytest

from outrider_bringup.bench import parser


def test_figures_give_one_value_per_name(monkeypatch):
    monkeypatch.setattr(parser, 'FRAMES', 20)
    monkeypatch.setattr(parser, 'ROUNDS', 1)
    for figure in parser.FIGURES:
        measured = figure.run(lambda text: None)
        assert len(measured) == len(figure.names) == len(figure.units) == len(figure.limits)
        assert all(one.value > 0 for one in measured)


def test_lost_points_are_no_figure(monkeypatch):
    monkeypatch.setattr(parser, 'FRAMES', 5)
    with pytest.raises(RuntimeError, match='7 points came out of 320'):
        parser._best_s(lambda: 7)
