"""Colour pictures of the world."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.camera.cast import GROUND, SKY, Canvas
from outrider_sim.world.camera.footing import Footing
from outrider_sim.world.camera.ground import Ground
from outrider_sim.world.camera.lamps import glare, lamps_of
from outrider_sim.world.camera.lens import Lens
from outrider_sim.world.camera.light import Light, light_of
from outrider_sim.world.camera.road import Road
from outrider_sim.world.camera.scene import Faces, Scene
from outrider_sim.world.camera.seen import Finder, Seen
from outrider_sim.world.camera.shapes import Floats
from outrider_sim.world.camera.sky import Sky
from outrider_sim.world.camera.surface import shade, texels
from outrider_sim.world.camera.texels import COLOURS
from outrider_sim.world.camera.view import F32, View, optical
from outrider_sim.world.eye import Eye
from outrider_sim.world.scenery import Scenery
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.world import World

TUNNEL_GAIN = 1.9   # of a camera that exposes for the inside


class Painter:
    """One colour camera on one run. Equal seed, snapshot and eye: equal picture."""

    def __init__(self, world: World | Scenery, view: View, seed: int) -> None:
        """Build what stands; `world` (or its scenery alone: then no road bends) and the image's `view`."""
        self.view, self._seed = view, seed
        self.scene = Scene(world, seed)
        self._canvas = Canvas(view)
        self._ground = Ground(Road(world), seed)
        self._sky = Sky(seed)
        self._footing = Footing(view)
        self._lens = Lens(view, seed)
        self._finder: Finder | None = None
        self._image: F32 = np.zeros((3, view.height * view.width), np.float32)

    def colour(self, snapshot: Snapshot, eye: Eye) -> NDArray[np.uint8]:
        """Return the RGB picture (height, width, 3) that `eye` takes of `snapshot`."""
        if snapshot.fault('camera', 'noise'):
            return self._lens.covered(snapshot.t_s)
        light = light_of(snapshot.light, snapshot.weather, snapshot.in_tunnel)
        faces = self.scene.draw(self._canvas, snapshot, eye, light.to_sun)
        self._fill(faces, snapshot, eye, light)
        if light.lamps > 0.0:
            lamps = [lamp for stand in faces.drawn if stand.actor >= 0
                     for lamp in lamps_of(stand, snapshot.bodies[stand.actor].size_m)]
            shape = 3, self.view.height, self.view.width
            glare(self._image.reshape(shape), lamps, self.view, eye, light, self._canvas.face, self._canvas.w)
        # A camera in a tunnel exposes for the tunnel: outside is too bright.
        return self._lens.take(self._image, light, snapshot.t_s, self._exposure(eye))

    def boxes(self, snapshot: Snapshot, eye: Eye) -> list[Seen]:
        """Return where actors and parked cars are in that picture, nearest first."""
        self._finder = self._finder or Finder(self.scene, self.view)
        return self._finder.boxes(snapshot, eye)

    def _fill(self, faces: Faces, snapshot: Snapshot, eye: Eye, light: Light) -> None:
        view, image = self.view, self._image
        axes = optical(eye)
        seen, w = self._canvas.face.reshape(-1), self._canvas.w.reshape(-1)
        level = np.float32(light.ambient + light.sun * max(float(light.to_sun[2]), 0.0))

        sky = np.flatnonzero(seen == SKY)
        if len(sky):
            x, y, up = _directions(axes, view, sky)
            for channel, values in enumerate(self._sky.colours(x, y, up, light)):
                image[channel, sky] = values

        ground = np.flatnonzero(seen == GROUND)
        if len(ground):
            depth = 1.0 / w.take(ground)
            x, y, _ = _directions(axes, view, ground)
            x, y = x * depth + np.float32(eye.place[0]), y * depth + np.float32(eye.place[1])
            dim, lamps = self._footing.light(ground, faces.drawn, snapshot.size_m, eye, light, snapshot.rider.heading)
            dim *= level
            self._darken(dim, x, y)
            dim += lamps
            mirrored = depth / (depth + np.float32(14.0)) * np.float32(0.55) if light.wet else None
            for channel, values in enumerate(self._ground.colours(x, y, depth, depth * np.float32(1.0 / view.fx))):
                values *= dim
                values *= np.float32(light.tint[channel])
                if mirrored is not None:  # a wet road shows the sky, the more the flatter one looks
                    values *= np.float32(0.78)
                    values += (np.float32(light.horizon[channel]) - values) * mirrored
                image[channel, ground] = values

        body = np.flatnonzero(seen > 0)
        if len(body):
            face, depth = seen.take(body).astype(np.intp), 1.0 / w.take(body)
            x, y = view.xs.take(body), view.ys.take(body)
            index = texels(faces, face, x, y, depth) + (faces.paint * COLOURS).take(face)
            level_of = np.maximum(shade(faces, face, x, y, depth), -0.15) * np.float32(light.sun)
            level_of += np.float32(light.ambient)
            here = _directions(axes, view, body)
            height = here[2] * depth + np.float32(eye.place[2])
            # Less sky reaches what is low, between body and road.
            level_of *= np.clip(height * np.float32(0.4) + np.float32(0.66), 0.6, 1.0)
            self._darken(level_of, here[0] * depth + np.float32(eye.place[0]),
                         here[1] * depth + np.float32(eye.place[1]))
            paints = self.scene.paints.astype(np.float32)
            glows = self.scene.glows(light.lit, light.lamps > 0.5).astype(np.float32)
            for channel in range(3):
                values = (paints[:, channel] * np.float32(light.tint[channel])).take(index)
                values *= level_of
                if light.lit:
                    np.maximum(values, glows[:, channel].take(index), out=values)
                image[channel, body] = values
        distance = np.where(seen == SKY, np.float32(0.0), 1.0 / np.maximum(w, np.float32(1e-5)))
        self._lens.air(image, distance, light)

    def _exposure(self, eye: Eye) -> float:
        """Return the gain: in a tunnel what lies outside comes out too bright."""
        most = 1.0
        for (x0, y0), (x1, y1) in self.scene.scenery.tunnels:
            if self.scene.scenery.in_tunnel(float(eye.place[0]), float(eye.place[1])):
                length = math.hypot(x1 - x0, y1 - y0)
                along = ((eye.place[0] - x0) * (x1 - x0) + (eye.place[1] - y0) * (y1 - y0)) / length
                deep = max(float(min(along, length - along)), 0.0)
                most = max(most, 1.0 + (TUNNEL_GAIN - 1.0) * (1.0 - math.exp(-deep / 10.0)))
        return most

    def _darken(self, level: F32, x: F32, y: F32) -> None:
        """Take the sky's light from places (n,) under a roof."""
        for roof in self.scene.roofs:
            (x0, y0), (x1, y1) = roof.start, roof.end
            length = math.hypot(x1 - x0, y1 - y0)
            c, s = np.float32((x1 - x0) / length), np.float32((y1 - y0) / length)
            dx, dy = x - np.float32(x0), y - np.float32(y0)
            along, beside = c * dx + s * dy, np.float32(roof.half_m) - np.abs(c * dy - s * dx)
            # Daylight reaches a few metres in from where it is open.
            deep = np.minimum(along, np.float32(length) - along)
            inside = (deep > 0.0) & (beside > 0.0)
            deep = np.maximum(np.minimum(deep, beside) if roof.open_sides else deep, 0.0)
            reach = np.float32(-1.0 if roof.open_sides else -1.0 / 3.0)
            left = np.float32(roof.light) + np.float32(1.0 - roof.light) * np.exp(deep * reach)
            level *= np.where(inside, left, np.float32(1.0))


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
