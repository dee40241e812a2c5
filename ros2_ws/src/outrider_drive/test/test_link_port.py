"""How the link holds its port: unplugged, silent, stalled, missing, closed. A board played by hand, a clock of ours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outrider_drive.relays import link as link_module
from outrider_drive.relays.link import RelayLink
from outrider_drive.relays.words import Wanted

HOST = 0x0A0B0C0D
LIFT = Wanted('U')
SAW_STOP = 0x40 | 1 | 2  # link up, hello seen, stop seen
LEGACY_STOPS = [(0x00, b'U\0\0\0\0'), (0x00, b'L\0\0\0\0')]


@pytest.fixture
def link(board: Any) -> Iterator[RelayLink]:
    made = RelayLink(board.port, HOST)
    yield made
    made.close()


def commands(frames: list[tuple[int, bytes]]) -> list[bytes]:
    """The letters of the commands among `frames`."""
    return [payload[15:19] for frame_id, payload in frames if frame_id == 0x13]


def test_an_unplugged_board_is_dropped_and_found_again(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    before = link.epoch
    board.unplug()
    link.step(0.1)
    assert not link.wire.is_open
    assert 'was unplugged' in link.problem
    assert not link.ready(0.1)
    link.step(0.3)
    assert not link.wire.is_open  # not yet: tried again every half second
    back = type(board)(Path(board.port))
    try:
        link.step(0.7)
        assert link.wire.is_open
        assert link.epoch == before + 1
        assert back.heard(2) == LEGACY_STOPS
    finally:
        link.close()
        back.close()


def test_a_silent_board_is_closed_and_opened_again(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    before = link.epoch
    link.step(1.0)
    assert link.wire.is_open
    link.step(1.01)
    assert not link.wire.is_open
    assert 'said nothing for 1 s' in link.problem
    link.step(1.6)
    assert link.wire.is_open
    assert link.epoch == before + 1


def test_a_board_that_never_spoke_is_given_the_time_of_a_bootloader(board: Any, link: RelayLink) -> None:
    link.step(0.0)
    link.step(2.9)
    assert link.wire.is_open
    link.step(3.1)
    assert not link.wire.is_open


def test_a_stalled_reader_closes_the_port_within_a_bounded_step(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    now, longest = 0.0, 0.0
    while link.wire.is_open and now < 60.0:
        now += 0.06
        board.status(flags=SAW_STOP, sequence=link._sequence)  # it speaks, but reads no more
        began = time.monotonic()
        link.step(now)
        longest = max(longest, time.monotonic() - began)
    assert 'takes no bytes' in link.problem
    assert longest < 0.2
    board.heard()
    link.step(now + link_module.REOPEN_S)
    assert link.wire.is_open
    assert board.heard(2)[-2:] == LEGACY_STOPS


def test_close_says_stop_last(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    link.want(LIFT, epoch=link.epoch, computed_s=0.06)
    link.step(0.06)
    link.close()
    frames = board.heard(4)
    assert commands(frames) == [b'U---', b'----']
    assert frames[-2:] == LEGACY_STOPS
    assert not link.wire.is_open


def test_a_port_that_is_not_there_is_tried_again_every_half_second(tmp_path: Any) -> None:
    link = RelayLink(str(tmp_path / 'gone'))
    assert link.step(0.0) == []
    assert 'cannot open' in link.problem
    link.problem = ''
    link.step(0.4)
    assert link.problem == ''
    link.step(0.5)
    assert 'cannot open' in link.problem
