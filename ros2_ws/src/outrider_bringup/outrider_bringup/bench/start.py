"""A second start: from the start of the `./outrider demo` process to the first track."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from outrider_bringup.bench.demo_run import figures
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.demo.rows import FIRST_TRACK_S

RUNS = 3
SECONDS = 5.0


def measure(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Start the demo once for warm caches, then RUNS times."""
    taken = []
    for run in range(RUNS + 1):
        say(f'start {run} of {RUNS}' if run else 'warming up')
        taken.append(float(figures(SECONDS)['first_track_s']))
    seconds = taken[1:]
    return (Measured(statistics.median(seconds), f'median of {RUNS} starts, worst {max(seconds):.1f} s',
                     extra={'samples': RUNS, 'worst': max(seconds)}),)


FIGURES = (
    Figure(('second start to first track',), ('s',), (FIRST_TRACK_S,), '<=', measure,
           about='./outrider demo, again and again; about 50 s', group='start'),
)
