"""Draws approaches from behind, or quiet traffic (draw_quiet.py): `draw(n, seed, kind)`. What `score --draw` plays.

Nothing in it knows the stack.

| | near (recall) | far (false alarms) | bands (false alarms at two clearances) |
|---|---|---|---|
| clearance, m; below 0 outlines overlap | -0.3 .. 1.5 | 1.5 .. 6 | 2.8 .. 3.2, and as many at 3.8 .. 4.2 |
| closing speed, m/s | 3 .. 22, as far as the class goes | the same | the same |
| lane changes, at night, in a platoon | 20 % each | the same | the same |

The rest is traffic's: classes by share, the rider's own speed and sway, the side. Each approach is seen from at least
110 m or 8 s away, whichever is more, and ends 1.5 s after the last body has passed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outrider_sim.world import draw_quiet, words
from outrider_sim.world.allowed import Verdict, allowed
from outrider_sim.world.model import Actor, Change, Expect, Rig, Scenario, Warn
from outrider_sim.world.truth import approaches
from outrider_sim.world.world import World

# Share of what overtakes a bicycle, and the most that it closes with.
_TRAFFIC = {'car': (0.72, 22.0), 'truck': (0.08, 20.0), 'bus': (0.03, 16.0), 'motorcycle': (0.07, 22.0),
            'scooter': (0.04, 6.0), 'bicycle': (0.06, 7.0)}
_MARGIN_M = 0.03       # so that sway makes no near one of a far one
KINDS = ('near', 'far', 'quiet', 'bands')  # a new one goes to the end: its place is part of every seed
_CLEARANCE_M = {'near': ((-0.3, 1.5),), 'far': ((1.5 + _MARGIN_M, 6.0),), 'bands': ((2.8, 3.2), (3.8, 4.2))}
_LEAST_CLOSING_MPS = 3.0
_SHARE = 0.2           # of lane changes, of nights, of platoons
_LEFT = 0.85           # passes on the left: traffic keeps to the right
_SEEN_M, _SEEN_S = 110.0, 8.0
_AFTER_S = 1.5
_MARGIN_MPS = 0.02     # so that rounding makes no 3.0 of a 2.9999


def draw(n: int, seed: int, kind: str = 'near') -> list[Scenario]:
    """Return `n` scenarios of a `kind`, one of KINDS; the same for the same arguments, and any smaller n."""
    return [one(number, seed, kind) for number in range(n)]


def one(number: int, seed: int, kind: str = 'near') -> Scenario:
    """Return that one of the scenarios that `draw` returns, number from 0."""
    random = np.random.default_rng([seed, KINDS.index(kind), number])
    if kind == 'quiet':
        return draw_quiet.piece(number, random)
    rig = Rig(speed_mps=float(random.uniform(3.0, 8.0)), sway_deg=float(random.uniform(0.0, 4.0)))
    name = _kind(random)
    closing = float(random.uniform(_LEAST_CLOSING_MPS + _MARGIN_MPS, _TRAFFIC[name][1]))
    of_kind = _CLEARANCE_M[kind]
    clearance = float(random.uniform(*of_kind[number % len(of_kind)]))
    left = 1.0 if random.random() < _LEFT else -1.0
    changes_lane, night, platoon = (bool(random.random() < _SHARE) for _ in range(3))
    lead_m = max(_SEEN_M, _SEEN_S * closing)
    actors = [_actor('a1', name, lead_m, clearance, left, closing, rig)]
    if platoon:
        for follower in range(2, 2 + int(random.integers(1, 3))):
            before = actors[-1]
            kind_of = 'car' if name in ('scooter', 'bicycle', 'motorcycle') else name
            headway_m = float(random.uniform(0.8, 2.0)) * before.speed_mps
            behind_m = -before.at[0] + 0.5 * (before.size_m[0] - rig.size_m[0]) + headway_m
            actors.append(_actor(f'a{follower}', kind_of, behind_m, clearance, left, closing, rig))
    if changes_lane:
        actors = [_swerving(actor, closing, left, random, rig) for actor in actors]
    last = actors[-1]
    passed_s = (-last.at[0] + 0.5 * (last.size_m[0] + rig.size_m[0])) / closing
    scenario = Scenario(
        name=f'drawn_{kind}_{number:04d}', about=f'{name}, closing {closing:.1f} m/s, clearance {clearance:.2f} m',
        seed=int(random.integers(2 ** 31)), duration_s=passed_s + _AFTER_S, light='night' if night else 'day',
        weather='clear', rig=rig, radar='road', sensors=words.SENSORS, actors=tuple(actors))
    return _with_expectations(scenario)


def _kind(random: np.random.Generator) -> str:
    names = list(_TRAFFIC)
    shares = np.array([share for share, _ in _TRAFFIC.values()])
    return names[int(random.choice(len(names), p=shares / shares.sum()))]


def _actor(name: str, kind: str, lead_m: float, clearance: float, left: float, closing: float, rig: Rig) -> Actor:
    """Return an actor whose front is `lead_m` behind the rider's rear."""
    size = words.SIZES_M[kind]
    y = left * (0.5 * rig.size_m[1] + clearance + 0.5 * size[1])
    return Actor(name, kind, (-(lead_m + 0.5 * (size[0] + rig.size_m[0])), y), 0.0, rig.speed_mps + closing, size)


def _swerving(actor: Actor, closing: float, left: float, random: np.random.Generator, rig: Rig) -> Actor:
    """Let it come in another lane and change to its own: pulling out from behind the rider, or cutting in.

    It is done 1 s before it draws level, so that its clearance is that of the pass.
    """
    level_s = (-actor.at[0] - 0.5 * (actor.size_m[0] + rig.size_m[0])) / closing
    over_s = float(random.uniform(1.5, 3.0))
    start_s = max(level_s - 1.0 - over_s - float(random.uniform(0.0, 3.0)), 0.0)
    inside = bool(random.random() < 0.5)
    dy = left * float(random.uniform(1.5, 3.5)) * (1.0 if inside else -1.0)
    return Actor(actor.id, actor.kind, (actor.at[0], actor.at[1] - dy), 0.0, actor.speed_mps, actor.size_m,
                 (Change(start_s, 'lane', dy, over_s),))


def _with_expectations(scenario: Scenario) -> Scenario:
    """Expect a warning of whatever the truth says must be warned of; the table says the rest."""
    warn = tuple(Warn(truth.actor, 'urgent' if verdict['urgent'] is Verdict.REQUIRED else 'warn', 0.0)
                 for truth in approaches(World(scenario))
                 for verdict in [allowed(truth, scenario.rig)] if verdict['warn'] is Verdict.REQUIRED)
    return replace(scenario, expect=Expect(warn=warn))
