"""The writer's thread: what wakes it, what does not, how it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest

from outrider_drive.writer import KEPT, Writer
from outrider_node import boottime_ns
from waiting import wait_until

S = 1_000_000_000


class Duty:
    """Counts; due every `every_ns`, ends after `lasts` more rounds."""

    def __init__(self) -> None:
        self.every_ns = 3600 * S
        self.taken: list[object] = []
        self.rounds: list[int] = []
        self.ends = 0
        self.closed = threading.Event()
        self.lasts = 0
        self.read, self.write = os.pipe2(os.O_NONBLOCK)
        self.bytes = b''
        self.breaks = False

    def fd(self) -> int | None:
        return self.read

    def take(self, command: object, now: int) -> None:
        self.taken.append(command)

    def serve(self, now: int) -> int:
        if self.breaks:
            raise RuntimeError('broken')
        self.rounds.append(now)
        with contextlib.suppress(BlockingIOError):
            self.bytes += os.read(self.read, 100)
        return now + self.every_ns

    def end(self, now: int) -> None:
        self.ends += 1
        self.every_ns = S // 1000

    def ended(self, now: int) -> bool:
        self.lasts -= 1
        return self.lasts < 0

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def duty() -> Iterator[Duty]:
    made = Duty()
    yield made
    os.close(made.read)
    os.close(made.write)


@pytest.fixture
def writer(duty: Duty) -> Iterator[Writer[str]]:
    made: Writer[str] = Writer('test', duty, boottime_ns)
    wait_until(lambda: len(duty.rounds) == 1, 'the first round')
    yield made
    if not duty.closed.is_set():
        made.close()
    signal.set_wakeup_fd(-1)


def test_a_new_meaning_wakes_it_and_the_same_one_waits_for_the_next_round(duty: Duty, writer: Writer[str]) -> None:
    writer.put('go', 1)
    wait_until(lambda: len(duty.rounds) == 2, 'the round of the command')
    writer.put('go again', 1)
    writer.put('stop', 0)
    wait_until(lambda: 'stop' in duty.taken, 'the other command')
    assert duty.taken == ['go', 'go again', 'stop']
    wait_until(lambda: len(duty.rounds) == 3, 'its round')


def test_only_the_newest_are_kept_while_it_does_not_come_round(duty: Duty, writer: Writer[str]) -> None:
    for number in range(KEPT + 5):
        writer.put(str(number), None)  # means the same as nothing: nobody is woken
    assert duty.taken == []
    writer.put('last', 1)
    wait_until(lambda: duty.taken, 'the commands')
    assert len(duty.taken) == KEPT
    assert duty.taken[-1] == 'last'


def test_a_byte_on_the_port_wakes_it(duty: Duty, writer: Writer[str]) -> None:
    os.write(duty.write, b'x')
    wait_until(lambda: duty.bytes == b'x', 'the byte')


def test_it_comes_back_when_its_duty_is_due(duty: Duty, writer: Writer[str]) -> None:
    duty.every_ns = S // 100
    writer.put('now', 1)
    wait_until(lambda: len(duty.rounds) > 12, 'ten rounds')
    late_ns = [after - before - S // 100 for before, after in pairwise(duty.rounds[2:])]
    assert min(late_ns) >= 0  # never early
    assert writer.rounds >= 12
    assert writer.served_ns >= duty.rounds[11]


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_the_main_thread_and_only_after_its_duty_has_ended(
        duty: Duty, number: signal.Signals) -> None:
    before = signal.signal(number, lambda *_: None)
    writer: Writer[str] = Writer('test', duty, boottime_ns)
    try:
        duty.lasts = 5
        wait_until(lambda: duty.rounds, 'the first round')
        os.kill(os.getpid(), number)
        assert duty.closed.wait(10.0)
        assert duty.ends == 1
        assert len(duty.rounds) >= 6
    finally:
        writer.close()
        signal.signal(number, before)
    assert writer.failure is None


def test_another_signal_only_wakes_it(duty: Duty, writer: Writer[str]) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        os.kill(os.getpid(), signal.SIGUSR1)
        wait_until(lambda: len(duty.rounds) == 2, 'the second round')
        assert duty.ends == 0
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_what_breaks_it_is_remembered_and_the_port_is_closed(duty: Duty, writer: Writer[str]) -> None:
    duty.breaks = True
    writer.put('go', 1)
    assert duty.closed.wait(10.0)
    wait_until(lambda: writer.failure is not None, 'the failure')
    assert str(writer.failure) == 'broken'
    writer.close()


def test_wake_ups_that_nobody_hears_do_not_block(duty: Duty, writer: Writer[str]) -> None:
    duty.breaks = True
    writer.put('go', 0)
    assert duty.closed.wait(10.0)
    for number in range(1, 70_000):
        writer.put('go', number)
    writer.close()
