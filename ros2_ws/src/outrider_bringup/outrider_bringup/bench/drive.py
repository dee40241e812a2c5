"""The drive's own figures: memory, processor, executor; its set-points' periods; a button's way to the wire."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
from collections.abc import Callable, Iterator

from outrider_bringup.bench.drive_run import cost, errors_ms, gaps_ms, look_s, percentile, ramp
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.sleeper import Sleeper
from outrider_bringup.faults import eyes
from outrider_bringup.faults.course import NODES, Course
from outrider_bringup.faults.urgent import granted
from outrider_drive.governor.refusals import Refusal
from outrider_node import boottime_ns

PSS_MB, CPU_PERCENT = 240.0, 40.0
IDLE_P99_MS, BUSY_P99_MS, GAP_MS = 1.0, 4.0, 60.0
EDGE_P50_MS, EDGE_P99_MS = 15.0, 35.0
CPU_S = 20.0
CYCLES = 100  # two edges each
FRAME_S, REST_S = 1.0, 10.0
NEIGHBOURS = 2
NOT_RELEASED = int(Refusal.NOT_RELEASED)
PEER = 'ms, a sleeper on a pty'


def costs(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Measure memory and processor on the executor in use, then processor on the other one."""
    with ramp(say) as course:
        say(f'{CPU_S:g} s at idle arm')
        pss_mb, percent = cost(course, CPU_S)
    with ramp(say, 'single') as course:
        say(f'{CPU_S:g} s at idle arm, single-threaded executor')
        single_mb, single_percent = cost(course, CPU_S)
    beside = f'of {", ".join(NODES)} together, armed, at rest'
    return (Measured(pss_mb, beside, 'MB, single executor', single_mb),
            Measured(percent, beside, '%, single executor', single_percent))


@contextlib.contextmanager
def neighbours(count: int) -> Iterator[None]:
    """Keep `count` loops busy."""
    busy = [subprocess.Popen([sys.executable, '-c', 'while True: pass'], stdin=subprocess.DEVNULL)
            for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def _periods(course: Course, seconds: float) -> tuple[list[float], list[float]]:
    """Return the set-points' periods over `seconds`, and those of a sleeper beside them, ms."""
    course.devices.forget()
    control = Sleeper(seconds)
    began_ns = boottime_ns()
    course.pause(seconds)
    frames = [frame for frame in course.devices.seen.frames if frame.ns >= began_ns]
    return gaps_ms(frames), control.periods_ms()


def periods(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Watch the set-points on the wire, alone and beside busy neighbours."""
    seconds = look_s()
    with ramp(say) as course:
        priority = granted(course.pids()['motors'])
        say(f'{seconds:g} s of set-points')
        idle, idle_peer = _periods(course, seconds)
        say(f'{seconds:g} s beside {NEIGHBOURS} busy neighbours')
        with neighbours(NEIGHBOURS):
            busy, busy_peer = _periods(course, seconds)
    told = [Measured(percentile(errors_ms(gaps), 99), f'{len(gaps)} periods, priority {priority}', PEER,
                     percentile(errors_ms(peer), 99), {'samples': len(gaps), 'worst': max(errors_ms(gaps))})
            for gaps, peer in ((idle, idle_peer), (busy, busy_peer))]
    return (*told, *(Measured(max(gaps), f'{len(gaps)} periods in {seconds:g} s', PEER, max(peer))
                     for gaps, peer in ((idle, idle_peer), (busy, busy_peer))))


def edges(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Press and let go again and again, at any moment of the period; time each until its first frame on the wire."""
    delays: list[float] = []
    with ramp(say) as course:
        course.person.arm()
        course.person.lift()
        for cycle in range(CYCLES):
            say(f'{2 * cycle} of {2 * CYCLES} edges')
            course.devices.forget()
            course.person.hold_deadman()
            delays.append(_edge(course, 'press cross', drives=True))
            delays.append(_edge(course, 'release r1', drives=False))
            course.person.do('release cross')
            course.wait(lambda: _rests(course), 'the ramp to rest', REST_S)
    return tuple(Measured(percentile(delays, percent), f'{len(delays)} edges, worst {max(delays):.1f} ms',
                          extra={'samples': len(delays), 'worst': max(delays)}) for percent in (50, 99))


def _rests(course: Course) -> bool:
    """Return whether the next press is a fresh one: armed, held by the handbrake, everything let go."""
    return course.eyes.state.state == eyes.ARMED and NOT_RELEASED not in course.eyes.refusals


def _edge(course: Course, line: str, *, drives: bool) -> float:
    """Do `line`; return how long it took until a set-point of the other kind was read from the port, ms."""
    course.pause(random.uniform(0.0, 0.04))
    at_ns = course.person.do(line)
    found: list[int] = []

    def came() -> bool:
        found[:] = [frame.ns for frame in course.devices.seen.frames
                    if frame.vesc == 0 and frame.ns >= at_ns and frame.drives is drives]
        return bool(found)

    course.wait(came, f'a frame after {line!r}', FRAME_S)
    return (found[0] - at_ns) / 1e6


FIGURES = (
    Figure(('drive memory (PSS)', 'drive processor at idle arm'), ('MB', '% of a core'), (PSS_MB, CPU_PERCENT), '<=',
           costs, about='pilot, governor, motors, relays on the simulated ramp; beside it the other executor; 75 s',
           group='drive'),
    Figure(('set-point period error p99, idle', 'period error p99, two busy neighbours', 'largest gap, idle',
            'largest gap, two busy neighbours'), ('ms',) * 4, (IDLE_P99_MS, BUSY_P99_MS, GAP_MS, GAP_MS), '<=', periods,
           about='50 Hz at the far end of the wire; --seconds 600 is the soak; about 60 s', group='drive'),
    Figure(('button to frame p50', 'button to frame p99'), ('ms', 'ms'), (EDGE_P50_MS, EDGE_P99_MS), '<=', edges,
           about=f'{2 * CYCLES} edges of the pad until the first set-point on the wire; 3 minutes', group='drive'),
)
