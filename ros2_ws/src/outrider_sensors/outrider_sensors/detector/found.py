"""What is in one picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """Bodies of one picture, the surest first.

    `edges_px` (n, 4): left, top, right, bottom in pixels of the picture that was given, within it. `kinds`: our names.
    `scores` (n,): 0..1.
    """

    edges_px: Floats
    kinds: tuple[str, ...]
    scores: Floats

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.kinds)

    def scaled(self, across: float, down: float) -> Found:
        """Return the same in a picture `across` times as wide and `down` times as high."""
        return Found(self.edges_px * np.array([across, down, across, down]), self.kinds, self.scores)


NOTHING = Found(np.empty((0, 4)), (), np.empty(0))
