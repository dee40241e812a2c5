"""What a check is. A room's file offers `CHECKS: tuple[Check, ...]`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Result:
    """The outcome of one check. `action` is empty where nothing is to be done, else one pasteable command or deed."""

    status: str  # ok, warn, fail
    seen: str
    expected: str = ''
    action: str = ''
    lines: tuple[str, ...] = ()  # below it, for a person who asked for this topic
    data: Mapping[str, object] = field(default_factory=dict)  # the same for programs


@dataclass(frozen=True)
class Check:
    """One question to the machine. `topic` groups checks: `outrider doctor radar` runs those of `radar`.

    `beside`: it takes no device, so it is asked beside a stack that runs, too.
    """

    name: str
    topic: str
    run: Callable[[], Result]
    beside: bool = False
