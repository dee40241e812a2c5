"""A pinhole camera's image, and an eye in its axes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.eye import Eye

F32 = NDArray[np.float32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """Size and pinhole of an image in pixels; whole numbers are centres of pixels. No distortion."""

    width: int
    height: int
    fx: float
    fy: float
    ppx: float
    ppy: float

    @cached_property
    def x(self) -> F32:
        """How far right a column looks at depth 1, (width,)."""
        return ((np.arange(self.width) - self.ppx) / self.fx).astype(np.float32)

    @cached_property
    def y(self) -> F32:
        """How far down a row looks at depth 1, (height,)."""
        return ((np.arange(self.height) - self.ppy) / self.fy).astype(np.float32)

    @cached_property
    def xs(self) -> F32:
        """`x` of every pixel, row by row, (height * width,)."""
        return np.tile(self.x, self.height)

    @cached_property
    def ys(self) -> F32:
        """`y` of every pixel, row by row, (height * width,)."""
        return np.repeat(self.y, self.width)


def pinhole(width: int, height: int, field_deg: float = 90.0) -> View:
    """Return a view whose horizontal field is `field_deg`; a D455's colour has 90 degrees, its depth 87."""
    focal = width / 2 / float(np.tan(np.radians(field_deg) / 2))
    return View(width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)


def optical(eye: Eye) -> Floats:
    """Return the camera's axes right, down, ahead as columns (3, 3) in the world."""
    ahead, left, up = eye.axes.T
    return np.stack([-left, -up, ahead], axis=1)
