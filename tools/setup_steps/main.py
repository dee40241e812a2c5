"""Runs the pending steps: refusals first, what root must install next, then the steps, each with its log."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Iterator

from . import machine, needs, pythons, ros
from .command import Runner, StepError, end_orphans
from .plan import Plan, Step
from .progress import Progress

NEEDED_BYTES = 2_000_000_000  # both environments, the installer's cache, the build
SHARED_MEMORY_BYTES = 16_000_000  # ten nodes with the small Fast DDS profile, 1 MB each, and room


class RefusalError(Exception):
    """The set-up cannot start; the text is the sentence."""


def run(here: machine.Machine, root_path: str, argv: list[str]) -> int:
    """Run the set-up with arguments `argv` on the machine `here`; return the exit code."""
    options = _arguments(argv)
    root = Path(root_path)
    progress: list[Progress] = []
    runner = Runner(root)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        plan = Plan(root, here, options.env, machine.choose_ros(here, os.environ), options.dev,
                    retry_viewer=not options.quiet, with_peer=options.peer,
                    with_train=options.train)
        return _set_up(plan, here, runner, options, progress)
    except RefusalError as refused:
        return _end(progress, 2, str(refused))
    except StepError as failed:
        return _end(progress, 1, str(failed))
    except PermissionError as error:
        return _end(progress, 1, f'may not write {error.filename} (made by another user, with sudo?). '
                                 f'Run: sudo chown -R {os.getuid()} {root}')
    except OSError as error:
        return _end(progress, 1, f'{error.strerror or error}: {error.filename or root}')
    except KeyboardInterrupt:
        runner.stop()
        return _end(progress, 130, 'set-up interrupted. The same command goes on where it can.')


def _set_up(plan: Plan, here: machine.Machine, runner: Runner, options: argparse.Namespace,
            shown: list[Progress]) -> int:
    log = plan.root / '.build' / 'log' / plan.name
    python, seen = pythons.choose([*plan.known_python(), *pythons.candidates(here.root)])
    if python is None and seen:
        raise RefusalError(machine.old_python(max(found.version for found in seen)))
    pending = [step for step in plan.bind(python, runner, log) if not step.done()] if python else []
    if python and not pending and not _lacking_for_tests(plan):
        if not options.quiet:
            print('outrider: set up already')
        return 0
    if options.check:
        left = [step.title for step in pending] + _lacking_for_tests(plan)
        print(f'outrider: set-up is left with {", ".join(left) or "everything"}')
        return 3
    _check_room(plan.root)
    lacking = _lacking(plan, python, runner)
    if lacking and os.geteuid() != 0 or lacking and not shutil.which('apt-get'):
        raise RefusalError(needs.advice(lacking))
    with _alone(plan.root):
        end_orphans(plan.root)
        if lacking:
            python = _install(lacking, plan, here, runner, log)
        assert python is not None  # nothing lacks, so there is one
        steps = [step for step in plan.bind(python, runner, log) if not step.done()]
        progress = Progress(len(steps))
        shown.append(progress)
        perform(steps, runner, progress, log)
    return 0


def _lacking_for_tests(plan: Plan) -> list[str]:
    return needs.missing_test_tools() if plan.with_dev else []


def _lacking(plan: Plan, python: pythons.Python | None, runner: Runner) -> list[str]:
    # The known Python is taken at its word for a no-op; before anything is built it is asked.
    packages = needs.missing_tools(python) + needs.missing_libraries() + _lacking_for_tests(plan)
    if plan.system:
        packages += needs.missing_ros_packages(
            plan.root, plan.distro, ros.source(plan.setup_file, runner.clean_environment()))
    return packages


def _install(packages: list[str], plan: Plan, here: machine.Machine, runner: Runner, log: Path) -> pythons.Python:
    print(f'outrider: installing {" ".join(packages)} with apt-get, about 60 s', flush=True)
    env = runner.clean_environment(DEBIAN_FRONTEND='noninteractive')
    try:
        runner.run(['apt-get', 'update', '-qq'], log / 'apt.log', env)
        runner.run(['apt-get', 'install', '-qq', '-y', '--no-install-recommends', *packages], log / 'apt.log', env)
    except StepError as failed:
        raise StepError(f'apt-get could not install {" ".join(packages)}: {failed}. '
                         f'The whole log: {log}/apt.log') from None
    python, seen = pythons.choose([*plan.known_python(), *pythons.candidates(here.root)])
    if python is None and seen:
        raise RefusalError(machine.old_python(max(found.version for found in seen)))
    lacking = _lacking(plan, python, runner)
    if lacking or python is None:
        raise RefusalError(f'still missing after apt-get: {" ".join(lacking)}. Use Debian 12, Ubuntu 22.04 or newer.')
    return python


def perform(steps: list[Step], runner: Runner, progress: Progress, log: Path) -> None:
    """Make the steps in order, those marked `beside` meanwhile; raise what breaks one, with the others ended."""
    numbered = list(enumerate(steps, start=1))
    failures: list[BaseException] = []

    def chain(links: list[tuple[int, Step]]) -> None:
        for number, step in links:
            if failures:
                return
            try:
                _make(number, step, progress, log, runner)
            except BaseException as failure:  # handed to the main thread, which says it
                failures.append(failure)

    chains = [[item for item in numbered if not item[1].beside], *[[item] for item in numbered if item[1].beside]]
    threads = [threading.Thread(target=chain, args=(links,), daemon=True) for links in chains if links]
    for thread in threads:
        thread.start()
        thread.join(0.02)  # the first line printed is that of the first step
    while any(thread.is_alive() for thread in threads) and not failures:
        for thread in threads:
            thread.join(0.25)
        progress.tick()
    if failures:
        runner.stop()
        for thread in threads:
            thread.join(5)
        raise failures[0]


def _make(number: int, step: Step, progress: Progress, log: Path, runner: Runner) -> None:
    path = log / f'{step.name}.log'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b'')
    began = time.monotonic()
    progress.begin(number, step.title, step.about_s)
    try:
        step.make(path)
    except StepError as failed:
        if step.without is None or runner.stopped:
            raise StepError(f'{step.title} failed: {failed}. The whole log: {path}') from None
        progress.say(f'outrider: {step.without(str(failed))}')
    progress.end(number)
    with path.open('a') as file:
        file.write(f'took {time.monotonic() - began:.1f} s\n')


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    folder = root / '.build'
    folder.mkdir(exist_ok=True)
    with (folder / 'setup.lock').open('w') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print('outrider: another set-up of this checkout is running; waiting for it', flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _check_room(root: Path) -> None:
    free = shutil.disk_usage(root).free
    if free < NEEDED_BYTES:
        raise RefusalError(f'{free / 1e9:.1f} GB are free on the disk of {root}, expected {NEEDED_BYTES / 1e9:.0f} GB. '
                      'Make room.')
    shared = shutil.disk_usage('/dev/shm').free if os.path.isdir('/dev/shm') else 0
    if shared < SHARED_MEMORY_BYTES:
        print(f'outrider: {shared / 1e6:.0f} MB are free in /dev/shm, expected {SHARED_MEMORY_BYTES / 1e6:.0f}; '
              'nodes may fall back to slower transport. In a container: --shm-size=256m', flush=True)


def _end(shown: list[Progress], code: int, sentence: str) -> int:
    for progress in shown:
        progress.clear()
    sys.stderr.write(f'outrider: {sentence}\n')
    return code


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser('tools/setup', description='Make the environment that Outrider runs in; what is '
                                                                'done already is skipped.')
    parser.add_argument('--dev', action='store_true', help='also what only tests and checks need')
    parser.add_argument('--peer', action='store_true', help='also Stone Soup, which bench peer measures beside ours')
    parser.add_argument('--train', action='store_true', help='also torch and ultralytics, which train the detector')
    parser.add_argument('--env', choices=('main', 'jazzy'), default='main',
                        help='jazzy: the second release from wheels, in .venv-jazzy and .build/jazzy')
    parser.add_argument('--check', action='store_true', help='do nothing; end with 3 when something is left to do')
    parser.add_argument('--quiet', action='store_true', help='say nothing when there is nothing to do')
    return parser.parse_args(argv)
