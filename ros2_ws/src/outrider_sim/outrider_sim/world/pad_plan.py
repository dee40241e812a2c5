"""What the hands on the pad do in a scenario, as lines of fake_pad. Pure: times in s of the scenario.

A step says what is held and moved from its time on, and so lets go all the rest. What a hand must know of the machine:

- Let go first, then buttons, and axes 60 ms later: a stick that moves before its dead-man is closed moves nothing.
- A file begins to drive without a word about arming, so the machine is armed before: `Hands` presses the arm button
  now and then, which clears a latch, arms, and does nothing to a machine that is armed. It ends half a second before
  the first step, because a press needs everything let go before it.
"""

from __future__ import annotations

from collections.abc import Sequence

from outrider_sim.world.model import PadStep

FULL = 32767
AXES_AFTER_S = 0.06  # three beats of the pilot
ARM, ARM_EVERY_S, ARM_FOR_S, QUIET_S = 'options', 0.5, 0.15, 0.5
# Names of the pad's own wire. A stick's y counts downwards there; in files ahead is positive.
_AXES = {'left_x': ('lx', 1), 'left_y': ('ly', -1), 'right_x': ('rx', 1), 'right_y': ('ry', -1), 'l2': ('l2', 1),
         'r2': ('r2', 1)}
_REST = {name: -1.0 if name in ('l2', 'r2') else 0.0 for name in _AXES}


def lines(steps: Sequence[PadStep]) -> list[tuple[float, str]]:
    """Return (t_s, line) in order of time. Nothing is held before the first step; the last one holds to the end."""
    held: tuple[str, ...] = ()
    axes = dict(_REST)
    found: list[tuple[float, str]] = []
    for step in steps:
        wanted = {**_REST, **dict(step.axis)}
        found += [(step.at_s, f'release {name}') for name in held if name not in step.hold]
        # What returns to rest is let go at once, like a button.
        found += [(step.at_s, _move(name, wanted[name])) for name in _AXES
                  if wanted[name] != axes[name] and wanted[name] == _REST[name]]
        found += [(step.at_s, f'press {name}') for name in step.hold if name not in held]
        found += [(step.at_s + AXES_AFTER_S, _move(name, wanted[name])) for name in _AXES
                  if wanted[name] != axes[name] and wanted[name] != _REST[name]]
        held, axes = tuple(dict.fromkeys(step.hold)), wanted
    return sorted(found, key=lambda line: line[0])


class Hands:
    """Plays both: ask due() often, with rising times; before the scenario begins they are negative."""

    def __init__(self, steps: Sequence[PadStep], *, arm: bool = True) -> None:
        """Take the steps of a file. With `arm` the machine is armed before the first one."""
        self._steps, self._arm = tuple(steps), arm and bool(steps)
        self._lines = lines(steps)
        self._armed_s: float | None = None  # when the arm button was pressed last
        self._pressed = False

    def due(self, t_s: float) -> list[str]:
        """Return the lines to write now."""
        found = self._arming(t_s) if self._arm else []
        while self._lines and self._lines[0][0] <= t_s:
            found.append(self._lines.pop(0)[1])
        return found

    def _arming(self, t_s: float) -> list[str]:
        since_s = float('inf') if self._armed_s is None else t_s - self._armed_s
        over = t_s > self._steps[0].at_s - QUIET_S - ARM_FOR_S
        if self._pressed and (since_s >= ARM_FOR_S or over):
            # Also where the time jumps because the world begins: then as after an ordinary press.
            self._pressed, self._armed_s = False, t_s - ARM_FOR_S
            return [f'release {ARM}']
        if self._pressed or over or since_s < ARM_EVERY_S:
            return []
        self._armed_s, self._pressed = t_s, True
        return [f'press {ARM}']


def _move(name: str, value: float) -> str:
    axis, sign = _AXES[name]
    return f'move {axis} {round(sign * value * FULL)}'
