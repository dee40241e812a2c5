"""The link to the pad: both device files in one select loop, loss, return. No ROS, no rule but the sign of life."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from outrider_drive.pilot import kernel
from outrider_drive.pilot.crosscheck import HeldCheck
from outrider_drive.pilot.decode import Decoder
from outrider_drive.pilot.life import MS, Life
from outrider_drive.pilot.mapping import Mapping
from outrider_drive.pilot.records import (
    EV_MSC,
    EV_SYN,
    MSC_TIMESTAMP,
    SYN_DROPPED,
    InputEvent,
    JsRecord,
    event_splitter,
    js_splitter,
)
from outrider_drive.pilot.words import NEUTRAL, Files, PadError, Sample
from outrider_drive.words import Operator

REOPEN_NS = 250 * MS
REREAD_NS = 50 * MS  # between closing the joystick device and opening it again
# Motion reports wake nobody, or they would do so 250 times a second: what came is read this often, and with each record
# of the buttons. A late reading does not make a report younger, for its age is told by the pad's own clock. The kernel
# keeps 128 events of 8 a report: ten times this at 250 reports a second.
MOTION_S = 0.010
READ_BYTES = 1 << 16  # more than the kernel queues for either device


class Find(Protocol):
    """Tells the files of the pad, and remembers which pad it was."""

    def __call__(self) -> Files:
        """Return the files or raise PadError."""

    def keep(self, files: Files) -> None:
        """Look for this pad only from now on."""


class PadLink:
    """Owns the pad's device files. Call step() at 50 Hz or faster; it returns at once when a control changes.

    `problem` is one sentence, empty while all is well. `files` is the pad in use, None while there is none.
    """

    def __init__(self, find: Find, mapping: Mapping, clock: Callable[[], int],
                 held_keys: Callable[[int], frozenset[int]] = kernel.held_keys) -> None:
        """Take how to find the pad, its mapping and a clock (CLOCK_BOOTTIME, ns). Nothing is opened yet."""
        self.mapping = mapping
        self.life = Life(hold_limit_ns=int(mapping.hold_limit_s * 1e9))
        self.problem = 'pad: it has not been looked for yet.'
        self.files: Files | None = None
        self.rereads = self.losses = 0
        self._find, self._clock, self._held_keys = find, clock, held_keys
        self._js = self._motion = -1
        self._decoder = Decoder(mapping.buttons, mapping.axes)
        self._check = HeldCheck(None, mapping)
        self._retry_ns = self._js_due_ns = 0
        self._stamped = self._moved = False

    def step(self, timeout_s: float = 0.0) -> list[Sample]:
        """Wait up to `timeout_s`, then return every state of the controls since, oldest first, at least one.

        It comes back at once for a record of the buttons or a loss, and after MOTION_S to read the motion sensors.
        The first open, and each after a loss, requires neutral controls before anything counts.
        """
        if self.files is None:
            self._open(self._clock())
        self._sleep(min(timeout_s, MOTION_S))
        readable, _, _ = select.select([fd for fd in (self._js, self._motion) if fd >= 0], [], [], 0.0)
        now = self._clock()
        if self.files is None:
            return [Sample(NEUTRAL, self._operator(now))]
        was_required = self.life.neutral_required
        try:
            return self._take(now, readable, was_required)
        except PadError as error:
            self._lose(now, str(error))
        except OSError as error:
            self._lose(now, f'pad: {self.files.js.name} was lost ({os.strerror(error.errno or 0)}). Switch the pad on '
                            'again.')
        return [Sample(NEUTRAL, self._operator(now), edge=True)]

    def close(self) -> Sample:
        """Close all files; return the last word: nobody is there."""
        self.life.closed('the link was closed')
        self._close_js()
        if self._motion >= 0:
            os.close(self._motion)
        self._motion = -1
        self._check.close()
        self.files = None
        return Sample(NEUTRAL, self._operator(self._clock()), edge=True)

    def _sleep(self, timeout_s: float) -> None:
        poll = select.poll()
        if self._js >= 0:
            poll.register(self._js, select.POLLIN)
        if self._motion >= 0:
            poll.register(self._motion, 0)  # its loss wakes, its reports do not
        poll.poll(timeout_s * 1000)

    def _take(self, now: int, readable: list[int], was_required: bool) -> list[Sample]:
        if self._js >= 0 and self.life.silent(now):
            self._reread(now, f'pad: {self.life.why}, expected a few hundred motion reports a second. Come nearer or '
                              'charge it.')
        # Buttons first: so does the kernel, and the delay of what is read here is then known from the motion.
        changes = self._records(now) if self._js in readable else []
        if self._motion in readable:
            self._events(now)
        self.life.polled(now)
        if self._js < 0 and now >= self._js_due_ns and (self._motion < 0 or self._moved):
            self._open_js()
        if self._js >= 0 and self._decoder.complete and self._check.differs(now, self._decoder.pad):
            self.life.doubt('the joystick device froze')
            self._reread(now, 'pad: its joystick device froze, the kernel knows other buttons held. Reading it again.')
        samples = [Sample(pad.pad, self._operator(now), True, pad.pressed) for pad in changes[:-1]]
        if self._js >= 0 and self._decoder.complete:
            self.life.controls(now, neutral=self._decoder.pad.is_neutral(self.mapping.deadzone))
            self._say()
        pressed = changes[-1].pressed if changes else frozenset()
        edge = bool(changes) or self.life.neutral_required != was_required
        return [*samples, Sample(self._decoder.pad, self._operator(now), edge, pressed)]

    def _records(self, now: int) -> list[Sample]:
        changes = []
        for record in self._js_split.feed(_read(self._js)):
            changes += self._record(record, now)
        return changes

    def _record(self, record: JsRecord, now: int) -> list[Sample]:
        self.life.buttons(now)
        if record.initial and self._decoder.complete:
            self.life.doubt('the kernel lost button events')
        before = self._decoder.pad.held
        if not self._decoder.take(record):
            return []
        pad = self._decoder.pad
        pressed = frozenset() if record.initial else pad.held - before
        return [Sample(pad, self._operator(now), True, pressed)]

    def _events(self, now: int) -> None:
        for event in self._event_split.feed(_read(self._motion)):
            self._event(event, now)

    def _event(self, event: InputEvent, now: int) -> None:
        if (event.type, event.code) == (EV_MSC, MSC_TIMESTAMP):
            self._stamped = self._moved = True
            self.life.motion(now, event.value % (1 << 32))
        elif (event.type, event.code) == (EV_SYN, SYN_DROPPED):
            self.life.doubt('the kernel lost motion events')

    def _open(self, now: int) -> None:
        if now < self._retry_ns:
            return
        self._retry_ns = now + REOPEN_NS
        try:
            files = self._find()
            self._motion = -1 if files.motion is None else _opened(files.motion)
            self.files = files
            self._open_js()
        except PadError as error:
            self.close()
            self.problem = str(error)
            return
        self._event_split = event_splitter()
        self._check = HeldCheck(files.buttons, self.mapping, self._held_keys)
        self._stamped = False
        self._find.keep(files)
        self.life.opened(now, has_motion=self._motion >= 0)
        self._say()

    def _open_js(self) -> None:
        assert self.files is not None
        self._js_split = js_splitter()
        self._decoder = Decoder(self.mapping.buttons, self.mapping.axes)
        self._js = _opened(self.files.js)
        fifo = kernel.is_fifo(self._js)
        told = kernel.ask_stand_in(self.files.js) if fifo else kernel.ask(self._js, str(self.files.js))
        if told is not None:
            kernel.check(told, self.mapping, self.files.driver)

    def _reread(self, now: int, why: str) -> None:
        """Close the joystick device; its next opening tells the state of every control anew."""
        self._close_js()
        self._decoder = Decoder(self.mapping.buttons, self.mapping.axes)
        self._moved, self._js_due_ns = False, now + REREAD_NS
        self.rereads += 1
        self.problem = why

    def _lose(self, now: int, why: str) -> None:
        self.close()
        self.life.closed('the pad was lost')
        self.losses += 1
        self._retry_ns = now + REOPEN_NS
        self.problem = why

    def _close_js(self) -> None:
        if self._js >= 0:
            os.close(self._js)
        self._js = -1

    def _say(self) -> None:
        if self._motion < 0 and not self.life.neutral_required:
            self.problem = 'pad: it has no motion sensors, so nothing proves that it is in reach. Use a PS4 pad by ' \
                           'Bluetooth, or allow a walk by no_sign_of_life_mps in the rig file.'
        elif self._motion >= 0 and not self._stamped:
            self.problem = 'pad: its motion sensors gave no time stamp of their own yet, so nothing proves that ' \
                           'it is in reach. Move it, or update the kernel.'
        else:
            self.problem = f'pad: {self.life.why}. Let go of everything.' if self.life.neutral_required else ''

    def _operator(self, now: int) -> Operator:
        name, uniq = (self.files.name, self.files.uniq) if self.files else ('', '')
        return self.life.operator(now, name, uniq)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise PadError(f'pad: cannot open {path}: {os.strerror(error.errno or 0)}. Switch the pad on; if it is the '
                       'permission, add yourself to the group input.') from None


def _read(fd: int) -> bytes:
    with contextlib.suppress(BlockingIOError):
        data = os.read(fd, READ_BYTES)
        if not data:
            raise PadError('pad: its device file ended. Switch the pad on again.')
        return data
    return b''
