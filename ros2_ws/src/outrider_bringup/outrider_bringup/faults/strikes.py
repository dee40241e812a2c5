"""How each fault strikes: told to fakes and processes, while the person holds the controls. Returns when what happened.

t0 as the figures have it: the write of the release, the last report + 200 ms, or the return of kill().
"""

from __future__ import annotations

import functools
import pty
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from os import close as close_fd

from outrider_bringup.faults import clock, eyes, inside, replay
from outrider_bringup.faults.course import Course
from outrider_bringup.faults.journals import Tail
from outrider_bringup.faults.judge import MS, STANDING_ERPM, Strike
from outrider_bringup.launchfile.plan import ProcessSpec
from outrider_node import boottime_ns

HOUR_S = 3600
OPERATOR_MAX_AGE_NS = 200 * MS
REPORT_NS = 4 * MS  # of the fake pad: the last report is at most so much older than the line that stops it
BUSY = 'while True: pass'
AHEAD_M, BACK_M = 5.0, 1.0
BACK_ERPM = 1550.0  # backward_mps of the pad file is 0.5 m/s, 1671 1/min
GARBAGE = 'deadbeef0205080000ff03020305'  # among it the head of a frame that never ends


def _struck(t0_ns: int, course: Course, resumed_ns: int | None = None, struck_ns: int | None = None) -> Strike:
    return Strike(t0_ns if struck_ns is None else struck_ns, t0_ns, boottime_ns(), resumed_ns)


def released(course: Course) -> Strike:
    """The dead-man is let go, the other control stays held."""
    return _struck(course.person.do('release r1'), course)


def pad_lost(course: Course) -> Strike:
    """The pad is switched off, and on again with the button held."""
    lost_ns = course.person.do('lose')
    course.pause(1.0)
    course.person.do('reconnect')
    return _struck(lost_ns - REPORT_NS + OPERATOR_MAX_AGE_NS, course, struck_ns=lost_ns)


def stalled(seconds: float) -> Callable[[Course], Strike]:
    """The radio link stands, then gives out all that was kept at once: twenty presses, the last of them held."""
    def act(course: Course) -> Strike:
        stalled_ns = course.person.do('stall')
        course.person.do(*(line for _ in range(20) for line in ('release r1', 'press r1')))
        course.pause(seconds - (boottime_ns() - stalled_ns) / 1e9)
        course.person.do('resume')
        return _struck(stalled_ns - REPORT_NS + OPERATOR_MAX_AGE_NS, course, struck_ns=stalled_ns)

    return act


def stalled_release(seconds: float) -> Callable[[Course], Strike]:
    """The dead-man is let go while the link stands, too shortly for a loss: the late word stops."""
    def act(course: Course) -> Strike:
        stalled_ns = course.person.do('stall', 'release r1')
        course.pause(seconds - (boottime_ns() - stalled_ns) / 1e9)
        return _struck(course.person.do('resume'), course, struck_ns=stalled_ns)

    return act


def buttons_frozen(course: Course) -> Strike:
    """The joystick device gives nothing out while motion flows; the release is lost."""
    frozen_ns = course.person.do('freeze')
    course.person.do('release r1')
    course.pause(3.0)
    course.person.do('thaw')
    return _struck(frozen_ns, course)


def killed(*names: str) -> Callable[[Course], Strike]:
    """SIGKILL; whoever keeps the ramp starts them again while the controls are held."""
    def act(course: Course) -> Strike:
        before = course.pids()
        t0_ns = course.kill(signal.SIGKILL, *names)
        course.wait(lambda: all(course.pids().get(name, before[name]) != before[name] for name in names),
                    'the processes to be started again', 5.0)
        course.eyes.forget()
        course.wait(lambda: course.eyes.all_there, 'the processes to be there again', 20.0)
        return _struck(t0_ns, course)

    return act


def stopped(name: str, seconds: float) -> Callable[[Course], Strike]:
    """SIGSTOP, later SIGCONT."""
    def act(course: Course) -> Strike:
        t0_ns = course.kill(signal.SIGSTOP, name)
        try:
            course.pause(seconds - (boottime_ns() - t0_ns) / 1e9)
        finally:
            resumed_ns = boottime_ns()
            course.kill(signal.SIGCONT, name)
        return _struck(t0_ns, course, resumed_ns)

    return act


def hung(node: str, point: str, seconds: float, release: bool = False) -> Callable[[Course], Strike]:
    """A point inside a node hangs; with `release` the dead-man is let go at the same moment."""
    def act(course: Course) -> Strike:
        tail = Tail(inside.journal_of(course.run, node))
        tail.news()
        said: list[int] = []
        with inside.control_of(course.run, node).open('w') as control:
            control.write(f'{point} {seconds}\n')

        def lines(count: int) -> Callable[[], bool]:
            def there() -> bool:
                said.extend(line['ns'] for line in tail.news())
                return len(said) >= count
            return there

        course.wait(lines(1), f'{node} to hang', 5.0)
        if release:
            course.person.do('release r1')
        course.wait(lines(2), f'{node} to go on', seconds + 5.0)
        return _struck(said[0], course, said[1])

    return act


def starved(loops: int) -> Callable[[Course], Strike]:
    """Busy loops at default priority; then the dead-man is let go."""
    def act(course: Course) -> Strike:
        specs = tuple(ProcessSpec(f'busy_{i}', (sys.executable, '-S', '-c', BUSY), 'busy') for i in range(loops))
        with course.beside(specs):
            course.pause(0.7)
            t0_ns = course.person.do('release r1')
            course.pause(1.5)
        return _struck(t0_ns, course)

    return act


def unplugged(course: Course) -> Strike:
    """The VESC's port vanishes; a second later it is back as another device."""
    t0_ns = course.devices.say('vesc', 'unplug')
    course.pause(0.5)
    near, far = pty.openpty()  # takes the number that became free
    try:
        course.pause(0.5)
        course.devices.say('vesc', f'plug {course.run / "vesc"}')
    finally:
        close_fd(near)
        close_fd(far)
    course.pause(1.0)
    return _struck(t0_ns, course)


def garbage(course: Course) -> Strike:
    """Noise in front of every answer; under it the dead-man is let go."""
    for _ in range(10):
        course.devices.say('vesc', f'garbage {GARBAGE}')
        course.pause(0.03)
    t0_ns = course.person.do('release r1')
    for _ in range(20):
        course.devices.say('vesc', f'garbage {GARBAGE}')
        course.pause(0.03)
    return _struck(t0_ns, course)


def reader_stalled(seconds: float) -> Callable[[Course], Strike]:
    """The VESC on the port reads nothing, then everything at once."""
    def act(course: Course) -> Strike:
        t0_ns = course.devices.say('vesc', f'stall {seconds}')
        course.pause(seconds)
        return _struck(t0_ns, course, t0_ns + int(seconds * 1e9))

    return act


def vesc_fault(which: int) -> Callable[[Course], Strike]:
    """One VESC reports a fault (5, over-temperature of its transistors) and lets its motor go."""
    def act(course: Course) -> Strike:
        return _struck(course.devices.say('vesc', f'fault {which} 5'), course)

    return act


def can_cut(course: Course) -> Strike:
    """The wire between the VESCs breaks; later it is mended."""
    t0_ns = course.devices.say('vesc', 'can cut')
    course.pause(1.5)
    course.devices.say('vesc', 'can mend')
    return _struck(t0_ns, course)


def clock_stepped(seconds: int, then: Callable[[Course], Strike]) -> Callable[[Course], Strike]:
    """The wall clock jumps, at once followed by another fault."""
    def act(course: Course) -> Strike:
        clock.set_ahead(course.run, seconds)
        return then(course)

    return act


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
    return _struck(t0_ns, course)


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
    return _struck(t0_ns, course)


def whole_course(course: Course) -> Strike:
    """No fault: lift, 5 m ahead, left, right, back, stop. t0 is the last release."""
    person = course.person
    if eyes.RAMP_DOWN not in course.eyes.refusals:
        course.fail('the jack is up before it was lifted')
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
