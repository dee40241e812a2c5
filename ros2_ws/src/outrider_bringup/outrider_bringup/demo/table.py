"""The closing table: what happened, against its limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from outrider_bringup.demo.columns import align, paint

OK, OVER, FAILED, UNMEASURED = 'ok', 'over', 'FAILED', '-'


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `measured` is empty where there was nothing to measure; `holds` is None where the run was too short to judge it.
    A `must` row that does not hold fails the demo; another is only shown as over its limit, because a busy machine can
    cause it. `figures` are for programs.
    """

    name: str
    measured: str
    limit: str = ''
    holds: bool | None = True
    must: bool = True
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Return ok, over, FAILED or - (not measured)."""
        if self.holds is None:
            return UNMEASURED
        if self.holds:
            return OK
        return FAILED if self.must else OVER


def so_far(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that were measured: the table of a run that was stopped early."""
    return [row for row in rows if row.measured]


def render(rows: Sequence[Row], *, width: int, colour: bool) -> list[str]:
    """Return the table as lines of at most `width` columns."""
    cells = [['what happened', 'measured', 'limit', '']]
    cells += [[row.name, row.measured or 'not measured', row.limit, row.verdict] for row in rows]
    lines = align(cells, width=width, give=1)
    painted = [paint(lines[0], 'dim', colour)]
    for line, row in zip(lines[1:], rows, strict=True):
        end = len(line) - len(row.verdict)
        painted.append(line[:end] + paint(row.verdict, row.verdict, colour))
    return painted


def exit_code(rows: Sequence[Row], *, interrupted: bool) -> int:
    """Return 0 when every must-row holds, 1 when one failed, 130 when Ctrl+C came before all could be measured."""
    must = [row.holds for row in rows if row.must]
    if False in must:
        return 1
    if None in must:
        return 130 if interrupted else 1
    return 0


def as_json(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return the rows for a program: name, texts, verdict, and the bare figures with their unit in the name."""
    return [{'name': row.name, 'measured': row.measured, 'limit': row.limit, 'holds': row.holds, 'must': row.must,
             **row.figures} for row in rows]
