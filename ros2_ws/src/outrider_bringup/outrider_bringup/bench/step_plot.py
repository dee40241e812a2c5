"""Draws the time of a step over points and tracks: one line a number of points, limits as open diamonds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, FINE = 1100, 640, 2               # pixels; drawn so many times larger, then made smooth
LEFT, RIGHT, TOP, BOTTOM = 84, 150, 92, 78
INK, FAINT, GRID = '#24292f', '#6e7781', '#e3e7eb'
LINES = ('#85bbdb', '#4a97c9', '#2171b5', '#08306b')  # few points to many
LIMIT = '#c4432b'


class Cell(NamedTuple):
    """One time: how many points, how many tracks, ms."""

    points: int
    tracks: int
    ms: float


def draw(cells: Sequence[Cell], limits: Sequence[Cell], file: Path) -> None:
    """Write a PNG of `cells`, with `limits` marked. Raises OSError where it cannot be written."""
    paper = _Paper(max(cell.tracks for cell in cells), max(cell.ms for cell in (*cells, *limits)))
    paper.axes()
    counts = sorted({cell.points for cell in cells})
    ends = []
    for number, points in enumerate(counts):
        line = sorted((cell.tracks, cell.ms) for cell in cells if cell.points == points)
        colour = LINES[round(number * (len(LINES) - 1) / max(len(counts) - 1, 1))]
        paper.line(line, colour)
        ends.append((*line[-1], f'{points} points', colour))
    paper.names(ends)
    for limit in limits:
        paper.diamond(limit)
    paper.save(file)


class _Paper:
    def __init__(self, most_tracks: int, most_ms: float) -> None:
        self._image = Image.new('RGB', (WIDTH * FINE, HEIGHT * FINE), 'white')
        self._pen = ImageDraw.Draw(self._image)
        self._step_ms = next(step for step in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, math.inf) if most_ms / step <= 7.0)
        self._most_ms = self._step_ms * math.ceil(1.08 * most_ms / self._step_ms)
        self._most_tracks = most_tracks

    def _at(self, tracks: float, ms: float) -> tuple[float, float]:
        wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return ((LEFT + wide * tracks / self._most_tracks) * FINE, (HEIGHT - BOTTOM - high * ms / self._most_ms) * FINE)

    def _say(self, at: tuple[float, float], text: str, size: int, anchor: str, colour: str = INK) -> None:
        self._pen.text(at, text, fill=colour, font=ImageFont.load_default(size * FINE), anchor=anchor)

    def axes(self) -> None:
        self._say((LEFT * FINE, 30 * FINE), 'One full step of perception', 24, 'lm')
        self._say((LEFT * FINE, 60 * FINE), 'radar scan, hazards and an image with up to 10 boxes: ms, median, '
                  'over confirmed tracks', 15, 'lm', FAINT)
        for number in range(round(self._most_ms / self._step_ms) + 1):
            ms = number * self._step_ms
            start, end = self._at(0, ms), self._at(self._most_tracks, ms)
            self._pen.line([start, end], fill=GRID if number else FAINT, width=FINE)
            self._say((start[0] - 10 * FINE, start[1]), f'{ms:g}', 15, 'rm', FAINT)
        for tracks in range(0, self._most_tracks + 1, 10 if self._most_tracks > 20 else 5):
            x, y = self._at(tracks, 0.0)
            self._pen.line([(x, y), (x, y + 5 * FINE)], fill=FAINT, width=FINE)
            self._say((x, y + 18 * FINE), f'{tracks}', 15, 'mm', FAINT)
        middle = self._at(0.5 * self._most_tracks, 0.0)
        self._say((middle[0], middle[1] + 48 * FINE), 'tracks', 16, 'mm')
        self._say((26 * FINE, TOP * FINE - 10 * FINE), 'ms', 16, 'lm')

    def line(self, points: Sequence[tuple[int, float]], colour: str) -> None:
        """Draw a line through (tracks, ms), a dot at each."""
        places = [self._at(*point) for point in points]
        self._pen.line(places, fill=colour, width=3 * FINE, joint='curve')
        for x, y in places:
            self._pen.ellipse([x - 4 * FINE, y - 4 * FINE, x + 4 * FINE, y + 4 * FINE], fill=colour)

    def names(self, ends: Sequence[tuple[int, float, str, str]]) -> None:
        """Write each line's name beside its end (tracks, ms, name, colour), none over another."""
        lowest, last = math.inf, -math.inf
        for tracks, ms, name, colour in sorted(ends, key=lambda end: (end[0], end[1])):
            x, y = self._at(tracks, ms)
            if abs(lowest - y) < 18 * FINE and abs(x - last) < 90 * FINE:
                y = lowest - 18 * FINE
            lowest, last = y, x
            self._say((x + 12 * FINE, y), name, 15, 'lm', colour)

    def diamond(self, limit: Cell) -> None:
        """Mark a limit and say for what it is."""
        (x, y), size = self._at(limit.tracks, limit.ms), 8 * FINE
        corners = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
        self._pen.line([*corners, corners[0], corners[1]], fill=LIMIT, width=2 * FINE, joint='curve')
        beside = x > self._at(0.6 * self._most_tracks, 0.0)[0]
        self._say((x + (-14 if beside else 14) * FINE, y), f'limit {limit.ms:g} ms: {limit.points} points, '
                  f'{limit.tracks} tracks', 15, 'rm' if beside else 'lm', LIMIT)

    def save(self, file: Path) -> None:
        self._image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(file, optimize=True)
