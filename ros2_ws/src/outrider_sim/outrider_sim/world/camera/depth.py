"""Depth pictures as a stereo camera makes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.camera.cast import SKY, Canvas
from outrider_sim.world.camera.light import light_of
from outrider_sim.world.camera.scene import Scene
from outrider_sim.world.camera.view import View
from outrider_sim.world.eye import Eye
from outrider_sim.world.scenery import Scenery
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.world import World


class DepthPainter:
    """One depth camera on one run. Equal seed, snapshot and eye: equal picture."""

    def __init__(self, world: World | Scenery, view: View, seed: int, unit_m: float = 0.001,
                 baseline_m: float = 0.095) -> None:
        """Build what stands; a unit of depth and the baseline of the stereo pair in m."""
        self.view, self._unit_m, self._baseline_m = view, unit_m, baseline_m
        self.scene = Scene(world, seed)
        self._canvas = Canvas(view)

    def depth(self, snapshot: Snapshot, eye: Eye) -> NDArray[np.uint16]:
        """Return the depth along the optical axis (height, width) in units; 0: unknown."""
        self.scene.draw(self._canvas, snapshot, eye, light_of('day', 'clear', False).to_sun)
        w = np.maximum(self._canvas.w, 1e-4)
        units = np.where(self._canvas.face == SKY, 0.0, 1.0 / w / self._unit_m)
        return np.where(units < 65535.5, units + 0.5, 0.0).astype(np.uint16)
