"""What a ride has turned out to hold: a view is laid out only for what is there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from outrider_recorder.bridge.rows import Batch


@dataclass(frozen=True)
class Seen:
    """`pictures` and `depths` hold the entities of cameras, in order of their first image."""

    looks: bool = False
    drives: bool = False
    leans: bool = False
    moves: bool = False
    on_map: bool = False
    pictures: tuple[str, ...] = ()
    depths: tuple[str, ...] = ()
    speaks: bool = False  # alerts are said
    health: bool = False  # devices say how they are

    def also(self, batch: Batch) -> Seen:
        """Return it with what `batch` brings."""
        now = self
        for path, rows in batch.parts():
            if path.startswith(('drive/', 'plots/drive/')):
                now = replace(now, drives=True)
            elif path in ('plots/points', 'plots/tracks', 'hazard'):
                now = replace(now, looks=True)
            elif path == 'plots/motion/roll':
                now = replace(now, leans=True)
            elif path == 'plots/motion/speed':
                now = replace(now, moves=True)
            elif path == 'alert':
                now = replace(now, speaks=True)
            elif path.startswith('health/'):
                now = replace(now, health=True)
            elif path == 'map/here':
                now = replace(now, on_map=True)
            elif rows.kind == 'picture' and path not in now.pictures:
                now = replace(now, pictures=(*now.pictures, path))
            elif rows.kind == 'depth' and path not in now.depths:
                now = replace(now, depths=(*now.depths, path))
        return now

    @property
    def cameras(self) -> tuple[str, ...]:
        """Return all entities with images."""
        return (*self.pictures, *self.depths)


ROAD_ALONE = Seen(looks=True)  # what a layout shows before anything has come
