"""The whole way, in real time: real pySerialTransfer and the real link, with the native and the simulated board."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pySerialTransfer.pySerialTransfer import SerialTransfer

from outrider_drive.relays.link import RelayLink
from outrider_drive.relays.words import STOP, Event, Fault, Flag, Limit, Wanted
from outrider_sim.devices import relay_board
from outrider_sim.devices.relay_board import RelayBoard
from waiting import wait_until

FIRMWARE = Path(__file__).resolve().parents[1] / 'firmware'
BUILD: dict[str, Callable[..., list[str]]] = {'native': relay_board.native, 'simulated': relay_board.simulated}


@pytest.fixture(params=list(BUILD))
def board(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RelayBoard]:
    running = RelayBoard(BUILD[request.param](FIRMWARE, fitted=relay_board.ALL_INPUTS), tmp_path / 'relays')
    yield running
    running.close()


@pytest.fixture
def link(board: RelayBoard) -> Iterator[RelayLink]:
    made = RelayLink(board.port)
    yield made
    made.close()


def keep(link: RelayLink, wanted: Wanted = STOP) -> list[Event]:
    """Renew the wish and step the link once, as its node does at 100 Hz."""
    now = time.monotonic()
    link.want(wanted, epoch=link.epoch, computed_s=now)
    return link.step(now)


def until(link: RelayLink, wanted: Wanted, true: Callable[[], object], what: str) -> None:
    wait_until(lambda: keep(link, wanted) is not None and true(), f'{what}; link: {link.problem!r} {link.status}')


def ready(link: RelayLink) -> None:
    until(link, STOP, lambda: link.ready(time.monotonic()), 'the link to be ready')


def test_the_library_alone_moves_the_original_by_letters(board: RelayBoard) -> None:
    library = SerialTransfer(board.port, restrict_ports=False, write_timeout=1.0)
    assert library.open()

    def letter(name: str, value: int) -> bool:
        size = library.tx_obj(name)
        size = library.tx_obj(value, size)
        return bool(library.send(size))

    wait_until(library.available, 'a status')
    letter('U', 0)
    wait_until(lambda: letter('U', 1) and board.edges(), 'the jack to lift', every_s=0.05)
    board.wait_for('jack U on')
    letter('U', 0)
    board.wait_for('jack U off')
    library.connection.close()


def test_the_link_lifts_and_stops_and_says_so(board: RelayBoard, link: RelayLink) -> None:
    ready(link)
    lift = Wanted('U')
    until(link, lift, lambda: link.status and link.status.jack == 'U', 'the status to say U')
    board.wait_for('jack U on')
    assert link.status is not None
    assert Flag.MASTER_ON in link.status.flags
    assert 0 < link.status.jack_lease_ms <= 300
    until(link, lift, lambda: link.status and link.status.jack_on_ms > 400, 'more than one lease of lifting')
    until(link, STOP, lambda: link.status and link.status.jack == '-', 'the status to say off')
    board.wait_for('jack U off')
    jack = [edge.what for edge in board.edges() if edge.what.startswith('jack')]
    # On a starved machine a lease may run out in between; on and off still take turns.
    assert jack == ['jack U on', 'jack U off'] * (len(jack) // 2)


def test_a_limit_stops_and_the_status_names_it(board: RelayBoard, link: RelayLink) -> None:
    ready(link)
    until(link, Wanted('U'), lambda: link.status and link.status.jack == 'U', 'lifting')
    board.say('limit jack_upper open')
    board.wait_for('jack U off')
    until(link, Wanted('U'), lambda: link.status and Limit.JACK_UPPER in link.status.limits_raw, 'the limit to be said')


def test_an_estop_latches_until_it_is_cleared_after_a_stop(board: RelayBoard, link: RelayLink) -> None:
    ready(link)
    until(link, Wanted('D'), lambda: link.status and link.status.jack == 'D', 'lowering')
    board.say('estop open')
    board.wait_for('jack D off')
    board.say('estop closed')
    until(link, STOP, lambda: link.status and Fault.ESTOP in link.status.faults_latched
          and link.status.faults_active == Fault(0), 'the latch to outlive its cause')
    clear = Wanted(clear_faults=True)
    until(link, clear, lambda: link.status and link.status.faults_latched == Fault(0), 'the fault to be cleared')


def test_damaged_bytes_from_both_sides_stop_nothing_that_is_well(board: RelayBoard, link: RelayLink) -> None:
    ready(link)
    lift = Wanted('U')
    until(link, lift, lambda: link.status and link.status.jack == 'U', 'lifting')
    assert link.status is not None
    before = link.status.rejected
    board.say('bytes 7e13ff1501020304', 'bytes 7e46ff09ffffffffffffffffff0081', 'bytes 00ff7e7e81')
    until(link, lift, lambda: link.status and link.status.rejected > before and link.status.jack == 'U',
          'the damage to be counted and the jack to lift on')
    assert link.epoch == 1


def test_a_second_link_waits_for_the_first_and_moves_nothing(board: RelayBoard, link: RelayLink) -> None:
    ready(link)
    other = RelayLink(board.port)
    keep(other)
    assert 'belongs to process' in other.problem
    assert not other.wire.is_open
    link.close()
    until(other, STOP, lambda: other.ready(time.monotonic()), 'the second link to be ready')
    assert other.status is not None
    assert other.status.faults_latched == Fault(0)  # no SECOND_HOST: it waited
    other.close()


def test_a_replay_of_everything_said_in_an_earlier_boot_moves_nothing(board: RelayBoard, link: RelayLink) -> None:
    said: list[bytes] = []
    write = link.wire.port.write
    link.wire.port.write = lambda data: said.append(bytes(data)) or write(data)  # type: ignore[method-assign]
    ready(link)
    until(link, Wanted('U'), lambda: link.status and link.status.jack_on_ms > 400, 'lifting')
    until(link, STOP, lambda: link.status and link.status.jack == '-', 'the stop')
    link.close()
    mark = board.said()
    board.say('reset', *(f'bytes {data.hex()}' for data in said))
    other = RelayLink(board.port)
    commands = sum(len(data) == 27 for data in said)
    assert commands > 5
    wait_until(lambda: other.step(time.monotonic()) is not None and other.status
               and other.status.rejected >= commands, 'every command to be refused')
    other.close()
    assert board.edges(mark) == []
