"""The outrider command: finds the verb, imports only that, prints errors as one sentence.

Exit codes: 0 done, 1 done and something is not well, 2 refused, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from outrider_bringup.errors import UserError, nearest
from outrider_bringup.loading import loading

GROUPS = (('go', 'Go'), ('rides', 'Rides'), ('proof', 'Proof'))
# Help lines stand here, so that --help imports nothing; a test holds them equal to the verbs' own.
VERBS: dict[str, tuple[str, str]] = {
    'demo': ('go', 'a real radar recording, a car from behind, a ramp that stops: one ride, nothing needed'),
    'up': ('go', 'start a rig: up bicycle|ramp|bench [--sim]'),
    'doctor': ('go', 'what is well, what is not, what to do'),
    'calibrate': ('go', 'find out what a device is like: calibrate camera-radar|level|wheel|pad'),
    'settings': ('go', 'what you chose: when it records, units, volume, privacy zones; KEY VALUE changes it'),
    'pair': ('go', 'let a phone in: a QR code and a link; --list and --revoke ID'),
    'record': ('rides', 'record what runs'),
    'view': ('rides', 'alone: the list of rides; with an id, or --newest: opens that ride'),
    'replay': ('rides', 'publish a ride again, or run it --through perception or detector and compare'),
    'export': ('rides', 'a ride as GPX, CSV and mp4, to give away'),
    'report': ('rides', 'one page about a ride: map, hazards, close passes, sensors'),
    'score': ('proof', 'the stack on scenarios, judged by what was true: FILE|DIR..., or --draw N'),
    'bench': ('proof', 'measured figures beside their limits'),
    'faults': ('proof', 'live faults on a simulated ramp: how it stops, against its limits'),
    'topics': ('proof', 'what is on the wire: type, rate, age, publishers, one message'),
}
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these words (default: the process's own). Return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except UserError as error:
        print(f'outrider: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `outrider topics | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(words: list[str]) -> int:
    if not words or words[0] in ('-h', '--help', 'help'):
        print(overview())
        return 0
    name = words[0]
    if name not in VERBS:
        raise UserError(f"unknown verb '{name}'.{nearest(name, VERBS)} See: ./outrider --help")
    with loading():
        verb = importlib.import_module(f'outrider_bringup.verbs.{name}')
    parser = _Parser(prog=f'./outrider {name}', description=verb.HELP, allow_abbrev=False)
    verb.add_arguments(parser)
    # Intermixed: `up bicycle --sim rate:=2.0` is as good as `up bicycle rate:=2.0 --sim`.
    code: int = verb.run(parser.parse_intermixed_args(words[1:]))
    return code


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the words in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f'{message}. See: {self.prog} --help')


def overview() -> str:
    """Return the help: the verbs in their three groups."""
    lines = ['usage: ./outrider VERB [...]      ./outrider VERB --help says more']
    for group, title in GROUPS:
        lines += ['', title]
        lines += [f'  {name:9} {about}' for name, (of, about) in VERBS.items() if of == group]
    return '\n'.join(lines)
