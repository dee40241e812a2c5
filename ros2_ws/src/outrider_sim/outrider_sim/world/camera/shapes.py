"""Bodies out of convex parts and balls, in the body's own axes: x ahead, y left, z up, the footprint's centre at 0.

Everything is kept as rows q of four numbers with value(p) = q[:3] . p + q[3]: a plane (inside where it is <= 0), a
ball's three axes (inside where their squares sum to 1 or less), a texture's two coordinates, the parts of a normal.
One product moves all rows of a body to the camera.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Triple = tuple[float, float, float]
_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
_EPS = 1e-9


@dataclass(frozen=True)
class Face:
    """What a surface shows: texture, its coordinates as rows u, v, and its normal as three rows."""

    texture: int
    uv: Floats       # (2, 4)
    normal: Floats   # (3, 4)


@dataclass(frozen=True)
class Part:
    """A convex body (rows: planes, `of` their faces), or a ball (3 rows, one face). `corners` (8, 3) enclose it."""

    rows: Floats
    of: tuple[int, ...]
    faces: tuple[Face, ...]
    corners: Floats
    ball: bool = False
    ring: float = 0.0    # share of a wheel's radius that one looks through; its side faces come first


@dataclass(frozen=True)
class Model:
    """Parts as arrays. `rows` (m, 4): planes and axes of all parts, then u, v and normals of all faces."""

    parts: tuple[tuple[int, int, Ints, bool, float], ...]  # begin and end in rows, faces, ball, ring
    rows: Floats
    corners: Floats      # (parts * 8, 3)
    texture: Ints        # (f,)
    count: int           # of faces
    shape_rows: int      # rows before those of faces


def model(parts: Sequence[Part]) -> Model:
    """Join parts to a body."""
    table: list[tuple[int, int, Ints, bool, float]] = []
    rows: list[Floats] = []
    faces: list[Face] = []
    at = 0
    for part in parts:
        table.append((at, at + len(part.rows), np.array(part.of) + len(faces), part.ball, part.ring))
        rows.append(part.rows)
        faces += part.faces
        at += len(part.rows)
    normals = np.stack([face.normal for face in faces])   # (f, 3, 4)
    rows += [np.stack([face.uv[0] for face in faces]), np.stack([face.uv[1] for face in faces]),
             normals[:, 0], normals[:, 1], normals[:, 2]]
    return Model(tuple(table), np.concatenate(rows), np.concatenate([part.corners for part in parts]),
                 np.array([face.texture for face in faces]), len(faces), at)


def scaled(part: Part, by: Triple) -> Part:
    """Stretch a part along the body's axes."""
    factor = np.array(by)

    def stretch(rows: Floats) -> Floats:
        return np.concatenate([rows[..., :3] / factor, rows[..., 3:]], axis=-1)

    faces = tuple(Face(face.texture, stretch(face.uv), stretch(face.normal)) for face in part.faces)
    return Part(stretch(part.rows), part.of, faces, part.corners * factor, part.ball, part.ring)


def shifted(part: Part, by: Floats) -> Part:
    """Move a part level; its rows keep their values at the moved points."""
    step = np.array([by[0], by[1], 0.0])

    def move(rows: Floats) -> Floats:
        made: Floats = rows.copy()
        made[..., 3] -= rows[..., :3] @ step
        return made

    faces = tuple(Face(face.texture, move(face.uv), move(face.normal)) for face in part.faces)
    return Part(move(part.rows), part.of, faces, part.corners + step, part.ball, part.ring)


def fitted(parts: Sequence[Part], size_m: Triple, into_m: Triple) -> list[Part]:
    """Stretch what was made for a box of `size_m` so that nothing reaches out of one of `into_m`."""
    corners = np.concatenate([part.corners for part in parts])
    most = np.array([2.0 * np.abs(corners[:, 0]).max(), 2.0 * np.abs(corners[:, 1]).max(), corners[:, 2].max()])
    by = (np.array(into_m) / np.maximum(np.array(size_m), most)).tolist()
    return [scaled(part, (by[0], by[1], by[2])) for part in parts]


def extruded(profile: Sequence[tuple[float, float]], half_width: float, textures: Sequence[int], side: int, *,
             lean: float = 0.0, y: float = 0.0) -> Part:
    """Return a convex outline of (x, z), counter-clockwise seen from the right, `half_width` to each side.

    `textures` are those of the outline's edges in order, `side` that of left and right: over the outline's bounding
    box, u from rear to front, v from the top down. Edges: u from left to right as seen from outside with z up, v down
    along the edge. Each metre of height above the lowest point narrows it by `lean` to each side.
    """
    points = np.array(profile)
    low, high = points.min(axis=0), points.max(axis=0)
    rows, faces = [], []
    for (x0, z0), (x1, z1), texture in zip(points, np.roll(points, -1, axis=0), textures, strict=True):
        length = math.hypot(x1 - x0, z1 - z0)
        nx, nz = (z1 - z0) / length, -(x1 - x0) / length
        rows.append([nx, 0.0, nz, -(nx * x0 + nz * z0)])
        way = np.array([(x1 - x0) / length, (z1 - z0) / length])
        # v runs down, on flat faces backwards.
        down = -1.0 if (way[1] > 0.3 or (abs(way[1]) <= 0.3 and way[0] > 0)) else 1.0
        begin = (x1, z1) if down < 0 else (x0, z0)
        along = np.array([way[0] * down, 0.0, way[1] * down]) / length
        v = [*along, -(along[0] * begin[0] + along[2] * begin[1])]
        sign = 1.0 if nx >= -0.2 else -1.0
        u = [0.0, sign * 0.5 / half_width, 0.0, 0.5 - sign * 0.5 * y / half_width]
        faces.append(_flat(texture, u, v, (nx, 0.0, nz)))
    scale = math.hypot(1.0, lean)
    for sign in (1.0, -1.0):
        rows.append([0.0, sign / scale, lean / scale, (-sign * y - half_width - lean * low[1]) / scale])
        u = [1 / (high[0] - low[0]), 0.0, 0.0, -low[0] / (high[0] - low[0])]
        v = [0.0, 0.0, -1 / (high[1] - low[1]), high[1] / (high[1] - low[1])]
        faces.append(_flat(side, u, v, (0.0, sign / scale, lean / scale)))
    middle, half = [*(0.5 * (low + high))], 0.5 * (high - low)
    corners = np.array([middle[0], y, middle[1]]) + _CORNERS * [half[0], half_width, half[1]]
    return Part(np.array(rows), tuple(range(len(faces))), tuple(faces), corners)


def block(low: Triple, high: Triple, textures: Sequence[int] | int) -> Part:
    """Return a box; `textures` of front, rear, left, right, top, bottom or one for all."""
    of = [textures] * 6 if isinstance(textures, int) else list(textures)
    return bar((low[0], 0.5 * (low[1] + high[1]), 0.5 * (low[2] + high[2])),
               (high[0], 0.5 * (low[1] + high[1]), 0.5 * (low[2] + high[2])), high[1] - low[1], high[2] - low[2], of)


def bar(start: Triple, end: Triple, wide: float, high: float, textures: Sequence[int] | int) -> Part:
    """Return a box along a line, `wide` across it and level, `high` across both; textures as for `block`."""
    of = [textures] * 6 if isinstance(textures, int) else list(textures)
    centre, axes, half = _along(start, end, wide, high)
    rows, faces = [], []
    # From outside, u runs to the viewer's right on upright faces: front sees left as right.
    spans = ((1, 1.0, 2), (1, -1.0, 2), (0, 1.0, 2), (0, 1.0, 2), (1, -1.0, 0), (1, -1.0, 0))
    for number, (axis, sign) in enumerate(((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0), (2, 1.0), (2, -1.0))):
        normal = sign * axes[axis]
        rows.append([*normal, -float(normal @ centre) - half[axis]])
        across, mirror, down = spans[number]
        u = mirror * 0.5 / max(half[across], _EPS) * axes[across]
        v = -0.5 / max(half[down], _EPS) * axes[down]
        faces.append(_flat(of[number], [*u, 0.5 - u @ centre], [*v, 0.5 - v @ centre], normal))
    return Part(np.array(rows), tuple(range(6)), tuple(faces), centre + (_CORNERS * half) @ axes)


def ball(centre: Triple, half: Triple, texture: int, start_end: tuple[Triple, Triple] | None = None) -> Part:
    """Return an ellipsoid; its first axis along `start_end` where given. u and v: sideways and down, as on a slide."""
    axes = _along(*start_end, 1.0, 1.0)[1] if start_end else np.eye(3)
    rows = np.stack([[*(axis / size), -(axis @ np.array(centre)) / size]
                     for axis, size in zip(axes, half, strict=True)])
    u = 0.5 * (rows[1] + rows[0])
    v = -0.5 * rows[2]
    uv = np.stack([u, v])
    uv[:, 3] += 0.5
    normal = np.einsum('ij,ik->jk', axes, rows)  # of a sphere's: near enough for what is nearly round
    return Part(rows, (0,), (Face(texture, uv, normal),), np.array(centre) + (_CORNERS * half) @ axes, ball=True)


def wheel(centre: Triple, radius: float, width: float, rim: int, tyre: int, sides: int = 12, ring: float = 0.0) -> Part:
    """Return a wheel that rolls along x: two faces with the texture `rim`, and `sides` planes of tyre."""
    x, y, z = centre
    rows, faces, of = [], [], [0, 1]
    for sign in (1.0, -1.0):
        rows.append([0.0, sign, 0.0, -sign * y - 0.5 * width])
        faces.append(_flat(rim, [0.5 / radius, 0.0, 0.0, 0.5 - 0.5 * x / radius],
                           [0.0, 0.0, -0.5 / radius, 0.5 + 0.5 * z / radius], (0.0, sign, 0.0)))
    for number in range(sides):
        angle = 2.0 * math.pi * (number + 0.5) / sides
        nx, nz = math.cos(angle), math.sin(angle)
        rows.append([nx, 0.0, nz, -nx * x - nz * z - radius * math.cos(math.pi / sides)])
        of.append(2)
    faces.append(_flat(tyre, [0.0, 1 / width, 0.0, 0.5 - y / width], [0.0, 0.0, 0.5 / radius, 0.5], (0.7, 0.0, 0.2)))
    corners = np.array(centre) + _CORNERS * [radius, 0.5 * width, radius]
    return Part(np.array(rows), tuple(of), tuple(faces), corners, ring=ring)


def _flat(texture: int, u: Sequence[float], v: Sequence[float], normal: Sequence[float] | Floats) -> Face:
    rows = np.zeros((3, 4))
    rows[:, 3] = normal
    return Face(texture, np.array([u, v], dtype=float), rows)


def _along(start: Triple, end: Triple, wide: float, high: float) -> tuple[Floats, Floats, Floats]:
    """Return centre, axes as rows (along, level, across both) and half sizes."""
    a, b = np.array(start, dtype=float), np.array(end, dtype=float)
    length = float(np.linalg.norm(b - a))
    along = (b - a) / max(length, _EPS)
    level = np.array([-along[1], along[0], 0.0])
    # An upright bar has no level across of its own: the body's left.
    level = level / np.linalg.norm(level) if np.linalg.norm(level) > 1e-6 else np.array([0.0, 1.0, 0.0])
    if abs(along[1]) < 1e-6:
        level = np.array([0.0, 1.0, 0.0])
    return 0.5 * (a + b), np.stack([along, level, np.cross(along, level)]), 0.5 * np.array([length, wide, high])
