"""Somebody at the fake pad: arms, lifts, drives, and lets go."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from outrider_bringup.faults import eyes
from outrider_bringup.faults.judge import STANDING_ERPM

if TYPE_CHECKING:
    from outrider_bringup.faults.course import Course

FULL = 32767
DRIVING_ERPM = 1700.0  # a fault strikes above 1500
READY_S, ARM_S, START_S, JACK_S = 20.0, 10.0, 6.0, 12.0
TRAVEL_S = 4.0  # of the jack from end to end: a fault must not find it at its end
JACK_REST_S = 0.4  # the governor takes the jack for moving 200 ms longer, and refuses a press in that time
BEAT_S = 0.06  # three periods of the pilot: a press that is shorter may fall between two of them
NEUTRAL = ('move ly 0', 'release cross', 'release square', 'release up', 'release left', 'release r1',
           'release options')


class Person:
    """Holds the pad of one course."""

    def __init__(self, course: Course) -> None:
        """Take the course; nothing is held."""
        self._course = course

    def do(self, *lines: str) -> int:
        """Do it on the pad; return when the last was done (CLOCK_BOOTTIME, ns)."""
        return self._course.devices.say('pad', *lines)

    def let_go(self) -> None:
        """Let go of everything, for long enough to be seen."""
        self.do(*NEUTRAL)
        self._course.pause(BEAT_S)

    def arm(self) -> None:
        """Press arm until it is armed: once clears the latch of a fresh start, once more arms."""
        course, sight = self._course, self._course.eyes
        self.let_go()
        course.wait(lambda: sight.ready and course.devices.erpm <= STANDING_ERPM, 'the ramp to be ready', READY_S)
        left_s = ARM_S
        while sight.state is None or sight.state.state != eyes.ARMED:
            if left_s <= 0.0:
                course.fail('the ramp does not arm')
            course.pause(BEAT_S)
            self.do('press options')
            course.pause(BEAT_S)
            self.do('release options')
            course.pause(2 * BEAT_S)
            left_s -= 4 * BEAT_S

    def disarm(self) -> None:
        """Let go and press disarm."""
        self.let_go()
        self.do('press share')
        self._course.pause(BEAT_S)
        self.do('release share')

    def hold_deadman(self) -> None:
        """Press R1 and wait until it is known: a control that comes with it moves nothing."""
        self.do('press r1')
        self._course.pause(BEAT_S)

    def drive(self, how: str = f'move ly {-FULL}', erpm: float = DRIVING_ERPM) -> None:
        """Hold R1 and a control until the wheels turn faster than `erpm`, and a moment more by chance."""
        course = self._course
        self.hold_deadman()
        self.do(how)
        course.wait(lambda: course.devices.erpm > erpm, 'the wheels to turn', START_S)
        course.pause(random.uniform(0.0, 0.2))

    def lift(self) -> None:
        """Lift the jack to its upper end, where it is not there, and let go."""
        course = self._course
        if eyes.RAMP_DOWN not in course.eyes.refusals:
            return
        self.hold_deadman()
        self.do('press up')
        course.wait(lambda: eyes.RAMP_DOWN not in course.eyes.refusals, 'the jack to be up', JACK_S)
        self.let_go()
        course.pause(JACK_REST_S)

    def lower(self) -> None:
        """Lower the jack to its lower end, where its switch ends it, and let go."""
        course = self._course
        self.hold_deadman()
        self.do('press down')
        course.wait(lambda: 'jack D' in course.devices.relays_on(), 'the jack to go down', JACK_S)
        course.wait(lambda: not course.devices.relays_on(), 'the jack to be down', JACK_S)
        self.let_go()

    def move_jack(self) -> None:
        """Lower the jack, and wait for its relay. Where it has little way left it is lifted first."""
        if self._course.devices.lowered_s > TRAVEL_S / 2:
            self.lift()
            self._course.devices.lowered_s = 0.0
        self._switch('jack', 'down')

    def steer(self) -> None:
        """Steer to the left; wait for the relay."""
        self._switch('steer', 'left')

    def _switch(self, actuator: str, arrow: str) -> None:
        course = self._course
        self.do('press r1')
        course.pause(BEAT_S)
        self.do(f'press {arrow}')
        course.wait(lambda: any(relay.startswith(actuator) for relay in course.devices.relays_on()),
                    f'the relay of {actuator}', JACK_S)
        course.pause(random.uniform(0.05, 0.25))
