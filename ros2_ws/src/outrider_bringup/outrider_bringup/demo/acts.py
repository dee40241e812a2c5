"""The acts of the demo, as data: a new act is a new entry of ACTS or TOUR."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from outrider_bringup.demo import eye_rows, ramp_rows, road_rows, rows, voice_rows
from outrider_bringup.demo.skater import COURSE_S
from outrider_bringup.demo.table import Row

RAMP_STARTS_S = 3.0  # four nodes and three devices, after those of the act before have gone
EYES_START_S = 3.0   # three drivers and the world, likewise
NEXT_ROAD_S = 2.5    # the drivers stay, and find the next world's devices


@dataclass(frozen=True)
class Act:
    """One act: what it is called, in full and where the screen is narrow, and its share of the demo's time.

    `proves` gives the rows that it adds to the closing table. Below `least_s` it makes no sense. `scenario` is the name
    of the file under config/scenarios that an act on the road plays.
    """

    title: str
    short: str
    share: float
    proves: Callable[[rows.Seen], list[Row]]
    least_s: float = 0.0
    scenario: str = ''


def _road(scenario: str, title: str, short: str, plays_s: float, starts_s: float = NEXT_ROAD_S) -> Act:
    # No share: a scenario lasts as long as it lasts.
    return Act(title, short, 0.0, partial(_road_rows, scenario, short), plays_s + starts_s, scenario)


def _road_rows(scenario: str, short: str, seen: rows.Seen) -> list[Row]:
    played = seen.roads.get(scenario)
    proved = [*road_rows.rows(played), *(eye_rows.class_rows(played) if played else ()),
              *voice_rows.rows(seen.voice, played)]
    if len(seen.roads) < 2:
        return proved
    return [replace(row, name=f'{short}, {row.name}') for row in proved]


RADAR = Act('a real radar recording, a person walking', 'a real radar recording', 5.0, rows.real_recording, 3.0)
CAR = _road('demo_car', 'a car from behind, 60 km/h', 'a car from behind', 8.5, EYES_START_S)
RAMP = Act('the ramp: lift, drive, let R1 go, stop, lower', 'the ramp drives', 10.0,
           lambda seen: ramp_rows.rows(seen.course, seen.ride), RAMP_STARTS_S + COURSE_S)
ACTS = (RADAR, CAR, RAMP)
# The recording whole, then the roads that show most, then the ramp: two minutes.
TOUR = (
    replace(RADAR, share=14.5, least_s=14.5), CAR,
    _road('platoon_three_cars', 'three cars, one behind the other', 'three cars', 16.0),
    _road('rain_car_50', 'a car in the rain', 'a car in the rain', 12.0),
    _road('overtake_cuts_in', 'a car that overtakes and cuts in', 'a car cuts in', 13.0),
    _road('guard_rail_ghosts', 'a guard rail, with ghosts of a car in it', 'a guard rail', 11.0),
    _road('night_car_60', 'a car at night', 'a car at night', 11.0),
    RAMP,
)


@dataclass(frozen=True)
class Scene:
    """An act with its place in time, seconds after the first frame."""

    number: int
    of: int
    act: Act
    start_s: float
    end_s: float


def whole_s(acts: Sequence[Act]) -> int:
    """Return how long all of `acts` take at least."""
    return math.ceil(sum(act.least_s for act in acts))


def fitting(acts: Sequence[Act], seconds: float) -> tuple[Act, ...]:
    """Return the acts that `seconds` are enough for: the longest are left out first, the first act never."""
    kept = list(acts)
    while len(kept) > 1 and sum(act.least_s for act in kept) > seconds:
        kept.remove(max(kept[1:], key=lambda act: act.least_s))
    return tuple(kept)


def left_out(acts: Sequence[Act], seconds: float) -> str:
    """Return one sentence about the acts that `seconds` are too short for, '' where there is none."""
    missing = [act.short for act in acts if act not in fitting(acts, seconds)]
    if not missing:
        return ''
    return f'Left out for want of time: {" and ".join(missing)}. All of it takes {whole_s(acts)} s.'


def schedule(acts: Sequence[Act], seconds: float) -> tuple[Scene, ...]:
    """Divide `seconds` among the acts that fit, by their shares, none below its least.

    Raises ValueError without acts, time or shares.
    """
    whole = sum(act.share for act in acts)
    if not acts or seconds <= 0 or whole <= 0:
        raise ValueError(f'{len(acts)} acts with shares of {whole:g} cannot fill {seconds:g} s')
    kept = fitting(acts, seconds)
    lasting = _lasting(kept, seconds)
    scenes = []
    start = 0.0
    for number, act in enumerate(kept, 1):
        end = seconds if number == len(kept) else start + lasting[act]
        scenes.append(Scene(number, len(kept), act, start, end))
        start = end
    return tuple(scenes)


def _lasting(acts: Sequence[Act], seconds: float) -> dict[Act, float]:
    """Return how long each act lasts: its share, or its least where that is more; the others share what is left."""
    least: dict[Act, float] = {}
    while True:
        rest = [act for act in acts if act not in least]
        left_s, whole = seconds - sum(least.values()), sum(act.share for act in rest)
        short = [act for act in rest if left_s * act.share < act.least_s * whole]
        if not short or len(acts) == 1:
            return {**least, **{act: left_s * act.share / whole for act in rest}}
        least.update((act, act.least_s) for act in short)

