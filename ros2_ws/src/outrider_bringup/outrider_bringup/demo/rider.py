"""What the rider is told, in one line: the first alert that stands, else that all is clear, and what is nearest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

CLASSES = ('something', 'car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle', 'person', 'dog')
SIDES = ('behind', 'left', 'right', 'ahead')
LEVELS = ('', 'warn', 'urgent', 'nothing')  # by Alert.level: clear, caution, urgent, NO DATA
SILENT_S = 1.0  # NO DATA after this long without a word
KMH = 3.6
STILL_MPS = 0.15  # what would be shown as 0 km/h


class _Vector(Protocol):
    x: float
    y: float


class AlertLike(Protocol):
    """The fields of outrider_interfaces/Alert that are used here."""

    level: int
    text: str
    word: str
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
    """A line for the rider and its level: '', warn, urgent, or 'nothing' where nothing is known."""

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


def _of_alert(alert: AlertLike) -> Told:
    level = _name(LEVELS, alert.level)
    if level == 'nothing' or not math.isfinite(alert.distance_m):
        return Told('NO DATA' if level == 'nothing' else alert.text, level)
    return Told(_line(alert.word, _name(SIDES, alert.side), alert.distance_m, alert.closing_speed_mps,
                      alert.time_to_collision_s), level)


def _distance(track: TrackLike) -> float:
    return math.hypot(track.position.x, track.position.y)


def _of_track(track: TrackLike) -> Told:
    x, y, distance = track.position.x, track.position.y, _distance(track)
    velocity = track.velocity_relative
    closing = -(x * velocity.x + y * velocity.y) / distance if distance > 0 else 0.0
    across, along = ('left' if y > 0 else 'right'), ('ahead' if x > 0 else 'behind')
    side = across if abs(y) > abs(x) else along
    return Told(f'clear   {_line(_name(CLASSES, track.class_id), side, distance, closing, math.inf)}')


def told(alerts: Sequence[AlertLike], tracks: Sequence[TrackLike], silent_s: float | None) -> Told:
    """Return what the rider is told. `alerts` gravest first; `silent_s` since the last word, None: none came yet."""
    if silent_s is None or silent_s > SILENT_S:
        return Told('NO DATA', 'nothing')
    if alerts:
        return _of_alert(alerts[0])
    if tracks:
        return _of_track(min(tracks, key=_distance))
    return Told('clear')
