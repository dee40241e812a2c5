"""The writer's own last judgement for the relays, as motors/judge.py is for the motors. Pure.

It believes no stored command: each is judged again before each frame, by its own stamp. Whatever stops a motion
against its governor's word latches and raises the epoch; only a command of the new epoch that wants nothing ends that.
"""

from __future__ import annotations

from enum import IntEnum

from outrider_drive.gate import GAP_NS, Drop, Gate, Sender, heard, in_lease, obeyed_until_ns
from outrider_drive.relays.words import OFF, STOP, Wanted
from outrider_drive.words import RelayCommand

_JACK = {1: 'U', 0: OFF, -1: 'D'}
_STEER = {1: 'L', 0: OFF, -1: 'R'}


class Latch(IntEnum):
    """Why no relay is switched on until a fresh start, in order of gravity; with a short text for a screen."""

    TWO_GOVERNORS = 1
    LINK = 2
    GAP = 3
    LEASE = 4
    OPERATOR = 5
    NEW_GOVERNOR = 6
    ENDING = 7

    @property
    def text(self) -> str:
        """The reason in a few words."""
        return _TEXTS[self]


_TEXTS = {
    Latch.TWO_GOVERNORS: 'two governors command the relays',
    Latch.LINK: 'the relay controller is not ready',
    Latch.GAP: 'the relays were not served for 100 ms',
    Latch.LEASE: 'the governor fell silent',
    Latch.OPERATOR: 'the operator is not heard',
    Latch.NEW_GOVERNOR: 'the governor is new',
    Latch.ENDING: 'the relays node is ending',
}


class RelayJudge:
    """Takes commands, says what to want. All times are CLOCK_BOOTTIME, ns."""

    def __init__(self, epoch: int = 0) -> None:
        """Begin latched, at `epoch`: nothing is on before the link is ready and a governor began with nothing."""
        self.epoch = epoch
        self.latch: Latch | None = Latch.LINK
        self._gate = Gate()
        self.dropped = self._gate.dropped
        self._ready = False
        self._link_epoch: int | None = None
        self._command: RelayCommand | None = None
        self._asked_ns: int | None = None
        self._ending = False

    @property
    def expires_ns(self) -> int | None:
        """The last moment at which the command may switch anything on, None where it does not: ask again after it."""
        return None if self._command is None or _neutral(self._command) else obeyed_until_ns(self._command)

    def take(self, command: RelayCommand, now: int) -> Drop | None:
        """Take a command that arrived at `now`, or return why not. What is not taken is counted in `dropped`."""
        drop, sender = self._gate.judge(command, now, self.epoch, command.jack in _JACK and command.steer in _STEER)
        if sender is Sender.SECOND:
            self._trip(Latch.TWO_GOVERNORS)
        elif sender is Sender.NEW:
            self._trip(Latch.NEW_GOVERNOR, epoch=False)
        if drop is not None:
            return drop
        self._command = command
        if _neutral(command) and self._ready and self._gate.alone(now):
            self.latch = None
        return None

    def see(self, link_epoch: int, ready: bool) -> None:
        """Say how the link is: its own epoch, and whether the relay controller may be asked to move."""
        if link_epoch != self._link_epoch or (self._ready and not ready):
            self._link_epoch = link_epoch
            self._trip(Latch.LINK)
        self._ready = ready

    def end(self) -> None:
        """Say that this process ends: whatever is commanded, from now on all is off."""
        self._ending = True
        self._trip(Latch.ENDING)

    def order(self, now: int) -> tuple[Wanted, int]:
        """Return what to want, and when that was computed. To be asked right before a frame is written."""
        gap = self._asked_ns is not None and now - self._asked_ns > GAP_NS
        self._asked_ns = now
        if gap:
            self._trip(Latch.GAP)
        command = self._command
        if command is None or self._ending:
            return STOP, now
        if not in_lease(command.boottime_ns, now):
            return self._lapsed(command, Latch.LEASE, now)
        if _neutral(command):
            return Wanted(clear_faults=command.clear_faults), command.boottime_ns
        if not heard(command.operator, now):
            return self._lapsed(command, Latch.OPERATOR, now)
        if self.latch is not None:
            return STOP, now
        off = not command.jack and not command.steer  # only a stop clears faults
        return Wanted(_JACK[command.jack], _STEER[command.steer], command.horn,
                      command.clear_faults and off), command.boottime_ns

    def _lapsed(self, command: RelayCommand, why: Latch, now: int) -> tuple[Wanted, int]:
        if not _neutral(command):
            self._trip(why)
        return STOP, now

    def _trip(self, why: Latch, epoch: bool = True) -> None:
        """Latch, void what was commanded, and once for each fresh start raise the epoch."""
        if epoch and (self.latch is None or self.latch is Latch.NEW_GOVERNOR or why is Latch.LINK):
            self.epoch += 1
        self._command = None
        self.latch = why if self.latch is None else min(self.latch, why)


def _neutral(command: RelayCommand) -> bool:
    return not (command.jack or command.steer or command.horn)
