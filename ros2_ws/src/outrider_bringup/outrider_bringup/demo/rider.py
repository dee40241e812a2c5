"""What the rider would be told, in one line: the gravest hazard, else the nearest track, else that all is clear."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

CLASSES = ('something', 'car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle', 'person', 'dog')
SIDES = ('behind', 'left', 'right', 'ahead')
LEVELS = ('', 'notice', 'warn', 'urgent')
SILENT_S = 1.0  # NO DATA after this long without a word
KMH = 3.6
STILL_MPS = 0.15  # what would be shown as 0 km/h


class _Vector(Protocol):
    x: float
    y: float


class HazardLike(Protocol):
    """The fields of outrider_interfaces/Hazard that are used here."""

    level: int
    class_id: int
    side: int
    distance_m: float
    closing_speed_mps: float
    time_to_collision_s: float


class TrackLike(Protocol):
    """The fields of outrider_interfaces/Track that are used here."""

    class_id: int
    position: _Vector
    velocity_relative: _Vector


@dataclass(frozen=True)
class Told:
    """A line for the rider and its level: '', notice, warn, urgent, or 'nothing' where nothing is known."""

    text: str
    level: str = ''


def _name(names: Sequence[str], number: int) -> str:
    return names[number] if 0 <= number < len(names) else names[0]


def _line(name: str, side: str, distance_m: float, closing_mps: float, collision_s: float) -> str:
    if abs(closing_mps) < STILL_MPS:
        motion = 'keeping its distance'
    else:
        motion = f'{"closing" if closing_mps > 0 else "leaving"} {abs(closing_mps) * KMH:.0f} km/h'
    when = f'   {collision_s:.1f} s' if closing_mps >= STILL_MPS and math.isfinite(collision_s) else ''
    return f'{name:<10} {side:<6} {distance_m:5.1f} m   {motion}{when}'


def _of_hazard(hazard: HazardLike) -> Told:
    level = _name(LEVELS, hazard.level)
    name = _name(CLASSES, hazard.class_id)
    return Told(_line(name.upper() if level in ('warn', 'urgent') else name, _name(SIDES, hazard.side),
                      hazard.distance_m, hazard.closing_speed_mps, hazard.time_to_collision_s), level)


def _distance(track: TrackLike) -> float:
    return math.hypot(track.position.x, track.position.y)


def _of_track(track: TrackLike) -> Told:
    x, y, distance = track.position.x, track.position.y, _distance(track)
    velocity = track.velocity_relative
    closing = -(x * velocity.x + y * velocity.y) / distance if distance > 0 else 0.0
    across, along = ('left' if y > 0 else 'right'), ('ahead' if x > 0 else 'behind')
    side = across if abs(y) > abs(x) else along
    return Told(_line(_name(CLASSES, track.class_id), side, distance, closing,
                      distance / closing if closing > 0 else math.inf))


def told(hazards: Sequence[HazardLike], tracks: Sequence[TrackLike], silent_s: float | None) -> Told:
    """Return what the rider is told. `hazards` gravest first; `silent_s` since the last word, None: none came yet."""
    if silent_s is None or silent_s > SILENT_S:
        return Told('NO DATA', 'nothing')
    if hazards and hazards[0].level > 0:
        return _of_hazard(hazards[0])
    if tracks:
        return _of_track(min(tracks, key=_distance))
    return Told('clear')
