"""Changes single values in a rig file: the rest, comments and columns included, stays as it was, or nothing changes."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from outrider_bringup import paths, rigs
from outrider_bringup.errors import UserError, nearest


@dataclass(frozen=True)
class Edit:
    """A parameter of a node, or one number of its list, and the text of its new value."""

    node: str
    key: str
    text: str
    index: int | None = None

    def __str__(self) -> str:
        """Return it as a person finds it in the file."""
        return f'{self.node} {self.key}' + ('' if self.index is None else f'[{self.index}]')


def path_of(rig: str) -> Path:
    """Return the file of a rig: a name of config/rigs, or a path. Raises UserError."""
    if rig.endswith(('.yaml', '.yml')) or '/' in rig:
        if not Path(rig).is_file():
            raise UserError(f'{rig} was not found, expected a rig file.')
        return Path(rig).resolve()  # a link stays one: its target is replaced
    folder = paths.checkout() / 'config' / 'rigs'
    known = [path.stem for path in folder.glob('*.yaml')]
    if rig not in known:
        raise UserError(f"unknown rig '{rig}'.{nearest(rig, known)}")
    return (folder / f'{rig}.yaml').resolve()


def read(path: Path) -> str:
    """Return the text of a rig file. Raises UserError."""
    try:
        return path.read_bytes().decode()  # no newline is translated
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f'{path} cannot be read ({error}).') from None


def value(text: str, path: Path, node: str, key: str) -> Any:
    """Return a parameter's value. Raises UserError where it is not there."""
    begin, end = _place(text, path, Edit(node, key, ''))
    return yaml.safe_load(text[begin:end])


def changed(text: str, path: Path, edits: Sequence[Edit]) -> str:
    """Return the text with these values. Raises UserError where one of them is not there, or more would change."""
    for edit in edits:
        begin, end = _place(text, path, edit)
        line_end = (text + '\n').index('\n', end)
        after = text[:begin] + edit.text + _moved(text[end:line_end], len(edit.text) - (end - begin)) + text[line_end:]
        if not _changes_only(text, after, edit):
            raise UserError(f'{path}: {edit} cannot be changed alone. Write {edit.text} there by hand.')
        text = after
    return text


def write(path: Path, before: str, after: str) -> None:
    """Replace the file at once, or leave it. Raises UserError where it cannot be or is no longer as `before`."""
    if read(path) != before:
        raise UserError(f'{path} was changed by somebody else meanwhile. Nothing was written; begin anew.')
    scratch = ''
    try:
        with tempfile.NamedTemporaryFile('wb', dir=path.parent, prefix=f'.{path.name}.', delete=False) as file:
            scratch = file.name
            file.write(after.encode())
            file.flush()
            os.fsync(file.fileno())
        os.chmod(scratch, path.stat().st_mode & 0o7777)
        os.replace(scratch, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
        raise UserError(f'{path} cannot be written ({error.strerror}). Nothing was changed.') from None


def _place(text: str, path: Path, edit: Edit) -> tuple[int, int]:
    """Return where a value begins and ends. Raises UserError."""
    try:
        here: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise UserError(f'{path}: no YAML ({" ".join(str(error).split())}).') from None
    for name in (f'/**/{edit.node}', rigs.PARAMETERS, edit.key):
        pairs = here.value if isinstance(here, yaml.MappingNode) else []
        here = next((value for key, value in pairs if key.value == name), None)
        if here is None:
            raise UserError(f"{path}: has no '{name}' for the {edit.key} of {edit.node}. Add the line first, with any "
                            'value.')
    if edit.index is not None:
        if not isinstance(here, yaml.SequenceNode) or len(here.value) <= edit.index:
            raise UserError(f'{path}:{here.start_mark.line + 1}: {edit.key} is no list of {edit.index + 1} or more '
                            'numbers.')
        here = here.value[edit.index]
    return here.start_mark.index, here.end_mark.index


def _moved(tail: str, grown: int) -> str:
    """Return the rest of a line behind a value that has grown: its comment keeps its column where the blanks allow."""
    found = re.fullmatch(r'([^#\'"]*?)( +)(#.*)', tail)
    return tail if found is None else f'{found[1]}{" " * max(len(found[2]) - grown, min(len(found[2]), 2))}{found[3]}'


def _changes_only(before: str, after: str, edit: Edit) -> bool:
    """Tell whether `after` has the new value, and all others as `before` has them."""
    try:
        was, now = yaml.safe_load(before), yaml.safe_load(after)
    except yaml.YAMLError:
        return False
    holders = [content[f'/**/{edit.node}'][rigs.PARAMETERS] for content in (was, now)]
    place: Any = edit.key
    if edit.index is not None:
        holders, place = [holder[edit.key] for holder in holders], edit.index
    done = bool(holders[1][place] == yaml.safe_load(edit.text))
    for holder in holders:
        holder[place] = None
    return done and bool(was == now)
