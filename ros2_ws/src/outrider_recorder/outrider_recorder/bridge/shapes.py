"""What never moves in base_link: range rings, the machine's outline, the radar's field of view. Metres."""

from __future__ import annotations

import math
from typing import NamedTuple

from outrider_recorder.bridge import palette

Strip = list[tuple[float, float, float]]
RINGS_M = (5.0, 10.0, 20.0, 30.0, 40.0, 60.0, 80.0)
WHEEL_M, AXLES_M = 0.34, (0.52, -0.52)


class Drawing(NamedTuple):
    """Strips of one entity with one colour and width (m, or < 0: screen points) each."""

    path: str
    strips: list[Strip]
    colours: list[int]
    widths: list[float]
    labels: list[str]


def _circle(x: float, z: float, radius: float, *, upright: bool, steps: int) -> Strip:
    around = [2 * math.pi * k / steps for k in range(steps + 1)]
    if upright:
        return [(x + radius * math.cos(a), 0.0, z + radius * math.sin(a)) for a in around]
    return [(x + radius * math.cos(a), radius * math.sin(a), z) for a in around]


def rings() -> Drawing:
    """Return range rings on the ground, named by their radius."""
    return Drawing('world/rings', [_circle(0.0, 0.0, radius, upright=False, steps=96) for radius in RINGS_M],
                   [palette.RING] * len(RINGS_M), [-0.6] * len(RINGS_M), [])


def bicycle() -> Drawing:
    """Return a bicycle, drawn as a stick figure of tubes, wheels on the ground, forks at AXLES_M."""
    front, rear = AXLES_M
    wheels = [_circle(x, WHEEL_M, WHEEL_M, upright=True, steps=40) for x in AXLES_M]
    seat, crank, head, bar = (-0.22, 0.0, 0.86), (-0.08, 0.0, 0.3), (0.34, 0.0, 0.86), (0.3, 0.0, 1.02)
    hub_front, hub_rear = (front, 0.0, WHEEL_M), (rear, 0.0, WHEEL_M)
    frame: list[Strip] = [
        [hub_rear, crank, head, seat, crank], [seat, hub_rear], [bar, head, hub_front],
        [(0.3, 0.29, 1.02), (0.3, -0.29, 1.02)], [(-0.34, 0.0, 0.95), (-0.08, 0.0, 0.95)], [seat, (-0.24, 0.0, 0.95)],
    ]
    return Drawing('world/rig', wheels + frame, [palette.RIG_DIM] * 2 + [palette.RIG] * len(frame),
                   [0.013] * 2 + [0.015] * len(frame), [])


def ramp() -> Drawing:
    """Return the ramp: a board on four wheels, 1.2 x 0.6 m, its nose ahead."""
    x, y, z = 0.6, 0.3, 0.16
    edge: Strip = [(x, y, z), (x, -y, z), (-x, -y, z), (-x, y, z), (x, y, z)]
    nose: Strip = [(x, y, z), (x + 0.25, 0.0, 0.05), (x, -y, z)]
    wheels = [[(at + dx, side + dy, dz + 0.08) for dx, dy, dz in _circle(0.0, 0.0, 0.08, upright=True, steps=24)]
              for at in (0.4, -0.4) for side in (0.26, -0.26)]
    return Drawing('world/rig', [edge, nose, *wheels], [palette.RIG] * 2 + [palette.RIG_DIM] * 4,
                   [0.015] * 2 + [0.012] * 4, [])


def beam(half_angle_deg: float = 60.0, reach_m: float = 3.0) -> Drawing:
    """Return the radar's field of view in radar_link: a sector about x."""
    arc = [math.radians(half_angle_deg * k / 24) for k in range(-24, 25)]
    edge: Strip = [(reach_m * math.cos(a), reach_m * math.sin(a), 0.0) for a in arc]
    return Drawing('world/radar_link/beam', [[(0.0, 0.0, 0.0), *edge, (0.0, 0.0, 0.0)]], [palette.BEAM], [-1.0], [])


def ring_names() -> tuple[list[tuple[float, float, float]], list[str]]:
    """Return where ring names stand, to the left behind, and the names."""
    slope = math.radians(135)
    return ([(radius * math.cos(slope), radius * math.sin(slope), 0.0) for radius in RINGS_M],
            [f'{radius:.0f} m' for radius in RINGS_M])
