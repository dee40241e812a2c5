"""`outrider faults`: breaks one thing at a time on a live simulated ramp, and measures how it stops."""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outrider_bringup import paths
from outrider_bringup.bench import machine
from outrider_bringup.demo.columns import clip, is_terminal, width_of
from outrider_bringup.errors import UserError, nearest

if TYPE_CHECKING:
    from outrider_bringup.faults.campaign import Outcome
    from outrider_bringup.faults.judge import Record
    from outrider_bringup.faults.table import Fault

HELP = 'live faults on a simulated ramp: how it stops, against its limits'
GROUP = 'proof'
DOMAINS = tuple(range(100, 120))
BUSY = 'while True: pass'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument('--runs', type=int, default=30, metavar='N', help='runs in all (default: the sample of 30)')
    parser.add_argument('--only', default='', metavar='FAULT,...', help='these faults or kinds only')
    parser.add_argument('--list', action='store_true', help='the faults by kind')
    parser.add_argument('--campaign', action='store_true', help='instead of --runs: 20 of each, 300 of some; hours')
    parser.add_argument('--json', type=Path, metavar='F', help='write every run to F')
    parser.add_argument('--save', action='store_true', help='keep the runs under docs/figures')
    parser.add_argument('--join', type=Path, nargs='+', metavar='F',
                        help='run nothing: sum up what these files of --json hold, of campaigns side by side')
    parser.add_argument('--keep', type=Path, metavar='DIR', help='keep what each run saw on the wire, a file a run')
    parser.add_argument('--beside', action='store_true', help='with perception and recorder beside the drive')
    parser.add_argument('--priority', choices=('default', 'fifo'), default='fifo',
                        help='of the nodes; fifo: what they are granted of it (default)')
    parser.add_argument('--load', type=int, default=0, metavar='N', help='busy loops beside all runs')


def run(args: argparse.Namespace) -> int:
    """Run the faults. Return 1 when a run fails."""
    from outrider_bringup.faults import clock, report
    from outrider_bringup.faults.campaign import campaign, sample, whole
    from outrider_bringup.faults.course import Options
    from outrider_bringup.faults.table import FAULTS

    if args.list:
        for kind in dict.fromkeys(fault.kind for fault in FAULTS):
            print(f'{kind:20} {" ".join(fault.name for fault in FAULTS if fault.kind == kind)}')
        return 0
    if args.join:
        return _joined(args)
    if args.runs < 1 or args.load < 0:
        raise UserError(f'--runs {args.runs} --load {args.load}: expected at least one run, and no less than no load')
    chosen = _chosen(args.only.split(',') if args.only else [], FAULTS)
    runs = [fault for fault in whole() if fault in chosen] if args.campaign else sample(args.runs, chosen)
    _nobody_drives()
    if any(fault.variant.faked_clock for fault in runs):
        clock.library()
    progress = Progress(len(runs))

    def tell(fault: Fault, record: Record) -> None:
        progress.say(fault.name, 'ok' if record.ok else f'FAILED: {"; ".join(record.why)}', record.ok)

    with _domain() as domain, _load(args.load), campaign(
            Options(args.beside, args.priority), domain, tell, args.keep) as made:
        try:
            outcome = made.run(runs)
        except KeyboardInterrupt:
            outcome = made.outcome  # what was measured is told all the same
    progress.close()
    records = outcome.records
    if not records:
        return 1
    print('\n'.join(report.lines(records, outcome.priority, width=width_of(sys.stdout) - 1,
                                 colour=is_terminal(sys.stdout))))
    if outcome.not_struck:
        print(f'{outcome.not_struck} runs did not count (no wheel above 1500 eRPM, no relay on) and were made again')
    for why in outcome.restarts:
        print(f'started anew: {why}')
    write(args, told_of(outcome, args), records)
    missed = report.p99_missed(records, outcome.priority)
    return 0 if all(record.ok for record in records) and not missed and len(records) == len(runs) else 1


class Progress:
    """One line on a terminal that is redrawn; elsewhere a line a run."""

    def __init__(self, runs: int) -> None:
        """Take how many there will be."""
        self._runs, self._done = runs, 0
        self._terminal = is_terminal(sys.stdout)

    def say(self, name: str, how: str, ok: bool) -> None:
        """One more is done."""
        self._done += 1
        line = f'{self._done}/{self._runs} {name}: {how}'
        if not self._terminal:
            print(line, flush=True)
            return
        print(f'\r\x1b[2K{clip(line, width_of(sys.stdout) - 1)}', end='' if ok else '\n', flush=True)

    def close(self) -> None:
        """Remove the line."""
        if self._terminal:
            print('\r\x1b[2K', end='', flush=True)


def _joined(args: argparse.Namespace) -> int:
    from outrider_bringup.faults import kept, report

    head, records = kept.joined(args.join)
    print('\n'.join(report.lines(records, head['priority'], width=width_of(sys.stdout) - 1,
                                 colour=is_terminal(sys.stdout))))
    write(args, head, records)
    return 0 if all(record.ok for record in records) and not report.p99_missed(records, head['priority']) else 1


def told_of(outcome: Outcome, args: argparse.Namespace) -> dict[str, Any]:
    """Return what all runs of a file share."""
    return {'version': machine.version(paths.checkout()), 'machine': machine.describe(), 'priority': outcome.priority,
            'beside': args.beside, 'load': args.load, 'not_struck': outcome.not_struck}


def write(args: argparse.Namespace, head: dict[str, Any], records: Sequence[Record]) -> None:
    """Write what --json and --save ask for. Raises UserError where a file cannot be written."""
    from outrider_bringup.faults import kept

    files = [args.json] if args.json else []
    if args.save:
        name = 'faults' + ('_default' if head['priority'] == 'default' else '') + ('_beside' if head['beside'] else '')
        files.append(paths.checkout() / 'docs' / 'figures' / machine.slug(head['machine']) / f'{name}.json')
    for file in files:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(kept.text(head, records), encoding='utf-8')
        except OSError as error:
            raise UserError(f'{file} cannot be written ({error.strerror}). Choose another file.') from None
        print(f'Written: {file}')


def _chosen(names: Sequence[str], faults: Sequence[Fault]) -> list[Fault]:
    if not names:
        return list(faults)
    known = {name for fault in faults for name in (fault.name, fault.kind)}
    for name in names:
        if name not in known:
            raise UserError(f"unknown fault '{name}'.{nearest(name, known)} See: ./outrider faults --list")
    return [fault for fault in faults if fault.name in names or fault.kind in names]


def _nobody_drives() -> None:
    """Refuse while a real machine is driven from here: its share of the processor is not ours to starve."""
    from outrider_drive.port import real_ports_held

    held = real_ports_held()
    if held:
        port, process = held[0]
        raise UserError(f'process {process} drives a real machine on {port} just now, and faults starve this computer. '
                        'Stop that one first.')


@contextlib.contextmanager
def _domain() -> Iterator[int]:
    from outrider_bringup.demo import claim

    with claim.domain(DOMAINS[0], spares=DOMAINS[1:]) as domain:
        yield domain


@contextlib.contextmanager
def _load(loops: int) -> Iterator[None]:
    busy = [subprocess.Popen([sys.executable, '-S', '-c', BUSY]) for _ in range(loops)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()
