"""`outrider calibrate SUBJECT`: finds out what a device is like and writes it into config/."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from outrider_bringup.errors import UserError, nearest

HELP = 'find out what a device is like: calibrate camera-radar|level|wheel|pad'
GROUP = 'go'
# Each subject is a module of outrider_bringup/calibrate (with _ for -) with HELP, add_arguments(group), run(args).
SUBJECTS = ('camera-radar', 'level', 'wheel', 'pad')
SHORTEST_S, LONGEST_S = 3.0, 600.0  # a minute of depth pictures is 14 MB


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `calibrate`, each subject's in a group of its own."""
    parser.add_argument('subject', nargs='?', default='', metavar='SUBJECT', help=f'one of: {", ".join(SUBJECTS)}')
    parser.add_argument('--write', action='store_true', help='write what was found, instead of only showing it')
    parser.add_argument('--rig', default='', metavar='NAME|FILE',
                        help='rig file to write into (default: bicycle; wheel: ramp); the one that runs')
    parser.add_argument('--seconds', type=float, metavar='S', help='how long to listen')
    parser.add_argument('--json', type=Path, metavar='F', help='write what was found to F')
    parser.add_argument('--force', action='store_true', help='pad: write over an existing file')
    for name in SUBJECTS:
        subject = _module(name)
        subject.add_arguments(parser.add_argument_group(name, subject.HELP))


def run(args: argparse.Namespace) -> int:
    """Calibrate one subject; return its exit code."""
    if args.subject not in SUBJECTS:
        what = f"calibrate knows no '{args.subject}'." if args.subject else 'calibrate what?'
        raise UserError(f'{what}{nearest(args.subject, SUBJECTS)}')
    if args.seconds is not None and not SHORTEST_S <= args.seconds <= LONGEST_S:
        raise UserError(f'--seconds is {args.seconds:g}, expected {SHORTEST_S:g} to {LONGEST_S:g}.')
    code: int = _module(args.subject).run(args)
    return code


def _module(name: str):  # type: ignore[no-untyped-def]
    return importlib.import_module(f'outrider_bringup.calibrate.{name.replace("-", "_")}')
