"""How long perception needs for one full step, at the size that counts and at the largest, and over sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.step_plot import Cell, draw
from outrider_bringup.bench.step_run import Times, bare_ms, times

STEPS = 2000
BOXES = 10
USUAL, LARGEST = (64, 20), (100, 100)         # points, tracks
P50_MS, P99_MS, LARGER = 1.5, 4.0, 3.0        # the largest may take so many times as long
GRID = tuple((points, tracks) for points in (16, 32, 64, 100) for tracks in (1, 5, 10, 20, 50, 75, 100)
             if tracks <= points)
GRID_STEPS = 240


def _measured(seen: Times, points: int, tracks: int) -> tuple[Measured, ...]:
    parts = {'radar_ms': seen.radar, 'judge_ms': seen.judge, 'image_ms': seen.image, 'processor_ms': seen.processor,
             'tracks': seen.tracks}
    detail = (f'{STEPS} steps, {seen.tracks:.0f} tracks; radar {seen.radar:.2f}, judge {seen.judge:.2f}, '
              f'image {seen.image:.2f}; by the processor {seen.processor:.2f}')
    return (Measured(seen.p50, detail, 'ms, bare filter in numpy', bare_ms(points, tracks, STEPS), extra=parts),
            Measured(seen.p99))


def usual(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """The size that the limit is for."""
    points, tracks = USUAL
    say(f'{points} points, {tracks} tracks')
    return _measured(times(points, tracks, BOXES, STEPS), points, tracks)


def largest(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """As many points as a frame carries, and a track for each."""
    points, tracks = LARGEST
    say(f'{points} points, {tracks} tracks')
    return _measured(times(points, tracks, BOXES, STEPS), points, tracks)


def over_sizes(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """p50 of every pair of points and tracks in GRID; the figure is that of the largest."""
    seen = {}
    for points, tracks in GRID:
        say(f'{points} points, {tracks} tracks')
        seen[points, tracks] = times(points, tracks, min(BOXES, tracks), GRID_STEPS)
    extra = {f'{points}x{tracks}': round(one.p50, 4) for (points, tracks), one in seen.items()}
    return (Measured(seen[LARGEST].p50, f'{len(GRID)} sizes, {GRID_STEPS} steps each; the picture shows them all',
                     extra=extra),)


def picture(entries: Sequence[dict[str, Any]], file: Path) -> None:
    """Draw the figures of this subject, as they stand in its JSON, into `file`."""
    entry = next(one for one in entries if one['figure'] == _OVER)
    cells = [Cell(int(key.split('x')[0]), int(key.split('x')[1]), value) for key, value in entry.items()
             if key[0].isdigit()]
    draw(cells, (Cell(*USUAL, P50_MS), Cell(*LARGEST, LARGER * P50_MS)), file)


_OVER = 'full step over points and tracks'
FIGURES = (
    Figure(('full step, 64 points, 20 tracks, 10 boxes', 'p99 of it'), ('ms, p50', 'ms'), (P50_MS, P99_MS), '<=', usual,
           about='gyroscope, radar scan, judge and image, from points to hazards; one core', group='step'),
    Figure(('full step, 100 points, 100 tracks, 10 boxes', 'p99 of that'), ('ms, p50', 'ms'),
           (LARGER * P50_MS, LARGER * P99_MS), '<=', largest, about='the same at its largest', group='step'),
    Figure((_OVER,), ('ms, p50, at the largest',), (None,), '<=', over_sizes,
           about='with --save: step.png beside the figures', group='step'),
)
