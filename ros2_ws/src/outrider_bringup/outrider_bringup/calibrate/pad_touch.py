"""What a person touches on an unknown pad, and which control that is. Pure: records in, numbers out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from outrider_drive.pilot.records import AXIS, BUTTON, JsRecord
from outrider_drive.pilot.words import FULL

PULLED = 20_000  # of 32767 away from rest: on purpose
RESTING = 8_000  # worn sticks and springs come back to within a quarter

# Name on a PS4 pad, and how to ask for it. Those that the machine is driven by come first.
QUESTIONS: dict[str, str] = {
    'r1': 'press the right shoulder button (R1: the dead-man)',
    'cross': 'press the lowest of the four round buttons (cross)',
    'square': 'press the leftmost of the four (square)',
    'circle': 'press the rightmost of the four (circle)',
    'triangle': 'press the uppermost of the four (triangle)',
    'options': 'press the right small button (options, start)',
    'share': 'press the left small button (share, select)',
    'up': 'press the cross of arrows up',
    'down': 'press the cross of arrows down',
    'left': 'press the cross of arrows left',
    'right': 'press the cross of arrows right',
    'ly': 'pull the left stick fully towards you',
    'lx': 'push the left stick fully right',
    'ry': 'pull the right stick fully towards you',
    'rx': 'push the right stick fully right',
    'l1': 'press the left shoulder button (L1)',
    'l2': 'pull the left trigger fully (L2)',
    'r2': 'pull the right trigger fully (R2)',
    'l3': 'press the left stick down (L3)',
    'r3': 'press the right stick down (R3)',
    'ps': 'press the button with the sign of the maker (PS)',
}
NEEDED = tuple(QUESTIONS)[:12]
_TRIGGERS = ('l2', 'r2')
_STICKS = ('lx', 'ly', 'rx', 'ry')
_ARROW_AXES = {'up': ('dpad_y', -1), 'down': ('dpad_y', 1), 'left': ('dpad_x', -1), 'right': ('dpad_x', 1)}


@dataclass(frozen=True)
class Touch:
    """What moved between two moments of rest: button numbers, and axes with how far they went."""

    buttons: frozenset[int] = frozenset()
    axes: Mapping[int, int] = field(default_factory=dict)


class Watch:
    """Follows the records of a pad; its first state is its rest."""

    def __init__(self, buttons: int, axes: int) -> None:
        """Take how many buttons and axes there are."""
        self._missing = {(BUTTON, n) for n in range(buttons)} | {(AXIS, n) for n in range(axes)}
        self._rest: dict[int, int] = {}
        self._now: dict[int, int] = {}
        self._down: set[int] = set()
        self._buttons: set[int] = set()
        self._axes: dict[int, int] = {}

    @property
    def ready(self) -> bool:
        """Whether every control was heard of."""
        return not self._missing

    @property
    def held(self) -> frozenset[int]:
        """The buttons that are down."""
        return frozenset(self._down)

    def rest(self, axis: int) -> int:
        """Return where an axis rests."""
        return self._rest[axis]

    def take(self, record: JsRecord) -> Touch | None:
        """Take a record; return what was touched once all of it was let go."""
        if record.initial:
            self._missing.discard((record.kind, record.number))
        if record.kind == BUTTON:
            (self._down.add if record.value else self._down.discard)(record.number)
            if record.value and not record.initial:
                self._buttons.add(record.number)
        elif record.initial:
            self._rest[record.number] = self._now[record.number] = record.value
        else:
            self._moved(record.number, record.value)
        return self._touched()

    def _moved(self, axis: int, value: int) -> None:
        self._now[axis] = value
        away = value - self._rest.setdefault(axis, 0)
        if abs(away) > max(PULLED, abs(self._axes.get(axis, 0))):
            self._axes[axis] = away

    def _touched(self) -> Touch | None:
        resting = all(abs(self._now[axis] - self._rest[axis]) < RESTING for axis in self._axes)
        if self._down or not resting or not (self._buttons or self._axes):
            return None
        touch = Touch(frozenset(self._buttons), dict(self._axes))
        self._buttons, self._axes = set(), {}
        return touch


class Found:
    """Names of the numbers, as far as they were found out."""

    def __init__(self, buttons: int, axes: int) -> None:
        """Take how many buttons and axes there are."""
        self._count = {'button': buttons, 'axis': axes}
        self._names: dict[tuple[str, int], str] = {}

    @property
    def buttons(self) -> tuple[str, ...]:
        """The control of button 0, 1, ...; those without a name are unused."""
        return self._all('button')

    @property
    def axes(self) -> tuple[str, ...]:
        """The control of axis 0, 1, ..."""
        return self._all('axis')

    def assign(self, control: str, touch: Touch, watch: Watch) -> str:
        """Give `control` what was touched for it; return '' or why it cannot be that, for the person."""
        far = max(touch.axes, key=lambda axis: abs(touch.axes[axis]), default=None)
        if len(touch.buttons) > 1:
            return f'{len(touch.buttons)} buttons went down, expected one'
        button = next(iter(touch.buttons), None)
        wanted: list[tuple[str, int, str]] = []
        if control in _STICKS:
            if far is None:
                return 'no stick moved'
            if touch.axes[far] < 0:
                return f'axis {far} counts the other way round, which no driver of a known pad does'
            wanted = [('axis', far, control)]
        elif control in _TRIGGERS:
            wanted = [('button', button, control)] if button is not None else []
            if far is not None and watch.rest(far) < -FULL + RESTING:
                wanted.append(('axis', far, control))
            if not wanted:
                return 'no trigger moved'
        elif button is not None:
            wanted = [('button', button, control)]
        elif control in _ARROW_AXES and far is not None:
            name, sign = _ARROW_AXES[control]
            if touch.axes[far] * sign < 0:
                return f'axis {far} went the other way'
            wanted = [('axis', far, name)]
        else:
            return 'that was no button'
        return self._keep(wanted)

    def _keep(self, wanted: list[tuple[str, int, str]]) -> str:
        for kind, number, name in wanted:
            taken = self._names.get((kind, number), name)
            if taken != name:
                return f'{kind} {number} is {taken} already'
            other = next((at for (of, at), known in self._names.items() if of == kind and known == name), number)
            if other != number:
                return f'{name} is {kind} {other} already'
        for kind, number, name in wanted:
            self._names[kind, number] = name
        return ''

    def _all(self, kind: str) -> tuple[str, ...]:
        return tuple(self._names.get((kind, number), f'unused{number}') for number in range(self._count[kind]))
