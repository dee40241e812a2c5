"""What the doctor says of a relay controller: the firmware itself, native on a pty."""

from pathlib import Path

import pytest

from outrider_bringup.doctor import relays
from outrider_bringup.paths import checkout
from outrider_sim.devices import relay_board
from outrider_sim.devices.relay_board import RelayBoard


@pytest.fixture
def board(tmp_path, monkeypatch):
    running = RelayBoard(relay_board.native(checkout() / 'firmware', fitted=relay_board.ALL_INPUTS),
                         tmp_path / 'relays')
    monkeypatch.setenv(relays.PORT, running.port)
    yield running
    running.close()


def test_a_controller_that_is_well_says_what_it_is_and_moves_nothing(board):
    assert relays.plugged().status == 'ok'
    result = relays.answers()
    assert result.status == 'ok'
    assert result.seen.startswith('native board, firmware ')
    assert 'fitted inputs: jack upper, jack lower, steer left, steer right, estop' in result.seen
    assert board.edges() == []


def test_an_open_limit_is_named(board):
    board.say('limit jack_upper open')
    result = relays.answers()
    assert result.status == 'ok'
    assert result.seen.endswith('open now: jack upper')


def test_a_pressed_e_stop_is_named_with_what_to_do(board):
    board.say('estop open')
    result = relays.answers()
    assert result.status == 'warn'
    assert 'latched: estop' in result.seen
    assert result.action.startswith('release the e-stop')


def test_a_port_that_is_not_there_and_none_at_all_are_one_sentence_each(tmp_path, monkeypatch):
    monkeypatch.setenv(relays.PORT, str(tmp_path / 'nothing'))
    assert 'is not there' in relays.plugged().seen
    monkeypatch.delenv(relays.PORT)
    monkeypatch.setattr(relays, 'BY_ID', Path(tmp_path))
    assert relays.plugged().status == 'warn'
    assert relays.answers().seen == 'no relay controller to ask'


def test_two_boards_are_not_guessed_between(tmp_path, monkeypatch):
    monkeypatch.delenv(relays.PORT, raising=False)
    monkeypatch.setattr(relays, 'BY_ID', Path(tmp_path))
    for name in ('usb-Teensyduino_USB_Serial_1-if00', 'usb-Arduino_Mega_2560_2-if00'):
        (tmp_path / name).write_text('')
    assert relays.plugged().seen.startswith('2 boards could be it')


def test_something_that_is_no_relay_controller_is_said_to_be_silent(tmp_path, monkeypatch):
    import os

    near, far = os.openpty()
    monkeypatch.setenv(relays.PORT, os.ttyname(far))
    monkeypatch.setattr(relays, 'ANSWER_S', 0.3)
    result = relays.answers()
    assert result.status == 'fail'
    assert 'waiting for the relay controller to speak' in result.seen
    os.close(near)
    os.close(far)
