"""What a calibration found: shown, written as JSON, and into the rig file where that is asked for."""

from __future__ import annotations

import argparse
import json
import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.bench import machine
from outrider_bringup.calibrate import rig_edit
from outrider_bringup.calibrate.rig_edit import Edit
from outrider_bringup.errors import UserError
from outrider_node import frames

SAME_DEG, SAME_M = 0.05, 0.001


@dataclass(frozen=True)
class Figure:
    """One thing that was found: value and standard error in `unit`."""

    name: str
    value: float
    error: float
    unit: str
    digits: int = 2
    note: str = ''

    def __str__(self) -> str:
        """Return it as a line of a table."""
        told = f'{self.name:24} {self.value:9.{self.digits}f} +- {self.error:.{self.digits}f} {self.unit}'
        return f'{told:52} {self.note}'.rstrip()


class RigFile:
    """The rig file that a subject may change."""

    def __init__(self, rig: str) -> None:
        """Find and read it. Raises UserError."""
        self.path = rig_edit.path_of(rig)
        self.before = rig_edit.read(self.path)

    def number(self, node: str, key: str, index: int | None = None) -> float:
        """Return a number of it. Raises UserError."""
        value = rig_edit.value(self.before, self.path, node, key)
        try:
            number = float(value if index is None else value[index])
        except (TypeError, ValueError, IndexError):
            number = math.nan
        if not math.isfinite(number):
            raise UserError(f'{self.path}: {node} {key} is {value!r}, expected a number'
                            f'{"" if index is None else f" at place {index}"}.')
        return number

    def mount_differs(self, node: str, seen: frames.Pose) -> str:
        """Return a sentence where the running rig has a node's mount elsewhere than the file, '' where it is that."""
        xyz, rpy = ([self.number(node, key, place) for place in range(3)]
                    for key in ('mount_xyz_m', 'mount_rpy_deg'))
        axes = frames.rotation_from_quaternion(frames.quaternion_from_rpy_deg(rpy))
        turned_deg = math.degrees(math.acos(min(max((float((axes * seen.rotation).sum()) - 1.0) / 2.0, -1.0), 1.0)))
        moved_m = math.dist(xyz, seen.translation_m.tolist())
        if turned_deg <= SAME_DEG and moved_m <= SAME_M:
            return ''
        return (f'the running rig has its {node} {moved_m:.3f} m and {turned_deg:.2f} degrees away from where '
                f'{self.path} says. Start it again with that file, or give --rig the file it runs with.')


def finish(args: argparse.Namespace, figures: Sequence[Figure], rig: RigFile, edits: Sequence[Edit], *,
           differs: str = '') -> int:
    """Show all, write what is asked for; return the exit code. Raises UserError."""
    print('\n'.join(str(figure) for figure in figures))
    after = rig_edit.changed(rig.before, rig.path, edits)
    print(f'{rig.path}:')
    for edit in edits:
        print(f'  {edit}: {rig.number(edit.node, edit.key, edit.index):g} -> {edit.text}')
    if args.write and not differs:
        rig_edit.write(rig.path, rig.before, after)
    written = args.write and not differs
    if args.json is not None:
        _as_json(args, figures, rig, edits, written)
    if differs:
        raise UserError(f'nothing was written: {differs}')
    print('Written. Start the rig again.' if written else
          f'Nothing was written. To measure again and write: {_command(args)}')
    return 0


def _command(args: argparse.Namespace) -> str:
    words = ['./outrider', 'calibrate', args.subject]
    for name in ('rig', 'seconds', 'distance'):
        if value := getattr(args, name):
            words += [f'--{name}', f'{value:g}' if isinstance(value, float) else value]
    return shlex.join([*words, '--write'])


def _as_json(args: argparse.Namespace, figures: Sequence[Figure], rig: RigFile, edits: Sequence[Edit], written: bool
             ) -> None:
    told = {
        'version': machine.version(paths.checkout()), 'machine': machine.describe(), 'subject': args.subject,
        'figures': [{'figure': one.name, 'value': one.value, 'error': one.error, 'unit': one.unit} for one in figures],
        'file': str(rig.path), 'written': written,
        'changes': [{'node': edit.node, 'key': edit.key, 'index': edit.index,
                     'old': rig.number(edit.node, edit.key, edit.index), 'new': float(edit.text)} for edit in edits]}
    path: Path = args.json
    try:
        path.write_text(json.dumps(told, indent=1, allow_nan=False) + '\n', encoding='utf-8')
    except OSError as error:
        raise UserError(f'{path} cannot be written ({error.strerror}). Choose another file.') from None
