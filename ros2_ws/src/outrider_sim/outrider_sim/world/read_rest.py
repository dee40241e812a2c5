"""Reads things, faults and expectations of a scenario."""

from __future__ import annotations

import math
from collections.abc import Sequence

from outrider_sim.world import words
from outrider_sim.world.errors import nearest
from outrider_sim.world.model import Actor, AtMost, ClosePass, Expect, Fault, Follow, Thing, Warn
from outrider_sim.world.tree import Keys, Value

# Where a row gives no every_m: a parking bay, an avenue, signs along a road; posts of a rail, rough spots of a wall.
_ROWS = ('parked_cars', 'trees', 'signs')
_EVERY_M = {'parked_cars': 7.0, 'trees': 10.0, 'signs': 30.0, 'guard_rail': 4.0, 'wall': 4.0}
_MAX_ROW = 2000


def read_things(keys: Keys) -> tuple[Thing, ...]:
    """Return what stands by the road."""
    return tuple(_thing(value) for value in keys.items('things', 'a list of things'))


def _thing(value: Value) -> Thing:
    keys = value.keys('kind', 'from', 'to', 'every_m')
    kind = keys.need('kind', 'wall').choice(words.THINGS)
    ends = []
    for name, example in (('from', '[-80, 3.5]'), ('to', '[60, 3.5]')):
        x, y = keys.need(name, example).numbers(2, 'two numbers [x, y] in metres')
        ends.append((x, y))
    every = keys.get('every_m')
    if every and kind not in _EVERY_M:
        raise every.error(f'stands in a {kind}, expected it only in {", ".join(_EVERY_M)}; remove it.')
    every_m = every.number(0.0, 1e4, 'a distance above 0 m', above=0.0) if every else _EVERY_M.get(kind, 0.0)
    length = math.dist(ends[0], ends[1])
    if kind not in _ROWS and length == 0.0:
        raise value.error('begins where it ends, expected a line; move from or to.')
    if every_m and length / every_m > _MAX_ROW:
        raise value.error(f'has {length / every_m:.0f} bodies, expected at most {_MAX_ROW}; raise every_m.')
    return Thing(kind, ends[0], ends[1], every_m)


def read_faults(keys: Keys) -> tuple[Fault, ...]:
    """Return the faults in the order of the file."""
    faults = []
    for value in keys.items('faults', 'a list of faults'):
        fault = value.keys('at_s', 'sensor', 'do', 'for_s', 'by_s')
        at_s = fault.need('at_s', '4.0').time_s()
        sensor = fault.need('sensor', 'radar').choice(words.SENSORS)
        do = fault.need('do', 'drop').choice(words.FAULTS)
        for_s, by = fault.get('for_s'), fault.get('by_s')
        if do == 'offset' and not by:
            raise value.error('has no by_s, expected how late its stamps are; write for example by_s: 0.05.')
        if by and do != 'offset':
            raise by.error(f"stands beside 'do: {do}', expected it only with 'do: offset'; remove it.")
        faults.append(Fault(sensor, do, at_s,
                            at_s + for_s.number(0.0, 86400.0, 'a duration above 0 s', above=0.0) if for_s else math.inf,
                            by.number(-60.0, 60.0, 'seconds, -60 to 60') if by else 0.0))
    return tuple(faults)


def read_expect(value: Value | None, actors: Sequence[Actor]) -> Expect:
    """Return what is expected; every actor named must be among `actors`."""
    if value is None:
        return Expect()
    keys = value.keys('warn', 'at_most', 'close_pass', 'quiet', 'no_contact', 'stop_before_m', 'follow', 'arrive_m')
    ids = [actor.id for actor in actors]
    warns, limits, passes = [], [], []
    for item in keys.items('warn', 'a list of {actor, level, lead_s}'):
        warn = item.keys('actor', 'level', 'lead_s')
        lead = warn.get('lead_s')
        warns.append(Warn(_known(warn.need('actor', 'car1'), ids), warn.choice('level', words.LEVELS, 'warn'),
                          lead.time_s() if lead else 0.0))
    for item in keys.items('at_most', 'a list of {actor, level}'):
        limit = item.keys('actor', 'level')
        limits.append(AtMost(_known(limit.need('actor', 'car1'), ids),
                             limit.need('level', 'notice').choice(('none', *words.LEVELS))))
    for item in keys.items('close_pass', 'a list of {actor, within_m}'):
        one = item.keys('actor', 'within_m')
        passes.append(ClosePass(_known(one.need('actor', 'car1'), ids),
                                one.need('within_m', '0.4').number(0.0, 1e3, 'a distance of 0 m or more')))
    stop, arrive, follow = keys.get('stop_before_m'), keys.get('arrive_m'), keys.get('follow')
    return Expect(tuple(warns), tuple(limits), tuple(passes), keys.flag('quiet', False), keys.flag('no_contact', False),
                  stop.number(0.0, 1e3, 'a distance of 0 m or more') if stop else None,
                  _follow(follow, ids) if follow else None,
                  arrive.number(0.0, 1e5, 'a distance of 0 m or more') if arrive else None)


def _follow(value: Value, ids: Sequence[str]) -> Follow:
    keys = value.keys('target', 'within_m', 'share')
    target = _known(keys.need('target', 'p1'), ids)
    within = keys.need('within_m', '[0.8, 1.8]')
    low, high = within.numbers(2, 'two distances [least, most] in metres')
    if not 0.0 <= low < high:
        raise within.error(f'is [{low:g}, {high:g}], expected the least distance before the most.')
    share = keys.get('share')
    return Follow(target, (low, high), share.number(0.0, 1.0, 'a share of 0 to 1') if share else 1.0)


def _known(value: Value, ids: Sequence[str]) -> str:
    name = value.text('the id of an actor')
    if name not in ids:
        raise value.error(f"names the actor '{name}', which is not in actors.{nearest(name, ids)}")
    return name
