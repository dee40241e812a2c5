"""Four fixed lines redrawn in place on a terminal; without one, a line a second."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TextIO

from outrider_bringup.demo.acts import Scene
from outrider_bringup.demo.columns import clip, is_terminal, paint, width_of
from outrider_bringup.demo.shown import Line

LABEL = 16
FIRST_TRACK = 'first track after'  # begins the line that tells it where there is no terminal
BAR_MIN, BAR_MAX = 8, 18
ROLES = {'notice': 'bold', 'warn': 'warn', 'urgent': 'urgent', 'nothing': 'urgent'}


@dataclass(frozen=True)
class View:
    """What is shown at one moment. `elapsed_s` counts from the first frame, None before it: then `note` says why.

    `upper` and `lower` are the act's own lines.
    """

    scene: Scene
    seconds: float
    elapsed_s: float | None
    address: str
    upper: Line
    lower: Line
    note: str = ''
    ready: bool = False  # `address` is one to watch at


def bar(done: float, cells: int) -> str:
    """Return a progress bar of `cells` inside its brackets; `done` runs from 0 to 1."""
    full = min(cells, max(0, int(done * cells)))
    return f'[{"#" * full}{"-" * (cells - full)}]'


def _head(view: View, width: int) -> str:
    scene = view.scene
    if view.elapsed_s is None:
        return f'{"outrider demo":<{LABEL}}{view.note}'
    now = min(view.elapsed_s, view.seconds)
    clock = f' {math.floor(now)}/{view.seconds:.0f} s'
    for title in (scene.act.title, scene.act.short):
        text = f'{"outrider demo":<{LABEL}}act {scene.number} of {scene.of}: {title}'
        cells = min(BAR_MAX, width - len(text) - len(clock) - 5)
        if cells >= BAR_MIN:
            return f'{text}   {bar(now / view.seconds, cells)}{clock}'
    return f'{clip(text, width - len(clock))}{clock}'


def _watch(view: View, width: int) -> str:
    text = f'{"watch it":<{LABEL}}{view.address}'
    if len(text) > width:  # an address that is cut is none
        return f'watch it  {view.address}'
    end = '   Ctrl+C stops'
    return f'{text:<{min(LABEL + 38, width - len(end))}}{end}' if len(text) + len(end) <= width else text


def _own(line: Line) -> str:
    return f'{line.label:<{LABEL}}{line.text}'.rstrip()


def lines(view: View, width: int) -> list[str]:
    """Return the four lines, none wider than `width`, without colours."""
    lower = view.lower if view.elapsed_s is not None else Line(view.lower.label, '')
    return [clip(line, width) for line in (_head(view, width), _watch(view, width), _own(view.upper), _own(lower))]


def one_line(view: View) -> str:
    """Return the moment as one line, for logs and pipes."""
    if view.elapsed_s is None:
        return view.note
    return (f'{math.floor(min(view.elapsed_s, view.seconds)):3d}/{view.seconds:.0f} s   '
            f'{view.upper.text}   {view.lower.text}').rstrip()


class Screen:
    """Draws views on `stream`. Call draw() as often as you like and close() before anything else is printed."""

    def __init__(self, stream: TextIO) -> None:
        """Draw in place where `stream` is a terminal, else print a line for each new second."""
        self.terminal = is_terminal(stream)
        self._stream = stream
        self._drawn = 0
        self._said = ''
        self._tracked = self._told = False

    def draw(self, view: View) -> None:
        """Show `view`."""
        if not self.terminal:
            self._say(view)
            return
        width = width_of(self._stream) - 1  # the last column makes some terminals wrap
        text = lines(view, width)
        text[0] = paint(text[0][:13], 'bold', True) + text[0][13:]
        text[1] = text[1].replace('Ctrl+C stops', paint('Ctrl+C stops', 'dim', True))
        text[3] = text[3][:LABEL] + paint(text[3][LABEL:], ROLES.get(view.lower.level, 'ok'), True)
        up = f'\x1b[{self._drawn}A' if self._drawn else '\x1b[?25l'
        self._stream.write('\r' + up + ''.join(f'\x1b[2K{line}\n' for line in text))
        self._stream.flush()
        self._drawn = len(text)

    def _say(self, view: View) -> None:
        if view.ready and not self._told:
            self._told = True
            print(f'watch it: {view.address}', file=self._stream, flush=True)
        mark = view.note if view.elapsed_s is None else str(math.floor(min(view.elapsed_s, view.seconds)))
        if mark != self._said:
            self._said = mark
            print(one_line(view), file=self._stream, flush=True)

    def first_track(self, after_s: float) -> None:
        """Tell once, where there is no terminal, that a track stands."""
        if not self.terminal and not self._tracked:
            self._tracked = True
            print(f'{FIRST_TRACK} {after_s:.1f} s', file=self._stream, flush=True)

    def close(self) -> None:
        """Leave the last picture where it is and give the cursor back."""
        if self.terminal:
            self._stream.write('\r\x1b[2K\x1b[?25h')  # also wipes the ^C that a terminal echoes
            self._stream.flush()
