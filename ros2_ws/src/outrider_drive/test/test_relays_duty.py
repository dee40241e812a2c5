"""What the relays' thread does in its rounds, with a board played by hand. Clock of the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from outrider_drive.relays.duty import QUIET_NS, Moment, RelaysDuty
from outrider_drive.relays.judge import Latch, RelayJudge
from outrider_drive.relays.link import RelayLink
from outrider_drive.words import Operator, RelayCommand, Source

MS = 1_000_000
BEGIN = 10_000 * MS


class Bench:
    """Judge, link and duty, greeted and ready at BEGIN."""

    def __init__(self, board: Any, greet: Any) -> None:
        self.board = board
        self.link, self.judge = RelayLink(board.port), RelayJudge()
        self.moments: list[Moment] = []
        self.duty = RelaysDuty(self.link, self.judge, self.moments.append)
        greet(board, self.link, BEGIN / 1e9)
        self.due = self.duty.serve(BEGIN)
        board.heard()
        self.sequence = 0

    def take(self, now: int, **wish: Any) -> None:
        self.sequence += 1
        person = Operator(now, 1, 0, Source.MOTION, True, False)
        self.duty.take(RelayCommand(now, self.sequence, 7, self.judge.epoch, person, **wish), now)

    def letters(self) -> list[bytes]:
        """Return the wanted states that the board heard."""
        return [payload[15:19] for frame_id, payload in self.board.heard() if frame_id == 0x13]


@pytest.fixture
def bench(board: Any, greet: Any) -> Iterator[Bench]:
    made = Bench(board, greet)
    yield made
    made.duty.close()


def test_what_is_new_is_told_at_once_and_the_same_again_after_100_ms(bench: Bench) -> None:
    first = bench.moments[-1]
    assert (first.present, first.epoch, first.problem) == (True, bench.judge.epoch, '')
    assert first.status is not None
    assert first.status_ns == pytest.approx(BEGIN, abs=1000)
    count = len(bench.moments)
    bench.duty.serve(BEGIN + 20 * MS)
    assert len(bench.moments) == count
    bench.board.status(flags=0x43, sequence=bench.link._sequence)
    bench.duty.serve(BEGIN + 50 * MS)
    assert bench.moments[-1].status_ns == pytest.approx(BEGIN + 50 * MS, abs=1000)
    count = len(bench.moments)
    bench.duty.serve(BEGIN + 50 * MS + QUIET_NS - 1)
    assert len(bench.moments) == count
    bench.duty.serve(BEGIN + 50 * MS + QUIET_NS)
    assert len(bench.moments) == count + 1


def test_a_status_older_than_150_ms_is_nobody_and_voids(bench: Bench) -> None:
    epoch = bench.judge.epoch
    for step in range(1, 15):
        bench.duty.serve(BEGIN + step * 10 * MS)
    assert bench.moments[-1].present
    bench.duty.serve(BEGIN + 151 * MS)
    assert not bench.moments[-1].present
    assert bench.moments[-1].epoch == epoch + 1


def test_it_comes_back_for_the_next_command_and_right_after_a_wish_may_not_be_obeyed_any_more(bench: Bench) -> None:
    assert BEGIN < bench.due <= BEGIN + 50 * MS
    bench.take(BEGIN)
    bench.take(BEGIN, jack=1)
    bench.duty.serve(BEGIN + 90 * MS)
    assert bench.letters()[-1] == b'U---'
    bench.board.status(flags=0x43, sequence=bench.link._sequence)
    due = bench.duty.serve(BEGIN + 145 * MS)
    assert due == BEGIN + 150 * MS + 1
    bench.duty.serve(due)
    assert bench.letters()[-1] == b'----'
    assert bench.judge.latch is Latch.LEASE


def test_at_its_end_all_is_off_whatever_is_wanted(bench: Bench) -> None:
    bench.take(BEGIN)
    bench.take(BEGIN, jack=1)
    bench.duty.serve(BEGIN + MS)
    assert bench.letters()[-1] == b'U---'
    bench.duty.end(BEGIN + 2 * MS)
    bench.take(BEGIN + 2 * MS)
    bench.take(BEGIN + 2 * MS, jack=1)
    bench.duty.serve(BEGIN + 2 * MS)
    assert bench.duty.ended(BEGIN + 2 * MS)
    assert bench.letters() == [b'----']
    assert bench.duty.fd() is not None
    bench.duty.close()
    assert bench.duty.fd() is None
