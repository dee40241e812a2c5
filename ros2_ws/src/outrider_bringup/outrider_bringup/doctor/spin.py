"""`outrider doctor drive --spin`: wheels up, turns them for a second through the real link, falls silent, and looks.

The person at the terminal stands for the pad: Ctrl+C brakes. Whatever happens, it ends with the motors braked.
"""

from __future__ import annotations

import contextlib
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import FrameType

from outrider_bringup.doctor import fall, machine
from outrider_bringup.doctor.check import Check, Result
from outrider_bringup.doctor.fall import Look
from outrider_bringup.doctor.machine import Machine
from outrider_bringup.errors import UserError
from outrider_drive import rig_lock
from outrider_drive.motors import codec, values
from outrider_drive.motors.codec import Id, Reader
from outrider_drive.motors.link import VescLink
from outrider_drive.port import real_ports_held
from outrider_drive.words import DriveCommand, Mode, Operator, Source
from outrider_node import boottime_ns

WORD = 'turn'
ERPM = 1000
READY_S, DRIVE_S, LOOK_S, BRAKE_S = 12.0, 1.0, 1.6, 1.5
PERIOD_S, ANSWER_S, AFTER_S = 0.01, 0.02, 0.1
GOVERNOR = 0x5D0C  # any number that is not 0


def run(say: Callable[[str], None]) -> tuple[Check, ...]:
    """Ask, turn, look. Returns one check a controller, already answered. Raises UserError."""
    of = machine.chosen()
    _nobody_else(of)
    _confirmed(of, say)
    with _locked(of), _signals():
        spin = Spin(of)
        try:
            spin.ready()
            say(f'turning at {ERPM} eRPM for {DRIVE_S:g} s; Ctrl+C brakes')
            spin.drive()
            say('silent now')
            results = spin.look()
        finally:
            spin.brake()
    return tuple(Check(f'VESC {"by CAN" if which else "on the port"}', 'drive', lambda result=result: result)  # type: ignore[misc]
                 for which, result in enumerate(results))


class Spin:
    """One turn of the wheels. `link` owns the port all the while."""

    def __init__(self, of: Machine) -> None:
        """Look for the VESC; a slow turn with the wheels up needs no proof of the timeout: it is what measures it."""
        self._setup = replace(of.setup, unproved_erpm=min(ERPM, of.setup.limits.max_erpm))
        self.link = VescLink(of.ports, self._setup)
        self._reader = Reader()
        self._sequence = 0

    def ready(self) -> None:
        """Come to a link that drives when told to. Raises UserError where it does not."""
        end = time.monotonic() + READY_S
        while self.link.refusal is not None or self.link.judge.why is not None:
            if time.monotonic() > end:
                why = self.link.judge.why
                raise UserError(self.link.problem or f'motors: {why.text if why else "not ready"}. Run: ./outrider '
                                                     'doctor drive')
            self._step(Mode.BRAKE)

    def drive(self) -> None:
        """Turn both for a second. Raises UserError where they do not turn."""
        end = time.monotonic() + DRIVE_S
        while time.monotonic() < end:
            self._step(Mode.DRIVE)
            why = self.link.judge.why
            if why is not None:
                raise UserError(f'the turn was stopped: {why.text}. {self.link.problem or "Look at wheels and cables"}')
        slow = [which for which, one in enumerate(self.link.pair.said) if one is None or abs(one.erpm) < ERPM / 2]
        if slow:
            raise UserError(f'the motor {"by CAN" if slow[0] else "on the port"} did not turn at {ERPM} eRPM. Check '
                            'its cables, and its detection in VESC Tool.')

    def look(self) -> list[Result]:
        """Send no set-point any more; ask each in turn until all rest, or it takes too long."""
        silent_ns = self.link.wrote_ns or boottime_ns()
        looks: list[list[Look]] = [[Look(silent_ns, one.erpm, one.current_motor_a, False)] if one else []
                                   for one in self.link.pair.said]
        end_ns, rest_ns = silent_ns + int(LOOK_S * 1e9), None
        while (now := boottime_ns()) < end_ns and (rest_ns is None or now < rest_ns + int(AFTER_S * 1e9)):
            for which in range(len(looks)):
                self._ask(which, looks)
            if rest_ns is None and all(abs(one[-1].erpm) < fall.REST_ERPM and one[-1].timed_out is not False
                                       for one in looks):
                rest_ns = boottime_ns()
        return [fall.judged(fall.seen(one, silent_ns), settings)
                for one, settings in zip(looks, self.link.pair.settings, strict=True)]

    def brake(self) -> None:
        """Brake until all rest, at most 1.5 s, then let go of the port with the last word a stop."""
        port = self.link.port
        with contextlib.suppress(OSError):
            if port is not None and self.link.pair.firmware is not None:
                stop = b''.join(codec.frame(codec.brake(self._setup.limits.stop_current_a), can)
                                for can in self._setup.cans)
                looks: list[list[Look]] = [[] for _ in self._setup.cans]
                end = time.monotonic() + BRAKE_S
                while time.monotonic() < end and not all(one and abs(one[-1].erpm) < fall.REST_ERPM for one in looks):
                    port.write_now(stop)
                    for which in range(len(looks)):
                        self._ask(which, looks)
        self.link.close()

    def _step(self, mode: Mode) -> None:
        now = boottime_ns()
        self._sequence += 1
        person = Operator(now, self._sequence, 0, Source.MOTION, True, False)
        speed_mps = self._setup.drivetrain.speed_mps(ERPM) if mode is Mode.DRIVE else 0.0
        self.link.want(DriveCommand(now, self._sequence, GOVERNOR, self.link.epoch, person, mode, speed_mps), now)
        self.link.step(now)
        time.sleep(PERIOD_S)

    def _ask(self, which: int, looks: list[list[Look]]) -> None:
        """Ask one controller for its values and take whatever answers within 20 ms. Raises OSError."""
        port = self.link.port
        if port is None:
            return
        port.write_now(codec.frame(codec.ask(Id.GET_VALUES), self._setup.cans[which]))
        end = time.monotonic() + ANSWER_S
        while (left_s := end - time.monotonic()) > 0:
            select.select([port.fileno()], [], [], left_s)
            heard = [self._take(payload, looks) for payload in self._reader.feed(port.read_now(4096))]
            if which in heard:
                return

    def _take(self, payload: bytes, looks: list[list[Look]]) -> int | None:
        if payload[0] != Id.GET_VALUES:
            return None
        said = values.values(payload)
        which = int(self._setup.can_id is not None and said.controller_id == self._setup.can_id)
        looks[which].append(Look(boottime_ns(), said.erpm, said.current_motor_a, said.timeout_active))
        return which


def _nobody_else(of: Machine) -> None:
    for port, pid in real_ports_held():
        raise UserError(f'{port} belongs to process {pid}: {of.name} is up. Stop that one first.')


def _confirmed(of: Machine, say: Callable[[str], None]) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError('--spin turns the wheels and asks a person first, at a terminal. Run it there.')
    say(f'This turns the wheels of the rig {of.name} for a second, then waits for the VESCs to stop by themselves.')
    say('Lift the machine: no wheel may touch anything, nobody stands near.')
    try:
        answer = input(f"Type '{WORD}' and Enter to go on: ")
    except EOFError:
        answer = ''
    if answer.strip() != WORD:
        raise UserError(f"'{answer.strip()}' is not '{WORD}': nothing was turned.")


@contextlib.contextmanager
def _locked(of: Machine) -> Iterator[None]:
    """Hold the rig's lock: a machine has one master."""
    try:
        lock = rig_lock.RigLock(rig_lock.path_of(of.lock_name), of.lock_name)
    except rig_lock.RigLockError as error:
        raise UserError(str(error)) from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """Let kill and a closed terminal brake like Ctrl+C; the second signal does not interrupt the braking."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise KeyboardInterrupt

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
