"""The link's rules against a board played by hand, on a clock that the test owns."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pytest

from outrider_drive.relays.link import RelayLink
from outrider_drive.relays.words import STOP, Wanted

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


def test_the_first_words_are_stops_that_need_no_session_then_hello_then_a_stop(board: Any, link: RelayLink) -> None:
    link.step(0.0)
    assert board.heard(2) == LEGACY_STOPS
    link.step(0.05)
    assert board.heard() == []  # not a word more before the board has spoken
    board.status()
    link.step(0.1)
    *stops, (frame_id, hello) = board.heard(3)
    assert stops == LEGACY_STOPS
    assert (frame_id, hello[1:5]) == (0x46, struct.pack('<I', HOST))
    board.answer(hello)
    assert link.want(LIFT, epoch=link.epoch, computed_s=0.1) == ''
    link.step(0.1)
    assert commands(board.heard(1)) == [b'----']
    assert not link.ready(0.1)


def test_a_held_wish_moves_only_after_the_board_saw_the_stop(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    link.want(LIFT, epoch=link.epoch, computed_s=0.01)
    link.step(0.01)
    assert commands(board.heard(1)) == [b'U---']


def test_commands_go_at_20_hz_and_a_change_goes_at_once(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    for tick in range(1, 101):
        now = tick / 100
        board.status(flags=SAW_STOP, sequence=link._sequence, uptime_ms=1000 + tick * 10)
        link.want(LIFT, epoch=link.epoch, computed_s=now)
        link.step(now)
    assert 19 <= len(board.heard(19)) <= 21
    link.want(STOP, epoch=link.epoch, computed_s=1.001)
    link.step(1.001)
    assert commands(board.heard(1)) == [b'----']


def test_a_command_echoes_the_uptime_last_read_and_counts_up(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    board.status(flags=SAW_STOP, sequence=link._sequence, uptime_ms=123456)
    link.step(0.06)
    board.status(flags=SAW_STOP, sequence=link._sequence, uptime_ms=123516)
    link.step(0.12)
    seen = [struct.unpack('<IIHI', payload[1:15]) for _, payload in board.heard(2)]
    assert [(session, host) for session, host, _, _ in seen] == [(7, HOST)] * 2
    assert (seen[1][2] - seen[0][2]) & 0xFFFF == 1
    assert [echo_ms for *_, echo_ms in seen] == [123456, 123516]


def test_the_sequence_wraps(board: Any, link: RelayLink, greet: Any) -> None:
    link._sequence = 0xFFFE
    greet(board, link, 0.0)
    for tick in (1, 2, 3):
        board.status(flags=SAW_STOP, sequence=link._sequence)
        link.step(tick * 0.06)
    assert [struct.unpack('<H', payload[9:11])[0] for _, payload in board.heard(3)] == [0, 1, 2]
    assert link.ready(0.18)


def test_a_wish_ends_150_ms_after_it_was_computed(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    link.want(LIFT, epoch=link.epoch, computed_s=0.0)
    for now, letters in ((0.15, b'U---'), (0.151, b'----')):
        board.status(flags=SAW_STOP, sequence=link._sequence)
        link.step(now)
        assert commands(board.heard(1)) == [letters]


def test_a_wish_from_the_future_is_none(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    link.want(LIFT, epoch=link.epoch, computed_s=5.0)
    link.step(0.06)
    assert commands(board.heard(1)) == [b'----']


def test_no_motion_on_a_status_older_than_150_ms_but_a_stop(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    for now, letters in ((0.149, b'U---'), (0.152, b'----')):
        link.want(LIFT, epoch=link.epoch, computed_s=now)
        link.step(now)
        assert commands(board.heard(1)) == [letters]
    assert not link.ready(0.152)


def test_a_wish_of_an_older_epoch_is_refused_and_a_stop_of_any_is_not(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    assert 'was made for 0' in link.want(LIFT, epoch=0, computed_s=0.0)
    assert link.want(STOP, epoch=0, computed_s=0.0) == ''


def test_a_restarted_board_voids_the_wish_and_raises_the_epoch(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    before = link.epoch
    link.want(LIFT, epoch=before, computed_s=0.01)
    board.status(session=8, cause=4, uptime_ms=20)
    link.step(0.01)
    assert link.epoch == before + 1
    assert 'restarted (watchdog)' in link.problem
    *stops, (frame_id, hello) = board.heard(3)
    assert (stops, frame_id) == (LEGACY_STOPS, 0x46)
    board.answer(hello, session=8)
    link.step(0.02)
    assert commands(board.heard(1)) == [b'----']
    assert link.want(LIFT, epoch=before, computed_s=0.02) != ''


def test_a_board_that_forgot_the_host_is_greeted_again(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    before = link.epoch
    board.status(flags=0x40, sequence=link._sequence)
    link.step(0.05)
    assert link.epoch == before + 1
    assert board.heard(3)[-1][0] == 0x46


def test_a_board_with_another_host_is_left_alone_until_that_one_is_quiet(board: Any, link: RelayLink) -> None:
    for tick in range(40):
        board.status(flags=SAW_STOP, sequence=tick)  # somebody's commands are being accepted
        link.step(tick * 0.05)
    assert 0x46 not in [frame_id for frame_id, _ in board.heard(2)]
    assert 'another host' in link.problem
    for tick in range(40, 70):
        board.status(flags=SAW_STOP, sequence=39)
        link.step(tick * 0.05)
    assert 0x46 in [frame_id for frame_id, _ in board.heard(1)]


def test_a_moving_board_is_told_to_stop_before_it_is_greeted(board: Any, link: RelayLink) -> None:
    link.step(0.0)
    board.heard(2)
    board.status(jack=b'U')
    link.step(0.05)
    assert board.heard(2) == LEGACY_STOPS
    board.status()
    link.step(0.3)
    assert board.heard(3)[-1][0] == 0x46


def test_a_board_taken_over_by_another_host_is_noticed(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    before = link.epoch
    for tick in range(1, 12):
        board.status(flags=SAW_STOP, sequence=0x4000 ^ link._sequence, last_reject=8)
        link.step(tick * 0.05)
    assert link.epoch == before + 1
    assert 'obeys another host (reason of its newest refusal: 8' in link.problem


def test_an_answer_to_somebody_elses_hello_is_not_ours(board: Any, link: RelayLink) -> None:
    link.step(0.0)
    board.status()
    link.step(0.0)
    hello = board.heard(3)[-1][1]
    board.answer(hello[:1] + struct.pack('<I', HOST + 1) + hello[5:])
    link.step(0.01)
    assert link.answer is None
    board.answer(hello[:5] + struct.pack('<H', 999) + hello[7:])
    link.step(0.02)
    assert link.answer is None


def test_damaged_and_foreign_frames_change_nothing(board: Any, link: RelayLink, bytes_of: Any, greet: Any) -> None:
    greet(board, link, 0.0)
    before = link.epoch, link.status
    status = bytearray(bytes_of.seal(0x25, bytes_of.status(session=9, jack=b'U')))
    status[2] = 3  # overhead: the library would walk out of its buffer
    board.write(bytes(status) + bytes_of.seal(0x24, b'abc') + bytes_of.frame(0x25, b'short'))
    link.step(0.02)
    assert (link.epoch, link.status) == before
    assert link.wire.damaged + link.unreadable == 3


def test_a_device_of_another_protocol_is_named(board: Any, link: RelayLink, bytes_of: Any) -> None:
    link.step(0.0)
    board.write(bytes_of.seal(0x25, bytes_of.status(version=2)))
    link.step(0.01)
    assert 'speaks protocol 2' in link.problem
    assert 0x46 not in [frame_id for frame_id, _ in board.heard(2)]


def test_events_come_out_of_step(board: Any, link: RelayLink, bytes_of: Any, greet: Any) -> None:
    greet(board, link, 0.0)
    board.write(bytes_of.seal(0x6A, struct.pack('<BIIHBBI', 1, 7, 1100, 5, 3, 1, ord('U'))))
    assert [(event.number, event.code, event.value) for event in link.step(0.01)] == [(5, 3, ord('U'))]


def test_clear_is_asked_with_a_stop(board: Any, link: RelayLink, greet: Any) -> None:
    greet(board, link, 0.0)
    link.want(Wanted(clear_faults=True), epoch=link.epoch, computed_s=0.01)
    link.step(0.01)
    assert commands(board.heard(1)) == [b'---C']
