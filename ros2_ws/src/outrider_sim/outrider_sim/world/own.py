"""What the machine itself did, against what its file expects: contact, stopping, following, arriving.

| expectation | holds where |
|---|---|
| `no_contact` | it touches nothing while it moves, nor is it stopped so; who runs into it standing does that himself |
| `stop_before_m` | it stands at the end, and while it moved nothing and nobody was nearer |
| `follow` | the clearance to the target is within `within_m` for `share` of the run |
| `arrive_m` | at some time it is that far from where it started |
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world import boxes
from outrider_sim.world.snapshot import MOVING_MPS
from outrider_sim.world.truth import clearance_m
from outrider_sim.world.world import World

Floats = NDArray[np.float64]

_STEP_S = 0.02
_ABOVE_M = 1.0   # what begins higher up, a bridge, is in nobody's way


def clearance_of_things_m(world: World, t_s: Floats) -> Floats:
    """Return the distance (n,) of the rider's footprint to the nearest thing; inf in an empty world."""
    rider, scenery = world.poses(t_s), world.scenery
    n = len(t_s)
    size = np.broadcast_to(np.array(world.scenario.rig.size_m), (n, 2))
    least = np.full(n, np.inf)
    for box in scenery.boxes:
        other = (np.broadcast_to(np.array(box.xy), (n, 2)), np.full(n, box.heading),
                 np.broadcast_to(np.array(box.size_m[:2]), (n, 2)))
        least = np.minimum(least, boxes.between(rider.xy, rider.heading, size, *other))
    for wall in scenery.walls:
        if wall.low_m < _ABOVE_M:
            line = (np.broadcast_to(np.array(end), (n, 2)) for end in (wall.start, wall.end))
            least = np.minimum(least, boxes.to_segments(rider.xy, rider.heading, size, *line))
    return least


def unmet(world: World) -> list[str]:
    """Return one sentence for each expectation of the machine's own motion that did not hold."""
    expect = world.scenario.expect
    times = np.linspace(0.0, world.scenario.duration_s, max(round(world.scenario.duration_s / _STEP_S), 1) + 1)
    rider = world.poses(times)
    moves = rider.speed > MOVING_MPS
    # What it ran into has stopped it a moment later: the instant after it moved counts too.
    moved = moves | np.concatenate([[False], moves[:-1]])
    gaps = {name: clearance_m(world, place, times) for place, name in enumerate(world.ids)}
    if expect.no_contact or expect.stop_before_m is not None:
        gaps['a thing'] = clearance_of_things_m(world, times)
    found = []
    for name, gap in gaps.items():
        touched = np.flatnonzero((gap <= 0.0) & moved)
        if expect.no_contact and len(touched):
            found.append(f'{name} was touched at {times[touched[0]]:.2f} s, expected no contact.')
        nearest = float(gap[moved].min()) if moved.any() else np.inf
        if expect.stop_before_m is not None and nearest < expect.stop_before_m:
            found.append(f'{name} came within {nearest:.2f} m while it moved, expected {expect.stop_before_m:g} m.')
    if expect.stop_before_m is not None and moves[-1]:
        found.append(f'it moves at {rider.speed[-1]:.2f} m/s at the end, expected that it stands.')
    if expect.follow is not None:
        low, high = expect.follow.within_m
        gap = gaps[expect.follow.target]
        share = float(np.mean((gap >= low) & (gap <= high)))
        if share < expect.follow.share:
            found.append(f'{expect.follow.target} was {low:g} to {high:g} m away for {100 * share:.0f} % of the time, '
                         f'expected {100 * expect.follow.share:.0f} %.')
    if expect.arrive_m is not None:
        way = float(np.hypot(rider.x - rider.x[0], rider.y - rider.y[0]).max())
        if way < expect.arrive_m:
            found.append(f'it came {way:.1f} m far, expected {expect.arrive_m:g} m.')
    return found
