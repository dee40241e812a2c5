"""Many trials over the cores, in the order of the jobs: the same results as one after the other."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence

from outrider_bringup.score.trial import Job, Trial, trial


def trials(jobs: Sequence[Job], processes: int = 0) -> Iterator[Trial]:
    """Yield one trial a job as they are done. `processes` 0: as many as this process may use cores."""
    count = min(processes or len(os.sched_getaffinity(0)), len(jobs))
    if count <= 1:
        yield from map(trial, jobs)
        return
    # spawn: a fork of a process with threads can hang, and every release of Python means the same by it.
    with multiprocessing.get_context('spawn').Pool(count, _quiet) as pool:
        yield from pool.imap(trial, jobs)


def _quiet() -> None:
    """Leave Ctrl+C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
