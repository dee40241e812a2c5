"""How long before the closest approach somebody was warned without a break."""

from __future__ import annotations

from collections.abc import Sequence

GAP_S = 1.0   # a longer silence ends an episode
LAST_S = 1.0  # before the closest approach, in which it has still to be on


def lead_s(alerts_s: Sequence[float], t_ca_s: float) -> float | None:
    """Return t_ca less the start of the episode that is still on within 1 s before it; None where none is.

    `alerts_s`: the rising times of all alerts at the wanted level or above.
    """
    before = [t_s for t_s in alerts_s if t_s <= t_ca_s]
    if not before or t_ca_s - before[-1] > LAST_S:
        return None
    start = before[-1]
    for t_s in reversed(before[:-1]):
        if start - t_s > GAP_S:
            break
        start = t_s
    return t_ca_s - start
