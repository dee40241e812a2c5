"""Somebody at the pad of a simulated ramp, who sees what drive/state says: arms, lifts, drives, lets go."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from rig_up import Up
from waiting import wait_until

DISARMED, ARMED, MOVING, STOPPING, ESTOPPED = range(5)
RESTARTED, RAMP_DOWN, NOT_RELEASED, NOT_ARMED, NO_DEADMAN = 40, 500, 700, 710, 720
INSISTS_S = 20.0
WAITS = {RESTARTED, RAMP_DOWN, NOT_ARMED}  # what a person at rest sees, and ends by pressing arm


class Person:
    """Plays <run>/pad_control of `up`; `ros` is the test's own node."""

    def __init__(self, up: Up, ros: Any) -> None:
        from outrider_interfaces.msg import DriveRequest, DriveState

        from outrider_node import qos

        self._up, self._ros = up, ros
        self.states = ros.collect(DriveState, 'drive/state', qos.STATE)
        self.requests = ros.collect(DriveRequest, 'drive/request', qos.COMMAND)

    @property
    def state(self) -> Any:
        """The newest drive/state, None before the first."""
        return self.states[-1] if self.states else None

    def do(self, *lines: str) -> None:
        """Do it on the pad, and wait until that is done."""
        done = len(self._up.journal('pad'))
        fifo = os.open(self._up.run / 'pad_control', os.O_WRONLY)
        os.write(fifo, ''.join(f'{line}\n' for line in lines).encode())
        os.close(fifo)
        wait_until(lambda: len(self._up.journal('pad')) >= done + len(lines), f'the pad to {lines}')

    def when(self, line: str) -> int:
        """Return when `line` was last done on the pad, CLOCK_BOOTTIME ns."""
        return int([said['written_ns'] for said in self._up.journal('pad') if said['line'] == line][-1])

    def sees(self, true: Any, what: str, timeout_s: float = 20.0) -> Any:
        """Wait until `true` of the newest state."""
        try:
            return self._ros.until(lambda: self.state is not None and true(self.state), what, timeout_s)
        except pytest.fail.Exception as failed:
            pytest.fail(f'{failed} with {self.state} in:\n{self._up.output}')

    def press_options(self) -> None:
        """Press the arm button and let go, as soon as each was seen."""
        for word, arm in (('press', True), ('release', False)):
            self.requests.clear()
            self.do(f'{word} options')
            self._ros.until(lambda arm=arm: self.requests and self.requests[-1].arm is arm, f'{word} options')

    def arm(self) -> None:
        """Clear the e-stop of a fresh start once nothing else is in its way, then arm."""
        self.sees(lambda state: RESTARTED in state.refusals and WAITS.issuperset(state.refusals), 'a fresh start', 30.0)
        self.press_options()
        self.sees(lambda state: state.state == DISARMED and WAITS.issuperset(state.refusals), 'the e-stop to clear')
        self.press_options()
        self.sees(lambda state: state.state == ARMED, 'armed')

    def hold_r1(self) -> None:
        """Close the dead-man, and wait until that is known: what comes together with it moves nothing."""
        self.do('press r1')
        self.sees(lambda state: state.state == ARMED and NO_DEADMAN not in state.refusals, 'R1 to be known')

    def lift(self) -> None:
        """Hold the arrow up until the jack is up, let go."""
        self._insist('up', lambda state: RAMP_DOWN not in state.refusals, 'the jack to be up')
        self.do('release up', 'release r1')
        self.sees(lambda state: state.state == ARMED and NO_DEADMAN in state.refusals, 'the jack to rest')

    def drive(self, *, speed_mps: float = 0.7) -> None:
        """Hold R1 and cross until it runs."""
        self._insist('cross', lambda state: state.state == MOVING and state.speed_mps > speed_mps, f'{speed_mps} m/s')

    def _insist(self, button: str, true: Any, what: str) -> None:
        """Hold R1 and `button` until `true`.

        What is refused, for the machine stood too shortly yet, is done again; a drive that disarmed itself, for the
        computer stood still, is armed again.
        """
        end = time.monotonic() + INSISTS_S
        while time.monotonic() < end:
            if NOT_ARMED in self.state.refusals:
                self._arm_again()
            self.do('press r1')
            self._sees_or_disarmed(lambda state: state.state == ARMED and NO_DEADMAN not in state.refusals, 'R1')
            self.do(f'press {button}')
            self._sees_or_disarmed(lambda state: true(state) or NOT_RELEASED in state.refusals, what)
            if true(self.state):
                return
            self.do(f'release {button}', 'release r1')
            self._sees_or_disarmed(
                lambda state: NOT_RELEASED not in state.refusals and NO_DEADMAN in state.refusals, 'all let go')
        pytest.fail(f'refused for {INSISTS_S:g} s on the way to {what}: {self.state}')

    def _sees_or_disarmed(self, true: Any, what: str) -> None:
        self.sees(lambda state: true(state) or NOT_ARMED in state.refusals, what)

    def _arm_again(self) -> None:
        self.sees(lambda state: state.state == DISARMED and WAITS.issuperset(state.refusals), 'what disarmed it to end')
        self.press_options()
        self.sees(lambda state: state.state == ARMED, 'armed again')

    def let_go(self) -> None:
        """Let go of everything that drives."""
        self.do('release r1', 'release cross')
