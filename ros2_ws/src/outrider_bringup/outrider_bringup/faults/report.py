"""The closing table: a line per kind, with the worst figure and the bound that so many runs prove."""

from __future__ import annotations

import math
from collections.abc import Sequence

from outrider_bringup.demo.columns import align, paint
from outrider_bringup.faults.judge import Limit, Record
from outrider_bringup.faults.table import BY_NAME

P99_FROM = 100  # fewer runs say nothing about one in a hundred
FIGURES = (('torque', 'last_torque_along_motion_ms', 'torque_ms'), ('relays', 'relays_off_ms', 'relays_ms'),
           ('driving', 'last_driving_frame_ms', 'driving_ms'))


def bound_percent(runs: int, failures: int) -> float | None:
    """Return the failure rate, per cent, that `runs` without a failure exclude with 95 %; None where one failed.

    The exact form of the rule of three: 1 - 0.05 ** (1 / n).
    """
    return None if failures or not runs else 100 * (1 - 0.05 ** (1 / runs))


def worst(records: Sequence[tuple[Record, Limit]]) -> tuple[str, float, float] | None:
    """Return (figure, ms, limit) of the figure that came nearest to its limit, None where none was taken."""
    found = None
    for record, limit in records:
        for name, value_of, limit_of in FIGURES:
            value, most = getattr(record, value_of), getattr(limit, limit_of)
            if value is not None and most is not None and (found is None or value / most > found[1] / found[2]):
                found = (name, value, most)
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile of `values`."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def released_p99(records: Sequence[Record], priority: str) -> tuple[int, float, float] | None:
    """Return (runs, p99, its limit) of the last driving frame over all runs that have such a limit."""
    limits = {record.fault: BY_NAME[record.fault].limit_at(priority) for record in records if record.fault in BY_NAME}
    rows = [(record.last_driving_frame_ms, limits[record.fault].driving_p99_ms) for record in records
            if record.fault in limits and limits[record.fault].driving_p99_ms is not None
            and record.last_driving_frame_ms is not None]
    if not rows:
        return None
    return len(rows), percentile([value for value, _ in rows], 0.99), min(most for _, most in rows if most is not None)


def p99_missed(records: Sequence[Record], priority: str) -> bool:
    """Tell whether the p99 of a release is known and over its limit."""
    known = released_p99(records, priority)
    return known is not None and known[0] >= P99_FROM and known[1] > known[2]


def lines(records: Sequence[Record], priority: str, *, width: int, colour: bool) -> list[str]:
    """Return the table, then what broke a limit."""
    kinds: dict[str, list[Record]] = {}
    for record in records:
        kinds.setdefault(BY_NAME[record.fault].kind if record.fault in BY_NAME else record.fault, []).append(record)
    cells = [['kind', 'runs', 'ok', 'worst figure', 'ms', 'limit', 'fails less than', '']]
    for kind, rows in kinds.items():
        ok = sum(record.ok for record in rows)
        limited = [(record, BY_NAME[record.fault].limit_at(priority)) for record in rows if record.fault in BY_NAME]
        figure, value, most = worst(limited) or ('', math.nan, math.nan)
        bound = bound_percent(len(rows), len(rows) - ok)
        cells.append([kind, str(len(rows)), str(ok), figure, '' if math.isnan(value) else f'{value:.0f}',
                      '' if math.isnan(most) else f'{most:g}', '' if bound is None else f'{bound:.1f} %',
                      'ok' if ok == len(rows) else 'FAILED'])
    table = align(cells, width=width, right=(1, 2, 4, 5, 6))
    painted = [paint(table[0], 'dim', colour)]
    painted += [line[:len(line) - len(row[-1])] + paint(row[-1], row[-1], colour)
                for line, row in zip(table[1:], cells[1:], strict=True)]
    known = released_p99(records, priority)
    if known is not None:
        runs, p99, most = known
        painted.append(f'release, good link: last driving frame p99 {p99:.0f} ms of {runs} runs, limit {most:g}'
                       + ('' if runs >= P99_FROM else f' (judged from {P99_FROM} runs on)'))
    ok = sum(record.ok for record in records)
    bound = bound_percent(len(records), len(records) - ok)
    painted.append(f'{ok} of {len(records)} runs ok' + (
        '' if bound is None else f'; with 95 % a fault fails in less than {bound:.2f} % of all'))
    painted += [f'{record.fault}: {"; ".join(record.why)}' for record in records if not record.ok]
    return painted
