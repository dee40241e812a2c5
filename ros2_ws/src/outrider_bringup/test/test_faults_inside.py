"""The points at which a node can be hung, in this very process."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from outrider_bringup.faults import inside
from outrider_bringup.faults.journals import Tail
from waiting import wait_until


def hangs(run: Path) -> tuple[inside.Hangs, Tail]:
    made = inside.Hangs(run, 'motors')
    made.listen()
    return made, Tail(inside.journal_of(run, 'motors'))


def say(run: Path, line: str) -> None:
    with inside.control_of(run, 'motors').open('w') as control:
        control.write(f'{line}\n')


def test_a_point_hangs_once_when_it_is_passed_next(tmp_path: Path) -> None:
    made, tail = hangs(tmp_path)
    made.passing('writer')
    assert tail.news() == []
    say(tmp_path, 'writer 0.05')

    def hung() -> Any:
        made.passing('reader')
        made.passing('writer')
        return tail.news()

    first, second = wait_until(hung, 'the writer to hang')
    assert (first['point'], first['hung'], second['hung']) == ('writer', True, False)
    assert second['ns'] - first['ns'] >= 50_000_000
    made.passing('writer')
    assert tail.news() == []


def test_while_the_interpreter_is_held_no_other_thread_runs(tmp_path: Path) -> None:
    _, tail = hangs(tmp_path)
    beats: list[int] = []
    over = threading.Event()

    def beat() -> None:
        while not over.wait(0.001):
            beats.append(time.clock_gettime_ns(time.CLOCK_BOOTTIME))

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        wait_until(lambda: beats, 'a beat')
        say(tmp_path, 'gil 0.2')
        lines: list[Any] = []
        wait_until(lambda: (lines.extend(tail.news()), len(lines) == 2)[1], 'the interpreter to be held and let go')
    finally:
        over.set()
        thread.join()
    begun, ended = (line['ns'] for line in lines)
    assert ended - begun >= 200_000_000
    # Between the stamp and the hold, and between its end and the stamp, another thread may run.
    assert not [ns for ns in beats if begun + 20_000_000 < ns < begun + 190_000_000]


class Publisher:
    """Counts its listeners."""

    def __init__(self) -> None:
        self.listeners = 0

    def get_subscription_count(self) -> int:
        return self.listeners


def test_a_second_governor_is_quiet_until_all_have_found_it(tmp_path: Path) -> None:
    made, tail = hangs(tmp_path)
    publisher = Publisher()
    quiet = inside._Quiet(2, made)
    assert not quiet.over(publisher)
    publisher.listeners = 2
    assert not quiet.over(publisher)
    assert not quiet.spoken
    wait_until(lambda: quiet.over(publisher), 'the listeners to know it')
    assert quiet.spoken
    assert [line['point'] for line in tail.news()] == ['first']
    assert inside._Quiet(0, made).over(publisher)
