"""Reads the rig of a scenario: the machine, its path, the hands on the pad."""

from __future__ import annotations

from outrider_sim.world import words
from outrider_sim.world.errors import nearest
from outrider_sim.world.model import Arc, PadStep, Points, Rig, Straight
from outrider_sim.world.tree import Keys, Value

_PATHS = 'straight, {radius_m: 30, side: left, from_s: 2, to_s: 6} or {points: [[0, 0, 0], [4, 20, 0]]}'


def read_rig(value: Value | None, duration_s: float) -> Rig:
    """Return the rig; a bicycle that stands where nothing is said."""
    if value is None:
        return Rig()
    keys = value.keys('kind', 'facing', 'drive', 'speed_mps', 'path', 'sway_deg')
    kind = keys.choice('kind', tuple(words.RIG_SIZES_M), 'bicycle')
    drive = keys.choice('drive', words.DRIVES, 'path')
    path_value, speed_value = keys.get('path'), keys.get('speed_mps')
    path = _path(path_value, duration_s) if path_value else Straight()
    if path_value and drive != 'path' and not isinstance(path, Straight):
        raise path_value.error(f"stands beside 'drive: {drive}', expected no path there; remove one of the two.")
    if speed_value and isinstance(path, Points):
        raise speed_value.error('stands beside path points, expected none there because the points say how fast; '
                                'remove speed_mps.')
    speed = speed_value.number(0.0, 50.0, 'a speed of 0 to 50 m/s') if speed_value else 0.0
    sway = keys.get('sway_deg')
    return Rig(kind, keys.choice('facing', words.FACINGS, 'front' if kind == 'ramp' else 'rear'), drive, speed, path,
               sway.number(0.0, 45.0, 'an amplitude of 0 to 45 degrees') if sway else 0.0)


def _path(value: Value, duration_s: float) -> Straight | Arc | Points:
    if not value.is_mapping():
        if not value.is_text('straight'):
            raise value.error(f'is {value.seen}, expected {_PATHS}.')
        return Straight()
    keys = value.keys('radius_m', 'side', 'from_s', 'to_s', 'points')
    if 'points' in keys:
        beside = [name for name in keys.others() if name != 'points']
        if beside:
            raise keys.others()[beside[0]].error('stands beside points, expected one kind of path; remove one.')
        return _points(keys.need('points', '[[0, 0, 0], [4, 20, 0]]'))
    radius = keys.need('radius_m', '30').number(0.5, 1e5, 'a radius of 0.5 m or more')
    side = keys.need('side', 'left').choice(('left', 'right'))
    start, end = keys.get('from_s'), keys.get('to_s')
    from_s = start.time_s() if start else 0.0
    to_s = end.time_s() if end else max(duration_s, from_s)
    if end and to_s <= from_s:
        raise end.error(f'is {to_s:g}, expected a time after from_s {from_s:g}.')
    return Arc(radius, side, from_s, to_s)


def _points(value: Value) -> Points:
    rows: list[tuple[float, float, float]] = []
    for item in value.items('a list of [t, x, y]'):
        t, x, y = item.numbers(3, 'three numbers [t, x, y]')
        if t < 0.0:
            raise item.error(f'is at {t:g} s, expected a time of 0 s or later.')
        if rows and t <= rows[-1][0]:
            raise item.error(f'is at {t:g} s, expected later than the point before it ({rows[-1][0]:g} s).')
        if not rows and t == 0.0 and (x, y) != (0.0, 0.0):
            raise item.error(f'starts at ({x:g}, {y:g}), expected [0, 0, 0] because the rider starts at (0, 0).')
        rows.append((t, x, y))
    if rows and rows[0][0] > 0.0:
        rows.insert(0, (0.0, 0.0, 0.0))
    if len(rows) < 2:
        raise value.error('has fewer than two points, expected for example [[0, 0, 0], [4, 20, 0]].')
    return Points(tuple(rows))


def read_pad(keys: Keys, drive: str) -> tuple[PadStep, ...]:
    """Return what the hands do, in order of time."""
    whole = keys.get('pad')
    if whole and drive == 'path':
        raise whole.error("stands beside 'drive: path', expected 'drive: pad' or 'drive: follow'; "
                          'change drive or remove pad.')
    steps: list[PadStep] = []
    for value in keys.items('pad', 'a list of {at_s, hold, axis}'):
        step = value.keys('at_s', 'hold', 'axis')
        at = step.need('at_s', '1.0')
        at_s = at.time_s()
        if steps and at_s <= steps[-1].at_s:
            raise at.error(f'is {at_s:g}, expected later than the step before it ({steps[-1].at_s:g} s).')
        held = tuple(_named(item, item.text('a button such as R1'), words.PAD_BUTTONS)
                     for item in step.items('hold', 'a list of buttons such as [R1]'))
        axis = step.get('axis')
        moved = axis.keys().others() if axis else {}
        steps.append(PadStep(at_s, held, tuple(
            (_named(item, name, words.PAD_AXES), item.number(-1.0, 1.0, 'a deflection of -1 to 1'))
            for name, item in moved.items())))
    return tuple(steps)


def _named(value: Value, name: str, known: tuple[str, ...]) -> str:
    plain = words.PAD_ALIASES.get(name.lower(), name.lower())
    if plain not in known:
        raise value.error(f"names '{name}', expected a control of the pad.{nearest(plain, known)}")
    return plain
