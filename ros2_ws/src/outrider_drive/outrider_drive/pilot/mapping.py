"""The file that says what the controls of one kind of pad do. See config/pads/ps4.yaml."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from outrider_drive.pilot.decode import PS4_AXES, is_unused
from outrider_drive.pilot.words import ARROWS, BUTTONS, STICKS, PadError

# Hard ranges, whatever the file says: the ceiling of the machine, and what a hand and a stick can do.
_RANGES = {'forward_mps': (0.0, 3.0), 'backward_mps': (0.0, 3.0), 'stick_mps': (0.0, 3.0), 'deadzone': (0.02, 0.5),
           'hold_limit_s': (1.0, 120.0)}
_CONTROLS = ('deadman', 'forward', 'backward', 'lift', 'lower', 'left', 'right', 'arm', 'disarm', 'estop', 'horn')


@dataclass(frozen=True)
class Mapping:
    """One kind of pad: how to know it, what its numbers mean, what its controls do."""

    names: tuple[str, ...]  # as the kernel gives them
    motion_suffix: str  # the motion sensors' name is the pad's with this behind it
    drivers: tuple[str, ...]
    button_codes: tuple[int, ...]  # BTN_* of number 0, 1, ...
    buttons: tuple[str, ...]  # what they are on a PS4 pad
    axis_codes: tuple[int, ...]  # ABS_*
    axes: tuple[str, ...]
    deadman: str
    forward: str
    backward: str
    lift: str
    lower: str
    left: str
    right: str
    arm: str
    disarm: str
    estop: str
    horn: str
    stick: str
    forward_mps: float
    backward_mps: float
    stick_mps: float
    deadzone: float  # of full deflection
    hold_limit_s: float
    file: str = ''


def load(path: Path) -> Mapping:
    """Read a pad file. Raises PadError, one sentence, on anything in it that is not understood."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else 'it is no text'
        raise PadError(f'pad: cannot read {path}: {reason}. Give a file of config/pads.') from None
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, 'problem_mark', None)
        line = f', line {mark.line + 1}' if mark else ''
        raise PadError(f'pad: {path.name}{line} is no YAML. Compare it with config/pads/ps4.yaml.') from None
    return parse(content, path.name)


def parse(content: Any, file: str) -> Mapping:
    """Check the content of a pad file and return it."""
    if not isinstance(content, dict):
        raise PadError(f'pad: {file} has no keys, expected those of config/pads/ps4.yaml.')
    known = [item.name for item in fields(Mapping) if item.name != 'file']
    for key in content:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1, 0.0)[0]
            raise PadError(f"pad: {file} has the key '{key}', which nobody knows; the nearest is '{near}'.")
    for key in known:
        if key not in content:
            raise PadError(f"pad: {file} lacks the key '{key}'. Take it over from config/pads/ps4.yaml.")
    values = {key: _value(file, key, content[key]) for key in known}
    _agree(file, values)
    return Mapping(**values, file=file)


def _value(file: str, key: str, given: Any) -> Any:
    if key in _RANGES:
        low, high = _RANGES[key]
        number = isinstance(given, (int, float)) and not isinstance(given, bool) and math.isfinite(given)
        if not (number and low <= given <= high):
            raise PadError(f'pad: {file}: {key} is {given!r}, expected a number from {low:g} to {high:g}.')
        return float(given)
    if key in ('button_codes', 'axis_codes'):
        return _many(file, key, given, int)
    if key in ('names', 'drivers', 'buttons', 'axes'):
        return _many(file, key, given, str)
    if not isinstance(given, str):
        raise PadError(f'pad: {file}: {key} is {given!r}, expected a name.')
    return given


def _many(file: str, key: str, given: Any, kind: type) -> tuple[Any, ...]:
    if not (isinstance(given, list) and given and all(type(item) is kind for item in given)):
        what = 'numbers' if kind is int else 'names'
        raise PadError(f'pad: {file}: {key} is {given!r}, expected a list of {what}.')
    return tuple(given)


def _agree(file: str, values: dict[str, Any]) -> None:
    """Refuse what would let one control do two things, or none."""
    for key, known in (('buttons', (*BUTTONS, *ARROWS)), ('axes', PS4_AXES)):
        codes = values['button_codes' if key == 'buttons' else 'axis_codes']
        if len(codes) != len(values[key]) or len(set(codes)) != len(codes) or len(set(values[key])) != len(codes):
            raise PadError(f'pad: {file}: {key} and their codes differ in number or repeat, expected one name a code.')
        strange = next((name for name in values[key] if name not in known and not is_unused(name)), None)
        if strange:
            raise PadError(f"pad: {file}: {key} has '{strange}', expected names of {' '.join(known)}, or unused1, "
                           'unused2 and so on.')
    arrows = ARROWS if {'dpad_x', 'dpad_y'} <= set(values['axes']) else ()
    has = {*(name for name in values['buttons'] if not is_unused(name)), *arrows}
    used: dict[str, str] = {}
    for key in _CONTROLS:
        control = values[key]
        if control not in has:
            raise PadError(f"pad: {file}: {key} is '{control}', expected one of {' '.join(sorted(has))}.")
        if control in used:
            raise PadError(f'pad: {file}: {control} is both {used[control]} and {key}, expected one meaning.')
        used[control] = key
    if values['stick'] not in STICKS or values['stick'] not in values['axes']:
        raise PadError(f"pad: {file}: stick is '{values['stick']}', expected one of {' '.join(STICKS)}.")
