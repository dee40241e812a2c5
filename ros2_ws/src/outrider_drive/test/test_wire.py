"""Frames over a real pty: whole ones come, damaged ones never, and nothing ever waits."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from outrider_drive import port
from outrider_drive.port import PortError
from outrider_drive.relays import protocol
from outrider_drive.relays.protocol import ProtocolError
from outrider_drive.relays.wire import Wire


@pytest.fixture
def wire(board: Any) -> Iterator[Wire]:
    opened = Wire(board.port)
    opened.open()
    yield opened
    opened.close()


def decoded(wire: Wire) -> list[object]:
    """What the host's whole decoder makes of what has arrived."""
    said: list[object] = []
    for frame_id, payload in wire.receive():
        try:
            said.append(protocol.decode(frame_id, payload))
        except ProtocolError:
            continue
    return said


def test_what_is_sent_arrives_with_every_start_byte_stuffed(board: Any, wire: Wire) -> None:
    payload = bytes([0x7E, 1, 0x7E, 0x7E, 2])
    assert wire.send(0x13, payload) == ''
    assert board.heard(1) == [(0x13, payload)]


def test_frames_in_pieces_and_in_crowds_come_whole(board: Any, wire: Wire, bytes_of: Any) -> None:
    one = bytes_of.seal(0x25, bytes_of.status(uptime_ms=0x7E7E7E))
    for piece in (one[:1], one[1:9], one[9:-1]):
        board.write(piece)
        assert decoded(wire) == []
    board.write(one[-1:] + one + one)
    assert [getattr(said, 'uptime_ms', None) for said in decoded(wire)] == [0x7E7E7E] * 3
    assert wire.damaged == 0


@pytest.mark.parametrize('uptime_ms', [1000, 0x7E7E, 0x7E])
def test_every_one_bit_error_of_a_status_is_refused(board: Any, wire: Wire, bytes_of: Any, uptime_ms: int) -> None:
    good = bytes_of.seal(0x25, bytes_of.status(uptime_ms=uptime_ms))
    accepted = []
    for bit in range(len(good) * 8):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        # What a damaged length or start byte still waits for must not eat into the next try.
        board.write(bytes(bad) + bytes(300))
        accepted += [(bit, said) for said in decoded(wire)]
    assert accepted == []


def test_after_any_one_bit_error_a_good_status_is_heard_within_seven(board: Any, wire: Wire, bytes_of: Any) -> None:
    good = bytes_of.seal(0x25, bytes_of.status())
    for bit in range(len(good) * 8):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        # A damaged length can swallow what follows, 254 bytes at most: five statuses, a quarter of a second.
        board.write(bytes(bad) + good * 7)
        assert decoded(wire), bit


def test_noise_neither_raises_nor_decodes(board: Any, wire: Wire) -> None:
    noise = bytes((i * i * 31 + i * 7 + (i >> 3)) & 0xFF for i in range(30000))
    for at in range(0, len(noise), 1000):
        board.write(noise[at:at + 1000])
        assert decoded(wire) == []
    assert wire.damaged > 0


def test_a_reader_that_stalls_costs_one_write_timeout_and_is_named(wire: Wire, capfd: Any) -> None:
    failure = ''
    for _ in range(2000):  # the pty takes some kilobytes before it is full
        began = time.monotonic()
        failure = wire.send(0x13, bytes(21))
        if failure:
            break
    assert 'bytes within 20 ms' in failure
    assert time.monotonic() - began < 10 * port.WRITE_TIMEOUT_S
    assert capfd.readouterr().err == ''  # the library would print a traceback
    began = time.monotonic()
    wire.close()
    assert time.monotonic() - began < 1.0


def test_a_closed_port_is_not_opened_by_sending(board: Any) -> None:
    wire = Wire(board.port)
    assert wire.send(0x13, b'x') == 'the port is closed'
    assert not wire.is_open


def test_an_unplugged_port_raises_os_error_and_sends_nothing(board: Any, wire: Wire) -> None:
    board.unplug()
    with pytest.raises(OSError):  # noqa: PT011 -- pyserial and the kernel each have their own words for it
        list(wire.receive())
    assert wire.send(0x13, b'x') != ''


def test_a_missing_port_is_one_sentence(tmp_path: Any) -> None:
    with pytest.raises(PortError, match=r'cannot open .*gone: No such file or directory\. Plug'):
        Wire(str(tmp_path / 'gone')).open()


def test_a_second_program_is_refused_and_told_who_holds_the_port(board: Any, wire: Wire) -> None:
    other = subprocess.run(
        [sys.executable, '-c', 'import sys\nfrom outrider_drive.relays.wire import Wire\n'
         'try: Wire(sys.argv[1]).open()\nexcept OSError as error: print(error)', os.path.realpath(board.port)],
        capture_output=True, text=True, timeout=30, check=True)
    assert f'belongs to process {os.getpid()}' in other.stdout
    wire.close()
    again = Wire(board.port)
    again.open()
    again.close()


def test_the_lock_dies_with_its_holder(board: Any) -> None:
    holder = subprocess.Popen(
        [sys.executable, '-c', 'import sys\nfrom outrider_drive.relays.wire import Wire\nwire = Wire(sys.argv[1])\n'
         'wire.open()\nprint("held", flush=True)\nsys.stdin.read()', board.port],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == 'held\n'
    holder.kill()
    holder.communicate()
    wire = Wire(board.port)
    wire.open()
    wire.close()


def test_the_lock_file_is_everybodys_so_that_a_run_as_root_shuts_nobody_out(board: Any) -> None:
    port.lock_path(board.port).unlink(missing_ok=True)
    before = os.umask(0o077)
    try:
        wire = Wire(board.port)
        wire.open()
        wire.close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(port.lock_path(board.port).stat().st_mode) == 0o666
