"""Whether a VESC stops by itself when nobody feeds it: read where the firmware answers, proved in any case. Pure.

The proof: one SET_CURRENT 0, then silence; the timeout bit of its telemetry must fall with the one and rise with the
other, within its timeout + 50 ms.
"""

from __future__ import annotations

from collections.abc import Sequence

from outrider_drive.gate import MS
from outrider_drive.motors.values import Settings

TIMEOUT_MS = (100, 250)
LEAST_BRAKE_A = 5.0
GRACE_NS = 50 * MS
TRIES = 3  # a poll may come too late to see the bit in time


def objection(settings: Settings) -> str:
    """Return what is wrong with `settings` in one sentence, or ''."""
    low, high = TIMEOUT_MS
    if not low <= settings.timeout_ms <= high or not settings.timeout_brake_a >= LEAST_BRAKE_A:
        return (f'motors: VESC {settings.controller_id} has a timeout of {settings.timeout_ms} ms with '
                f'{settings.timeout_brake_a:g} A brake current, expected {low} to {high} ms with at least '
                f'{LEAST_BRAKE_A:g} A. Set both in VESC Tool, App Settings, General.')
    return ''


class Proof:
    """One or more tries on all controllers at once. `problem` is the sentence after it failed."""

    def __init__(self, settings: Sequence[Settings | None]) -> None:
        """Begin with what each controller said of itself, None where it did not."""
        self._limits_ns = [(said.timeout_ms if said else TIMEOUT_MS[1]) * MS + GRACE_NS for said in settings]
        self._tries = 0
        self._began_ns = 0
        self._fell: list[bool] = []
        self._rose: list[bool] = []
        self.under_way = False
        self.passed = False
        self.problem = next((wrong for wrong in map(objection, filter(None, settings)) if wrong), '')

    @property
    def over(self) -> bool:
        """Whether there is a verdict."""
        return self.passed or bool(self.problem)

    def begin(self, now: int) -> None:
        """Say that SET_CURRENT 0 went to all at `now`, and that silence follows."""
        self._tries += 1
        self._began_ns, self.under_way = now, True
        self._fell = [False] * len(self._limits_ns)
        self._rose = [False] * len(self._limits_ns)

    def see(self, which: int, timeout_active: bool | None, asked_ns: int) -> None:
        """Take the timeout bit that controller `which` answered to a question of `asked_ns`."""
        if not self.under_way or asked_ns < self._began_ns:
            return
        if timeout_active is False:
            self._fell[which] = True
        elif timeout_active and self._fell[which] and asked_ns <= self._began_ns + self._limits_ns[which]:
            self._rose[which] = True

    def step(self, now: int) -> None:
        """Draw the conclusion when all bits rose, or when it is too late for one."""
        if not self.under_way:
            return
        if all(self._rose):
            self.passed, self.under_way = True, False
        elif now > self._began_ns + max(self._limits_ns) + GRACE_NS:
            self.under_way = False
            if self._tries >= TRIES:
                number = self._rose.index(False)
                self.problem = (f'motors: the timeout of {"the VESC on the port" if number == 0 else "the CAN VESC"} '
                                f'did not show within {self._limits_ns[number] // MS} ms of silence. Set 100 to 250 '
                                'ms and at least 5 A in VESC Tool, App Settings, General.')
