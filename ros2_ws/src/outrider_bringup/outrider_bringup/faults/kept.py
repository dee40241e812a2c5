"""The files of a campaign: written with a run a line, read back, several joined into one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from outrider_bringup.errors import UserError
from outrider_bringup.faults.judge import Record

SHARED = ('version', 'machine', 'priority', 'beside', 'load')  # what runs of one file have in common


def text(head: dict[str, Any], records: Sequence[Record]) -> str:
    """Return the content of a file: `head`, then a run a line."""
    lines = [f' {json.dumps(key)}: {json.dumps(value)},' for key, value in head.items()]
    runs = ',\n'.join(f'  {json.dumps(record.as_json())}' for record in records)
    return '\n'.join(['{', *lines, ' "runs": [', runs, ' ]', '}', ''])


def joined(files: Sequence[Path]) -> tuple[dict[str, Any], list[Record]]:
    """Return head and runs of several files as if of one campaign. Raises UserError where they are not of one."""
    heads, records = [], []
    for file in files:
        head, runs = _read(file)
        heads.append(head)
        records += runs
        for key in SHARED:
            if head[key] != heads[0][key]:
                raise UserError(f'{file} has {key} {head[key]}, {files[0]} has {heads[0][key]}: they are no one '
                                'campaign. Join files of one version, machine, priority and load only.')
    return {**heads[0], 'not_struck': sum(head['not_struck'] for head in heads)}, records


def _read(file: Path) -> tuple[dict[str, Any], list[Record]]:
    known = {field.name for field in fields(Record)}
    try:
        content = json.loads(file.read_text(encoding='utf-8'))
        runs = [Record(**{name: value for name, value in run.items() if name in known}) for run in content['runs']]
        return {key: content[key] for key in (*SHARED, 'not_struck')}, runs
    except OSError as error:
        raise UserError(f'{file} cannot be read ({error.strerror}). Give a file that --json wrote.') from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f'{file} is no file of ./outrider faults, expected what --json wrote. Run the faults again.'
                        ) from None
