"""Colour pictures of the world."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.camera.cast import GROUND, SKY, Canvas
from outrider_sim.world.camera.ground import Ground
from outrider_sim.world.camera.light import Light, light_of
from outrider_sim.world.camera.road import Road
from outrider_sim.world.camera.scene import Faces, Scene
from outrider_sim.world.camera.shapes import Floats
from outrider_sim.world.camera.sky import Sky
from outrider_sim.world.camera.surface import shade, texels
from outrider_sim.world.camera.textures import COLOURS
from outrider_sim.world.camera.view import F32, View, optical
from outrider_sim.world.eye import Eye
from outrider_sim.world.scenery import Scenery
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.world import World


class Painter:
    """One colour camera on one run. Equal seed, snapshot and eye: equal picture."""

    def __init__(self, world: World | Scenery, view: View, seed: int) -> None:
        """Build what stands; `world` (or its scenery alone: then no road bends) and the image's `view`."""
        self.view, self._seed = view, seed
        self.scene = Scene(world, seed)
        self._canvas = Canvas(view)
        self._ground = Ground(Road(world), seed)
        self._sky = Sky(seed)
        self._image: F32 = np.zeros((3, view.height * view.width), np.float32)

    def colour(self, snapshot: Snapshot, eye: Eye) -> NDArray[np.uint8]:
        """Return the RGB picture (height, width, 3) that `eye` takes of `snapshot`."""
        light = light_of(snapshot.light, snapshot.weather, snapshot.in_tunnel)
        faces = self.scene.draw(self._canvas, snapshot, eye, light.to_sun)
        self._fill(faces, eye, light)
        view = self.view
        planes = np.clip(self._image, 0.0, 255.0).astype(np.uint8).reshape(3, view.height, view.width)
        return np.ascontiguousarray(planes.transpose(1, 2, 0))

    def _fill(self, faces: Faces, eye: Eye, light: Light) -> None:
        view, image = self.view, self._image
        axes = optical(eye)
        seen, w = self._canvas.face.reshape(-1), self._canvas.w.reshape(-1)
        level = light.ambient + light.sun * max(float(light.to_sun[2]), 0.0)

        sky = np.flatnonzero(seen == SKY)
        if len(sky):
            x, y, up = _directions(axes, view, sky)
            for channel, values in enumerate(self._sky.colours(x, y, np.hypot(x, y), light, up)):
                image[channel, sky] = values

        ground = np.flatnonzero(seen == GROUND)
        if len(ground):
            depth = 1.0 / w.take(ground)
            x, y, _ = _directions(axes, view, ground)
            x, y = x * depth + np.float32(eye.place[0]), y * depth + np.float32(eye.place[1])
            for channel, values in enumerate(self._ground.colours(x, y, depth, depth * np.float32(1.0 / view.fx))):
                image[channel, ground] = values * np.float32(level * light.tint[channel])

        body = np.flatnonzero(seen > 0)
        if len(body):
            face, depth = seen.take(body).astype(np.intp), 1.0 / w.take(body)
            x, y = view.xs.take(body), view.ys.take(body)
            index = texels(faces, face, x, y, depth) + (faces.paint * COLOURS).take(face)
            level_of = np.maximum(shade(faces, face, x, y, depth), -0.25) * np.float32(light.sun)
            level_of += np.float32(light.ambient)
            paints, glows = self.scene.paints.astype(np.float32), self.scene.glows(light.lit).astype(np.float32)
            for channel in range(3):
                values = (paints[:, channel] * np.float32(light.tint[channel])).take(index)
                values *= level_of
                if light.lit:
                    np.maximum(values, glows[:, channel].take(index), out=values)
                image[channel, body] = values


def _directions(axes: Floats, view: View, pixels: NDArray[np.intp]) -> tuple[F32, F32, F32]:
    """Return the world's x, y, z (n,) of rays through pixels at depth 1."""
    x, y = view.xs.take(pixels), view.ys.take(pixels)
    made = []
    for row in axes.astype(np.float32):
        values = x * row[0]
        values += y * row[1]
        values += row[2]
        made.append(values)
    return made[0], made[1], made[2]
