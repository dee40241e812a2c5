"""The rides that are painted: crowds of every class, and approaches as traffic has them; all light and weather.

Their seeds begin at FIRST_SEED; those of training and of its test are others (tools/training/scenes.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from outrider_sim.world import draw, words
from outrider_sim.world.model import Actor, Rig, Scenario, Thing

FIRST_SEED = 700_000
RIDE_S = 6.0
_LIGHTS, _WEATHERS = (0.4, 0.2, 0.4), (0.6, 0.2, 0.2)
_LANES_M = (-5.0, -2.6, 0.0, 2.4, 5.2, 8.5)      # left of the rider's line
_NEAREST_M, _FARTHEST_M = 3.0, 60.0
_GAP_M = 3.0
_AFTER_S = 0.3                                   # an approach is painted until it has passed so long ago
_THINGS = {'parked_cars': 7.0, 'trees': 10.0, 'signs': 30.0, 'guard_rail': 4.0, 'wall': 4.0}


@dataclass(frozen=True)
class Ride:
    """A scenario, and from when on it is painted, for RIDE_S."""

    scenario: Scenario
    begin_s: float


def ride(number: int, seed: int = FIRST_SEED) -> Ride:
    """Return the ride of that number, from 0; every third is an approach."""
    random = np.random.default_rng([seed, number])
    light, weather = str(random.choice(words.LIGHTS, p=_LIGHTS)), str(random.choice(words.WEATHERS, p=_WEATHERS))
    own = int(seed + 10 * number)  # of mounts and paint
    if number % 3 == 2:
        one = draw.one(number, seed, 'near')
        end_s = one.duration_s - 1.5 + _AFTER_S  # draw.py plays on for 1.5 s
        return Ride(replace(one, seed=own, light=light, weather=weather), max(end_s - RIDE_S, 0.0))
    return Ride(replace(_crowd(random), name=f'crowd_{number}', seed=own, light=light, weather=weather), 0.0)


def _crowd(random: np.random.Generator) -> Scenario:
    """Return bodies of every class in lanes: who shares a lane shares its pace, so that nobody meets another."""
    ramp = bool(random.random() < 0.25)
    rig = Rig(kind='ramp', facing='front', speed_mps=float(random.uniform(0.0, 1.5))) if ramp else \
        Rig(speed_mps=float(random.uniform(3.0, 8.0)), sway_deg=float(random.uniform(0.0, 4.0)))
    ahead = 1.0 if ramp else -1.0
    actors: list[Actor] = []
    taken: dict[int, list[tuple[float, float]]] = {}
    pace = {lane: float(random.uniform(-4.0, 4.0)) for lane in range(len(_LANES_M))}
    for number in range(int(random.integers(4, 9))):
        kind = str(random.choice(words.CLASSES))
        size = words.SIZES_M[kind]
        lane = int(random.integers(len(_LANES_M)))
        far = _NEAREST_M * (_FARTHEST_M / _NEAREST_M) ** float(random.random()) + 0.5 * size[0]
        if any(abs(far - other) < 0.5 * (size[0] + length) + _GAP_M for other, length in taken.get(lane, [])):
            continue
        taken.setdefault(lane, []).append((far, size[0]))
        speed = rig.speed_mps - ahead * pace[lane]
        turned = speed < 0.0
        y = _LANES_M[lane] + float(random.uniform(-0.4, 0.4))
        actors.append(Actor(f'a{number}', kind, (ahead * far, y), 180.0 if turned else 0.0, abs(speed), size))
    things = []
    for side in (-1.0, 1.0):
        if random.random() < 0.5:
            kind = str(random.choice(list(_THINGS)))
            y = side * float(random.uniform(7.5, 11.0) if side < 0 else random.uniform(11.0, 14.0))
            things.append(Thing(kind, (-100.0, y), (100.0, y), _THINGS[kind]))
    return Scenario('', '', 0, RIDE_S + 0.5, 'day', 'clear', rig, 'road', words.SENSORS, tuple(actors), tuple(things))
