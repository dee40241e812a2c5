"""A walking person in depth images: whatever is nearer than what is usually there, as one body a picture. Pure.

What stands there most of the time is background, pixel by pixel, so it needs no empty picture to begin with. The body
is the densest place of the rest, seen from above.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WIDEST = 160          # columns kept of a picture: a person at 8 m is still 10 wide
MOST_HZ = 16.0        # pictures kept a second
LEARN_FROM = 60       # pictures that make the background, spread over all
SEEN_SHARE = 0.25     # a pixel known less often has no background: open sky, black asphalt
NEARER_M = 0.3        # than the background, at least
NEARER_SD = 5.0       # and by so many of the pixel's own standard deviations
REACH_M = 12.0        # the depth of a D455 is worth nothing beyond (2 % at 4 m, growing with the square)
NEAREST_M = 0.8       # a hand at the lens
CELL_M = 0.5          # of the search from above
BODY_M = 0.6          # about its middle: a person with arms and a step
LEAST_M2 = 0.15       # of a person's front
LEAST_PIXELS = 25


class Lens(NamedTuple):
    """The pinhole of the pictures: focal lengths and principal point in pixels."""

    fx: float
    fy: float
    ppx: float
    ppy: float


class Sightings(NamedTuple):
    """Where the body was: times (n,) s, middles of its front (n, 3) m; axes of the caller."""

    t_s: Floats
    xyz_m: Floats


class DepthWalk:
    """Keeps pictures of depth and finds the body in all of them at the end."""

    def __init__(self, lens: Lens) -> None:
        """Take the geometry of the pictures."""
        self._lens = lens
        self._times: list[float] = []
        self._pictures: list[NDArray[np.uint16]] = []
        self._every = 1

    def add(self, t_s: float, depth_mm: NDArray[np.uint16]) -> None:
        """Take a picture (h, w), mm, 0 = unknown. One that comes too soon after the last is left out."""
        if self._times and 0.0 <= t_s - self._times[-1] < 1.0 / MOST_HZ:
            return
        self._every = -(-depth_mm.shape[1] // WIDEST)
        self._times.append(t_s)
        self._pictures.append(depth_mm[::self._every, ::self._every].copy())

    @property
    def count(self) -> int:
        """How many pictures are kept."""
        return len(self._times)

    def newest(self) -> Floats | None:
        """Return the body (3,) in the newest picture as far as the background is known by now; None: nobody."""
        if not self._pictures:
            return None
        nearer_than, columns = self._learnt()
        return self._body(self._pictures[-1], nearer_than, self._rays(*nearer_than.shape), columns)

    def sightings(self) -> Sightings:
        """Return the body in the axes of the lens (x right, y down, z ahead); pictures without one are left out."""
        if not self._pictures:
            return Sightings(np.zeros(0), np.zeros((0, 3)))
        nearer_than, columns = self._learnt()
        rays = self._rays(*nearer_than.shape)
        found = [(t_s, middle) for t_s, picture in zip(self._times, self._pictures, strict=True)
                 if (middle := self._body(picture, nearer_than, rays, columns)) is not None]
        return Sightings(np.array([t_s for t_s, _ in found]), np.array([xyz for _, xyz in found]).reshape(-1, 3))

    def _learnt(self) -> tuple[Floats, tuple[int, int]]:
        learn = np.unique(np.linspace(0, len(self._pictures) - 1, LEARN_FROM).round().astype(int))
        return _background(np.stack([self._pictures[place] for place in learn]))

    def _rays(self, height: int, width: int) -> Floats:
        """Return the points (h, w, 3) at depth 1 of all pixels."""
        lens, every = self._lens, self._every
        right = (np.arange(width) * every - lens.ppx) / lens.fx
        down = (np.arange(height) * every - lens.ppy) / lens.fy
        return np.stack([*np.meshgrid(right, down), np.ones((height, width))], axis=-1)

    def _body(self, picture: NDArray[np.uint16], nearer_than: Floats, rays: Floats, columns: tuple[int, int]
              ) -> Floats | None:
        depth_m = picture.astype(np.float64) * 1e-3
        rows, across = np.nonzero((depth_m > NEAREST_M) & (depth_m < np.minimum(nearer_than, REACH_M)))
        if len(rows) < LEAST_PIXELS:
            return None
        depth = depth_m[rows, across]
        points = rays[rows, across] * depth[:, None]
        area_m2 = depth**2 * (self._every**2 / (self._lens.fx * self._lens.fy))
        own = _around_densest(points, area_m2)
        if own.sum() < LEAST_PIXELS or area_m2[own].sum() < LEAST_M2:
            return None
        if across[own].min() <= columns[0] or across[own].max() >= columns[1]:
            return None  # cut off: his middle is somewhere else
        middle: Floats = points[own].mean(axis=0)
        return middle


def _background(pictures: NDArray[np.uint16]) -> tuple[Floats, tuple[int, int]]:
    """Return the depth (h, w) in m that something new is nearer than, and the outermost columns that see anything."""
    known = (pictures > 0).sum(axis=0)
    rising = np.sort(np.where(pictures > 0, pictures, 65535), axis=0) * 1e-3
    low, middle, high = (np.take_along_axis(rising, (known * share).astype(int)[None].clip(max=len(pictures) - 1),
                                            axis=0)[0] for share in (0.25, 0.5, 0.75))
    nearer = middle - np.maximum(NEARER_M, NEARER_SD * (high - low) / 1.349)
    nearer_than: Floats = np.where(known >= SEEN_SHARE * len(pictures), nearer, np.inf)
    # Aligned depth is blind along its border; a body that reaches into it has lost an unknown part.
    sees = np.flatnonzero((pictures > 0).any(axis=(0, 1)))
    return nearer_than, ((int(sees[0]), int(sees[-1])) if len(sees) else (0, 0))


def _around_densest(points: Floats, area_m2: Floats) -> NDArray[np.bool_]:
    """Tell which points (n, 3) belong to the body that shows most area, seen from above."""
    flat = points[:, [0, 2]]
    cells = np.floor(flat / CELL_M).astype(int)
    corner = cells.min(axis=0) - 1
    seen = np.zeros(cells.max(axis=0) - corner + 2)
    np.add.at(seen, tuple((cells - corner).T), area_m2)
    # A body on the border of two cells counts in full: each with its eight neighbours.
    near = sum(np.roll(seen, (dx, dz), axis=(0, 1)) for dx in (-1, 0, 1) for dz in (-1, 0, 1))
    middle = (np.array(np.unravel_index(int(np.argmax(near)), seen.shape)) + corner + 0.5) * CELL_M
    own = np.ones(len(points), dtype=bool)
    for _ in range(3):
        own = np.hypot(flat[:, 0] - middle[0], flat[:, 1] - middle[1]) < BODY_M
        if not own.any():
            break
        middle = np.average(flat[own], axis=0, weights=area_m2[own])
    return own
