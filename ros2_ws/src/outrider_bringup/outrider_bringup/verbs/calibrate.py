"""`outrider calibrate SUBJECT`: finds out what a device is like and writes it into config/."""

from __future__ import annotations

import argparse
import importlib

from outrider_bringup.errors import UserError, nearest

HELP = 'find out what a device is like: calibrate pad'
GROUP = 'go'
# Each subject is a module outrider_bringup/calibrate/<subject>.py with HELP, add_arguments(parser), run(args).
SUBJECTS = ('pad',)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `calibrate`, each subject's in a group of its own."""
    parser.add_argument('subject', nargs='?', default='', metavar='SUBJECT', help=f'one of: {", ".join(SUBJECTS)}')
    parser.add_argument('--write', action='store_true', help='write what was found, instead of only showing it')
    parser.add_argument('--force', action='store_true', help='write over an existing file')
    for name in SUBJECTS:
        subject = _module(name)
        subject.add_arguments(parser.add_argument_group(name, subject.HELP))


def run(args: argparse.Namespace) -> int:
    """Calibrate one subject; return its exit code."""
    if args.subject not in SUBJECTS:
        what = f"calibrate knows no '{args.subject}'." if args.subject else 'calibrate what?'
        raise UserError(f'{what}{nearest(args.subject, SUBJECTS)}')
    code: int = _module(args.subject).run(args)
    return code


def _module(name: str):  # type: ignore[no-untyped-def]
    return importlib.import_module(f'outrider_bringup.calibrate.{name}')
