"""Rays into the picture: which surface each pixel sees, and how near.

All is done in w = 1 / depth, depth along the optical axis: along an image a plane's w is a x + b y + c, so a convex
part costs one sum and one minimum or maximum a plane: of the planes that face the eye the farthest counts, of the
others the nearest, and the part is seen where the first lies before the second (Cyrus and Beck's clipping, 1978, for
rays). Pixels outside the part's own box on the screen are never touched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.camera.shapes import Ints, Model
from outrider_sim.world.camera.view import F32, Floats, View

NEAR_M = 0.05
GROUND, SKY = 0, -1
_PAIRS = np.array([(a, b) for a in range(8) for b in range(a)])
Region = tuple[int, int, int, int]


class Canvas:
    """w (height, width) and the number of the face seen there: GROUND, SKY or 1 and up."""

    def __init__(self, view: View) -> None:
        """Take the memory once."""
        self.view = view
        shape = view.height, view.width
        self.w: F32 = np.zeros(shape, np.float32)
        self.face: NDArray[np.int32] = np.zeros(shape, np.int32)
        self._float = [np.empty(view.height * view.width, np.float32) for _ in range(3)]
        self._int = np.empty(view.height * view.width, np.int32)
        self._bool = [np.empty(view.height * view.width, bool) for _ in range(2)]

    def clear(self, axes: Floats, eye_height_m: float) -> None:
        """Begin a picture: ground below the horizon, sky above."""
        a, b, c = (-axes[2] / max(eye_height_m, 0.05)).tolist()
        view = self.view
        np.add(((b * view.y).astype(np.float32))[:, None], (a * view.x + c).astype(np.float32)[None], out=self.w)
        self.face.fill(GROUND)
        np.less_equal(self.w, 1e-4, out=self._bool[0].reshape(self.w.shape))
        np.copyto(self.face, SKY, where=self._bool[0].reshape(self.w.shape))
        np.maximum(self.w, 0.0, out=self.w)

    def hides(self, region: Region, w: float) -> bool:
        """Tell whether all of a region is nearer than `w`."""
        left, top, right, bottom = region
        return bool((self.w[top:bottom, left:right] >= w).all())

    def convex(self, rows: Floats, faces: Ints, region: Region, ring: float = 0.0) -> None:
        """Draw a convex part: camera rows (p, 4), the face of each plane."""
        left, top, right, bottom = region
        front = rows[:, 3] > 0.0
        if not front.any():
            return
        view, shape = self.view, (bottom - top, right - left)
        size = shape[0] * shape[1]
        divided = (rows[:, :3] / -np.where(np.abs(rows[:, 3:]) > 1e-7, rows[:, 3:], -1e-7)).astype(np.float32)
        across = divided[:, :1] * view.x[left:right] + divided[:, 2:]
        down = divided[:, 1:2] * view.y[top:bottom]
        enter, plane = self._float[0][:size].reshape(shape), self._float[1][:size].reshape(shape)
        nearer = self._bool[0][:size].reshape(shape)
        seen: NDArray[np.int32] | None = None
        ahead = np.flatnonzero(front).tolist()
        first = int(faces[ahead[0]])
        np.add(down[ahead[0]][:, None], across[ahead[0]], out=enter)
        for number in ahead[1:]:
            np.add(down[number][:, None], across[number], out=plane)
            if int(faces[number]) != first or seen is not None:
                if seen is None:
                    seen = self._int[:size].reshape(shape)
                    seen.fill(first)
                np.less(plane, enter, out=nearer)
                np.copyto(seen, faces[number], where=nearer)
            np.minimum(enter, plane, out=enter)
        hit = self._bool[1][:size].reshape(shape)
        w = self.w[top:bottom, left:right]
        np.greater(enter, w, out=hit)
        behind = np.flatnonzero(~front).tolist()
        if behind:
            leave = self._float[2][:size].reshape(shape)
            np.add(down[behind[0]][:, None], across[behind[0]], out=leave)
            for number in behind[1:]:
                np.add(down[number][:, None], across[number], out=plane)
                np.maximum(leave, plane, out=leave)
            np.greater_equal(enter, leave, out=nearer)
            hit &= nearer
        if ring:
            hit &= ~self._through(rows, faces, region, enter, first if seen is None else seen, ring)
        np.copyto(w, enter, where=hit)
        np.copyto(self.face[top:bottom, left:right], first if seen is None else seen, where=hit)

    def _through(self, rows: Floats, faces: Ints, region: Region, w: F32, seen: int | NDArray[np.int32], ring: float
                 ) -> NDArray[np.bool_]:
        """Tell where one looks through a spoked wheel: on a side face, nearer to the hub than `ring` of the radius."""
        left, top, right, bottom = region
        x, y = self.view.x[left:right], self.view.y[top:bottom, None]
        with np.errstate(divide='ignore', invalid='ignore', over='ignore'):
            # Radius from two opposite pairs of planes: their values are -r +- along.
            a, b = (0.5 * (rows[2 + k] - rows[2 + k + (len(rows) - 2) // 2]) for k in (0, (len(rows) - 2) // 4))
            radius = -0.5 * (rows[2] + rows[2 + (len(rows) - 2) // 2])[3]
            u = (a[0] * x + a[1] * y + a[2]) / w + a[3]
            v = (b[0] * x + b[1] * y + b[2]) / w + b[3]
            inside: NDArray[np.bool_] = (u * u + v * v < (ring * radius) ** 2) & (np.asarray(seen) <= faces[1])
        return inside

    def ball(self, rows: Floats, face: int, region: Region) -> None:
        """Draw an ellipsoid: camera rows (3, 4) of its axes."""
        left, top, right, bottom = region
        at = rows[:, 3]
        outside = float(at @ at) - 1.0
        if outside <= 0.0:
            return
        view, shape = self.view, (bottom - top, right - left)
        size = shape[0] * shape[1]
        x, y = view.x[left:right], view.y[top:bottom, None]
        # |at w + d|^2 = w^2 with d = rows . (x, y, 1): outside w^2 + 2 b w + c = 0; the larger w is the nearer one.
        b0, b1, b2 = (at @ rows[:, :3] / outside).tolist()
        square = rows[:, :3].T @ rows[:, :3] / outside
        b, c = self._float[0][:size].reshape(shape), self._float[1][:size].reshape(shape)
        np.add((b0 * x + b2).astype(np.float32)[None], (b1 * y).astype(np.float32), out=b)
        np.add((square[0, 0] * x * x + 2 * square[0, 2] * x + square[2, 2]).astype(np.float32)[None],
               (square[1, 1] * y * y + 2 * square[1, 2] * y).astype(np.float32), out=c)
        plane = self._float[2][:size].reshape(shape)
        np.multiply((2 * square[0, 1] * x).astype(np.float32)[None], y, out=plane)
        c += plane
        np.multiply(b, b, out=plane)
        plane -= c
        hit = self._bool[0][:size].reshape(shape)
        np.greater(plane, 0.0, out=hit)
        np.maximum(plane, 0.0, out=plane)
        np.sqrt(plane, out=plane)
        plane -= b
        nearer = self._bool[1][:size].reshape(shape)
        w = self.w[top:bottom, left:right]
        np.greater(plane, w, out=nearer)
        hit &= nearer
        np.copyto(w, plane, where=hit)
        np.copyto(self.face[top:bottom, left:right], face, where=hit)

    def draw(self, model: Model, rows: Floats, corners: Floats, first_face: int) -> bool:
        """Draw a body: its rows (m, 4) and corners (parts * 8, 3) in camera axes. False: nothing of it can be seen."""
        regions, nearest = self.regions(corners)
        drawn = False
        for (begin, end, faces, is_ball, ring), region, w in zip(model.parts, regions, nearest, strict=True):
            if region is None or self.hides(region, w):
                continue
            drawn = True
            if is_ball:
                self.ball(rows[begin:end], first_face + int(faces[0]), region)
            else:
                self.convex(rows[begin:end], faces + first_face, region, ring)
        return drawn

    def regions(self, corners: Floats) -> tuple[list[Region | None], list[float]]:
        """Return the box on the screen of each eight corners (n * 8, 3), None where outside, and w of the nearest."""
        view = self.view
        parts = corners.reshape(-1, 8, 3)
        depth = parts[:, :, 2]
        low = depth.min(axis=1)
        safe = np.maximum(depth, NEAR_M)
        u = view.fx * parts[:, :, 0] / safe + view.ppx
        v = view.fy * parts[:, :, 1] / safe + view.ppy
        bounds = np.stack([u.min(axis=1), v.min(axis=1), u.max(axis=1), v.max(axis=1)], axis=1)
        gone = depth.max(axis=1) <= NEAR_M
        for number in np.flatnonzero((low < NEAR_M) & ~gone):
            bounds[number] = self._clipped(parts[number])
        edges = np.clip(bounds, -1, [[view.width, view.height, view.width, view.height]])
        left, top = np.ceil(edges[:, 0]).clip(0), np.ceil(edges[:, 1]).clip(0)
        right = np.minimum(np.floor(edges[:, 2]) + 1, view.width)
        bottom = np.minimum(np.floor(edges[:, 3]) + 1, view.height)
        empty = gone | (left >= right) | (top >= bottom)
        boxes = np.stack([left, top, right, bottom], axis=1).astype(int).tolist()
        regions: list[Region | None] = [None if none else (box[0], box[1], box[2], box[3])
                                        for none, box in zip(empty.tolist(), boxes, strict=True)]
        return regions, (1.0 / np.maximum(low, NEAR_M)).tolist()

    def _clipped(self, corners: Floats) -> Floats:
        """Return left, top, right, bottom of what of a box lies before the eye."""
        view = self.view
        a, b = corners[_PAIRS[:, 0]], corners[_PAIRS[:, 1]]
        cross = (a[:, 2] < NEAR_M) != (b[:, 2] < NEAR_M)
        share = (NEAR_M - a[cross, 2:]) / (b[cross, 2:] - a[cross, 2:])
        points = np.concatenate([corners[corners[:, 2] >= NEAR_M], a[cross] + share * (b[cross] - a[cross])])
        u = view.fx * points[:, 0] / points[:, 2] + view.ppx
        v = view.fy * points[:, 1] / points[:, 2] + view.ppy
        return np.array([u.min(), v.min(), u.max(), v.max()])
