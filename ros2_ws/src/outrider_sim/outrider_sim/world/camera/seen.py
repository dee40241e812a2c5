"""Which actor is where in the picture, and how much of it can be seen: the truth for detectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outrider_sim.world.camera.cast import Canvas
from outrider_sim.world.camera.scene import Scene
from outrider_sim.world.camera.view import View
from outrider_sim.world.eye import Eye
from outrider_sim.world.snapshot import Snapshot

_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Seen:
    """A body in the picture. `actor` is its number in the snapshot; parked cars have -1 and the kind 'car'."""

    actor: int
    id: str
    kind: str
    left: int        # first column
    top: int
    right: int       # the column after the last one
    bottom: int
    pixels: int      # of it that are seen
    share: float     # of what would be seen were nothing before it and the picture three times as wide and high


class Finder:
    """Finds the bodies in pictures of one run."""

    def __init__(self, scene: Scene, view: View) -> None:
        """Take a painter's scene and view."""
        self._scene = scene
        self._canvas = Canvas(view)
        # Three pictures wide and high: what the picture's edge cuts off.
        self._wide = Canvas(View(3 * view.width, 3 * view.height, view.fx, view.fy, view.ppx + view.width,
                                 view.ppy + view.height))

    def boxes(self, snapshot: Snapshot, eye: Eye) -> list[Seen]:
        """Return all actors and parked cars of which a pixel is seen, nearest first."""
        faces = self._scene.draw(self._canvas, snapshot, eye, _UP)
        body = faces.body[np.maximum(self._canvas.face, 0)]
        found = []
        for number, stand in enumerate(faces.drawn):
            if stand.actor < 0 and stand.kind != 'parked_cars':
                continue
            rows, columns = np.nonzero(body == number)
            if not len(rows):
                continue
            self._scene.draw(self._wide, snapshot, eye, _UP, (stand,))
            whole = int(np.count_nonzero(self._wide.face > 0))
            actor = stand.actor
            found.append(Seen(actor, snapshot.ids[actor] if actor >= 0 else '',
                              'car' if actor < 0 else stand.kind, int(columns.min()), int(rows.min()),
                              int(columns.max()) + 1, int(rows.max()) + 1, len(rows), len(rows) / max(whole, 1)))
        return found
