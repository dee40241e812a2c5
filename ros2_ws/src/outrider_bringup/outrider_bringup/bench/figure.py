"""What a figure is. A subject's file offers `FIGURES: tuple[Figure, ...]`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measured:
    """What was seen. `peer` names the thing measured beside it in the same run, with its own value."""

    value: float
    detail: str = ''
    peer: str = ''
    peer_value: float | None = None
    extra: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """One figure with its unit and limit; `sense` is '<=' or '>='.

    `run` takes a `say(text)` for progress and returns one Measured per name in `names`, in order.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    limits: tuple[float | None, ...]
    sense: str
    run: Callable[[Callable[[str], None]], tuple[Measured, ...]]
    about: str = ''
    group: str = ''
