"""The command line: render, train, export, measure, or all of them."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from training import store
from training.scenes import PICTURES_A_SCENE

A_FILE = store.SCENES_A_FILE * PICTURES_A_SCENE
CHECKPOINT, EXPORTED, MEASURED, CARD = 'detector.pt', 'detector.onnx', 'measured.json', 'README.md'


class WrongError(Exception):
    """What a user can put right; the text is the sentence."""


def main(argv: Sequence[str]) -> int:
    """Do what is asked; return the exit code."""
    options = _arguments(argv)
    began = time.monotonic()
    try:
        for step in options.steps:
            step(options)
    except (WrongError, FileNotFoundError) as wrong:
        print(f'train_detector: {wrong}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('train_detector: interrupted; the same command goes on where it was.', file=sys.stderr)
        return 130
    print(f'train_detector: done in {_minutes(time.monotonic() - began)}', flush=True)
    return 0


def render(options: argparse.Namespace) -> None:
    """Paint what is missing of both parts of the data set."""
    wanted = {'train': options.pictures, 'measure': options.measured}
    due = [(part, number) for part, pictures in wanted.items() for number in range(-(-pictures // A_FILE))
           if not store.file_of(options.data, part, number).exists()]
    if not due:
        return
    cores = options.jobs or len(os.sched_getaffinity(0))
    print(f'train_detector: rendering {len(due) * A_FILE:,} pictures on {cores} cores', flush=True)
    began = time.monotonic()
    os.environ['OMP_NUM_THREADS'] = '1'
    with ProcessPoolExecutor(cores, get_context('spawn')) as pool:
        jobs = [pool.submit(store.write, options.data, part, number) for part, number in due]
        try:
            for count, job in enumerate(as_completed(jobs), start=1):
                job.result()
                if count % 8 == 0 or count == len(jobs):
                    left = (time.monotonic() - began) * (len(jobs) - count) / count
                    print(f'  {count * A_FILE:,} pictures, {_minutes(left)} left', flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def train(options: argparse.Namespace) -> None:
    """Go on with the checkpoint of this machine, else with the shipped one, else anew."""
    if not store.files(options.data, 'train'):
        raise WrongError(f'{options.data} holds no pictures, expected some to train on; run: '
                         'tools/train_detector render')
    import torch

    crew = 1 if torch.cuda.is_available() else options.crew
    context, meeting = get_context('spawn'), options.work / f'meeting_{os.getpid()}'
    options.work.mkdir(parents=True, exist_ok=True)
    others = [context.Process(target=_teach, args=(options, place, crew, meeting), daemon=True)
              for place in range(1, crew)]
    try:
        for other in others:
            other.start()
        _teach(options, 0, crew, meeting)
    finally:
        meeting.unlink(missing_ok=True)


def _teach(options: argparse.Namespace, place: int, crew: int, meeting: Path) -> None:
    """Be one of those who learn together; the first one tells and keeps."""
    from training.learn import Crew, Progress, Training
    from training.samples import Samples

    samples = Samples(options.data, 'train', seed=int(time.time()) + 1000 * place)
    training = Training(options.work / 'ultralytics', Crew(place, crew, meeting))
    here = options.work / CHECKPOINT
    source = next((path for path in (here, options.config / CHECKPOINT) if path.is_file()), None)
    if source and not options.anew:
        training.load(source)
    began = time.monotonic()

    def told(now: Progress) -> None:
        if place:
            return
        left = (time.monotonic() - began) * (1.0 - now.part) / max(now.part, 1e-6)
        print(f'  {time.strftime("%H:%M:%S")} step {now.updates:,}, loss {now.loss:.2f}, {now.pictures:,} pictures, '
              f'{_minutes(left)} left', flush=True)
        training.save(here, whole=True)

    if not place:
        print(f'train_detector: {training.parameters:,} parameters, {len(samples):,} pictures, {crew} x '
              f'{training.device}, from step {training.updates:,}', flush=True)
    training.run(samples, 60.0 * options.minutes, options.rounds, options.round_steps, told)
    if not place:
        training.save(here, whole=True)
    training.crew.part()


def export(options: argparse.Namespace) -> None:
    """Write what is shipped: the ONNX, and the weights in half precision."""
    source = options.work / CHECKPOINT
    if not source.is_file():
        raise WrongError(f'{source} is missing, expected a trained net; run: tools/train_detector train')
    from training import learn

    training = learn.Training(options.work / 'ultralytics')
    training.load(source)
    small = options.work / 'shipped' / CHECKPOINT
    training.save(small, whole=False)
    learn.export(small, small.with_name(EXPORTED), options.work / 'ultralytics')
    options.config.mkdir(parents=True, exist_ok=True)
    for name in (CHECKPOINT, EXPORTED):  # each whole or not at all, for whoever reads them meanwhile
        temporary = options.config / f'.{name}.tmp'
        temporary.write_bytes((small.parent / name).read_bytes())
        temporary.replace(options.config / name)
    facts = {'parameters': training.parameters, 'pictures': len(store.files(options.data, 'train')) * A_FILE,
             'updates': training.updates, 'minutes': training.seconds / 60.0}
    (options.work / 'trained.json').write_text(json.dumps(facts))
    print(f'train_detector: {options.config / EXPORTED}, {(options.config / EXPORTED).stat().st_size / 1e6:.1f} MB',
          flush=True)


def measure(options: argparse.Namespace) -> None:
    """Measure the exported net, and write the card."""
    from training.card import Trained, card
    from training.measure import measure as measured_of

    onnx, facts = options.config / EXPORTED, options.work / 'trained.json'
    if not onnx.is_file() or not facts.is_file():
        raise WrongError(f'{onnx} or {facts} is missing, expected what was exported here; run: '
                         'tools/train_detector export')
    measured = measured_of(onnx, options.data)
    (options.work / MEASURED).write_text(json.dumps(measured.plain(), indent=1))
    trained = Trained(**json.loads(facts.read_text()), onnx_bytes=onnx.stat().st_size,
                      pt_bytes=(options.config / CHECKPOINT).stat().st_size)
    (options.config / CARD).write_text(card(trained, measured))
    each = ', '.join(f'{kind} {value:.2f}' for kind, value in measured.precision.items())
    print(f'train_detector: mAP50 {measured.mean:.3f} on {measured.pictures:,} pictures ({each}); '
          f'{options.config / CARD}', flush=True)


_STEPS = {'render': (render,), 'train': (train,), 'export': (export,), 'measure': (measure,),
          'all': (render, train, export, measure)}


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    root = Path(os.environ.get('OUTRIDER_ROOT') or Path(__file__).resolve().parents[2])
    parser = argparse.ArgumentParser('tools/train_detector', description='Train the detector of camera images on '
                                     'rendered pictures. What is done already is kept: the same command goes on.')
    parser.add_argument('what', choices=_STEPS, help='render: paint the data set; train: teach the net; export: write '
                        'ONNX and weights; measure: and the model card; all: one after the other')
    parser.add_argument('--pictures', type=int, default=4096, help='to train on (4096)')
    parser.add_argument('--measured', type=int, default=1024, help='to measure on, of other seeds (1024)')
    parser.add_argument('--minutes', type=float, default=120.0, help='train for so long (120), the last fifth on whole '
                        'pictures at falling rates')
    parser.add_argument('--rounds', type=int, default=1_000_000, help='or so many rounds; after each the checkpoint is '
                        'kept')
    parser.add_argument('--round-steps', type=int, default=100, help='of a round (100)')
    parser.add_argument('--anew', action='store_true', help='train from nothing, whatever checkpoint there is')
    parser.add_argument('--crew', type=int, default=len(os.sched_getaffinity(0)), help='processes that learn together '
                        'where there is no accelerator: one a core')
    parser.add_argument('--jobs', type=int, default=0, help='processes that render: one a core')
    parser.add_argument('--work', type=Path, default=root / '.build' / 'detector', help='.build/detector')
    parser.add_argument('--config', type=Path, default=root / 'config' / 'detector', help='config/detector')
    options = parser.parse_args(argv)
    options.data = options.work / 'data'
    options.steps = _STEPS[options.what]
    return options


def _minutes(seconds: float) -> str:
    return f'{seconds:.0f} s' if seconds < 90.0 else f'{seconds / 60.0:.0f} min'
