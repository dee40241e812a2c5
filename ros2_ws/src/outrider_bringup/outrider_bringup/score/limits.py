"""What drawn runs are held against: one row a limit, and what can be said of it by so many samples. Pure.

A share is decided by as many samples as make one bad one bearable: 100 for 99 %. With fewer it is open while there is
no more than one bad one, and failed where there are two and the share is missed. What must never be is decided by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from outrider_bringup.score.rates import FALSE_MINUTES

OK, FAILED, TOO_FEW, NOT_DRAWN = 'ok', 'FAILED', 'too few', 'not drawn'
STRESSED = 1.5
_LEAST_MEASURED = 10  # of a median, a bias, an RMS: the last two are then good to a third and a quarter


@dataclass(frozen=True)
class Seen:
    """What the runs came to: value, of how many samples, and how many of these are bad (None: it is no share).

    `runs`: in how many runs they are, which are independent where bodies of one platoon are not.
    """

    value: float | None
    of: float
    bad: float | None = None
    runs: int | None = None


@dataclass(frozen=True)
class Limit:
    """One row. `kinds`: of which drawn runs it is asked; `stressed`: at stress 1.5, not at 1."""

    name: str
    kinds: tuple[str, ...]
    read: Callable[[dict[str, Any]], Seen]
    sense: str               # <= | >=
    limit: float
    unit: str                # '%' is of a share
    of: str                  # what the samples are
    least: int               # samples that decide it
    stressed: bool = False


@dataclass(frozen=True)
class Row:
    """A limit beside what was seen."""

    limit: Limit
    seen: Seen
    verdict: str


def _share(part: Callable[[dict[str, Any]], dict[str, Any]], key: str, of: str,
           wanted: bool) -> Callable[[dict[str, Any]], Seen]:
    """Return a reader of a share; `wanted`: a sample that is not part of it is bad, else one that is."""
    def read(said: dict[str, Any]) -> Seen:
        found = part(said)
        value, count = found[key], found[of]
        return Seen(value, count, None if value is None else round(count * ((1.0 - value) if wanted else value)),
                    found.get('in_runs'))
    return read


def _clearance(key: str, light: str) -> Callable[[dict[str, Any]], Seen]:
    def read(said: dict[str, Any]) -> Seen:
        found = said['close_passes'][light]
        return Seen(None if found[key] is None else abs(found[key]), found['measured'])
    return read


def _beyond(said: dict[str, Any]) -> Seen:
    return Seen(said['urgent_beyond_2.5_m'], said['passes_beyond_2.5_m'], said['urgent_beyond_2.5_m'])


def _quiet_urgent(said: dict[str, Any]) -> Seen:
    return Seen(said['false_by_level']['urgent'], said['minutes'], said['false_by_level']['urgent'])


def _quiet_warns(said: dict[str, Any]) -> Seen:
    warns = said['false_by_level']['warn'] + said['false_by_level']['urgent']
    return Seen(FALSE_MINUTES * warns / said['minutes'] if said['minutes'] else None, said['minutes'], warns)


_PLAIN, _FAR = 'cars, trucks, buses at 3..20 m/s', ('far', 'bands')

LIMITS: tuple[Limit, ...] = (
    Limit('recall of required warns', ('near',), _share(lambda said: said['plain'], 'recall', 'required', True),
          '>=', 0.99, '%', _PLAIN, 100),
    Limit('lead, median', ('near',), lambda said: Seen(said['plain']['lead_s']['p50'], said['plain']['early']['leads']),
          '>=', 4.0, 's', _PLAIN, _LEAST_MEASURED),
    Limit('leads of at least 2.5 s', ('near',), _share(lambda said: said['plain']['early'], 'share', 'leads', True),
          '>=', 0.95, '%', _PLAIN, 20),
    Limit('urgent 1.5 s before contact', ('near',),
          _share(lambda said: said['urgent_before_contact'], 'share', 'contacts', True), '>=', 0.95, '%',
          'contacts visible for 3 s', 20),
    Limit('warned at 3.0 m', _FAR, _share(lambda said: said['warned_passes']['2.8..3.2 m'], 'share', 'passes', False),
          '<=', 0.20, '%', 'passes at 2.8..3.2 m', 5),
    Limit('warned at 4.0 m', _FAR, _share(lambda said: said['warned_passes']['3.8..4.2 m'], 'share', 'passes', False),
          '<=', 0.05, '%', 'passes at 3.8..4.2 m', 20),
    Limit('urgent beyond 2.5 m', _FAR, _beyond, '<=', 0.0, '', 'passes beyond 2.5 m', 1),
    Limit('clearance of close passes, RMS', ('near',), _clearance('rms_m', 'day'), '<=', 0.20, 'm',
          'logged by day', _LEAST_MEASURED),
    Limit('clearance of close passes, bias', ('near',), _clearance('bias_m', 'day'), '<=', 0.10, 'm',
          'logged by day', _LEAST_MEASURED),
    Limit('clearance of close passes at night, RMS', ('near',), _clearance('rms_m', 'night'), '<=', 0.25, 'm',
          'logged at night', _LEAST_MEASURED),
    Limit('urgent in quiet traffic', ('quiet',), _quiet_urgent, '<=', 0.0, '', 'minutes', 1),
    Limit('warns in quiet traffic, in 10 minutes', ('quiet',), _quiet_warns, '<=', 1.0, '', 'minutes', 10),
    Limit('recall of required warns', ('near',), _share(lambda said: said['plain'], 'recall', 'required', True),
          '>=', 0.97, '%', _PLAIN, 34, stressed=True),
    Limit('urgent in quiet traffic', ('quiet',), _quiet_urgent, '<=', 0.0, '', 'minutes', 1, stressed=True),
)


def held(rates: dict[str, Any], kind: str, stress: float) -> list[Row]:
    """Return the rows that runs of this `kind` and `stress` (1 or 1.5) are held against; `rates` as rates.rates."""
    rows = [one for one in LIMITS if kind in one.kinds and one.stressed == (stress == STRESSED)]
    return [Row(one, seen, verdict(one, seen)) for one in rows for seen in [one.read(rates)]]


def verdict(limit: Limit, seen: Seen) -> str:
    """Return one of OK, FAILED, TOO_FEW, NOT_DRAWN."""
    if seen.value is None or not seen.of:
        return NOT_DRAWN
    if seen.of < limit.least and (seen.bad is None or seen.bad <= 1):
        return TOO_FEW
    return OK if (seen.value <= limit.limit if limit.sense == '<=' else seen.value >= limit.limit) else FAILED


def band(seen: Seen) -> tuple[float, float] | None:
    """Return where a share truly lies, 95 % (Wilson, JASA 1927); None where it is no share of samples."""
    if seen.value is None or not seen.of or seen.bad is None or not 0.0 <= seen.value <= 1.0:
        return None
    n, p, z = seen.runs or seen.of, seen.value, 1.96
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def failed(rows: Sequence[Row], *, surely: bool = False) -> bool:
    """Tell whether one of `rows` is; `surely`: only where so many samples say so with 95 %."""
    return any(row.verdict == FAILED and not (surely and _may_hold(row)) for row in rows)


def _may_hold(row: Row) -> bool:
    truly = band(row.seen) if row.limit.unit == '%' else None
    return truly is not None and truly[0] <= row.limit.limit <= truly[1]
