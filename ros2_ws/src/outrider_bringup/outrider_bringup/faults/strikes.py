"""How each fault strikes: told to fakes and processes, while the person holds the controls. Returns when what happened.

t0 as the figures have it: the write of the release, the last report + 200 ms, or the return of kill().
"""

from __future__ import annotations

import pty
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from os import close as close_fd

from outrider_bringup.faults import clock, inside
from outrider_bringup.faults.course import SLOPE, Course
from outrider_bringup.faults.journals import Tail
from outrider_bringup.faults.judge import MS, Strike
from outrider_bringup.launchfile.plan import ProcessSpec
from outrider_node import boottime_ns

HOUR_S = 3600
OPERATOR_MAX_AGE_NS = 200 * MS
REPORT_NS = 4 * MS  # of the fake pad: the last report is at most so much older than the line that stops it
AGAIN_S = 1.0
BACK_S = 30.0
STEADY_S = 1.2  # from 1700 1/min to the 1 m/s of the cross button
BUSY = 'while True: pass'
GARBAGE = 'deadbeef0205080000ff03020305'  # among it the head of a frame that swallows what follows


def struck(t0_ns: int, course: Course, resumed_ns: int | None = None, struck_ns: int | None = None) -> Strike:
    """Return what happened when; the fault began at t0 unless `struck_ns` says otherwise."""
    return Strike(t0_ns if struck_ns is None else struck_ns, t0_ns, boottime_ns(), resumed_ns)


def released(course: Course) -> Strike:
    """The dead-man is let go, the other control stays held; then R1 is held again, which is no fresh start."""
    t0_ns = course.person.do('release r1')
    course.pause(AGAIN_S)
    course.person.do('press r1')
    return struck(t0_ns, course)


def pad_lost(course: Course) -> Strike:
    """The pad is switched off, and on again with the button held."""
    lost_ns = course.person.do('lose')
    course.pause(1.0)
    course.person.do('reconnect')
    return struck(lost_ns - REPORT_NS + OPERATOR_MAX_AGE_NS, course, struck_ns=lost_ns)


def stalled(seconds: float) -> Callable[[Course], Strike]:
    """The radio link stands, then gives out all that was kept at once: twenty presses, the last of them held."""
    def act(course: Course) -> Strike:
        stalled_ns = course.person.do('stall')
        course.person.do(*(line for _ in range(20) for line in ('release r1', 'press r1')))
        course.pause(seconds - (boottime_ns() - stalled_ns) / 1e9)
        course.person.do('resume')
        return struck(stalled_ns - REPORT_NS + OPERATOR_MAX_AGE_NS, course, struck_ns=stalled_ns)

    return act


def stalled_release(seconds: float) -> Callable[[Course], Strike]:
    """The dead-man is let go while the link stands, too shortly for a loss: the late word stops."""
    def act(course: Course) -> Strike:
        stalled_ns = course.person.do('stall', 'release r1')
        course.pause(seconds - (boottime_ns() - stalled_ns) / 1e9)
        return struck(course.person.do('resume'), course, struck_ns=stalled_ns)

    return act


def buttons_frozen(course: Course) -> Strike:
    """The joystick device gives nothing out while motion flows; the release is lost."""
    frozen_ns = course.person.do('freeze')
    course.person.do('release r1')
    course.pause(3.0)
    course.person.do('thaw')
    return struck(frozen_ns, course)


def killed(*names: str) -> Callable[[Course], Strike]:
    """SIGKILL; whoever keeps the ramp starts them again while the controls are held."""
    def act(course: Course) -> Strike:
        before = course.pids()
        t0_ns = course.kill(signal.SIGKILL, *names)
        course.wait(lambda: all(course.pids().get(name, before[name]) != before[name] for name in names),
                    'the processes to be started again', 5.0)
        course.eyes.forget()
        course.wait(lambda: course.eyes.all_there, 'the processes to be there again', BACK_S)
        return replace(struck(t0_ns, course), back_ns=boottime_ns())

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
        return struck(t0_ns, course, resumed_ns)

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
        return struck(said[0], course, said[1])

    return act


def starved(loops: int) -> Callable[[Course], Strike]:
    """Busy loops at default priority; then the dead-man is let go."""
    def act(course: Course) -> Strike:
        specs = tuple(ProcessSpec(f'busy_{i}', (sys.executable, '-S', '-c', BUSY), 'busy') for i in range(loops))
        with course.beside(specs):
            course.pause(0.7)
            t0_ns = course.person.do('release r1')
            course.pause(1.5)
        return struck(t0_ns, course)

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
    return struck(t0_ns, course)


def garbage(course: Course) -> Strike:
    """Noise in front of every answer; under it the dead-man is let go."""
    for _ in range(10):
        course.devices.say('vesc', f'garbage {GARBAGE}')
        course.pause(0.03)
    t0_ns = course.person.do('release r1')
    for _ in range(20):
        course.devices.say('vesc', f'garbage {GARBAGE}')
        course.pause(0.03)
    return struck(t0_ns, course)


def reader_stalled(seconds: float) -> Callable[[Course], Strike]:
    """The VESC on the port reads nothing, then everything at once."""
    def act(course: Course) -> Strike:
        t0_ns = course.devices.say('vesc', f'stall {seconds}')
        course.pause(seconds)
        return struck(t0_ns, course, t0_ns + int(seconds * 1e9))

    return act


def vesc_fault(which: int) -> Callable[[Course], Strike]:
    """One VESC reports a fault (5, over-temperature of its transistors) and lets its motor go."""
    def act(course: Course) -> Strike:
        return struck(course.devices.say('vesc', f'fault {which} 5'), course)

    return act


def can_cut(course: Course) -> Strike:
    """The wire between the VESCs breaks at a steady speed uphill: the far one pushes on while the near one brakes."""
    course.devices.say('vesc', f'slope {-SLOPE}')
    course.pause(STEADY_S)
    t0_ns = course.devices.say('vesc', 'can cut')
    course.pause(1.5)
    course.devices.say('vesc', 'can mend')
    return struck(t0_ns, course)


def clock_stepped(seconds: int, then: Callable[[Course], Strike]) -> Callable[[Course], Strike]:
    """The wall clock jumps, at once followed by another fault."""
    def act(course: Course) -> Strike:
        clock.set_ahead(course.run, seconds)
        return then(course)

    return act
