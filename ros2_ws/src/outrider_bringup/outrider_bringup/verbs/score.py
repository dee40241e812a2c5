"""`outrider score`: the stack on scenarios, without wires and faster than time, judged by what was true."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from outrider_bringup import paths
from outrider_bringup.demo.columns import clip, is_terminal, width_of
from outrider_bringup.errors import UserError, nearest

if TYPE_CHECKING:
    from outrider_bringup.score.trial import Job, Trial
    from outrider_sim.world.model import Scenario

HELP = 'the stack on scenarios, judged by what was true: FILE|DIR..., or --draw N'
GROUP = 'proof'
SENSORS = ('radar', 'camera', 'depth', 'gps', 'imu')
KINDS = ('near', 'far', 'quiet', 'bands')
MOST_DRAWN = 100_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument('files', nargs='*', type=Path, metavar='FILE|DIR', help='scenario files, or folders of them')
    parser.add_argument('--draw', type=int, metavar='N', help='instead of files: N drawn ones, told as rates')
    parser.add_argument('--seed', type=int, default=1, metavar='S', help='of --draw (default 1)')
    parser.add_argument('--kind', choices=KINDS, default='near',
                        help='of --draw: approaches up to 1.5 m, beyond that, quiet traffic, 2 minutes each, or passes '
                             'at 3.0 and 4.0 m')
    parser.add_argument('--limits', action='store_true',
                        help='of --draw: hold the rates against what is asked; exit code 1 where one fails')
    parser.add_argument('--surely', action='store_true',
                        help='with --limits: exit code 1 only where so many runs say so with 95 %%; rows stay strict')
    parser.add_argument('--stress', type=float, default=1.0, metavar='S',
                        help='angle noise, misses, bias, clutter and latency S times as bad (default 1)')
    parser.add_argument('--without', default='', metavar='SENSOR,...', help='a rig that lacks these sensors')
    parser.add_argument('--dump', type=Path, metavar='DIR', help='write measurements and truth of each run to DIR')
    parser.add_argument('--json', type=Path, metavar='F', help='write everything to F')
    parser.add_argument('--jobs', type=int, default=0, metavar='N', help='processes (default: one a core)')


def run(args: argparse.Namespace) -> int:
    """Score. Return 1 when a file is not ok, or drawn runs fail a limit that they are held against."""
    from outrider_bringup.bench import machine
    from outrider_bringup.score import limits, report
    from outrider_bringup.score.pool import trials
    from outrider_bringup.score.rates import rates

    jobs = _jobs(args)
    _check(args)
    progress = Progress(len(jobs))
    done: list[Trial] = []
    try:
        for one in trials(jobs, args.jobs):
            done.append(one)
            progress.say(one.name, len(done))
    finally:
        progress.close()
    drawn = args.draw is not None
    if not drawn:
        print('\n'.join(report.table(done, width=width_of(sys.stdout) - 1, colour=is_terminal(sys.stdout))))
    print('\n'.join(report.closing(done, drawn=drawn)))
    held = limits.held(rates(done), args.kind, args.stress) if args.limits else []
    if held:
        print('\n'.join(report.held_lines(held, width=width_of(sys.stdout) - 1, colour=is_terminal(sys.stdout))))
    if args.json:
        told = report.as_json(done, machine.version(paths.checkout()), drawn=drawn)
        _write(args.json, json.dumps(told | ({'limits': report.held_json(held)} if held else {}), indent=1))
    return 1 if limits.failed(held, surely=args.surely) or not (drawn or all(one.judgement.ok for one in done)) else 0


class Progress:
    """One line on a terminal that is redrawn; silent elsewhere."""

    def __init__(self, runs: int) -> None:
        """Take how many there will be."""
        self._runs = runs
        self._terminal = is_terminal(sys.stderr)

    def say(self, name: str, done: int) -> None:
        """One more is done."""
        if self._terminal:
            line = clip(f'score  {done}/{self._runs}  {name}', width_of(sys.stderr) - 1)
            print(f'\r\x1b[2K{line}', end='', file=sys.stderr, flush=True)

    def close(self) -> None:
        """Remove the line."""
        if self._terminal:
            print('\r\x1b[2K', end='', file=sys.stderr, flush=True)


def _jobs(args: argparse.Namespace) -> list[Job]:
    from outrider_bringup.score.trial import Drawn, Job
    from outrider_sim.world.stress import Stress

    lacking = tuple(filter(None, args.without.split(',')))
    for name in lacking:
        if name not in SENSORS:
            raise UserError(f"--without names '{name}', which is no sensor.{nearest(name, SENSORS)}")
    if args.jobs < 0 or args.seed < 0:
        raise UserError(f'--jobs {args.jobs} --seed {args.seed}: expected no negative number.')
    try:
        stress = Stress.of(args.stress)
    except ValueError as error:
        raise UserError(str(error)) from None
    if args.draw is None:
        scenarios: Sequence[Scenario | Drawn] = _load(args.files)
    elif args.files:
        raise UserError(f'--draw and {args.files[0]} were both given, expected files or --draw.')
    elif not 1 <= args.draw <= MOST_DRAWN:
        raise UserError(f'--draw is {args.draw}, expected 1 to {MOST_DRAWN}.')
    else:
        scenarios = [Drawn(number, args.seed, args.kind) for number in range(args.draw)]
    return [Job(one, stress, lacking, args.dump) for one in scenarios]


def _load(files: Sequence[Path]) -> list[Scenario]:
    from outrider_sim.world import scenario

    if not files:
        raise UserError('score needs scenario files, folders of them, or --draw N. Try: ./outrider score '
                        'config/scenarios')
    found: list[Path] = []
    for file in files:
        inside = sorted(file.glob('*.yaml')) if file.is_dir() else [file]
        if not inside or not all(one.is_file() for one in inside):
            raise UserError(f'{file} is no scenario file and no folder of *.yaml. Try: ./outrider score '
                            'config/scenarios')
        found += inside
    try:
        scenarios = [scenario.load(file) for file in found]
    except scenario.ScenarioError as error:
        raise UserError(str(error)) from None
    for file, one in zip(found, scenarios, strict=True):
        if one.rig.drive != 'path' and one.rig.kind != 'ramp':
            raise UserError(f"{file}: a {one.rig.kind} with 'drive: {one.rig.drive}', expected a ramp: nothing else is "
                            'driven from outside.')
    return scenarios


def _check(args: argparse.Namespace) -> None:
    """Refuse what would end every run: a detector's model that cannot be read, a folder that cannot be written to.

    And limits that nobody has set: for files, for a rig that lacks a sensor, at another stress.
    """
    from outrider_bringup.score.limits import STRESSED
    from outrider_sim.world.detector import read_model

    if args.limits and (args.draw is None or args.without or args.stress not in (1.0, STRESSED)):
        raise UserError(f'--limits holds for --draw with every sensor, at --stress 1 and {STRESSED:g}. Leave it out.')
    try:
        read_model()
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f'the model of the detector cannot be used ({error}). Restore config/detector/model.yaml.'
                        ) from None
    if args.dump:
        try:
            args.dump.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f'--dump {args.dump} cannot be made ({error.strerror}). Choose another folder.') from None


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + '\n', encoding='utf-8')
    except OSError as error:
        raise UserError(f'{file} cannot be written ({error.strerror}). Choose another file.') from None
    print(f'Written: {file}')
