"""Strikes by whoever else speaks on the ramp's topics, and the course that nothing strikes."""

from __future__ import annotations

import functools
import sys
from dataclasses import replace

from outrider_bringup.faults import eyes, inside, replay
from outrider_bringup.faults.course import Course
from outrider_bringup.faults.journals import Tail
from outrider_bringup.faults.judge import STANDING_ERPM, Strike
from outrider_bringup.faults.strikes import released, struck
from outrider_bringup.launchfile.plan import ProcessSpec

AHEAD_M, BACK_M = 5.0, 1.0
BACK_ERPM = 1550.0  # backward_mps of the pad file is 0.5 m/s, 1671 1/min


def second_governor(course: Course) -> Strike:
    """Another governor, with a lock of its own, commands the same motors. t0: its first command that can be heard."""
    spec = course.spec('governor')
    words = tuple(f'lock_file:={course.run / "second.lock"}' if word.startswith('lock_file:=') else word
                  for word in spec.command[1:])
    # Motors, the first governor, and the second one itself; the recorder too.
    listeners = 4 if course.options.beside else 3
    second = replace(spec, name='second_governor', command=(*inside.command('governor', course.run), *words),
                     env={**spec.env, inside.LISTENERS: str(listeners)})
    tail = Tail(inside.journal_of(course.run, 'governor'))
    tail.news()
    with course.beside((second,)):
        t0_ns = _first(course, tail)
        course.pause(1.5)
    return struck(t0_ns, course)


def _first(course: Course, tail: Tail) -> int:
    found: list[int] = []

    def there() -> bool:
        found.extend(line['ns'] for line in tail.news() if line['point'] == 'first')
        return bool(found)

    course.wait(there, 'the second governor to command', 20.0)
    return found[0]


def replayed(course: Course) -> Strike:
    """What drove the ramp a moment ago is played again beside it, with its /clock, while the dead-man is let go."""
    spec = ProcessSpec('replay', (sys.executable, '-m', replay.__name__, str(course.run)), 'replay')
    replay.forget(course.run)
    with course.beside((spec,)):
        tail = Tail(replay.journal_of(course.run))
        course.wait(lambda: replay.has_heard(tail), 'the replay to have recorded', 20.0)
        replay.start(course.run)
        course.wait(lambda: replay.has_begun(tail), 'the replay to begin', 5.0)
        t0_ns = course.person.do('release r1')
        course.pause(2.5)
    return struck(t0_ns, course)


def whole_course(course: Course) -> Strike:
    """No fault: lift, 5 m ahead, left, right, back, stop. t0 is the last release."""
    person = course.person
    if eyes.RAMP_DOWN not in course.eyes.refusals:
        course.fail('the jack is up before it was lifted')
    course.devices.say('vesc', 'slope 0')  # half a metre a second backwards uphill would be slower than 1500 1/min
    person.lift()
    begun_m = course.devices.travelled_m
    person.drive()
    course.wait(lambda: course.devices.travelled_m >= begun_m + AHEAD_M, f'{AHEAD_M:g} m ahead', 15.0)
    for arrow, relay in (('left', 'steer L'), ('right', 'steer R')):
        person.do(f'press {arrow}')
        course.wait(functools.partial(_is_on, course, relay), f'the relay {relay}', 3.0)
        course.pause(0.3)
        person.do(f'release {arrow}')
        course.wait(lambda: not course.devices.relays_on(), 'the steering to rest', 3.0)
    person.let_go()
    course.wait(lambda: course.devices.erpm < STANDING_ERPM, 'the ramp to stand', 5.0)
    ahead_m = course.devices.travelled_m
    person.drive('press square', BACK_ERPM)
    course.wait(lambda: course.devices.travelled_m <= ahead_m - BACK_M, f'{BACK_M:g} m back', 10.0)
    return released(course)


def _is_on(course: Course, relay: str) -> bool:
    return relay in course.devices.relays_on()
