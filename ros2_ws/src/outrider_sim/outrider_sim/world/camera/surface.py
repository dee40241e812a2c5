"""Which colour of its paintbox each pixel of a body shows, and how it stands to the light."""

from __future__ import annotations

import numpy as np

from outrider_sim.world.camera.scene import Faces
from outrider_sim.world.camera.shapes import Ints
from outrider_sim.world.camera.texels import COLUMNS, ROWS
from outrider_sim.world.camera.textures import ATLAS
from outrider_sim.world.camera.view import F32


def texels(faces: Faces, face: Ints, x: F32, y: F32, depth: F32) -> Ints:
    """Return numbers of colours (n,) at pixels that see `face`."""
    column = (_value(faces.u, face, x, y, depth) * COLUMNS).astype(np.intp)
    row = (_value(faces.v, face, x, y, depth) * ROWS).astype(np.intp)
    column &= COLUMNS - 1
    row &= ROWS - 1
    row *= COLUMNS
    row += column
    row += (faces.texture * (ROWS * COLUMNS)).take(face)
    made: Ints = ATLAS.take(row).astype(np.intp)
    return made


def shade(faces: Faces, face: Ints, x: F32, y: F32, depth: F32) -> F32:
    """Return the cosine (n,) of the angle at which light falls on each pixel's surface."""
    return _value(faces.shade, face, x, y, depth)


def _value(rows: F32, face: Ints, x: F32, y: F32, depth: F32) -> F32:
    made = rows[:, 0].take(face)
    made *= x
    part = rows[:, 1].take(face)
    part *= y
    made += part
    made += rows[:, 2].take(face)
    made *= depth
    made += rows[:, 3].take(face)
    return made
