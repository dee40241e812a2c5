"""A device's clock seen from the host: when, by the host's clock, was a sample taken that the device has stamped?

A sample arrives its latency after it was taken, and latency has a floor but no ceiling: USB, a busy host, a garbage
collection only ever add. So the samples that came fastest tell how the clocks stand, and all others are ignored: a
lower envelope (as in Zhang, Liu, Xia, "Clock synchronization algorithms for network measurements", INFOCOM 2002). The
floor itself cannot be seen from here; a stamp is late by it.

Every sensor tells the same of its clock in its diagnostics (`StreamClock.values`):

| key | what |
|---|---|
| `offset_ms` | the host's clock less the device's now, by the fastest samples: it holds the least latency |
| `drift_ppm` | how much faster the host's clock runs; 0 for the first seconds |
| `jitter_ms` | how much later than the fastest 95 in 100 of the last 400 samples came at most |
| `clock restarts` | how often one of the clocks was set, or the device began anew |

The device's clock is a RealSense's own, a GPS receiver's UTC, a radar's frame count times its period.
"""

from __future__ import annotations

from collections import deque

BIN_NS = 500_000_000  # the fastest sample of each half second is kept
BINS = 60  # and half a minute of them: longer than any disturbance, shorter than a quartz warms up in
SLOPE_BINS = 10  # so many are needed before the clocks' relative pace is believed
MAX_DRIFT = 300e-6  # a quartz is within 50 ppm; more is not believed
JUMP_NS = 500_000_000  # a sample that comes so long before it can: a clock was set
LATE_NS = 2_000_000_000  # for so long only samples later than that: a clock was set. A backlog is gone sooner
BACK_NS = 1_000_000_000  # a device time so far behind the newest: it has started anew. Streams differ by less
_LATENCIES = 400  # arrivals behind the jitter figures


class DeviceClock:
    """Maps device time to host time, both in ns. Not thread-safe; one object a device clock."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.restarts = 0  # how often one of the clocks was set, or the device started anew
        self._forget()

    def _forget(self) -> None:
        self._bins: deque[tuple[int, int]] = deque(maxlen=BINS)  # (device time, arrival less it) of the fastest
        self._bin_end_ns: int | None = None
        self._device_ns = self._offset_ns = 0
        self._newest_ns = 0
        self._late_since_ns: int | None = None  # arrival of the first of a run of late samples
        self._pace = 0.0

    def host_ns(self, device_ns: int, arrival_ns: int) -> int:
        """Learn from a sample stamped `device_ns` that came at `arrival_ns`; return when it was taken, host clock."""
        lead_ns = arrival_ns - device_ns
        if self._bin_end_ns is not None:
            late_ns = lead_ns - self._offset_at(device_ns)
            if late_ns < JUMP_NS:
                self._late_since_ns = None
            elif self._late_since_ns is None:
                self._late_since_ns = arrival_ns
            was_set = late_ns < -JUMP_NS or (
                self._late_since_ns is not None and arrival_ns - self._late_since_ns > LATE_NS)
            if was_set or device_ns < self._newest_ns - BACK_NS:
                self.restarts += 1
                self._forget()
        self._newest_ns = max(self._newest_ns, device_ns)
        if self._bin_end_ns is None:
            self._bins.append((device_ns, lead_ns))
            self._bin_end_ns, self._device_ns, self._offset_ns = device_ns + BIN_NS, device_ns, lead_ns
            self._newest_ns = device_ns
        elif device_ns >= self._bin_end_ns:
            self._bin_end_ns = device_ns + BIN_NS
            self._fit()
            self._bins.append((device_ns, lead_ns))
        elif lead_ns < self._bins[-1][1] + round(self._pace * (device_ns - self._bins[-1][0])):
            self._bins[-1] = device_ns, lead_ns
        # The envelope may never lie above a sample: nothing arrives before it was taken.
        over_ns = self._offset_at(device_ns) - lead_ns
        if over_ns > 0:
            self._offset_ns -= over_ns
        return device_ns + self._offset_at(device_ns)

    def _offset_at(self, device_ns: int) -> int:
        return self._offset_ns + round(self._pace * (device_ns - self._device_ns))

    def _fit(self) -> None:
        """Lay a line under the fastest samples: the edge of their lower hull that spans the middle of their times.

        Of all lines below the samples it is the one nearest to them (Zhang et al.); bins that a stall filled lie above.
        """
        bins = self._bins
        at_ns, _ = bins[-1]
        if len(bins) >= SLOPE_BINS:
            hull: list[tuple[int, int]] = []
            for then_ns, lead_ns in bins:
                while len(hull) > 1 and ((hull[-1][0] - hull[-2][0]) * (lead_ns - hull[-2][1])
                                         <= (hull[-1][1] - hull[-2][1]) * (then_ns - hull[-2][0])):
                    hull.pop()
                hull.append((then_ns, lead_ns))
            middle_ns = (bins[0][0] + at_ns) // 2
            right = next(place for place, (then_ns, _) in enumerate(hull) if then_ns > middle_ns)
            pace = (hull[right][1] - hull[right - 1][1]) / (hull[right][0] - hull[right - 1][0])
            if abs(pace) <= MAX_DRIFT:
                self._pace = pace
        self._offset_ns = min(lead - round(self._pace * (then_ns - at_ns)) for then_ns, lead in bins)
        self._device_ns = at_ns

    @property
    def offset_ns(self) -> int:
        """Return host clock less device clock at the newest sample."""
        return self._offset_at(self._newest_ns)

    @property
    def drift_ppm(self) -> float:
        """Return how much faster the host's clock runs than the device's, in millionths; 0 for the first seconds."""
        return self._pace * 1e6


class Lateness:
    """How much later than the fastest the last samples of one stream came."""

    def __init__(self) -> None:
        """Know no sample yet."""
        self._late_ns: deque[int] = deque(maxlen=_LATENCIES)

    def add(self, late_ns: int) -> None:
        """Learn that a sample came `late_ns` later than the fastest would have."""
        self._late_ns.append(max(late_ns, 0))

    def jitter_ms(self) -> float:
        """Return what 95 in 100 stay below; 0 without a sample."""
        late_ns = sorted(self._late_ns.copy())
        return late_ns[min(len(late_ns) * 95 // 100, len(late_ns) - 1)] * 1e-6 if late_ns else 0.0


class StreamClock:
    """One stream against the host's clock, for diagnostics; `clock` is shared by streams of one device."""

    def __init__(self, clock: DeviceClock | None = None) -> None:
        """Know no sample yet."""
        self.clock = clock or DeviceClock()
        self._lateness, self._heard = Lateness(), False

    def hear(self, device_ns: int, arrival_ns: int) -> int:
        """Learn from a sample stamped `device_ns` that came at `arrival_ns`; return when it was taken, host clock."""
        host_ns = self.clock.host_ns(device_ns, arrival_ns)
        self._lateness.add(arrival_ns - host_ns)
        self._heard = True
        return host_ns

    def values(self, name: str = '') -> dict[str, object]:
        """Return what diagnostics say, each key behind `name` where one is given."""
        told: dict[str, object] = dict.fromkeys(('offset_ms', 'drift_ppm', 'jitter_ms'), 'unknown')
        if self._heard:
            told = {'offset_ms': f'{self.clock.offset_ns * 1e-6:.2f}', 'drift_ppm': f'{self.clock.drift_ppm:.1f}',
                    'jitter_ms': f'{self._lateness.jitter_ms():.2f}'}
        told['clock restarts'] = self.clock.restarts
        return {f'{name} {key}' if name else key: value for key, value in told.items()}


class Rising:
    """Stamps of one stream that never stand still or go back while the envelope above is being found."""

    def __init__(self) -> None:
        """Know no stamp yet."""
        self._last_ns = self._device_ns = 0

    def stamp(self, host_ns: int, device_ns: int) -> int:
        """Return `host_ns`, or the least that keeps half the device's own distance from the stamp before.

        Where the device's time goes back, it has started anew, and so do the stamps.
        """
        step_ns = device_ns - self._device_ns
        if self._last_ns and step_ns > 0 and host_ns - self._last_ns > -JUMP_NS:
            host_ns = max(host_ns, self._last_ns + min(step_ns // 2, JUMP_NS))
        self._last_ns, self._device_ns = host_ns, device_ns
        return host_ns
