"""Pictures of scenes as the net sees them, with the truth about each body."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from outrider_sim.world.camera import Painter, Seen, View, pinhole
from outrider_sim.world.eye import Eye
from outrider_sim.world.pinhole import Pinhole, boxes_px, figures, seen_from
from outrider_sim.world.snapshot import Snapshot
from training.labels import CAMERA_PX, SCALE, SHRUNK_PX, Label
from training.scenes import Scene, Shot

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """One picture without grey bars, what is in it, and when it was: `light` is day, dusk, night or tunnel."""

    rgb: Rgb
    labels: tuple[Label, ...]
    light: str
    weather: str
    scene: int


def pictures(scene: Scene) -> Iterator[Picture]:
    """Paint each shot of a scene."""
    random = np.random.default_rng([scene.seed, 78])
    view = pinhole(*CAMERA_PX, scene.field_deg)
    painter = Painter(scene.world, view, scene.seed)
    for shot in scene.shots:
        rgb = painter.colour(shot.snapshot, shot.eye)
        labels = tuple(_label(seen, shot, view) for seen in painter.boxes(shot.snapshot, shot.eye))
        light = 'tunnel' if shot.snapshot.in_tunnel and shot.snapshot.light != 'night' else shot.snapshot.light
        yield Picture(_through_the_wire(rgb, random), labels, light, shot.snapshot.weather, scene.seed)


def _through_the_wire(rgb: Rgb, random: np.random.Generator) -> Rgb:
    """Compress and shrink it as the camera's node and an engine do."""
    wire = io.BytesIO()
    Image.fromarray(rgb).save(wire, 'JPEG', quality=int(random.integers(70, 91)))
    way = Image.Resampling.BOX if random.random() < 0.6 else Image.Resampling.BILINEAR
    made: Rgb = np.asarray(Image.open(wire).resize(SHRUNK_PX, way))
    return made


def _label(seen: Seen, shot: Shot, view: View) -> Label:
    if seen.actor >= 0:
        distance_m = math.dist(shot.snapshot.xy[seen.actor].tolist(), shot.eye.place[:2].tolist())
    else:
        distance_m = _parked_m(seen, shot.snapshot, shot.eye, view)
    across, down = SHRUNK_PX[0] / view.width, SHRUNK_PX[1] / view.height
    return Label(seen.kind, round(seen.left * across, 2), round(seen.top * down, 2), round(seen.right * across, 2),
                 round(seen.bottom * down, 2), round(seen.share, 3), round(distance_m, 2))


def _parked_m(seen: Seen, snapshot: Snapshot, eye: Eye, view: View) -> float:
    """Return how far the parked car is: the one whose box on the screen is most like what is seen."""
    bodies = figures(snapshot)
    bodies = bodies.take(np.flatnonzero(bodies.row >= len(snapshot.ids)))
    corners = seen_from(eye, bodies)
    edges = boxes_px(Pinhole(view.width, view.height, view.fx), corners)
    own = np.array([seen.left, seen.top, seen.right - 1.0, seen.bottom - 1.0])
    size = np.maximum(np.minimum(edges[:, 2:], own[2:]) - np.maximum(edges[:, :2], own[:2]), 0.0)
    both = size[:, 0] * size[:, 1]
    areas = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1]) + (own[2] - own[0]) * (own[3] - own[1])
    alike = np.where(corners[..., 0].max(axis=1) > 0.0, both / np.maximum(areas - both, 1e-6), -1.0)
    return float(np.hypot(*(bodies.xy[int(np.argmax(alike))] - eye.place[:2])))


__all__ = ['SCALE', 'Picture', 'pictures']
