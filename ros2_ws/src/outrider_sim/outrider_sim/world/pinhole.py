"""A camera without lens errors, and what bodies of the world look like in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.eye import Eye
from outrider_sim.world.scenery import Scenery
from outrider_sim.world.snapshot import Snapshot

Floats = NDArray[np.float64]

_NEAREST_M = 0.3  # what is nearer to the image's plane, or behind it, is seen as if it were here
_CORNERS = np.array([[x, y, z] for x in (0.5, -0.5) for y in (0.5, -0.5) for z in (0.0, 1.0)])
_CLASS_OF = {'parked_cars': 'car'}  # things that look like road users


@dataclass(frozen=True)
class Pinhole:
    """Size and focal length in pixels; the axis goes through the middle. x of the image to the right, y down."""

    width: int
    height: int
    focal_px: float

    @classmethod
    def of_field(cls, width: int, height: int, field_deg: float) -> Pinhole:
        """Return the camera with that horizontal field of view."""
        return cls(width, height, 0.5 * width / math.tan(math.radians(0.5 * field_deg)))

    @property
    def centre_px(self) -> tuple[float, float]:
        """Where the axis meets the image."""
        return 0.5 * (self.width - 1), 0.5 * (self.height - 1)


@dataclass(frozen=True)
class Figures:
    """n bodies that may be seen: their class, footprint and height; `row` tells one from another over a whole run."""

    row: NDArray[np.int64]
    kinds: tuple[str, ...]
    xy: Floats
    heading: Floats
    size_m: Floats

    def take(self, index: NDArray[np.int64]) -> Figures:
        """Return those at `index`."""
        return Figures(self.row[index], tuple(self.kinds[place] for place in index.tolist()), self.xy[index],
                       self.heading[index], self.size_m[index])


def figures(snapshot: Snapshot) -> Figures:
    """Return the actors, and things by the road that look like road users."""
    scenery: Scenery = snapshot.scenery
    alike = np.array([place for place, box in enumerate(scenery.boxes) if box.kind in _CLASS_OF], dtype=np.int64)
    actors = len(snapshot.ids)
    return Figures(np.concatenate([np.arange(actors), actors + alike]),
                   (*snapshot.kinds, *(_CLASS_OF[scenery.boxes[place].kind] for place in alike.tolist())),
                   np.concatenate([snapshot.xy, scenery.box_xy[alike]]),
                   np.concatenate([snapshot.heading, scenery.box_heading[alike]]),
                   np.concatenate([snapshot.size_m, scenery.box_size_m[alike]]))


def seen_from(eye: Eye, bodies: Figures) -> Floats:
    """Return the corners (n, 8, 3) of bodies in the sensor's axes: x ahead, y left, z up."""
    c, s = np.cos(bodies.heading)[:, None], np.sin(bodies.heading)[:, None]
    local = _CORNERS * bodies.size_m[:, None, :]
    x = bodies.xy[:, :1] + c * local[..., 0] - s * local[..., 1]
    y = bodies.xy[:, 1:] + s * local[..., 0] + c * local[..., 1]
    off = np.stack([x, y, local[..., 2]], axis=-1) - eye.place
    seen: Floats = (off[..., None] * eye.axes).sum(axis=2)
    return seen


def boxes_px(camera: Pinhole, corners: Floats) -> Floats:
    """Return left, top, right, bottom (n, 4) of bodies (n, 8, 3), cut at the edges; empty where none is."""
    ahead = np.maximum(corners[..., 0], _NEAREST_M)
    cx, cy = camera.centre_px
    u, v = cx - camera.focal_px * corners[..., 1] / ahead, cy - camera.focal_px * corners[..., 2] / ahead
    return np.stack([np.clip(u.min(axis=1), 0.0, camera.width - 1.0), np.clip(v.min(axis=1), 0.0, camera.height - 1.0),
                     np.clip(u.max(axis=1), 0.0, camera.width - 1.0), np.clip(v.max(axis=1), 0.0, camera.height - 1.0)],
                    axis=1)
