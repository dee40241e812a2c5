"""What is said in words: labels of tracks, and the log of alarms, diagnostics, hazards and close passes."""

from __future__ import annotations

import math
import re
from typing import Any

from outrider_recorder.bridge import palette
from outrider_recorder.bridge.rows import Batch
from outrider_recorder.bridge.tail import Item

CLOSE_PASS, RECORDER = 'outrider_interfaces/msg/ClosePass', 'outrider_interfaces/msg/RecorderState'
DIAGNOSTICS, LOG = 'diagnostic_msgs/msg/DiagnosticArray', 'rcl_interfaces/msg/Log'
KINDS = (CLOSE_PASS, RECORDER, DIAGNOSTICS, LOG)
CLASSES = ('', 'car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle', 'person', 'dog')
SIDES = ('behind', 'left', 'right', 'ahead')
# DiagnosticStatus.level and rcl_interfaces/Log.level into rerun's levels.
_DIAGNOSTIC = {0: 'INFO', 1: 'WARN', 2: 'ERROR', 3: 'ERROR'}
_LOG = {30: 'WARN', 40: 'ERROR', 50: 'ERROR'}
_UNSAFE = re.compile(r'[^0-9A-Za-z_/]')


def safe(name: str) -> str:
    """Return a topic or frame name that can stand in an entity path."""
    return _UNSAFE.sub('_', name.strip('/')) or 'unnamed'


def label(track: Any) -> str:
    """Return what stands beside a track: id, class where known, speed over ground."""
    kind = CLASSES[track.class_id] if track.class_id < len(CLASSES) else ''
    velocity = track.velocity_over_ground
    speed = math.hypot(velocity.x, velocity.y)
    return f'#{track.id} {kind + " " if kind else ""}{speed * 3.6:.0f} km/h'


class Words:
    """Says a thing once, when it changes."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._said: dict[str, tuple[object, ...]] = {}

    def say(self, batch: Batch, item: Item, message: Any) -> None:
        """Add the words of `message`, if it has new ones."""
        if item.kind == DIAGNOSTICS:
            for status in message.status:
                level = level_of(status.level)
                if self._is_new(status.name, level):
                    _add(batch, item, f'{status.name}: {status.message}', _DIAGNOSTIC.get(level, 'WARN'))
        elif item.kind == RECORDER:
            if self._is_new('recorder', message.alarm) and message.alarm:
                _add(batch, item, message.alarm, 'ERROR')
        elif item.kind == LOG:
            if message.level in _LOG:
                _add(batch, item, f'{message.name}: {message.msg}', _LOG[message.level])
        elif item.kind == CLOSE_PASS:
            kind = CLASSES[message.class_id] if message.class_id < len(CLASSES) else ''
            _add(batch, item, f'close pass: {kind or "something"} #{message.track_id} {SIDES[message.side % 4]}, '
                              f'{message.clearance_m:.2f} m, {message.speed_mps * 3.6:.0f} km/h', 'WARN')

    def hazard(self, batch: Batch, item: Item, hazard: Any, level: int) -> None:
        """Add the words of a hazard that rose or fell to `level`."""
        left = f', {hazard.time_to_collision_s:.1f} s' if math.isfinite(hazard.time_to_collision_s) else ''
        _add(batch, item, f'{palette.LEVEL_NAMES[level]}: #{hazard.track_id} at {hazard.distance_m:.1f} m, closing '
                          f'{hazard.closing_speed_mps * 3.6:.0f} km/h{left}', 'INFO' if level == 1 else 'WARN')

    def drive(self, batch: Batch, item: Item, state: str, refusal: str, level: str) -> None:
        """Add what the governor says, where its state or its gravest reason is another than before."""
        if self._is_new('drive', state, refusal):
            _add(batch, item, f'{state}: {refusal}' if refusal else state, level)

    def alert(self, batch: Batch, item: Item, text: str, level: int) -> None:
        """Add what is said to a person, where it is another text than before; its end too."""
        before = self._said.get('alert', ('',))
        if self._is_new('alert', text) and (text or before != ('',)):
            _add(batch, item, f'said: {text}' if text else 'said: all clear',
                 ('INFO', 'WARN', 'ERROR', 'ERROR')[level] if text else 'INFO')

    def refusals(self, batch: Batch, item: Item, texts: tuple[str, ...]) -> None:
        """Add what else keeps the machine from moving, beside the gravest reason, where that is another list."""
        if self._is_new('refusals', *texts) and texts:
            _add(batch, item, f'refused too: {"; ".join(texts)}', 'INFO')

    def problem(self, batch: Batch, item: Item, device: str, problem: str) -> None:
        """Add what a device is in trouble with, and when that is over."""
        before = self._said.get(f'problem of {device}', ('',))
        if self._is_new(f'problem of {device}', problem) and (problem or before != ('',)):
            _add(batch, item, f'{device}: {problem or "all is well"}', 'WARN' if problem else 'INFO')

    def _is_new(self, name: str, *said: object) -> bool:
        if self._said.get(name) == said:
            return False
        self._said[name] = said
        return True


def level_of(level: Any) -> int:
    """Return DiagnosticStatus.level, a byte, as a number."""
    return level[0] if isinstance(level, (bytes, bytearray)) else int(level)


def _add(batch: Batch, item: Item, text: str, level: str) -> None:
    batch.of('log', 'text').add(item.publish_ns, 1, text=text, level=level)
