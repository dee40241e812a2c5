"""A simulated ride with everything on: rendered world, drivers, fusion, recorder, live view.

How long a byte takes to its hazards in another process, beside a bare ROS 2 hop, and how right the clearances are that
the rider is told. Here depth, IMU and GPS reach the fusion as on the road, over wires, drivers and clocks; `./outrider
score` has the same senses without the wires.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from outrider_bringup.bench import hop
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.road_run import watch
from outrider_bringup.demo.journal import percentile
from outrider_bringup.demo.road import Played
from outrider_bringup.demo.road_rows import PASS_SLACK_S, delays_ms
from outrider_bringup.errors import UserError

P50_MS, P99_MS = 12.0, 35.0
CLEARANCE_M = 0.20   # RMS
HOPS, WARM_UP = 300, 60
DOMAIN_HOP = 93
PEER = 'bare hop'


def ride(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Play the busy road with everything on, then the bare hop alone. Raises UserError where nothing came."""
    seen = watch(say, live=True)
    delays = np.array(delays_ms(seen.played))
    if not len(delays):
        raise UserError('no hazard came for a radar frame of the ride, expected one each. Run: ./outrider doctor')
    peer = hop.measure(HOPS, WARM_UP, DOMAIN_HOP, say)
    about = f'{len(delays)} frames, {seen.cost.cpu_percent:.0f} % of a core beside'
    offs, asked = passes(seen.played)
    rms_m = math.sqrt(float(np.mean(np.square(offs)))) if offs else math.inf
    told = f'{len(offs)} passes, {np.mean(offs):+.2f} m in the mean' if offs else 'no pass was logged'
    return (
        *(Measured(percentile(delays, share), about, PEER, percentile(peer, share),
                   {'samples': len(delays), 'peer_samples': len(peer), 'worst': float(delays.max())})
          for share in (50, 99)),
        Measured(rms_m, told, extra={'worst_m': max(map(abs, offs), default=math.inf)}),
        Measured(float(asked - len(offs)), f'of {asked} that were nearer than the law allows'),
    )


def passes(played: Played) -> tuple[list[float], int]:
    """Return by how much the logged clearances are off, m, and how many passes were over when it ended."""
    approaches, offs, asked = played.approaches(), [], 0
    for wanted in played.scenario.expect.close_pass:
        one = approaches[wanted.actor]
        at_ns = played.begun_ns + (one.t_ca_s or 0.0) * 1e9
        if played.until_ns < at_ns + PASS_SLACK_S * 1e9:
            continue
        asked += 1
        near = [clearance - one.clearance_m for stamp, clearance in played.passes
                if abs(stamp - at_ns) < PASS_SLACK_S * 1e9]
        if near:
            offs.append(min(near, key=abs))
    return offs, asked


FIGURES = (
    Figure(('ride, byte to hazard p50', 'ride, byte to hazard p99', 'clearance of passes, RMS', 'passes not logged'),
           ('ms', 'ms', 'm', ''), (P50_MS, P99_MS, CLEARANCE_M, 0.0), '<=', ride,
           about='a rendered busy road, the whole stack, recorded, live view on', group='ride'),
)
