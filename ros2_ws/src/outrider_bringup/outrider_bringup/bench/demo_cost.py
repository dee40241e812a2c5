"""What the running demo costs: memory and processor of every process of it, the demo's own included."""

from __future__ import annotations

from collections.abc import Callable

from outrider_bringup.bench.demo_run import figures
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.demo.rows import CPU_PERCENT, MEMORY_MB

SECONDS = 30.0


def measure(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Play the demo once and take its own figures."""
    say(f'playing {SECONDS:g} s of the demo')
    got = figures(SECONDS)
    return (Measured(got['pss_mb'], f'largest of a sample each 3 s, {got["processes"]} processes'),
            Measured(got['cpu_percent'], f'over {got["cpu_seconds"]:.0f} s'))


FIGURES = (
    Figure(('demo memory (PSS)', 'demo processor'), ('MB', '% of a core'), (MEMORY_MB, CPU_PERCENT), '<=', measure,
           about='all processes of the running demo; about 40 s', group='demo_cost'),
)
