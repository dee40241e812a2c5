"""`outrider doctor [TOPIC]`: what is well, what is not, and what to do."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from outrider_bringup.doctor.check import Check, Result
from outrider_bringup.errors import UserError, nearest

HELP = 'what is well, what is not, what to do'
GROUP = 'go'
# In the order of asking: first the ground, then what stands on it.
MODULES = ('outrider_bringup.doctor.system', 'outrider_bringup.doctor.radar', 'outrider_bringup.doctor.camera',
           'outrider_bringup.doctor.eye', 'outrider_bringup.doctor.gps', 'outrider_bringup.doctor.relays',
           'outrider_bringup.doctor.drive', 'outrider_bringup.doctor.pad', 'outrider_bringup.doctor.recorder')
COLOURS = {'ok': '\x1b[32m', 'warn': '\x1b[33m', 'fail': '\x1b[31m'}


@dataclass(frozen=True)
class Finding:
    """A check with its result."""

    name: str
    topic: str
    status: str
    seen: str
    expected: str
    action: str
    lines: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `doctor`."""
    parser.add_argument('topic', nargs='?',
                        help='only the checks of one topic: system, radar, camera, gps, relays, drive, recorder')
    parser.add_argument('--spin', action='store_true',
                        help='drive only, wheels up: turn them, fall silent, measure how the VESCs stop')
    parser.add_argument('--weights', metavar='F', type=Path,
                        help='camera only: look with these, a .onnx, .pt or .engine')
    parser.add_argument('--json', metavar='F', type=Path, help='write the findings there too; - is the standard output')


def run(args: argparse.Namespace) -> int:
    """Ask everything; return 1 where something fails."""
    checks = [check for module in MODULES for check in importlib.import_module(module).CHECKS]
    to_stdout = args.json is not None and str(args.json) == '-'
    stack = None if args.spin else importlib.import_module('outrider_bringup.doctor.running').look()
    if stack is not None:
        checks = [check for check in checks if check.beside or check.topic not in stack.topics] + list(stack.checks)
        if not to_stdout:
            print('A stack runs here: its own drivers are asked, and no port is taken from them.')
    topics = list(dict.fromkeys(check.topic for check in checks))
    if args.topic is not None:
        if args.topic not in topics:
            raise UserError(f"doctor knows no '{args.topic}'.{nearest(args.topic, topics)}")
        checks = [check for check in checks if check.topic == args.topic]
    if args.weights is not None:
        checks = _with_weights(args.topic, args.weights, checks)
    if args.spin:
        checks = _turned(args.topic)
    findings = []
    for check in checks:
        findings.append(ask(check))
        if not to_stdout:
            print(spoken(findings[-1], colour=sys.stdout.isatty()), flush=True)
    failed = sum(finding.status == 'fail' for finding in findings)
    warned = sum(finding.status == 'warn' for finding in findings)
    if not to_stdout:
        print(f'{len(findings)} checks: {failed} failed, {warned} to look at' if failed or warned
              else f'{len(findings)} checks: all is well')
    if args.json is not None:
        _write(args.json, findings, stack is not None)
    return 1 if failed else 0


def _with_weights(topic: str | None, weights: Path, checks: list[Check]) -> list[Check]:
    if topic != 'camera':
        raise UserError('--weights belongs to the topic camera. Run: ./outrider doctor camera --weights F')
    eye = importlib.import_module('outrider_bringup.doctor.eye')
    return [replace(check, run=partial(eye.detector, weights)) if check.name == eye.NAME else check for check in checks]


def _turned(topic: str | None) -> list[Check]:
    """Turn the wheels once a person at the terminal has confirmed it; return what came of it."""
    if topic != 'drive':
        raise UserError('--spin belongs to the topic drive. Run: ./outrider doctor drive --spin')
    spin = importlib.import_module('outrider_bringup.doctor.spin')
    return list(spin.run(lambda text: print(text, flush=True)))


def ask(check: Check) -> Finding:
    """Run one check. One that breaks is itself a failure, and the others are still asked."""
    try:
        result = check.run()
    except Exception as error:  # the doctor must not die of one illness
        result = Result('fail', f'the check itself broke: {type(error).__name__}: {error}', 'an answer',
                        'report this as a defect of outrider')
    return Finding(check.name, check.topic, result.status, result.seen, result.expected, result.action, result.lines,
                   result.data)


def spoken(finding: Finding, *, colour: bool = False) -> str:
    """Return a finding as the user reads it; what is well needs no expectation and no deed."""
    word = f'[{finding.status}]'
    mark = f'{COLOURS[finding.status]}{word}\x1b[0m' if colour else word
    line = f'{mark}{" " * (7 - len(word))}{finding.name}: {finding.seen}'
    if finding.status != 'ok':
        line += f' (expected {finding.expected})' if finding.expected else ''
        line += f'\n       do: {finding.action}' if finding.action else ''
    return '\n       '.join([line, *finding.lines])


def _plain(finding: Finding) -> dict[str, object]:
    told = {name: getattr(finding, name) for name in ('name', 'topic', 'status', 'seen', 'expected', 'action')}
    return {**told, **({'data': dict(finding.data)} if finding.data else {})}


def _write(path: Path, findings: Iterable[Finding], running: bool) -> None:
    text = json.dumps({'time': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
                       'running': running, 'checks': [_plain(finding) for finding in findings]}, indent=1) + '\n'
    if str(path) == '-':
        sys.stdout.write(text)
        return
    try:
        path.write_text(text)
    except OSError as error:
        raise UserError(f'{path}: {error.strerror}; give --json a file that can be written') from None
