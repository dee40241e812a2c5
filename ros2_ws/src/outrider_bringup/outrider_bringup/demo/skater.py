"""The skater of the last act: what the hands on the pad do, and what they wait for. Pure; takes the time.

Arms, lifts the jack to its upper switch, holds R1 and cross, lets R1 go, keeps cross held while the ramp stops and a
while longer, lowers the jack a bit, disarms. A ramp that disarms itself on the way is armed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

ARMED = 1  # DriveState.STATE_ARMED
UNARMED = (0, 4)  # disarmed, e-stopped
# Governor's refusals that the skater does away with: a fresh start's latch, ramp down, let go, arm, dead-man.
ORDINARY = frozenset({40, 500, 700, 710, 720})
NEUTRAL = tuple(f'release {button}' for button in ('cross', 'down', 'up', 'r1', 'options', 'share'))
DONE = ('release r1', 'press share', 'release share')
MOST_DISARMED = 3  # a busy machine may have kept a device waiting
ARM_PRESSES = 8  # two are enough; one that comes while something is not ready yet arms nothing
DRIVE_MPS = 0.9  # fast enough to be let go from; cross asks for 1.0
REST_MPS = 0.03
LONGEST_DRIVE_S = 20.0  # the pilot doubts a thumb that lies still for 30 s
MOST_SPARE_S = 60.0
COURSE_S = 12.0  # what the course takes where nothing is slow, without spare time


@dataclass(frozen=True)
class Sight:
    """What can be seen of the ramp. `state` is None before the governor was heard; `jack` -1 lowers, 0 off, 1 lifts."""

    state: int | None = None
    refusals: frozenset[int] = frozenset()
    texts: tuple[str, ...] = ()
    speed_mps: float = 0.0
    jack: int = 0
    jack_up: bool = False  # the upper switch is open

    @property
    def ready(self) -> bool:
        """Whether only the skater's own next moves are missing."""
        return self.state is not None and not self.refusals - ORDINARY

    @property
    def said(self) -> str:
        """What the governor says, for an error."""
        return (', '.join(self.texts) or 'nothing is refused') if self.state is not None else 'no governor is heard'


@dataclass(frozen=True)
class Beat:
    """Lines to the pad; then at least `least_s`, and until `until` holds, for which `within_s` is the patience.

    `until` is named by `for_`; without a name it may also not come true.
    """

    lines: tuple[str, ...]
    least_s: float = 0.0
    until: Callable[[Sight], bool] | None = None
    for_: str = ''
    within_s: float = 0.0


def _arm() -> Iterator[Beat]:
    yield from (beat for _ in range(ARM_PRESSES) for beat in (
        Beat(('press options',), 0.1), Beat(('release options',), 0.15, lambda sight: sight.state == ARMED, '', 0.4)))
    yield Beat((), 0.0, lambda sight: sight.state == ARMED, 'it to be armed', 0.5)


def _lift(spare_s: float) -> Iterator[Beat]:
    yield Beat(('press r1',), 0.15)
    yield Beat(('press up',), 0.0, lambda sight: sight.jack_up, 'the jack to be up', 10.0)
    yield Beat(('release up', 'release r1'), 0.3 + 0.1 * spare_s)


def _drive(spare_s: float) -> Iterator[Beat]:
    yield Beat(('press r1',), 0.15)
    yield Beat(('press cross',), 0.0, lambda sight: abs(sight.speed_mps) >= DRIVE_MPS, 'it to drive', 6.0)
    yield Beat((), 0.5 + min(LONGEST_DRIVE_S, spare_s / 2))
    yield Beat(('release r1',), 0.1, lambda sight: abs(sight.speed_mps) < REST_MPS, 'it to stop', 4.0)
    yield Beat((), 0.8 + 0.2 * spare_s)
    yield Beat(('release cross',), 0.6)


def _lower(spare_s: float) -> Iterator[Beat]:
    yield Beat(('press r1',), 0.15)
    yield Beat(('press down',), 0.0, lambda sight: sight.jack < 0, 'the jack to be lowered', 4.0)
    yield Beat((), 0.5)  # short of the lower end, where its switch would let go first
    yield Beat(('release down',), 0.3, lambda sight: sight.jack == 0, 'the jack to stop', 2.0)


PARTS = (_lift, _drive, _lower)  # each begins armed; one in which the ramp disarms itself is begun again


class Skater:
    """Plays the course, beat by beat. step() until `over`."""

    def __init__(self, spare_s: float = 0.0) -> None:
        """Begin with nothing held. The course takes `spare_s` longer than it must."""
        self.failed = ''
        self.over = False
        self.held: tuple[str, ...] = ()
        self.disarmed: list[str] = []  # why, each time that the ramp disarmed itself
        self._spare_s = min(MOST_SPARE_S, max(0.0, spare_s))
        self._part = 0
        self._armed = False  # the part has begun
        self._beats: Iterator[Beat] = iter((Beat((), 0.2, lambda sight: sight.ready, 'the ramp to be ready', 20.0),
                                            *_arm()))
        self._beat: Beat | None = None
        self._since_s = 0.0

    def step(self, now_s: float, sight: Sight) -> tuple[str, ...]:
        """Return the lines to write to the pad now; `now_s` on a clock that does not jump."""
        if self.over:
            return ()
        if self._armed and sight.state in UNARMED:
            return self._begin_again(now_s, sight)
        beat = self._beat
        if beat is not None:
            waited_s = now_s - self._since_s
            come = beat.until is None or beat.until(sight)
            if not come and beat.for_ and waited_s > beat.within_s:
                return self._fail(f'waited {beat.within_s:g} s for {beat.for_}: {sight.said}')
            if waited_s < beat.least_s or not come and waited_s <= beat.within_s:
                return ()
        return self._go_on(now_s, sight)

    def _go_on(self, now_s: float, sight: Sight) -> tuple[str, ...]:
        beat = next(self._beats, None)
        while sight.state == ARMED and beat is not None and beat.lines == ('press options',):
            next(self._beats)
            beat = next(self._beats, None)
        if beat is None:
            if self._armed:
                self._part += 1
            self._armed = self._part < len(PARTS)
            if not self._armed:
                self.over = True
                return self._write(DONE)
            self._beats = PARTS[self._part](self._spare_s)
            beat = next(self._beats)
        self._beat, self._since_s = beat, now_s
        return self._write(beat.lines)

    def _begin_again(self, now_s: float, sight: Sight) -> tuple[str, ...]:
        self.disarmed.append(sight.said)
        if len(self.disarmed) > MOST_DISARMED:
            return self._fail(f'it disarmed itself {len(self.disarmed)} times: {sight.said}')
        self._armed, self._beats = False, _arm()
        self._beat, self._since_s = Beat((), 0.3), now_s
        return self._write(NEUTRAL)

    def _fail(self, why: str) -> tuple[str, ...]:
        self.failed, self.over = why, True
        return self._write(NEUTRAL)

    def _write(self, lines: tuple[str, ...]) -> tuple[str, ...]:
        for line in lines:
            word, button = line.split()
            self.held = tuple(one for one in self.held if one != button) + ((button,) if word == 'press' else ())
        return lines
