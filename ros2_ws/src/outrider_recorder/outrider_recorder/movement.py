"""Does the machine move? By its own speed as fusion, GPS and wheels tell it; each alone is enough to say yes.

| source | moves at | held for | why |
|---|---|---|---|
| fusion | 0.8 m/s | 1.0 s | a parked machine's is below 0.3 m/s; a bicycle that is pushed goes 1.2 |
| gps | 1.2 m/s | 2.0 s | between houses a receiver at rest wanders at up to 1 m/s for a second |
| wheels | 0.3 m/s | 0.3 s | a wheel turns or it does not |

Standstill has to be seen: a second counts only while a source speaks and none says that it moves. Silence is no
standstill: in a tunnel, with the radar gone, the ride goes on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FRESH_S = 2.0  # GPS speaks at least once a second, radar and wheels ten times as often
LONGEST_STEP_S = 5.0  # what a suspended machine slept through was seen by nobody


@dataclass(frozen=True)
class Source:
    """When one source is believed."""

    speed_mps: float
    hold_s: float


SOURCES = {'fusion': Source(0.8, 1.0), 'gps': Source(1.2, 2.0), 'wheels': Source(0.3, 0.3)}


@dataclass
class _Heard:
    at_s: float
    fast: bool
    fast_since_s: float


class Movement:
    """Hears speeds; `step()` once a second or so."""

    def __init__(self) -> None:
        """Nothing has been heard."""
        self._heard: dict[str, _Heard] = {}
        self._stepped_s: float | None = None
        self.moving = False
        self.still_s = 0.0

    def hear(self, source: str, speed_mps: float, now_s: float) -> None:
        """Take the speed over ground that `source`, a key of SOURCES, tells; what is no number is not heard."""
        if not math.isfinite(speed_mps):
            return
        fast = abs(speed_mps) >= SOURCES[source].speed_mps
        before = self._heard.get(source)
        goes_on = before is not None and before.fast and now_s - before.at_s <= FRESH_S
        self._heard[source] = _Heard(now_s, fast, before.fast_since_s if goes_on and before else now_s)

    def step(self, now_s: float) -> None:
        """Judge: `moving`, and `still_s`, the seconds of standstill seen since it last moved."""
        fresh = {name: heard for name, heard in self._heard.items() if now_s - heard.at_s <= FRESH_S}
        since_s = 0.0 if self._stepped_s is None else min(now_s - self._stepped_s, LONGEST_STEP_S)
        self._stepped_s = now_s
        self.moving = any(heard.fast and heard.at_s - heard.fast_since_s >= SOURCES[name].hold_s
                          for name, heard in fresh.items())
        if self.moving:
            self.still_s = 0.0
        elif fresh and not any(heard.fast for heard in fresh.values()):
            self.still_s += since_s

    def speaks(self, now_s: float) -> list[str]:
        """Return the sources heard lately."""
        return [name for name, heard in self._heard.items() if now_s - heard.at_s <= FRESH_S]
