"""What the camera's eye adds to an act on the road: the class by name, and from how far."""

from __future__ import annotations

import math

from outrider_bringup.demo.rider import CLASSES
from outrider_bringup.demo.road import Played
from outrider_bringup.demo.table import Row
from outrider_sim.world import truth

NAMED_M = 20.0        # from here on a confirmed track has its class by day


def class_rows(played: Played) -> list[Row]:
    """From how far each actor that the rider has to be warned of was called by its class until it passed."""
    wanted = [one.actor for one in played.scenario.expect.warn]
    return [_class_row(played, actor, 'class named' if len(wanted) == 1 else f'class of {actor}') for actor in wanted]


def _class_row(played: Played, actor: str, name: str) -> Row:
    limit = f'{NAMED_M:g} m'
    if played.blind:
        return Row(name, f'no detector: {played.blind}', limit, None, must=False)
    t_ca_s = played.approaches()[actor].t_ca_s
    if t_ca_s is None or played.until_ns < played.begun_ns + t_ca_s * 1e9:
        return Row(name, '', limit, None, must=False)
    true = next(one.kind for one in played.scenario.actors if one.id == actor)
    said = _said(played, actor, t_ca_s)
    if not any(kind != CLASSES[0] for kind, _ in said):
        return Row(name, 'never', limit, False, must=False)
    last = said[-1][0]
    if last != true:
        return Row(name, f'{last}, and it is a {true}', limit, False, must=last != CLASSES[0])
    first_m = said[-1][1]
    for kind, distance_m in reversed(said):
        if kind != true:
            break
        first_m = distance_m
    return Row(name, f'{true} at {first_m:.0f} m, until it passed', limit, first_m >= NAMED_M, must=False,
               figures={'class_named_m': first_m})


def _said(played: Played, actor: str, until_s: float) -> list[tuple[str, float]]:
    """Return class and distance in m of the actor's track, message by message until it passed."""
    world, found = played.world(), []
    for stamp_ns, bodies in played.named:
        t_s = (stamp_ns - played.begun_ns) / 1e9
        if not 0.0 <= t_s <= until_s:
            continue
        snapshot = world.at(t_s)
        mine = [(math.hypot(x, y), kind) for kind, x, y in bodies if truth.owner(snapshot, (x, y)).actor == actor]
        if mine:
            distance_m, kind = min(mine)
            found.append((CLASSES[kind] if kind < len(CLASSES) else CLASSES[0], distance_m))
    return found
