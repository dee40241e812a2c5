"""`outrider bench`: figures beside their limits."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.bench import machine, report, subjects
from outrider_bringup.demo.columns import clip, is_terminal, width_of
from outrider_bringup.errors import UserError

HELP = 'measured figures beside their limits'
GROUP = 'proof'
SHORTEST_S, LONGEST_S = 5.0, 3600.0
MOST_DRAWN = 1_000_000
QUIET_PERCENT = 10.0  # a machine that others use more than this is not quiet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument('names', nargs='*', metavar='NAME', help='subjects (default: all of --list but the slow ones)')
    parser.add_argument('--list', action='store_true', help='what can be measured')
    parser.add_argument('--json', type=Path, metavar='F', help='write the figures to F')
    parser.add_argument('--seconds', type=float, metavar='S', help='drive, camera, road, peer: how long is looked on')
    parser.add_argument('--runs', type=int, metavar='N', help='score, own: how many drawn runs')
    parser.add_argument('--seed', type=int, metavar='S', help='score, own: of the drawn runs (default: a fresh one)')
    parser.add_argument('--save', action='store_true', help='keep them under docs/figures (quiet machine only)')


def run(args: argparse.Namespace) -> int:
    """Measure. Return 1 when a figure misses its limit or cannot be taken."""
    if args.list:
        for name in subjects.SUBJECTS + subjects.ONLY_BY_NAME:
            for figure in subjects.figures(name):
                print(f'{name:10} {", ".join(figure.names)}\n{"":10} {figure.about}')
        return 0
    names = subjects.chosen(args.names)
    if args.seconds is not None:
        if not SHORTEST_S <= args.seconds <= LONGEST_S:
            raise UserError(f'--seconds is {args.seconds:g}, expected {SHORTEST_S:g} to {LONGEST_S:g}.')
        os.environ[subjects.SECONDS] = str(args.seconds)
    _ask_for_draws(args)
    busy = machine.busy_now()
    if args.save and busy > QUIET_PERCENT:
        raise UserError(f'others use {busy:.0f} % of this machine, figures are kept from a quiet one '
                        f'(<= {QUIET_PERCENT:g} %). Stop what runs, then start again.')
    if busy > QUIET_PERCENT:
        print(f'Others use {busy:.0f} % of this machine: expect worse figures than on a quiet one.', flush=True)
    by_subject = {name: measure(name) for name in names}
    done = [result for results in by_subject.values() for result in results]
    colour = is_terminal(sys.stdout)
    print('\n'.join(report.render(done, width=width_of(sys.stdout) - 1, colour=colour)), flush=True)
    write(args, by_subject, busy)
    return 0 if all(result.verdict in (report.OK, report.NO_LIMIT) for result in done) else 1


def _ask_for_draws(args: argparse.Namespace) -> None:
    for name, value, low in (('--runs', args.runs, 1), ('--seed', args.seed, 0)):
        if value is not None and not low <= value <= MOST_DRAWN:
            raise UserError(f'{name} is {value}, expected {low} to {MOST_DRAWN}.')
    if args.runs is not None:
        os.environ[subjects.RUNS] = str(args.runs)
    if args.seed is not None:
        os.environ[subjects.SEED] = str(args.seed)


def measure(name: str) -> list[report.Result]:
    """Run the figures of one subject; one that cannot be taken is told in the table, and the others go on."""
    done = []
    for figure in subjects.figures(name):
        progress = Progress(name)
        try:
            done += report.results(figure, figure.run(progress.say))
        except UserError as error:
            done += report.results(figure, None, f'{name}: {error}')
        finally:
            progress.close()
    return done


class Progress:
    """One line on a terminal that says what is being done; silent elsewhere."""

    def __init__(self, name: str) -> None:
        """`name` begins the line."""
        self._name = name
        self._terminal = is_terminal(sys.stderr)

    def say(self, text: str) -> None:
        """Replace the line."""
        if self._terminal:
            print(f'\r\x1b[2K{clip(f"{self._name}: {text}", width_of(sys.stderr) - 1)}', end='', file=sys.stderr,
                  flush=True)

    def close(self) -> None:
        """Remove the line."""
        if self._terminal:
            print('\r\x1b[2K', end='', file=sys.stderr, flush=True)


def write(args: argparse.Namespace, by_subject: dict[str, list[report.Result]], busy: float) -> None:
    """Write what --json and --save ask for. Raises UserError where a file cannot be written."""
    here = machine.describe()
    about = {'version': machine.version(paths.checkout()), 'machine': here, 'busy_percent_before': round(busy, 1)}
    files, pictures = {}, {}
    if args.json:
        files[args.json] = [result for results in by_subject.values() for result in results]
    if args.save:  # a file a subject: what was not measured now keeps the version that it was measured with
        folder = paths.checkout() / 'docs' / 'figures' / machine.slug(here)
        files |= {folder / f'{name}.json': results for name, results in by_subject.items()}
        pictures = {folder / f'{name}.json': subjects.picture(name) for name in by_subject}
    for file, results in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            entries = report.as_json(results)
            file.write_text(json.dumps({**about, 'figures': entries}, indent=1) + '\n', encoding='utf-8')
            draw = pictures.get(file)
            if draw is not None and all(result.measured for result in results):
                draw(entries, file.with_suffix('.png'))
        except OSError as error:
            raise UserError(f'{file} cannot be written ({error.strerror}). Choose another file.') from None
        print(f'Written: {file}')
