"""config/detector/model.yaml, each number with its unit and how it was found."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outrider_sim.world.detector import Model

_COLUMN = 26       # where comments begin, if the numbers leave room
_WIDTH = 120


@dataclass(frozen=True)
class About:
    """What the head of the file says."""

    weights: str       # name of the file
    digest: str        # the beginning of its SHA-256
    pictures: int
    bodies: int        # looks at bodies
    found: int
    machine: str


def text(model: Model, about: About) -> str:
    """Return the file."""
    told, lines = model.recall, _head(about)
    lines += [
        _line('fps', _number(model.fps, 1), '1/s, every image of the camera'),
        _line('looks_hz', _number(model.looks_hz, 1), '1/s, of them the detector looks at (max_fps of its node)'),
        _line('size_px', f'[{model.size_px[0]}, {model.size_px[1]}]', 'the colour image'),
        _line('field_deg', _number(model.field_deg, 1), 'horizontal, D455 data sheet'),
        _line('latency_s', _number(model.latency_s, 4), f'median from JPEG to boxes, {about.machine}'),
        _line('latency_sigma_s', _number(model.latency_sigma_s, 4), 's, of it, by its quartiles'),
        _line('recall:', '', 'of a body of s pixels (root of the visible area): best / (1 + exp((half - s) / width))'),
        _line('  best', _table(told['best'], 3), 'never all: blur, odd poses, glare'),
        _line('  half_px', _table(told['half_px'], 2), 'of a car, found in half of that many images'),
        _line('  width_px', _number(told['width_px'], 2), 'px, how sharply recall rises around that'),
        _line('  by_class:', '', 'factors of half_px'), *_wide(told['by_class'], 3, 4),
        _line('  weather', _table(told['weather'], 3), 'factors of half_px'),
        _line('  reach_m', _table(told['reach_m'], 1), 'm, nothing is found beyond'),
        _line('  cut_px', f'[{", ".join(_number(one, 1) for one in told["cut_px"])}]', 'of a body that a side of the '
              'image cuts, by how wide the rest is,'),
        _line('  cut', f'[{", ".join(_number(one, 3) for one in told["cut"])}]', 'the factor of best: narrower than '
              'the first, than the next, wider'),
        _line('  least_visible', _number(told['least_visible'], 3), 'share of a body that others leave to be seen; '
              'below it nothing is found'),
        _line('together_s', _number(model.together_s, 3), 's, misses of one body are alike for so long'),
        _line('confusion:', '', 'share taken for another class, for as long as class_together_s; rarer ones are left '
              'out'),
        *(_line(f'  {kind}', _table(row, 4), '') for kind, row in model.confusion.items()),
        _line('confusion_at_px', _number(model.confusion_at_px, 1), 'px, of such a body; of a larger one less:'),
        _line('confusion_half_px:', '', 'px, with so many more it halves'), *_wide(model.confusion_half_px, 1, 2),
        _line('class_together_s', _number(model.class_together_s, 3), 's'),
        _line('second:', '', 'share of the found that have a second box, of a class by the same confusion'),
        *_wide(model.second, 4, 2),
        _line('edge_inset:', '', "share of width (each side) and height (top, bottom) that a box lacks of the body's"),
        *(f'  {kind}: [{", ".join(_number(value, 4) for value in row)}]' for kind, row in model.edge_inset.items()),
        _line('edge_sigma_px', _number(model.edge_sigma_px, 3), 'px, error of each edge of a box,'),
        _line('edge_share', _number(model.edge_share, 4), "and on top this share of the box's own width or height"),
        _line('edge_together_s', _number(model.edge_together_s, 3), 's, errors of the edges of one body are alike for '
              'so long'),
        _line('false_per_s', _number(model.false_per_s, 4), '1/s, boxes about nothing begin'),
        _line('false_for_s', _number(model.false_for_s, 3), 's, mean length of such a one'),
        _line('score', f'[{_number(model.score[0], 3)}, {_number(model.score[1], 3)}]',
              'from a body just found to one that is large'),
        _line('score_sigma', _number(model.score_sigma, 3), '')]
    return '\n'.join(lines) + '\n'


def _head(about: About) -> list[str]:
    said = ('How the detector of camera images is modelled where nothing is rendered: `./outrider score`. No part of '
            f'the stack reads this file. Fitted by tools/fit_detector to {about.weights} (SHA-256 '
            f'{about.digest}) on {about.pictures} rendered pictures with {about.bodies} looks at bodies, of which '
            f'{about.found} were found: recall by maximum likelihood, times by the composite likelihood of pairs of '
            'looks, the rest as tools/fitting says. A picture goes through JPEG, as it does on the way to the node.')
    return [f'# {line}' for line in textwrap.wrap(said, _WIDTH - 2)]


def write(file: Path, said: str) -> None:
    """Replace the file, whole or not at all. Raises OSError."""
    staged = file.with_name(f'.{file.name}.new')
    staged.write_text(said, encoding='utf-8')
    staged.replace(file)


def _line(name: str, value: str, comment: str) -> str:
    body = name if name.endswith(':') else f'{name}: {value}'
    return f'{body:<{_COLUMN - 1}} # {comment}' if comment else body


def _table(row: Mapping[str, Any], digits: int) -> str:
    return '{' + ', '.join(f'{name}: {_number(value, digits)}' for name, value in row.items()) + '}'


def _wide(row: Mapping[str, Any], digits: int, indent: int) -> list[str]:
    """Return a table on lines of its own."""
    told = _table(row, digits).replace(': ', ':\0')  # a line ends between two, not within one
    lines = textwrap.wrap(told, _WIDTH, initial_indent=' ' * indent, subsequent_indent=' ' * (indent + 1))
    return [line.replace('\0', ' ') for line in lines]


def _number(value: float, digits: int) -> str:
    text = f'{value:.{digits}f}'.rstrip('0')
    return text + '0' if text.endswith('.') else text
