"""Draws traffic in which nobody has to be warned of: two minutes a piece, thirty pieces an hour.

| | what is in it |
|---|---|
| road | a straight street with stops: overtaking beyond 3 m, oncoming, a follower, walkers beside and behind; things |
| turns | round corners: parked cars, trees, people who stand, cars that go straight on long after the rider turned |

Whoever the table would let a warning be said of, however he came by it, is left out: here a warning has no excuse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world import words
from outrider_sim.world.allowed import Verdict, allowed
from outrider_sim.world.model import Actor, Change, Points, Rig, Scenario, Thing
from outrider_sim.world.truth import approaches
from outrider_sim.world.world import World

Floats = NDArray[np.float64]

PIECE_S = 120.0
_ROAD_SHARE = 0.65
_STEP_S, _ROW_S = 0.1, 0.5
_NIGHT, _RAIN, _FOLLOWER = 0.2, 0.15, 0.35
_A_MINUTE = {'overtaking': 3.0, 'oncoming': 5.0, 'walkers': 1.5}
_HEADWAY_S = 2.0
_PASS_M = (3.1, 6.0)       # clearance of those who overtake
_OVERTAKERS = {'car': 0.75, 'truck': 0.1, 'bus': 0.05, 'motorcycle': 0.1}
_STANDING_S, _BRAKING_S = (4.0, 14.0), 5.0
_STRAIGHT = 0.35           # of the legs have somebody who goes straight on where the rider turns
_CORNER_S = 6.0            # who goes straight on is so far behind when the rider begins to turn: nobody else could know
_BESIDE_M = 2.2            # from the rider's line to the middle of what stands
_AROUND_M = 120.0          # things go on so far before and behind


@dataclass(frozen=True)
class _Ride:
    """Where the rider is on a fine grid."""

    t_s: Floats
    x: Floats
    y: Floats
    heading: Floats
    stands: NDArray[np.bool_]

    def path(self) -> Points:
        """Return it as a file would have it."""
        take = np.arange(0, len(self.t_s), round(_ROW_S / _STEP_S))
        return Points(tuple(zip(self.t_s[take].tolist(), self.x[take].tolist(), self.y[take].tolist(), strict=True)))

    def at(self, t_s: float) -> tuple[float, float, float]:
        """Return x, y and heading."""
        return (float(np.interp(t_s, self.t_s, self.x)), float(np.interp(t_s, self.t_s, self.y)),
                float(np.interp(t_s, self.t_s, self.heading)))


def piece(number: int, random: np.random.Generator) -> Scenario:
    """Return one piece of quiet traffic."""
    on_a_road = bool(random.random() < _ROAD_SHARE)
    ride, actors, things = _road(random) if on_a_road else _turns(random)
    rig = Rig(path=ride.path(), sway_deg=float(random.uniform(0.0, 4.0)))
    light = 'night' if random.random() < _NIGHT else 'day'
    weather = 'rain' if random.random() < _RAIN else 'clear'
    scenario = Scenario(
        name=f'drawn_quiet_{number:04d}', about='a street' if on_a_road else 'round corners',
        seed=int(random.integers(2 ** 31)), duration_s=PIECE_S, light=light, weather=weather, rig=rig, radar='road',
        sensors=words.SENSORS, actors=tuple(actors), things=tuple(things))
    quiet = {one.actor for one in approaches(World(scenario))
             if allowed(one, rig)['warn'] is allowed(one, rig)['urgent'] is Verdict.FALSE}
    return replace(scenario, actors=tuple(actor for actor in actors if actor.id in quiet))


def _road(random: np.random.Generator) -> tuple[_Ride, list[Actor], list[Thing]]:
    ride = _with_stops(random)
    lane_mps, oncoming_mps = random.uniform(9.0, 20.0), random.uniform(8.0, 17.0)
    lane_y = 0.35 + random.uniform(*_PASS_M)
    actors = []
    for name, count_s in (('over', _times('overtaking', random)), ('on', _times('oncoming', random))):
        for number, t_s in enumerate(count_s):
            kind = _kind(random)
            width = words.SIZES_M[kind][1]
            mps = lane_mps if name == 'over' else -oncoming_mps
            y = lane_y + 0.5 * width + (0.0 if name == 'over' else 3.2)
            x = ride.at(t_s)[0] - mps * t_s
            actors.append(_actor(f'{name}{number}', kind, (x, y), 0.0 if mps > 0.0 else 180.0, abs(mps)))
    for number, t_s in enumerate(_times('walkers', random)):
        mps, side = random.choice([-1.0, 1.0]) * random.uniform(1.0, 1.7), random.choice([-1.0, 1.0])
        x, y = ride.at(t_s)[0] - mps * t_s, side * random.uniform(3.8, 6.5)
        actors.append(_actor(f'walker{number}', 'person', (x, y), 0.0 if mps > 0.0 else 180.0, abs(mps)))
    if random.random() < _FOLLOWER:
        kind = str(random.choice(['car', 'truck', 'bicycle']))
        at = (-float(random.uniform(9.0, 20.0)) - 0.5 * words.SIZES_M[kind][0], float(random.uniform(-0.5, 0.5)))
        actors.append(replace(_actor('follower', kind, at, 0.0, _speed(ride)),
                              changes=(Change(0.0, 'speed', 0.0, 0.5, to_rider=True),)))
    stands = ride.t_s[ride.stands]
    if len(stands):
        middle = float(stands[len(stands) // 2])
        x, mps = ride.at(middle)[0] - 0.9 - random.uniform(1.5, 5.0), random.uniform(1.0, 1.7)
        actors.append(_actor('crosser', 'person', (x, -mps * middle), 90.0, mps))
    return ride, actors, _beside(ride, lane_y + 8.0, random)


def _turns(random: np.random.Generator) -> tuple[_Ride, list[Actor], list[Thing]]:
    mps = float(random.uniform(3.5, 6.0))
    steps = round(PIECE_S / _STEP_S) + 1
    rate = np.zeros(steps)
    legs: list[tuple[int, int]] = []
    begin = 0
    while begin < steps:
        end = begin + round(random.uniform(8.0, 18.0) / _STEP_S)
        legs.append((begin, min(end, steps)))
        radius = random.choice([-1.0, 1.0]) * random.uniform(6.0, 14.0)
        begin = end + round(random.uniform(0.6, 1.0) * 0.5 * math.pi * abs(radius) / mps / _STEP_S)
        rate[end:begin] = mps / radius
    heading = np.concatenate([[0.0], np.cumsum(rate[:-1] * _STEP_S)])
    x, y = (np.concatenate([[0.0], np.cumsum(mps * _STEP_S * part(heading[:-1] + 0.5 * rate[:-1] * _STEP_S))])
            for part in (np.cos, np.sin))
    times: Floats = np.arange(steps, dtype=np.float64) * _STEP_S
    ride = _Ride(times, x, y, heading, np.zeros(steps, dtype=np.bool_))
    actors, things = [], []
    for number, (first, last) in enumerate(legs):
        length = mps * (last - first) * _STEP_S
        if length < 25.0:
            continue
        turned = heading[first]
        ahead, left = np.array([math.cos(turned), math.sin(turned)]), np.array([-math.sin(turned), math.cos(turned)])
        start = np.array([x[first], y[first]])
        other = str(random.choice(['trees', 'parked_cars']))
        for side, kind, every_m in ((-1.0, 'parked_cars', 7.0), (1.0, other, 9.0)):
            off = side * random.uniform(2.6, 5.0) * left
            a, b = start + 8.0 * ahead + off, start + (length - 8.0) * ahead + off
            if _free(a, b, ride):
                things.append(Thing(kind, (float(a[0]), float(a[1])), (float(b[0]), float(b[1])), every_m))
        place = start + random.uniform(0.2, 0.8) * length * ahead + random.choice([-1.0, 1.0]) * random.uniform(
            3.8, 6.0) * left
        actors.append(_actor(f'standing{number}', 'person', (float(place[0]), float(place[1])), 0.0, 0.0))
        if random.random() > _STRAIGHT:
            continue
        faster = mps + random.uniform(3.0, 9.0)
        turns_s = last * _STEP_S
        behind = (faster - mps) * (_CORNER_S + random.uniform(0.0, 3.0)) + faster * turns_s
        place = start + (length - behind) * ahead
        actors.append(_actor(f'straight{number}', 'car', (float(place[0]), float(place[1])),
                             math.degrees(turned), float(faster)))
    return ride, actors, things


def _free(start: Floats, end: Floats, ride: _Ride) -> bool:
    """Tell whether nothing between two places stands in the rider's way, who may come by again."""
    spots = np.linspace(start, end, 40)
    off = np.hypot(spots[:, None, 0] - ride.x[::5], spots[:, None, 1] - ride.y[::5])
    return bool(off.min() > _BESIDE_M)


def _with_stops(random: np.random.Generator) -> _Ride:
    t: Floats = np.arange(round(PIECE_S / _STEP_S) + 1, dtype=np.float64) * _STEP_S
    speed = np.full(len(t), random.uniform(3.0, 8.0))
    at_s = float(random.uniform(15.0, 50.0))
    while at_s < PIECE_S - 30.0:
        wait_s = float(random.uniform(*_STANDING_S))
        slow = np.clip((at_s - t) / _BRAKING_S, 0.0, 1.0) + np.clip((t - at_s - wait_s) / _BRAKING_S, 0.0, 1.0)
        speed *= np.minimum(slow, 1.0)
        at_s += wait_s + float(random.uniform(30.0, 70.0))
    x = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) * _STEP_S)])
    # Two equal points stand; a creep of millimetres between them would not.
    return _Ride(t, np.round(x, 3), np.zeros(len(t)), np.zeros(len(t)), speed == 0.0)


def _beside(ride: _Ride, far_left_m: float, random: np.random.Generator) -> list[Thing]:
    ends = float(ride.x[0]) - _AROUND_M, float(ride.x[-1]) + _AROUND_M
    near = {'parked_cars': (2.4, 3.4, 7.0), 'guard_rail': (1.5, 3.5, 4.0), 'trees': (2.5, 5.0, 10.0),
            'signs': (2.0, 4.0, 30.0), 'wall': (2.5, 6.0, 4.0)}
    right, left = (str(random.choice(list(near))) for _ in range(2))
    low, high, every_m = near[right]
    y = -float(random.uniform(low, high))
    found = [Thing(right, (ends[0], y), (ends[1], y), every_m)]
    if random.random() < 0.7:
        found.append(Thing(left, (ends[0], far_left_m), (ends[1], far_left_m), near[left][2]))
    return found


def _times(name: str, random: np.random.Generator) -> list[float]:
    """Return when the rider meets them: rising, no two nearer than a headway."""
    count = int(random.poisson(_A_MINUTE[name] * PIECE_S / 60.0))
    found: list[float] = []
    for t_s in np.sort(random.uniform(6.0, PIECE_S - 4.0, count)).tolist():
        if not found or t_s - found[-1] >= _HEADWAY_S:
            found.append(t_s)
    return found


def _kind(random: np.random.Generator) -> str:
    return str(random.choice(list(_OVERTAKERS), p=list(_OVERTAKERS.values())))


def _speed(ride: _Ride) -> float:
    return float((ride.x[1] - ride.x[0]) / _STEP_S)


def _actor(name: str, kind: str, at: tuple[float, float], heading_deg: float, mps: float) -> Actor:
    return Actor(name, kind, (float(at[0]), float(at[1])), float(heading_deg), float(mps), words.SIZES_M[kind])
