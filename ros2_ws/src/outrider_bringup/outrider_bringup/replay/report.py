"""The comparison for a person, and for a program."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from outrider_bringup.errors import UserError
from outrider_bringup.replay.compare import POSITION_M, SCANS, Result, Tally
from outrider_bringup.replay.start import Start

EQUAL, WITHIN, DIFFERS = 'equal to the last bit', 'equal within the tolerance', 'differs'


@dataclass(frozen=True)
class Facts:
    """What was run, and how. `unlike`: why equality to the last bit was not to be expected, '' where it was."""

    name: str
    start: Start
    code: str
    seconds: float
    took_s: float
    missing: dict[str, int]
    gaps: int
    left_out_s: float
    unlike: str


def verdict(facts: Facts, result: Result) -> str:
    """Return EQUAL, WITHIN or DIFFERS: the tolerance counts only where more was not to be expected."""
    if result.same:
        return EQUAL
    return WITHIN if result.alike and facts.unlike else DIFFERS


def write(facts: Facts, result: Result, json_file: Path | None, more: dict[str, Any] | None = None) -> int:
    """Print the table, write the JSON with `more`; return the exit code. Raises UserError where F cannot be written."""
    said = verdict(facts, result)
    print(f'{facts.name}: {facts.seconds:.1f} s of it through this code in {facts.took_s:.1f} s, '
          f'{facts.seconds / max(facts.took_s, 1e-9):.1f} times real time, from {facts.start.begins} on')
    for line in table(result):
        print(line)
    for at_s, words in result.told:
        print(f'  at {at_s:8.2f} s  {words}')
    if result.more:
        print(f'  and {result.more} more')
    for topic, count in facts.missing.items():
        print(f'{count} messages of {topic} that the fusion took are not in the recording')
    if facts.gaps:
        print(f'its journal has {facts.gaps} gaps')
    if facts.left_out_s:
        print(f'{facts.left_out_s:.1f} s are not compared: from what is missing to the next snapshot')
    limit = f' (positions {POSITION_M * 1e3:g} mm, alerts {SCANS} scan)' if said != EQUAL else ''
    because = f'; {facts.unlike}, so the tolerance is what counts' if facts.unlike and said != EQUAL else ''
    print(f'{said}{limit}{because}')
    if json_file is not None:
        _json(facts, result, said, json_file, more or {})
    return 0 if said != DIFFERS else 1


def table(result: Result) -> list[str]:
    """Return the lines of the table."""
    rows = [('', 'recorded', 'now', 'bit for bit', 'alike', 'beyond', 'worst')]
    rows += [(name, str(row.recorded), str(row.new), str(row.equal), str(row.within), str(row.beyond), _worst(row))
             for name, row in result.rows.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    return ['  '.join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:],
                                                                                          strict=True))])
            for row in rows]


def _worst(row: Tally) -> str:
    if not row.unit:
        return ''
    return f'{row.worst * 1e3:.3g} mm' if row.unit == 'm' else f'{row.worst:.3g} {row.unit}'


def _json(facts: Facts, result: Result, said: str, path: Path, more: dict[str, Any]) -> None:
    told: dict[str, Any] = {
        'ride': facts.name, 'verdict': said, 'begins': facts.start.begins, 'code': facts.code,
        'recorded_code': sorted(facts.start.look.versions), 'unlike': facts.unlike, 'seconds': facts.seconds,
        'took_s': facts.took_s, 'missing': facts.missing, 'gaps': facts.gaps, 'left_out_s': facts.left_out_s,
        'tolerance': {'position_m': POSITION_M, 'scans': SCANS},
        'rows': {name: asdict(row) for name, row in result.rows.items()},
        'differences': [{'at_s': at_s, 'what': words} for at_s, words in result.told], 'more': result.more, **more}
    for row in told['rows'].values():
        row['worst'] = row['worst'] if math.isfinite(row['worst']) else None
    try:
        path.write_text(json.dumps(told, indent=1, allow_nan=False) + '\n')
    except OSError as error:
        raise UserError(f'{path}: {error.strerror}; give --json a file that can be written') from None
