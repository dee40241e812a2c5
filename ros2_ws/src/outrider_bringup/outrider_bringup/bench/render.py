"""How many pairs of colour and depth pictures a second the world's camera renders in one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from outrider_bringup import paths
from outrider_bringup.bench.figure import Figure, Measured
from outrider_sim.world import places, scenario
from outrider_sim.world.camera import DepthPainter, Painter, pinhole
from outrider_sim.world.eye import eye_of
from outrider_sim.world.world import World

PLAIN = 'approach_car_60_at_0m9'
BUSY = ('parked_cars_and_approach', 'guard_rail_ghosts', 'wall_and_signs_quiet', 'tunnel', 'platoon_three_cars',
        'rain_car_50', 'night_truck_70', 'oncoming_stream')  # the fullest ones, and each kind of light
WIDTH, HEIGHT = 424, 240
FIELD_DEG = 90.0
PICTURES = 60
LEAST_HZ = 15.0


def rate(file: Path) -> tuple[float, float]:
    """Render PICTURES pairs spread over one file. Return pairs a second of processor, and of the clock on the wall."""
    one = scenario.load(file)
    world, view = World(one), pinhole(WIDTH, HEIGHT, FIELD_DEG)
    mounts = [places.truth(one.rig, sensor, one.seed).mount for sensor in ('camera', 'depth')]
    painter, depths = Painter(world, view, one.seed), DepthPainter(world, view, one.seed)
    taken, begin, begin_wall = 0, time.process_time(), time.monotonic()
    for t_s in np.linspace(0.0, one.duration_s, PICTURES, endpoint=False).tolist():
        snapshot = world.at(t_s)
        painter.colour(snapshot, eye_of(snapshot.rider, mounts[0]))
        depths.depth(snapshot, eye_of(snapshot.rider, mounts[1]))
        taken += 1
    return taken / (time.process_time() - begin), taken / (time.monotonic() - begin_wall)


def pace(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Render a plain scenario and the busy ones; of these the slowest is the figure."""
    folder = paths.checkout() / 'config' / 'scenarios'
    rate(folder / f'{PLAIN}.yaml')  # the first one loads modules
    seen = {}
    for name in (PLAIN, *BUSY):
        say(name)
        seen[name] = rate(folder / f'{name}.yaml')
    slowest = min(BUSY, key=lambda name: seen[name][0])
    return tuple(Measured(seen[name][0], f'{name}{what}; {seen[name][1]:.0f} by the wall clock',
                          extra={other: round(pair[0], 1) for other, pair in seen.items()} if what else {})
                 for name, what in ((PLAIN, ''), (slowest, f', the slowest of {len(BUSY)}')))


FIGURES = (
    Figure(('camera rendered, plain road', 'camera rendered, busiest road'), ('pairs a second', 'pairs a second'),
           (LEAST_HZ, LEAST_HZ), '>=', pace, about=f'colour and depth {WIDTH}x{HEIGHT}, one core', group='world'),
)
