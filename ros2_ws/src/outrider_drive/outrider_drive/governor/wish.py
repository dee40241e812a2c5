"""What is wished for: the person's controls, and a program's where the person's are at rest."""

from __future__ import annotations

from dataclasses import dataclass

from outrider_drive.governor.times import WISH_MAX_AGE
from outrider_drive.words import Request


@dataclass(frozen=True)
class Wish:
    """Motion as asked for, before any rule."""

    speed_mps: float = 0.0
    steer: int = 0
    jack: int = 0

    def __bool__(self) -> bool:
        """Whether anything is to move."""
        return bool(self.speed_mps or self.steer or self.jack)


NOTHING = Wish()


def of_person(request: Request) -> Wish:
    """Return what the person's own controls ask for."""
    return Wish(request.speed_mps, request.steer, request.jack)


def merged(request: Request, program: Request | None, now: int) -> Wish:
    """Return the person's wish; where it does not drive or lift, the program's speed. A program has no jack."""
    own = of_person(request)
    if own.speed_mps or own.jack or program is None or now - program.boottime_ns > WISH_MAX_AGE:
        return own
    return Wish(program.speed_mps, own.steer or program.steer)
