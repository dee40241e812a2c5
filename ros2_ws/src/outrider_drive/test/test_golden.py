"""Frames that pySerialTransfer 2.6.11 made, both ways through the wire (data/serialtransfer_golden.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from outrider_drive.relays.wire import Wire

GOLDEN = json.loads((Path(__file__).parent / 'data' / 'serialtransfer_golden.json').read_text())['frames']


@pytest.mark.parametrize('golden', GOLDEN, ids=lambda golden: golden['name'])
def test_a_golden_frame_is_sent_and_received_to_the_last_bit(board: Any, golden: dict[str, Any]) -> None:
    wire = Wire(board.port)
    wire.open()
    payload, frame = bytes.fromhex(golden['payload_hex']), bytes.fromhex(golden['frame_hex'])
    assert wire.send(golden['packet_id'], payload) == ''
    sent = board.raw(len(frame))
    board.write(frame)
    received = list(wire.receive())
    wire.close()
    assert sent == frame
    assert received == [(golden['packet_id'], payload)]
