"""Which port the relay link takes, what it says of a VESC on it, and when it has to come back. Clock of the test."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outrider_drive.relays import link as link_module
from outrider_drive.relays.link import RelayLink
from outrider_drive.relays.stranger import WHO_ARE_YOU, is_vesc
from outrider_drive.relays.words import Wanted
from outrider_sim.devices.vesc_pair import VescPair

ANSWER = bytes.fromhex('000701') + b'60\0' + bytes(12)


def framed(payload: bytes) -> bytes:
    return bytes((2, len(payload))) + payload + binascii.crc_hqx(payload, 0).to_bytes(2, 'big') + b'\3'


@pytest.fixture
def link(board: Any) -> Iterator[RelayLink]:
    made = RelayLink(board.port)
    yield made
    made.close()


@pytest.mark.parametrize(('data', 'so'), [
    (framed(ANSWER), True), (b'\2\7' + framed(ANSWER) + b'x', True), (b'', False), (framed(ANSWER)[:-1], False),
    (framed(ANSWER)[:-1] + b'\4', False), (framed(ANSWER)[:-2] + b'\0\3', False), (framed(b'\4' + ANSWER), False),
    (bytes((2, 0, 0, 0, 3, 0, 0)), False), (WHO_ARE_YOU, True),
])
def test_a_vesc_is_known_by_a_whole_answer(data: bytes, so: bool) -> None:
    assert is_vesc(data) is so


def test_a_vesc_where_the_relay_controller_should_be_is_told_by_name_and_stays_told(tmp_path: Path) -> None:
    pair = VescPair(tmp_path / 'relays')
    link = RelayLink(str(tmp_path / 'relays'))
    link.step(0.0)
    link.step(2.71)
    assert 'is a VESC' not in link.problem
    pair.serve(0)
    assert pair.frames[-1].payload == b'\0'
    link.step(2.75)
    assert 'is a VESC, expected the relay controller. Swap the two ports' in link.problem
    assert not link.wire.is_open
    link.step(2.75 + link_module.REOPEN_S)
    assert link.wire.is_open
    assert 'is a VESC' in link.problem
    link.close()
    pair.unplug()


def test_a_board_that_speaks_after_all_is_no_vesc_any_more(board: Any, link: RelayLink) -> None:
    link.step(0.0)
    board.heard()
    link.step(2.71)
    board.raw(len(WHO_ARE_YOU))
    board.write(framed(ANSWER))
    link.step(2.72)
    assert 'is a VESC' in link.problem
    link.step(4.0)
    board.status()
    link.step(4.01)
    link.wire.close()
    link.step(5.0)
    link.step(6.0)
    assert 'is a VESC' not in link.problem


def test_a_port_that_answers_nothing_is_silent_and_one_that_is_gone_was_unplugged(board: Any, link: RelayLink) -> None:
    link.step(0.0)
    link.step(2.71)
    assert link.wire.is_open
    link.step(3.01)
    assert 'said nothing for 3 s' in link.problem
    link.step(4.0)
    link.step(6.75)
    board.unplug()
    link.step(6.8)
    assert 'was unplugged' in link.problem


def test_candidates_are_tried_in_turn_and_looked_up_each_time(board: Any, tmp_path: Path) -> None:
    ports: list[str] = []
    link = RelayLink(lambda: ports)
    assert 'the port has not been opened' in link.problem
    link.step(0.0)
    assert 'there is no port' in link.problem
    ports[:] = [str(tmp_path / 'none'), board.port]
    link.step(0.1)
    assert 'there is no port' in link.problem
    link.step(0.5)
    assert 'cannot open' in link.problem
    link.step(1.0)
    assert (link.name, link.wire.is_open) == (board.port, True)
    link.close()


def test_it_comes_back_for_the_next_command_for_a_board_to_greet_and_to_look_again(
        board: Any, link: RelayLink, greet: Any) -> None:
    assert link.due_s(7.0) == 7.0
    greet(board, link, 10.0)
    assert link.due_s(10.0) == pytest.approx(10.0 + link_module.COMMAND_PERIOD_S)
    link.want(Wanted('U'), epoch=link.epoch, computed_s=10.01)
    link.step(10.01)
    assert link.due_s(10.01) == pytest.approx(10.01 + link_module.COMMAND_PERIOD_S)
    board.unplug()
    link.step(10.02)
    assert link.due_s(10.02) == pytest.approx(10.02 + link_module.REOPEN_S)


def test_a_board_that_is_not_greeted_is_looked_at_20_times_a_second(board: Any, link: RelayLink) -> None:
    link.step(0.0)
    assert link.due_s(0.0) == link_module.WAIT_S
