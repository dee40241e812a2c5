"""Reads the actors of a scenario and what they do."""

from __future__ import annotations

from outrider_sim.world import words
from outrider_sim.world.model import Actor, Change
from outrider_sim.world.tree import Keys, Value

_MAX_SPEED = 100.0
# Which keys belong to which change, beside at_s, change and over_s.
_OWN = {'lane': ('dy_m',), 'speed': ('to_mps', 'to'), 'heading': ('to_deg',)}


def read_actors(keys: Keys) -> tuple[Actor, ...]:
    """Return the actors in the order of the file."""
    actors: list[Actor] = []
    for value in keys.items('actors', 'a list of actors'):
        actor = _actor(value)
        if any(actor.id == other.id for other in actors):
            raise value.error(f"has the id '{actor.id}' of an actor before it, expected an id of its own.")
        actors.append(actor)
    return tuple(actors)


def _actor(value: Value) -> Actor:
    keys = value.keys('id', 'class', 'at', 'heading_deg', 'speed_mps', 'size_m', 'do')
    name = keys.need('id', 'car1').text('a name')
    kind = keys.need('class', 'car').choice(words.CLASSES)
    x, y = keys.need('at', '[-70, 2.15]').numbers(2, 'two numbers [x, y] in metres')
    heading, speed, size = keys.get('heading_deg'), keys.get('speed_mps'), keys.get('size_m')
    length, width, height = words.SIZES_M[kind]
    if size:
        length, width, height = size.numbers(3, 'length, width and height above 0 in metres', above=0.0)
    return Actor(name, kind, (x, y), heading.number(-1e4, 1e4, 'an angle in degrees') if heading else 0.0,
                 speed.number(-_MAX_SPEED, _MAX_SPEED, 'a speed of at most 100 m/s') if speed else 0.0,
                 (length, width, height), _changes(keys))


def _changes(keys: Keys) -> tuple[Change, ...]:
    changes: list[Change] = []
    for value in keys.items('do', 'a list of changes'):
        change = _change(value)
        if changes and change.at_s < changes[-1].at_s:
            raise value.error(f'is at {change.at_s:g} s, after one at {changes[-1].at_s:g} s, expected the order of '
                              'time; move it up.')
        same = [other for other in changes if other.kind == change.kind]
        # Sums of decimals such as 3.0 + 1.2 are off by a bit: that is no overlap.
        if same and change.at_s < same[-1].end_s - 1e-9:
            raise value.error(f'changes the {change.kind} at {change.at_s:g} s while the change before it lasts until '
                              f'{same[-1].end_s:g} s, expected one after the other; start it later.')
        changes.append(change)
    return tuple(changes)


def _change(value: Value) -> Change:
    all_keys = value.keys('at_s', 'change', 'over_s', *(key for own in _OWN.values() for key in own))
    kind = all_keys.need('change', 'speed').choice(words.CHANGES)
    keys = value.keys('at_s', 'change', 'over_s', *_OWN[kind])
    at_s = keys.need('at_s', '3.0').time_s()
    over = keys.need('over_s', '1.0')
    over_s = over.number(0.0, 86400.0, 'a duration of 0 s or more')
    if kind == 'lane':
        if over_s == 0.0:
            raise over.error('is 0, expected more than 0 s: nobody changes lane at once.')
        return Change(at_s, kind, keys.need('dy_m', '1.5').number(-1e3, 1e3, 'metres to world left'), over_s)
    if kind == 'heading':
        return Change(at_s, kind, keys.need('to_deg', '30').number(-1e4, 1e4, 'an angle in degrees'), over_s)
    to = keys.get('to')
    if to:
        if 'to_mps' in keys:
            raise to.error('stands beside to_mps, expected one of the two; remove one.')
        to.choice(('rider',))
        return Change(at_s, kind, 0.0, over_s, to_rider=True)
    speed = keys.need('to_mps', '8').number(-_MAX_SPEED, _MAX_SPEED, 'a speed of at most 100 m/s')
    return Change(at_s, kind, speed, over_s)
