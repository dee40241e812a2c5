"""`tools/fit_detector`: the model of the detector, fitted to its weights on rendered pictures."""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import sys
from pathlib import Path

from fitting import looks, write
from fitting.fit import Fitted, compared, fitted
from fitting.rides import FIRST_SEED
from outrider_bringup import paths
from outrider_sim.world.detector import read_model

RIDES, PERIOD_S = 240, 0.1      # as often as the node looks
HOP_S = 0.003                   # image and boxes between processes: `./outrider bench latency`


def main(argv: list[str] | None = None) -> int:
    """Fit; return 0, 2 with one sentence for what cannot be done, or 130 where it was interrupted."""
    args = _arguments(argv)
    file = args.model or paths.checkout() / 'config' / 'detector' / 'model.yaml'
    try:
        before = read_model(file)
        sample = looks.kept(args.kept) if args.kept else _watch(args)
        if args.keep:
            looks.keep(sample, args.keep)
        done = fitted(sample, before, HOP_S)
    except (OSError, ValueError, TypeError) as error:
        print(f'fit_detector: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('fit_detector: interrupted; nothing was written. The same command begins anew.', file=sys.stderr)
        return 130
    _tell(sample, done)
    about = write.About(args.weights.name, _digest(args.weights), sample.pictures, len(sample.looks),
                        int(sample.looks.found.sum()), _machine())
    said = write.text(done.model, about)
    if args.dry:
        print(said)
        return 0
    try:
        write.write(file, said)
    except OSError as error:
        print(f'fit_detector: {file} cannot be written ({error.strerror}). Free it, or use --dry.', file=sys.stderr)
        return 2
    print(f'Written: {file}')
    return 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='tools/fit_detector', description='Fits config/detector/model.yaml to the '
                                     'weights of the detector: paints rides, looks at them, and rewrites the file.')
    parser.add_argument('--weights', type=Path, default=paths.checkout() / 'config' / 'detector' / 'detector.onnx',
                        help='what looks (default: the shipped ones)')
    parser.add_argument('--model', type=Path, metavar='F', help='rewrite F instead')
    parser.add_argument('--rides', type=int, default=RIDES, metavar='N', help=f'of 6 s each (default {RIDES})')
    parser.add_argument('--seed', type=int, default=FIRST_SEED, metavar='S', help=f'of the rides ({FIRST_SEED})')
    parser.add_argument('--jobs', type=int, default=len(os.sched_getaffinity(0)), metavar='N',
                        help='processes (default: one a core)')
    parser.add_argument('--keep', type=Path, metavar='F', help='write what was seen to F')
    parser.add_argument('--kept', type=Path, metavar='F', help='paint nothing: fit to what --keep wrote')
    parser.add_argument('--dry', action='store_true', help='print the file instead of writing it')
    args = parser.parse_args(argv)
    for name, value, least in (('--rides', args.rides, 1), ('--seed', args.seed, FIRST_SEED), ('--jobs', args.jobs, 1)):
        if value < least:
            parser.error(f'{name} is {value}, expected {least} at least')
    return args


def _watch(args: argparse.Namespace) -> looks.Sample:
    from fitting.watch import watched

    done = []
    try:
        for one in watched(args.weights, args.rides, args.seed, read_model(), PERIOD_S, args.jobs):
            done.append(one)
            if sys.stderr.isatty():
                print(f'\r{len(done)}/{args.rides} rides', end='', file=sys.stderr, flush=True)
    finally:
        if sys.stderr.isatty():
            print('\r\x1b[2K', end='', file=sys.stderr)
    return looks.joined(done)


def _tell(sample: looks.Sample, done: Fitted) -> None:
    print(f'{sample.pictures} pictures, {len(sample.looks)} looks at bodies, {int(sample.looks.found.sum())} found, '
          f'{int((sample.nothings.beside == -1).sum())} boxes about nothing, '
          f'{int((sample.nothings.beside >= 0).sum())} second boxes')
    print(f'{"recall":28} {"looks":>6} {"seen":>6} {"model":>6}')
    for row in compared(sample.looks, done.shares):
        print(f'{row.what:28} {row.looks:6d} {row.found:6.2f} {row.modelled:6.2f}')


def _digest(weights: Path) -> str:
    try:
        return hashlib.sha256(weights.read_bytes()).hexdigest()[:12]
    except OSError:
        return 'not at hand'


def _machine() -> str:
    """Return what the latency is of."""
    try:
        names = [line.split(':', 1)[1].strip() for line in Path('/proc/cpuinfo').read_text().splitlines()
                 if line.startswith('model name')]
    except OSError:
        names = []
    return f's, one core of {names[0] if names else platform.machine()}'


if __name__ == '__main__':
    sys.exit(main())
