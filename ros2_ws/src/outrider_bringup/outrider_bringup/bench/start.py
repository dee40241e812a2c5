"""A second start: from the start of `./outrider demo` to the first track, of `./outrider up` to the page."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from outrider_bringup.bench import page_start
from outrider_bringup.bench.demo_run import figures
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.demo.rows import FIRST_TRACK_S

RUNS = 3
SECONDS = 5.0
PAGE_S = 20.0  # of the 60 s from power-on; the rest is for the system itself to come up


def measure(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Start the demo once for warm caches, then RUNS times."""
    return (_told(_taken(lambda: float(figures(SECONDS)['first_track_s']), say)),)


def measure_page(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Start a rig once for warm caches, then RUNS times."""
    return (_told(_taken(page_start.seconds, say)),)


def _taken(once: Callable[[], float], say: Callable[[str], None]) -> list[float]:
    taken = []
    for run in range(RUNS + 1):
        say(f'start {run} of {RUNS}' if run else 'warming up')
        taken.append(once())
    return taken[1:]


def _told(seconds: Sequence[float]) -> Measured:
    return Measured(statistics.median(seconds), f'median of {RUNS} starts, worst {max(seconds):.1f} s',
                    extra={'samples': RUNS, 'worst': max(seconds)})


FIGURES = (
    Figure(('second start to first track',), ('s',), (FIRST_TRACK_S,), '<=', measure,
           about='./outrider demo, again and again; about 50 s', group='start'),
    Figure(('start of a rig to its page',), ('s',), (PAGE_S,), '<=', measure_page,
           about='./outrider up bicycle --sim --lan, until GET / is answered; about 40 s', group='start'),
)
