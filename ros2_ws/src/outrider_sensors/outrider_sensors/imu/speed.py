"""Speed over ground, from whoever knows it (GPS), -> what the machine's own acceleration is at a time. Pure.

A line through the speeds of WINDOW_S gives the acceleration at its middle, so it is known half of that later.
"""

from __future__ import annotations

import math
from collections import deque

WINDOW_S = 1.0
LEAST = 4  # speeds that make a line
LOST_S = 1.5  # without a speed for so long none is expected


class Speeds:
    """The newest speeds. Ask for rising times."""

    def __init__(self) -> None:
        """Know none."""
        self._heard: deque[tuple[float, float]] = deque()
        self._known: deque[tuple[float, float, float]] = deque(maxlen=64)  # time, speed, acceleration

    def hear(self, t_s: float, speed_mps: float) -> None:
        """Learn one speed; one that is not later than the last begins anew, one that is no number is left out."""
        if not math.isfinite(speed_mps):
            return
        heard = self._heard
        if heard and (t_s <= heard[-1][0] or t_s - heard[-1][0] > WINDOW_S):
            heard.clear()
            self._known.clear()
        heard.append((t_s, speed_mps))
        while t_s - heard[0][0] > WINDOW_S:
            heard.popleft()
        if len(heard) < LEAST or t_s - heard[0][0] < WINDOW_S / 2:
            return
        middle_s = sum(at_s for at_s, _ in heard) / len(heard)
        mean = sum(speed for _, speed in heard) / len(heard)
        spread = sum((at_s - middle_s)**2 for at_s, _ in heard)
        slope = sum((at_s - middle_s) * (speed - mean) for at_s, speed in heard) / spread
        self._known.append((middle_s, mean, slope))

    def expected(self, t_s: float, now_s: float) -> bool:
        """Return whether it is worth waiting at `now_s` for the motion at `t_s`."""
        if not self._heard or now_s - self._heard[-1][0] > LOST_S or now_s - t_s > LOST_S:
            return False
        return not self._known or self._known[-1][0] < t_s

    def at(self, t_s: float) -> tuple[float, float] | None:
        """Return speed, m/s, and its rate of change, m/s^2, at `t_s`; None where they are not known."""
        known = self._known
        while len(known) > 1 and known[1][0] <= t_s:
            known.popleft()
        if len(known) < 2 or not known[0][0] <= t_s <= known[1][0]:
            return None
        (t0, v0, a0), (t1, v1, a1) = known[0], known[1]
        share = (t_s - t0) / (t1 - t0)
        return v0 + share * (v1 - v0), a0 + share * (a1 - a0)
