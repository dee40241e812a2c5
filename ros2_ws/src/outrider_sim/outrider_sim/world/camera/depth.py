"""Depth pictures as a stereo camera makes them: noise that grows with the square of the distance, holes, shadows.

A stereo camera measures disparity, focal length x baseline / depth, with an error that is the same at every distance;
so depth errs by z^2 x error / (focal length x baseline) (RealSense's own tuning guide puts the error of a D4xx on
textured ground at 0.05 to 0.1 px). Nothing is known where only the left imager looks (beside the left edge of whatever
is near), nearer than the largest disparity that is searched, and, ever more often, where disparity is small, surfaces
are glossy or clear, or there is no light beyond the reach of the camera's own pattern.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.camera.cast import GROUND, SKY, Canvas
from outrider_sim.world.camera.light import light_of
from outrider_sim.world.camera.scene import Faces, Scene
from outrider_sim.world.camera.surface import texels
from outrider_sim.world.camera.texels import BLACK, COLOURS, DARK, GLASS, LAMP, SHINE, TAIL
from outrider_sim.world.camera.view import F32, View
from outrider_sim.world.eye import Eye
from outrider_sim.world.scenery import Scenery
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.world import World

STEREO_ERROR_PX = 0.08    # RMS of a match; half of it is shared by neighbours, as matching windows overlap
MOST_DISPARITY_PX = 126.0  # what a D4xx searches
LEAST_DISPARITY_PX = 0.25
_FADING_M = (14.0, 45.0)   # from here to there matches fail by day
_DARK_M = (3.5, 9.0)       # and by night: the camera's own pattern of infrared light ends
_RAIN_M, _FOG_M = (9.0, 30.0), (6.0, 22.0)
_AT_RANDOM = 0.006         # share of holes anywhere
# Share of holes on each colour of a paintbox, for clear, glossy and black ones.
_GLOSS = np.zeros(COLOURS, np.float32)
_GLOSS[[GLASS, SHINE, LAMP, TAIL, BLACK, DARK]] = (0.62, 0.75, 0.55, 0.25, 0.14, 0.08)
_SPARE = 65536


class DepthPainter:
    """One depth camera on one run. Equal seed, snapshot and eye: equal picture."""

    def __init__(self, world: World | Scenery, view: View, seed: int, unit_m: float = 0.001,
                 baseline_m: float = 0.095) -> None:
        """Build what stands; a unit of depth and the baseline of the stereo pair (D455: 95 mm) in m."""
        self.view, self._unit_m, self._seed = view, unit_m, seed
        self._per_w = view.fx * baseline_m   # disparity in pixels = this / depth
        self.scene = Scene(world, seed)
        self._canvas = Canvas(view)
        random = np.random.default_rng([seed, 51])
        pixels = view.width * view.height
        own, shared = random.standard_normal(pixels + _SPARE), _patchy(random, pixels, view.width, 2)
        self._noise = (math.sqrt(0.5) * (own + shared)).astype(np.float32)
        # A value between 0 and 1 for each pixel, like its neighbours': holes come in patches.
        patches = _patchy(random, pixels, view.width, 3) + 0.5 * _patchy(random, pixels, view.width, 0)
        self._luck = (np.argsort(np.argsort(patches)) / len(patches)).astype(np.float32)

    def depth(self, snapshot: Snapshot, eye: Eye) -> NDArray[np.uint16]:
        """Return the depth along the optical axis (height, width) in units; 0: unknown."""
        light = light_of(snapshot.light, snapshot.weather, snapshot.in_tunnel)
        faces = self.scene.draw(self._canvas, snapshot, eye, light.to_sun)
        w = self._canvas.w.reshape(-1)
        turn = np.random.default_rng([self._seed, 52, abs(int(round(snapshot.t_s * 1e6)))])
        start, other = turn.integers(_SPARE, size=2).tolist()
        disparity = w * np.float32(self._per_w)
        noisy = self._noise[start:start + w.size] * np.float32(STEREO_ERROR_PX)
        noisy += disparity
        if snapshot.fault('depth', 'noise'):
            noisy += 12.0 * self._noise[other:other + w.size]
        np.maximum(noisy, np.float32(1e-3), out=noisy)
        units = np.float32(self._per_w / self._unit_m) / noisy
        holes = self._luck[other:other + w.size] < self._unseen(faces, w, snapshot)
        holes |= self._shadowed(disparity)
        holes |= (self._canvas.face.reshape(-1) == SKY) | (units >= 65535.0)
        holes |= (disparity > MOST_DISPARITY_PX) | (disparity < LEAST_DISPARITY_PX)
        units[holes] = 0.0
        image: NDArray[np.uint16] = (units + np.float32(0.5)).astype(np.uint16).reshape(self._canvas.w.shape)
        return image

    def _unseen(self, faces: Faces, w: F32, snapshot: Snapshot) -> F32:
        """Return how likely each pixel (n,) finds no match."""
        distance = 1.0 / np.maximum(w, np.float32(1e-3))
        limits = [_FADING_M]
        if snapshot.weather != 'clear':
            limits.append(_RAIN_M if snapshot.weather == 'rain' else _FOG_M)
        if snapshot.light == 'night' or snapshot.in_tunnel:
            limits.append(_DARK_M if snapshot.light == 'night' else _FADING_M)
        near, far = min(limits)
        share: F32 = np.clip((distance - np.float32(near)) * np.float32(1.0 / (far - near)), 0.0, 0.97)
        share += np.float32(_AT_RANDOM)
        seen = self._canvas.face.reshape(-1)
        body = np.flatnonzero(seen > GROUND)
        face = seen.take(body).astype(np.intp)
        colour = texels(faces, face, self.view.xs.take(body), self.view.ys.take(body), distance.take(body))
        share[body] += _GLOSS.take(colour)
        if snapshot.weather == 'rain':  # a wet road mirrors the sky
            share[seen == GROUND] += np.float32(0.06)
        return share

    def _shadowed(self, disparity: F32) -> NDArray[np.bool_]:
        """Tell which pixels (n,) the right imager cannot see: another one to their right hides them from it.

        A pixel's column in the right picture is its own less its disparity; of two that fall together the nearer wins.
        """
        view = self.view
        right = np.arange(view.width, dtype=np.float32) - disparity.reshape(view.height, view.width)
        nearest = np.minimum.accumulate(right[:, ::-1], axis=1)[:, ::-1]
        hidden = np.zeros(right.shape, bool)
        # Half a pixel of leave: slanted surfaces crowd without hiding themselves.
        hidden[:, :-1] = nearest[:, 1:] < right[:, :-1] - np.float32(0.5)
        return hidden.reshape(-1)


def _patchy(random: np.random.Generator, pixels: int, width: int, size: int) -> NDArray[np.float64]:
    """Return noise (pixels + spare,) whose neighbours, also those above and below, are alike over `size` pixels."""
    rows = -(-(pixels + _SPARE) // width)
    field = random.standard_normal((rows, width))
    for axis in (0, 1):
        field = sum((np.roll(field, step, axis) for step in range(-size, size + 1)), np.zeros_like(field))
    return _unit(field.reshape(-1)[:pixels + _SPARE])


def _unit(field: NDArray[np.float64]) -> NDArray[np.float64]:
    made: NDArray[np.float64] = field / field.std()
    return made
