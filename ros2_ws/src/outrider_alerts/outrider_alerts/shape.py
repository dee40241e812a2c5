"""The shape of the alert table's file: which keys, of which type. A mistake is one sentence that names its place."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class TableError(ValueError):
    """What is wrong with the table; one sentence."""


NUMBER, WHOLE, TEXT, SWITCH, LIST = 'a number of at least 0', 'a whole number', 'a text', 'true or false', 'a list'
COLOUR = "a colour like '#2e9d4f'"
LOOK = {'colour': COLOUR, 'shape': TEXT}
NOTE = {'hz': NUMBER, 's': NUMBER, 'gap_s': NUMBER}
TONE = {'notes': LIST, 'repeat_s': NUMBER, 'wave': TEXT, 'volume': NUMBER, 'mutable': SWITCH}
ROW = {'text': TEXT, 'word': TEXT, 'level': TEXT, 'tone': TEXT, 'shape': TEXT, 'priority': WHOLE, 'after_s': NUMBER,
       'hold_s': NUMBER}
MAY = ('refusals',)  # of a row
SECTIONS = ('levels', 'words', 'sides', 'tones', 'alerts')


def checked(content: Any, known: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the content when all of it is as it should be; `known`: keys of sections that have to be just these."""
    table = _keys(content, SECTIONS, 'the file')
    for section, names in known.items():
        _keys(table[section], names, section)
    for name, look in table['levels'].items():
        _like(look, LOOK, f'levels.{name}')
    for section in ('words', 'sides'):
        for name, word in table[section].items():
            _fits(word, TEXT, f'{section}.{name}')
    for name, tone in _named(table['tones'], 'tones').items():
        _like(tone, TONE, f'tones.{name}')
        for number, note in enumerate(tone['notes']):
            _like(note, NOTE, f'tones.{name}.notes[{number}]')
    for name, row in _named(table['alerts'], 'alerts').items():
        _like(row, ROW, f'alerts.{name}', may=MAY)
        for number in _fits(row.get('refusals', []), LIST, f'alerts.{name}.refusals'):
            _fits(number, WHOLE, f'alerts.{name}.refusals')
    return table


def _named(found: Any, where: str) -> dict[str, Any]:
    if not isinstance(found, dict) or not found:
        raise TableError(f'{where} holds {found!r}, expected rows by name.')
    return found


def _keys(found: Any, names: Iterable[str], where: str, may: Iterable[str] = ()) -> dict[str, Any]:
    names, known = list(names), [*names, *may]
    if not isinstance(found, dict):
        raise TableError(f'{where} holds {found!r}, expected the keys {", ".join(names)}.')
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1, 0.0)[0]
            raise TableError(f"{where} has the key '{key}', which nobody knows; the nearest is '{near}'.")
    for name in names:
        if name not in found:
            raise TableError(f"{where} lacks the key '{name}'.")
    return found


def _like(found: Any, kinds: Mapping[str, str], where: str, may: Iterable[str] = ()) -> None:
    _keys(found, kinds, where, may)
    for key, kind in kinds.items():
        _fits(found[key], kind, f'{where}.{key}')


def _fits(value: Any, kind: str, where: str) -> Any:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    fits = {NUMBER: number and value >= 0, WHOLE: number and isinstance(value, int), TEXT: isinstance(value, str),
            SWITCH: isinstance(value, bool), LIST: isinstance(value, list),
            COLOUR: isinstance(value, str) and bool(re.fullmatch('#[0-9a-f]{6}', value))}[kind]
    if not fits:
        raise TableError(f'{where} is {value!r}, expected {kind}.')
    return value
