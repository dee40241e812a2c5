"""Figures as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.demo.columns import GAP, align, clip, paint

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
    """Return the table as lines of at most `width` columns, then the reasons of what was not measured.

    Peer and what a value rests on stand in the line of a figure, or below it where that would be too long.
    """
    measured = [result.measured or Measured(0.0) for result in done]
    peers = [f'{number(seen.peer_value)} {seen.peer}'.strip() for seen in measured]
    details = [seen.detail for seen in measured]
    lines = _columns(done, width, peers)
    ends = max(len(line) for line in lines)
    beside = all(ends + GAP + len(detail) <= width for detail in details)
    if not beside:
        lines = _columns(done, width, None)
        details = ['; '.join(filter(None, (detail, peer and f'peer: {peer}')))
                   for detail, peer in zip(details, peers, strict=True)]
    painted = [paint(lines[0], 'dim', colour)]
    for line, result, detail in zip(lines[1:], done, details, strict=True):
        text = line[:len(line) - len(result.verdict)] + paint(result.verdict, ROLES.get(result.verdict, ''), colour)
        space = ' ' * (ends - len(line) + GAP)
        painted.append(text + space + paint(detail, 'dim', colour) if beside and detail else text)
        if detail and not beside:
            painted.append(paint(clip(f'    {detail}', width), 'dim', colour))
    return painted + list(dict.fromkeys(result.why for result in done if result.why))


def _columns(done: Sequence[Result], width: int, peers: Sequence[str] | None) -> list[str]:
    cells = [['figure', 'value', 'unit', 'limit', *(['peer'] if peers is not None else []), '']]
    for index, result in enumerate(done):
        limit = f'{result.sense} {number(result.limit)}' if result.limit is not None else ''
        cells.append([result.name, number(result.measured.value) if result.measured else '-', result.unit, limit,
                      *([peers[index]] if peers is not None else []), result.verdict])
    return align(cells, width=width, right=(1,), give=0)


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
