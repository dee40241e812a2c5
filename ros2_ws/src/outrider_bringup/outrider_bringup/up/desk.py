"""What may be asked of a running stack at its control socket: to list its processes, to start one again. No more.

| asked | answer |
|---|---|
| `{"do": "nodes"}` | `{"ok": true, "nodes": [{"name", "state", "restarts"}]}`, states of runner/child.py |
| `{"do": "restart", "node": "radar"}` | `{"ok": true, "message": "radar is being started again"}` |
| anything else | `{"ok": false, "message": one sentence}` |

Nothing here arms anything: a process that is started again begins as it always does, the governor disarmed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from outrider_bringup.errors import nearest
from outrider_bringup.launchfile.plan import ProcessSpec
from outrider_bringup.runner.order import GROUPS, group_of
from outrider_bringup.runner.stack import Stack
from outrider_bringup.up.drive import STATES

DRIVES = ('pilot', 'follow', 'governor', 'motors', 'relays')
AT_REST = ('disarmed', 'E-STOPPED')  # of a governor that begins anew nothing is forgotten: it begins e-stopped
STILL_MPS = 0.05
SILENT_S = 1.0  # a governor that says nothing for longer hangs, or has gone; its lease has let the motors go
DEVICES = len(GROUPS) - 1
SHOWN = 40  # characters of a name that is not known


class Seen(NamedTuple):
    """What the governor said last: state, measured speed in m/s, and when that was heard (monotonic, s)."""

    state: int
    speed_mps: float
    heard_s: float


class Desk:
    """Answers; `drive` gives what the governor said last, None before its first word."""

    def __init__(self, stack: Stack, drive: Callable[[], Seen | None]) -> None:
        """Take the stack that runs."""
        self._stack, self._drive = stack, drive

    def answer(self, asked: Any) -> dict[str, object]:
        """Do what is asked where that may be. Whatever comes, it answers."""
        do = asked.get('do') if isinstance(asked, dict) else None
        if do == 'nodes':
            return {'ok': True, 'message': '', 'nodes': self._nodes()}
        if do == 'restart':
            return self._restart(asked.get('node'))
        return {'ok': False, 'message': 'asked for something that is not done here, expected "nodes" or "restart"'}

    def _nodes(self) -> list[dict[str, object]]:
        return [{'name': child.spec.name, 'state': child.state, 'restarts': child.restarts}
                for child in self._stack.children()]

    def _restart(self, name: object) -> dict[str, object]:
        specs = {child.spec.name: child.spec for child in self._stack.children()}
        if not isinstance(name, str) or name not in specs:
            shown = str(name)[:SHOWN]
            return {'ok': False, 'message': f"nothing here is called '{shown}'.{nearest(shown, specs)}"}
        if text := refusal(specs[name], self._drive(), time.monotonic()):
            return {'ok': False, 'message': text}
        self._stack.restart(name)
        return {'ok': True, 'message': f'{name} is being started again'}


def refusal(spec: ProcessSpec, drive: Seen | None, now_s: float) -> str:
    """Return why a process may not be started again now, '' where it may. Pure."""
    name = spec.name
    if group_of(spec.executable) == DEVICES:
        return f'{name} is a simulated device, and its driver would lose it: stop the rig and start it again'
    if spec.executable not in DRIVES:
        return ''
    if drive is None:
        return f'{name} is not started again: the governor was not heard yet, and the drive may be armed'
    silent_s = now_s - drive.heard_s
    if silent_s > SILENT_S:
        return '' if spec.executable == 'governor' else (
            f'{name} is not started again: the governor has been silent for {silent_s:.0f} s. Start that again first')
    word = STATES[drive.state] if drive.state < len(STATES) else 'in a state that is not known'
    if word not in AT_REST:
        return f'{name} is not started again while the drive is {word.lower()}: disarm it first'
    return f'{name} is not started again while the machine rolls' if abs(drive.speed_mps) > STILL_MPS else ''
