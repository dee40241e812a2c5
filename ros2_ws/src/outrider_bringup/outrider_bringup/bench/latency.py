"""Last byte of a frame on the wire to its hazards in another process, at 30 frames/s; beside it, a bare ROS 2 hop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from outrider_bringup.bench import hop, stack
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.demo.journal import delays_ms, percentile
from outrider_bringup.demo.rows import P50_MS, P99_MS, Seen, arrivals
from outrider_bringup.errors import UserError

FRAMES, WARM_UP = 600, 150  # the live view takes some seconds to start
DOMAIN, DOMAIN_ALL, DOMAIN_HOP = 91, 92, 93
PEER = 'bare hop'


def steady_ms(seen: Seen, frames: int = FRAMES, warm_up: int = WARM_UP) -> NDArray[np.float64]:
    """Return the delays of the `frames` frames after the warm-up. Raises UserError when more than 1 % have none."""
    steady = range(warm_up, warm_up + frames)
    delays = delays_ms(seen.written, [(frame, when) for frame, when in arrivals(seen) if frame in steady])
    if len(delays) < 0.99 * frames:
        raise UserError(f'hazards came for {len(delays)} of {frames} radar frames, expected all. '
                        'Run: ./outrider doctor')
    return delays


def measure(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Measure the chain alone, the chain with recorder and live view, and the peer, one after the other."""
    runs = []
    for domain, everything in ((DOMAIN, False), (DOMAIN_ALL, True)):
        seen = stack.watch(WARM_UP + FRAMES + 1, domain, everything=everything, say=say)
        runs.append(steady_ms(seen))
    peer = hop.measure(FRAMES, WARM_UP, DOMAIN_HOP, say)
    return tuple(
        Measured(percentile(delays, percent), f'{len(delays)} frames', PEER, percentile(peer, percent),
                 {'samples': len(delays), 'peer_samples': len(peer), 'worst': float(delays.max())})
        for delays in runs for percent in (50, 99))


FIGURES = (
    Figure(('byte to hazard p50', 'byte to hazard p99', 'with recorder and view p50', 'with recorder and view p99'),
           ('ms',) * 4, (P50_MS, P99_MS) * 2, '<=', measure,
           about='last byte on the pty to hazards in another process, 30 frames/s; about 90 s', group='latency'),
)
