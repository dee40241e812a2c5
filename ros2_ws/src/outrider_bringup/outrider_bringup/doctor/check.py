"""What a check is. A room's file offers `CHECKS: tuple[Check, ...]`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """The outcome of one check. `action` is empty where nothing is to be done, else one pasteable command or deed."""

    status: str  # ok, warn, fail
    seen: str
    expected: str = ''
    action: str = ''


@dataclass(frozen=True)
class Check:
    """One question to the machine. `topic` groups checks: `outrider doctor radar` runs those of `radar`."""

    name: str
    topic: str
    run: Callable[[], Result]
