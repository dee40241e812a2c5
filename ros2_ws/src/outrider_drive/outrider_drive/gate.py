"""What motors and relays both ask of a command before they take it, and of its person before they obey it. Pure.

All times are CLOCK_BOOTTIME, ns.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum

from outrider_drive.words import DriveCommand, Operator, RelayCommand

MS = 1_000_000  # ns
COMMAND_MAX_AGE_NS = 100 * MS  # at arrival
LEASE_NS = 150 * MS  # from the stamp, never from the arrival
OPERATOR_MAX_AGE_NS = 200 * MS
GAP_NS = 100 * MS  # between two frames to a device
GOVERNOR_QUIET_NS = 1000 * MS  # two governors within this time are a fault


class Drop(Enum):
    """Why a command was not taken."""

    NUMBER = 'a number in it is none'
    FUTURE = 'computed in the future'
    AGED = 'older than 100 ms'
    GOVERNOR = 'of another governor'
    EPOCH = 'made for another epoch of the link'
    SEQUENCE = 'not newer than the one before'


class Sender(Enum):
    """Who a command is from."""

    UNASKED = 'thrown away before that was looked at'
    SAME = 'the governor that was heard before'
    NEW = 'a governor of which nobody has heard, after the one before fell silent'
    SECOND = 'a second governor beside the one that is heard'


class Gate:
    """Remembers who governs and how far its commands are. What is thrown away is counted in `dropped`."""

    def __init__(self) -> None:
        """Begin with nobody heard."""
        self.dropped: Counter[Drop] = Counter()
        self._governor: int | None = None
        self._sequence = -1
        self._heard_ns = self._foreign_ns = -GOVERNOR_QUIET_NS - 1

    def judge(self, command: DriveCommand | RelayCommand, now: int, epoch: int,
              sound: bool) -> tuple[Drop | None, Sender]:
        """Return why the `command` that arrived at `now` is not taken, None where it is, and who sent it.

        `epoch` is that of the link now; `sound` says whether the numbers in it are what they may be.
        """
        drop, sender = self._objection(command, now, epoch, sound)
        if drop is not None:
            self.dropped[drop] += 1
        return drop, sender

    def alone(self, now: int) -> bool:
        """Return whether no second governor was heard within the last second."""
        return now - self._foreign_ns > GOVERNOR_QUIET_NS

    def _objection(self, command: DriveCommand | RelayCommand, now: int, epoch: int,
                   sound: bool) -> tuple[Drop | None, Sender]:
        if not sound:
            return Drop.NUMBER, Sender.UNASKED
        age = now - command.boottime_ns
        if age < 0:
            return Drop.FUTURE, Sender.UNASKED
        if age > COMMAND_MAX_AGE_NS:
            return Drop.AGED, Sender.UNASKED
        sender = Sender.SAME
        if command.governor_id != self._governor:
            if now - self._heard_ns <= GOVERNOR_QUIET_NS:
                self._foreign_ns = now
                return Drop.GOVERNOR, Sender.SECOND
            self._governor, self._sequence, sender = command.governor_id, -1, Sender.NEW
        self._heard_ns = now
        if command.link_epoch != epoch:
            return Drop.EPOCH, sender
        if command.sequence <= self._sequence:
            return Drop.SEQUENCE, sender
        self._sequence = command.sequence
        return None, sender


def in_lease(boottime_ns: int, now: int) -> bool:
    """Return whether a command computed at `boottime_ns` may still be obeyed at `now`."""
    return 0 <= now - boottime_ns <= LEASE_NS


def heard(operator: Operator, now: int) -> bool:
    """Return whether a person was at the pad within the last 200 ms, as the pad's own link measured it."""
    since = now - operator.boottime_ns
    return operator.connected and not operator.neutral_required and since >= 0 and operator.age_ns >= 0 \
        and operator.age_ns + since <= OPERATOR_MAX_AGE_NS


def obeyed_until_ns(command: DriveCommand | RelayCommand) -> int:
    """Return the last moment at which lease and person may still let `command` move anything."""
    person_ns = command.operator.boottime_ns + OPERATOR_MAX_AGE_NS - command.operator.age_ns
    return min(command.boottime_ns + LEASE_NS, person_ns)
