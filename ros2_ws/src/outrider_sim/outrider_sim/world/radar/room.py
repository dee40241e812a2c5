"""The room of the real recording (devices/radhar.py), so that the world's radar can be held beside it.

Read off the recording, with what the radar equation says of strengths; positions in the radar's axes, x ahead, y left.

- The radar stands 1.29 m above the floor: the first thing it sees after its own leakage lies there, its sine of
  elevation 0.94, on every bearing.
- Every range cell holds a little of table, floor, walls and ceiling, more from 1.3 m on: points weaker than a certain
  strength are missing, which rises with range. The first half of the recording tells how strong all that stands is.
- A wall or cupboard at 2.87 m, more at 4.6 and 4.8 m.
- A person walks round in laps of 7.5 s, 1.3 to 2.8 m away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world import scenario
from outrider_sim.world.curves import Pieces
from outrider_sim.world.places import Mount
from outrider_sim.world.radar import physics
from outrider_sim.world.radar.chirp import Chirp
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.world import World

Floats = NDArray[np.float64]

HEIGHT_M = 1.29
MOUNT = Mount((0.0, 0.0, HEIGHT_M), (0.0, 0.0, 0.0))
DURATION_S = 20.1
# What stands: range in m, sine of azimuth, sine of elevation, signal over noise in dB. The floor below on three
# bearings, two things 1.2 m above the radar, at the ceiling, something low, the wall across and what hangs on it.
STANDING = ((1.265, -0.40, 0.0, 38.0), (1.265, 0.28, 0.0, 38.0), (1.31, -0.03, -0.94, 46.5),
            (2.872, -0.09, 0.41, 66.0), (4.595, -0.07, 0.25, 61.8), (4.595, -0.42, -0.65, 56.0),
            (4.80, -0.09, -0.09, 67.5), (4.87, -0.09, 0.0, 59.0), (4.93, -0.07, 0.17, 61.5))
# Table, floor, walls, ceiling: each range cell holds so many spots, together so strong at these ranges, m and dB: 12 dB
# below the weakest still points there, and 1 dB because CFAR takes the mean of logarithms.
DIFFUSE_A_CELL = 3
DIFFUSE = ((0.25, 28.0), (1.2, 29.0), (1.4, 36.0), (1.8, 42.5), (2.3, 41.0), (2.9, 46.0), (12.0, 46.0))
# Where the person is every half second from the start: metres ahead and to the left. Local lines through its points,
# and from there to its middle 0.12 m where it walks along the line of sight, 0.22 m where it walks across.
WALK_EVERY_S = 0.5
WALK = np.array([
    (2.35, 0.06), (2.11, -0.31), (1.77, -0.29), (1.55, -0.04), (1.26, 0.33), (1.17, 0.77), (1.10, 1.15), (1.14,
    1.45), (1.57, 1.49), (1.84, 1.51), (2.17, 1.25), (2.37, 0.96), (2.57, 0.56), (2.67, 0.13), (2.58, -0.17),
    (2.46, -0.49), (2.27, -0.69), (1.88, -0.61), (1.63, -0.50), (1.43, -0.24), (1.30, 0.13), (1.21, 0.65), (1.48,
    0.92), (1.60, 1.17), (1.86, 1.46), (2.17, 1.22), (2.34, 1.06), (2.59, 0.95), (2.55, 0.62), (2.52, 0.21),
    (2.54, -0.07), (2.34, -0.36), (2.11, -0.53), (1.83, -0.62), (1.68, -0.42), (1.45, -0.14), (1.25, 0.36), (1.23,
    0.78), (1.23, 1.13), (1.33, 1.24), (1.43, 1.42)])


class Room:
    """The room, the person in it and the rig that stands and looks."""

    def __init__(self) -> None:
        """Lay out the walk."""
        x, y = WALK[0].tolist()
        self.world = World(scenario.parse(
            f'duration_s: {DURATION_S}\nrig: {{speed_mps: 0}}\nradar: radhar\n'
            f'actors: [{{id: walker, class: person, at: [{x}, {y}]}}]', 'room.yaml'))
        rates = np.array(np.gradient(WALK, WALK_EVERY_S, axis=0), dtype=np.float64)
        self._walk = Pieces(WALK_EVERY_S * np.arange(len(WALK), dtype=np.float64), WALK, rates)

    def at(self, t_s: float) -> Snapshot:
        """Return the room at an instant of the recording."""
        place, velocity, _ = self._walk.at(np.array([t_s]))
        heading = np.arctan2(velocity[:, 1], velocity[:, 0])
        return self.world.snapshot(t_s, self.world.pose(t_s), place, velocity, heading)


def standing(chirp: Chirp, seed: int) -> Floats:
    """Return what stands in the room as Radar takes it, (k, 4): x, y, z, dBsm; the seed spreads floor and walls."""
    random = np.random.default_rng([seed, 1290])
    cells = np.arange(DIFFUSE[0][0], chirp.range_max_m, chirp.range_bin_m)
    distance = np.repeat(cells, DIFFUSE_A_CELL) + random.uniform(0.0, chirp.range_bin_m, len(cells) * DIFFUSE_A_CELL)
    count = len(distance)
    each = np.interp(distance, *np.array(DIFFUSE).T) - 10.0 * np.log10(DIFFUSE_A_CELL)
    spots = np.stack([distance, random.uniform(-0.8, 0.8, count), np.zeros(count), each], axis=1)
    distance, sine, rise, strength = np.concatenate([np.array(STANDING), spots]).T
    ahead = np.sqrt(1.0 - sine ** 2 - rise ** 2)
    xyz = distance[:, None] * np.stack([ahead, sine, rise], axis=1) + np.array([0.0, 0.0, HEIGHT_M])
    # The strengths are those received: radar equation, mirror of the floor and pattern are undone.
    seen = (physics.snr_db(chirp, np.zeros(len(sine)), distance)
            + physics.two_ray_db(chirp, distance, HEIGHT_M, xyz[:, 2])
            + physics.pattern_db(np.arctan2(sine, ahead), np.arcsin(rise)))
    return np.concatenate([xyz, (strength - seen)[:, None]], axis=1)
