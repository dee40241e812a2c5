"""A rendered world and the whole stack beside it, in real time, live view off: what both take of the machine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.road_run import watch
from outrider_bringup.demo.journal import percentile
from outrider_bringup.demo.road_rows import delays_ms

CORES_PERCENT = 200.0
PICTURES_HZ, LEAST_PICTURES_HZ, RADAR_HZ, GYRO_HZ = 15.0, 10.0, 20.0, 400.0
LATE_P99_MS = 18.0  # as without a camera: it may not cost the rider time


def road(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Play the busy road; return the processor's use, what is missing of each sensor, and how long a byte takes."""
    seen = watch(say)
    delays = np.array(delays_ms(seen.played))
    camera = seen.played.devices.get('camera', {})
    lost = sum(int(value) for key, value in camera.items() if key.endswith((' lost', ' dropped')))

    def missing(topic: str, wanted_hz: float, more: str = '') -> Measured:
        count = seen.ride.messages.get(topic, 0)
        return Measured(max(0.0, 100.0 - 100.0 * count / (wanted_hz * seen.seconds)),
                        f'{count / seen.seconds:.1f} of {wanted_hz:g} a second are in the ride{more}')

    return (
        Measured(seen.cost.cpu_percent,
                 f'over {seen.cost.cpu_seconds:.0f} s, {seen.cost.processes} processes, {seen.cost.pss_mb:.0f} MB',
                 extra={'pss_mb': seen.cost.pss_mb}),
        missing('/camera/color/compressed', PICTURES_HZ, f', 424x240 with depth; the driver lost {lost}'),
        missing('/radar/points', RADAR_HZ),
        missing('/imu/data', GYRO_HZ),
        Measured(percentile(delays, 99) if len(delays) else float('inf'),
                 f'p50 {percentile(delays, 50):.1f} ms of {len(delays)}' if len(delays) else 'none came'),
    )


FIGURES = (
    Figure(('world and stack', 'images missing', 'radar frames missing', 'IMU samples missing', 'byte to hazard, p99'),
           ('% of a core', '%', '%', '%', 'ms'),
           (CORES_PERCENT, 100.0 - 100.0 * LEAST_PICTURES_HZ / PICTURES_HZ, 1.0, 1.0, LATE_P99_MS), '<=', road,
           about='a rendered busy road and the whole stack, recorded, live view off', group='road'),
)
