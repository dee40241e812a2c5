"""What the front knows beside tracker and judge; it goes into a snapshot with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Mount = tuple[str, tuple[float, float, float], tuple[float, float, float, float]]  # parent, metres, quaternion


@dataclass(frozen=True)
class Lens:
    """What is kept of a CameraInfo: K row by row (9), and the size of the picture."""

    k: tuple[float, ...]
    width: int
    height: int


@dataclass
class Memory:
    """The last depth images are not in it: a replay shows them again."""

    epoch_ns: int | None = None
    mounts: dict[str, Mount] = field(default_factory=dict)
    chirp: dict[str, Any] = field(default_factory=dict)  # as PolarScan takes it; empty: nothing is known to be folded
    lenses: dict[str, Lens] = field(default_factory=dict)
    dark: bool = False
