"""Figures as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.demo.columns import align, paint

OK, MISSED, UNMEASURED, NO_LIMIT = 'ok', 'missed', 'not measured', ''
ROLES = {OK: 'ok', MISSED: 'FAILED', UNMEASURED: 'FAILED'}


@dataclass(frozen=True)
class Result:
    """One figure after its run; `measured` is None where it could not be taken, then `why` is a sentence."""

    name: str
    unit: str
    limit: float | None
    sense: str
    measured: Measured | None
    why: str = ''

    @property
    def verdict(self) -> str:
        """Return ok, missed, not measured, or nothing where there is no limit."""
        if self.measured is None:
            return UNMEASURED
        if self.limit is None:
            return NO_LIMIT
        value = self.measured.value
        return OK if (value <= self.limit if self.sense == '<=' else value >= self.limit) else MISSED


def results(figure: Figure, measured: Sequence[Measured] | None, why: str = '') -> list[Result]:
    """Return one Result per name of `figure`. Raises ValueError when it measured more or less than it names."""
    values: Sequence[Measured | None] = [None] * len(figure.names) if measured is None else measured
    if len(values) != len(figure.names):
        raise ValueError(f'{figure.names} names {len(figure.names)} figures and measured {len(values)}')
    return [Result(name, unit, limit, figure.sense, value, why)
            for name, unit, limit, value in zip(figure.names, figure.units, figure.limits, values, strict=True)]


def number(value: float | None) -> str:
    """Return `value` with three digits that count, whole from 100 on."""
    if value is None:
        return ''
    if abs(value) >= 100:
        return f'{value:,.0f}'
    return f'{value:.1f}' if abs(value) >= 10 else f'{value:.2f}'


def render(done: Sequence[Result], *, width: int, colour: bool) -> list[str]:
    """Return the table as lines of at most `width` columns, then the reasons of what was not measured."""
    cells = [['figure', 'value', 'unit', 'limit', 'peer', '', '']]
    for result in done:
        seen = result.measured or Measured(0.0)
        limit = f'{result.sense} {number(result.limit)}' if result.limit is not None else ''
        peer = f'{number(seen.peer_value)} {seen.peer}'.strip()
        cells.append([result.name, number(seen.value) if result.measured else '-', result.unit, limit, peer,
                      result.verdict, seen.detail])
    lines = align(cells, width=width, right=(1,), give=6)
    painted = [paint(lines[0], 'dim', colour)]
    for line, result in zip(lines[1:], done, strict=True):
        before, verdict, after = line.rpartition(f'  {result.verdict}') if result.verdict else (line, '', '')
        painted.append(before + paint(verdict, ROLES.get(result.verdict, ''), colour) + after)
    return painted + list(dict.fromkeys(result.why for result in done if result.why))


def as_json(done: Sequence[Result]) -> list[dict[str, object]]:
    """Return the figures for a program."""
    entries = []
    for result in done:
        entry: dict[str, object] = {'figure': result.name, 'unit': result.unit, 'limit': result.limit,
                                    'sense': result.sense, 'verdict': result.verdict, 'value': None}
        if result.measured is not None:
            seen = result.measured
            entry |= {'value': seen.value, 'detail': seen.detail, 'peer': seen.peer, 'peer_value': seen.peer_value,
                      **seen.extra}
        entries.append(entry)
    return entries
