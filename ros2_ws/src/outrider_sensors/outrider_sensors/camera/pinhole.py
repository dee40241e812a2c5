"""The pinhole camera as numbers: intrinsics, what decimation does to them, and the matrices of a CameraInfo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Five = tuple[float, float, float, float, float]
NONE: Five = (0.0, 0.0, 0.0, 0.0, 0.0)
OWN_LENS = (0.0,) * 9  # what the camera says of itself


@dataclass(frozen=True)
class Pinhole:
    """Focal lengths and principal point in pixels; k1, k2, p1, p2, k3 of Brown and Conrady (ROS: plumb_bob)."""

    width: int
    height: int
    fx: float
    fy: float
    ppx: float
    ppy: float
    distortion: Five = NONE

    def with_lens(self, lens: Sequence[float], width: int) -> Pinhole:
        """Return this camera with `lens` (fx, fy, ppx, ppy, k1, k2, p1, p2, k3), found on images `width` pixels wide.

        Without a focal length (fx 0) it stays as it is.
        """
        if not lens[0]:
            return self
        scale = self.width / width
        fx, fy, ppx, ppy = (value * scale for value in lens[:4])
        k1, k2, p1, p2, k3 = lens[4:]
        return Pinhole(self.width, self.height, fx, fy, ppx, ppy, (k1, k2, p1, p2, k3))

    def decimated(self, every: int) -> Pinhole:
        """Return the camera of the image that keeps pixels 0, `every`, 2 `every`, ... of each row and column."""
        return Pinhole(-(-self.width // every), -(-self.height // every), self.fx / every, self.fy / every,
                       self.ppx / every, self.ppy / every, self.distortion)

    def k(self) -> list[float]:
        """Return the 3 x 3 intrinsic matrix, row by row."""
        return [self.fx, 0.0, self.ppx, 0.0, self.fy, self.ppy, 0.0, 0.0, 1.0]

    def p(self) -> list[float]:
        """Return the 3 x 4 projection matrix, row by row."""
        return [self.fx, 0.0, self.ppx, 0.0, 0.0, self.fy, self.ppy, 0.0, 0.0, 0.0, 1.0, 0.0]
