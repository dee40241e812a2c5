"""Compares what comes out of the topic with the recording that went in, value by value and in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# x, y and z are equal to the last bit. Velocity and strength went through the wire as a bin number and a linear peak:
# the step of the first is known to six digits, the second is a float32 of about 35 dB (4e-6).
EXACT_VELOCITY_MPS = 1e-5
EXACT_SNR_DB = 1e-5

Points = NDArray[np.float32]  # (n, 5): x, y, z in m, velocity in m/s, snr in dB


def as_points(frame: NDArray[np.void]) -> Points:
    """Return a frame of the recording as the topic should carry it, (n, 5) float32."""
    columns = [frame[name] for name in ('x', 'y', 'z', 'velocity', 'intensity_db')]
    return np.column_stack(columns).astype(np.float32).reshape(-1, 5)


def exact(got: Points, sent: Points) -> NDArray[np.bool_]:
    """Tell for each row of two (n, 5) arrays of equal length whether every value is the one that was sent."""
    off = np.abs(got - sent)
    same: NDArray[np.bool_] = ((got[:, :3] == sent[:, :3]).all(axis=1) & (off[:, 3] <= EXACT_VELOCITY_MPS)
                               & (off[:, 4] <= EXACT_SNR_DB))
    return same


@dataclass(frozen=True)
class Step:
    """One message compared: which frame it is, counted on through every loop, and how many of its points are exact."""

    frame: int
    points: int
    exact: int


class Follower:
    """Follows the recording, looped, through the messages of a topic."""

    def __init__(self, frames: Sequence[Points]) -> None:
        """`frames` as as_points() gives them, at least one."""
        self._frames = list(frames)
        self._next = 0

    def take(self, got: Points) -> Step:
        """Compare one message, (n, 5) float32.

        A message that is not the next frame is looked for in the frames after it, one round: what lies between was
        lost. One that is found nowhere counts as the next frame, damaged.
        """
        for ahead in range(len(self._frames)):
            frame = self._next + ahead
            sent = self._frames[frame % len(self._frames)]
            if len(sent) == len(got) and exact(got, sent).all():
                self._next = frame + 1
                return Step(frame, len(got), len(got))
        frame = self._next
        self._next += 1
        sent = self._frames[frame % len(self._frames)]
        good = int(exact(got, sent).sum()) if len(sent) == len(got) else 0
        return Step(frame, len(got), good)
