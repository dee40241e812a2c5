"""The simulated ramp of the bench: the launch file's processes on a domain of their own, and what journals say."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from outrider_bringup.bench import subjects
from outrider_bringup.demo import claim
from outrider_bringup.demo.processes import Ledger, pss_kib, snapshot
from outrider_bringup.errors import UserError
from outrider_bringup.faults.course import NODES, Course, CourseError, Options, Variant
from outrider_bringup.faults.journals import Frame
from outrider_node.run import EXECUTOR

DOMAIN = 95
SPARES = (96, 97, 98, 99)
LOOK_S = 20.0
SETTLE_S = 3.0  # after the start: the proof of the timeouts, the first seconds of discovery
ROOM = 96 << 20  # ten minutes of frames are 20 MB, and Fast DDS needs its own
PERIOD_MS, MS = 20.0, 1e6


def look_s() -> float:
    """Return for how many seconds set-points are watched: 20, or what `bench --seconds` says."""
    return float(os.environ.get(subjects.SECONDS) or LOOK_S)


@contextlib.contextmanager
def ramp(say: Callable[[str], None], executor: str = 'auto') -> Iterator[Course]:
    """Run the ramp, ready to be armed; its four nodes spin on `executor`. Raises UserError."""
    before = os.environ.get(EXECUTOR)
    os.environ[EXECUTOR] = executor
    with (tempfile.TemporaryDirectory(prefix='outrider-bench-', dir=_memory()) as folder,
          claim.domain(DOMAIN, spares=SPARES) as own):
        course = Course(Variant(), Options(), Path(folder) / 'run', own)
        try:
            say(f'starting the ramp, executor {executor}')
            course.start()
            course.pause(SETTLE_S)
            yield course
        except CourseError as error:
            raise UserError(f'{error}. Run: ./outrider up ramp --sim') from None
        finally:
            course.close()
            if before is None:
                del os.environ[EXECUTOR]
            else:
                os.environ[EXECUTOR] = before


def _memory(shm: Path = Path('/dev/shm')) -> Path | None:
    """Return a place in memory for journals, where there is room: a fake that waits for a disk measures the disk."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(shm).free >= ROOM and os.access(shm, os.W_OK):
            return shm
    return None


def cost(course: Course, seconds: float) -> tuple[float, float]:
    """Arm, then let `seconds` pass; return PSS in MB and processor in per cent of one core, of the four nodes."""
    course.person.arm()
    pids = {pid for name, pid in course.pids().items() if name in NODES}
    ledger = Ledger()
    for wait_s in (0.0, seconds):
        course.pause(wait_s)
        ledger.take(time.monotonic(), [stat for pid, stat in snapshot().items() if pid in pids])
    return sum(pss_kib(pid) for pid in pids) * 1024 / 1e6, ledger.percent(os.sysconf('SC_CLK_TCK'))


def gaps_ms(frames: Sequence[Frame]) -> list[float]:
    """Return the times between consecutive set-points of each VESC, ms."""
    gaps = []
    for vesc in (0, 1):
        times = [frame.ns for frame in frames if frame.vesc == vesc]
        gaps += [(late - early) / MS for early, late in zip(times, times[1:], strict=False)]
    return gaps


def errors_ms(gaps: Sequence[float]) -> list[float]:
    """Return how far each period lies from 20 ms."""
    return [abs(gap - PERIOD_MS) for gap in gaps]


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile. Raises UserError without values."""
    if not values:
        raise UserError('no set-point came over the wire. Run: ./outrider doctor')
    return sorted(values)[min(len(values) - 1, int(percent / 100 * len(values)))]
