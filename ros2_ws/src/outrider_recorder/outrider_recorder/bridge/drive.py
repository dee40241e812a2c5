"""What drives, into curves, bars and words.

| message | entity | drawn as |
|---|---|---|
| DriveCommand | plots/drive/wanted | speed that the motors are told |
| MotorState | plots/drive/measured, left, right, current_*, heat_* | speed; of each motor eRPM, A, degrees C |
| DriveState | drive/state, plots/drive/age, battery, log | state bar, curves, all refusals in words on every change |
| DriveRequest | drive/deadman | bar: whether the person holds it |
| RelayState | drive/jack, steer, supply, estop, log | bars: which relay is on, else at which end the jack stands |
"""

from __future__ import annotations

from typing import Any

from outrider_recorder.bridge import palette
from outrider_recorder.bridge.rows import Batch
from outrider_recorder.bridge.tail import Item
from outrider_recorder.bridge.words import Words

_OWN = 'outrider_interfaces/msg/'
COMMAND, MOTORS, STATE = f'{_OWN}DriveCommand', f'{_OWN}MotorState', f'{_OWN}DriveState'
REQUEST, RELAYS = f'{_OWN}DriveRequest', f'{_OWN}RelayState'
KINDS = (COMMAND, MOTORS, STATE, REQUEST, RELAYS)
GAMEPAD = 'gamepad'  # the source of a request behind which a person's thumb is
MODE_DRIVE = 3
AGE_SHOWN_MS = 1000.0  # nothing counts after 200 ms; before the first sign it has no end
ESTOPPED = palette.DRIVE_NAMES.index('e-stopped')


class Drive:
    """Keeps what was said last: bars and words get a row when something changes."""

    def __init__(self, words: Words) -> None:
        """Begin with nothing known; `words` says each thing once."""
        self._words = words
        self._bars: dict[str, str] = {}

    def take(self, batch: Batch, item: Item, message: Any) -> None:
        """Add what one message of KINDS looks like."""
        if item.kind == COMMAND:
            speed = message.speed_mps if message.mode == MODE_DRIVE else 0.0
            _curve(batch, item, 'wanted', speed)
        elif item.kind == MOTORS:
            self._motors(batch, item, message)
        elif item.kind == STATE:
            self._state(batch, item, message)
        elif item.kind == REQUEST:
            if message.source == GAMEPAD:
                self._bar(batch, item, 'deadman', 'held' if message.deadman else 'let go')
        else:
            self._relays(batch, item, message)

    def _motors(self, batch: Batch, item: Item, message: Any) -> None:
        there = [float(erpm) for erpm, present in zip(message.erpm, message.present, strict=True) if present]
        for side, name in enumerate(('left', 'right')):
            if message.present[side]:
                _curve(batch, item, name, message.erpm[side])
                _curve(batch, item, f'current_{name}', message.current_motor_a[side])
                _curve(batch, item, f'heat_{name}', message.temperature_fet_c[side])
        if there and message.erpm_per_mps:
            _curve(batch, item, 'measured', sum(there) / len(there) / message.erpm_per_mps)
        self._words.problem(batch, item, 'motors', message.problem)

    def _state(self, batch: Batch, item: Item, message: Any) -> None:
        state = palette.DRIVE_NAMES[message.state] if message.state < len(palette.DRIVE_NAMES) else 'unknown'
        self._bar(batch, item, 'state', state)
        _curve(batch, item, 'age', min(message.operator_age_ms, AGE_SHOWN_MS))
        if message.battery_v:
            _curve(batch, item, 'battery', message.battery_v)
        refusal = message.refusal_texts[0] if message.refusal_texts else ''
        self._words.drive(batch, item, state, refusal, 'ERROR' if message.state == ESTOPPED else 'INFO')
        self._words.refusals(batch, item, tuple(message.refusal_texts[1:]))

    def _relays(self, batch: Batch, item: Item, message: Any) -> None:
        self._bar(batch, item, 'jack', _jack(message))
        self._bar(batch, item, 'steer', _switched(message, {1: 'left', -1: 'right'}.get(message.steer, 'off')))
        self._bar(batch, item, 'supply', _switched(message, 'on' if message.master else 'off'))
        self._bar(batch, item, 'estop', _switched(message, 'open' if message.estop_open else 'closed'))
        self._words.problem(batch, item, 'relays', message.problem)

    def _bar(self, batch: Batch, item: Item, name: str, state: str) -> None:
        if self._bars.get(name) != state:
            self._bars[name] = state
            batch.of(f'drive/{name}', 'state').add(item.publish_ns, 1, state=state)


def _switched(message: Any, word: str) -> str:
    return word if message.present else 'silent'


def _jack(message: Any) -> str:
    """Return what the jack does, or where it stands as far as its switches tell."""
    if message.jack:
        return _switched(message, 'lifting' if message.jack > 0 else 'lowering')
    at = [bool(is_open and fitted) for is_open, fitted in zip(message.jack_limit_open, message.jack_limit_fitted,
                                                              strict=True)]
    return _switched(message, {(True, False): 'up', (False, True): 'down'}.get((at[0], at[1]), 'between'))


def _curve(batch: Batch, item: Item, name: str, value: float) -> None:
    batch.of(f'plots/drive/{name}', 'scalar').add(item.publish_ns, 1, scalars=float(value))
