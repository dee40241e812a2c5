"""`outrider calibrate pad`: asks for each control of an unknown pad and writes its file for the pilot."""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import sys
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.calibrate import pad_file, pad_touch
from outrider_bringup.errors import UserError
from outrider_drive.pilot import find, kernel
from outrider_drive.pilot.kernel import Told
from outrider_drive.pilot.records import js_splitter
from outrider_drive.pilot.words import PadError

HELP = 'which number each control of a gamepad has; nothing else may drive meanwhile'
EXAMPLE = 'ps4.yaml'
SKIP = '(Enter: it has none)'


def add_arguments(group: argparse._ArgumentGroup) -> None:
    """Declare the words of `calibrate pad`."""
    group.add_argument('--js', type=Path, metavar='PATH', help='joystick device; without it, the only one there is')
    group.add_argument('--name', default='', help='of the file in config/pads; without it, the name of the pad')


def run(args: argparse.Namespace) -> int:
    """Ask, show, write. Raises UserError."""
    folder = paths.checkout() / 'config' / 'pads'
    try:
        js = args.js or find.only_joystick()
        with contextlib.ExitStack() as stack:
            fd = _opened(js)
            stack.callback(os.close, fd)
            told, driver, motion_suffix = _described(fd, js)
            target = folder / f'{args.name or pad_file.name_of(told)}.yaml'
            if args.write and target.exists() and not args.force:
                raise UserError(f'{target} is there already. Give --force to write over it, or --name for another.')
            found = _Asking(fd, told).ask_all()
        text = pad_file.text_of(told, driver, motion_suffix or find.MOTION_SUFFIXES[0], found.buttons, found.axes,
                                (folder / EXAMPLE).read_text())
        pad_file.checked(text, target.name)
        _keep(text, target, write=args.write)
    except PadError as error:
        raise UserError(str(error)) from None
    if not motion_suffix:
        print('It has no motion sensors, so nothing proves that it is in reach: the governor refuses it unless the rig '
              'file sets no_sign_of_life_mps.')
    return 0


def _keep(text: str, target: Path, *, write: bool) -> None:
    if not write:
        print(f'\n{text}\nNothing was written. To write {target}: ./outrider calibrate pad --write')
        return
    try:
        target.write_text(text)
    except OSError as error:
        raise UserError(f'{target} cannot be written ({error.strerror}).') from None
    print(f'Written: {target}\nName it in the rig file: pad_file')


def _opened(js: Path) -> int:
    try:
        return os.open(js, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UserError(f'{js} cannot be opened ({error.strerror}). Switch the pad on, or give another --js; if it is '
                        'the permission, add yourself to the group input.') from None


def _described(fd: int, js: Path) -> tuple[Told, str, str]:
    """Return what the pad says of itself, its driver and the ending of its motion sensors' name ('' without any)."""
    if not kernel.is_fifo(fd):
        told = kernel.ask(fd, str(js))
        return told, *find.driver_and_motion(js)
    stand_in = kernel.ask_stand_in(js)
    if stand_in is None:
        raise UserError(f'{js} is a FIFO with nothing beside it that says what pad it stands for ({js.name}.told).')
    return stand_in, stand_in.driver, ''


class _Asking:
    """One person, one pad."""

    def __init__(self, fd: int, told: Told) -> None:
        self._fd, self._told = fd, told
        self._watch = pad_touch.Watch(len(told.buttons), len(told.axes))
        self._split = js_splitter()
        self._stdin = sys.stdin.fileno() if sys.stdin is not None and not sys.stdin.closed else -1

    def ask_all(self) -> pad_touch.Found:
        """Return the names of all numbers."""
        print(f"'{self._told.name}': {len(self._told.buttons)} buttons, {len(self._told.axes)} axes. Let go of all "
              'controls.', flush=True)
        while not self._watch.ready or self._watch.held:
            self._hear()
        found = pad_touch.Found(len(self._told.buttons), len(self._told.axes))
        for number, (control, question) in enumerate(pad_touch.QUESTIONS.items(), 1):
            needed = control in pad_touch.NEEDED
            ask = f'{number:2}/{len(pad_touch.QUESTIONS)} {question}{"" if needed else f" {SKIP}"}'
            problem = 'ask'
            while problem:
                print(ask, flush=True)
                touch = self._wait()
                if touch is None and not needed:
                    break
                problem = found.assign(control, touch, self._watch) if touch else 'the machine is driven by it'
                print(f'      {problem}: once more' if problem else '      found', flush=True)
        return found

    def _wait(self) -> pad_touch.Touch | None:
        """Return the next touch; None for Enter."""
        while True:
            entered, touches = self._hear()
            if touches:
                return touches[0]
            if entered:
                return None

    def _hear(self) -> tuple[bool, list[pad_touch.Touch]]:
        """Wait for the person; return whether Enter was pressed, and what was touched."""
        readable, _, _ = select.select([self._fd] + ([self._stdin] if self._stdin >= 0 else []), [], [])
        entered = False
        if self._stdin in readable:
            entered = bool(os.read(self._stdin, 1024))
            if not entered:
                self._stdin = -1  # nobody types there
        records = self._split.feed(self._read()) if self._fd in readable else []
        return entered, [touch for record in records if (touch := self._watch.take(record)) is not None]

    def _read(self) -> bytes:
        try:
            data = os.read(self._fd, 1 << 16)
        except BlockingIOError:
            return b''
        except OSError as error:
            raise UserError(f'the pad was lost ({error.strerror}). Switch it on and begin again.') from None
        if not data:
            raise UserError('the pad was lost (its device file ended). Switch it on and begin again.')
        return data
