"""A minute of keepalive on the simulated Mega 2560, in its own time: no edge, nothing refused, no pass too long."""

from __future__ import annotations

from pathlib import Path

from outrider_drive.relays.link import RelayLink
from outrider_drive.relays.words import STOP
from outrider_sim.devices import relay_board
from outrider_sim.devices.relay_board import RelayBoard
from waiting import wait_until

FIRMWARE = Path(__file__).resolve().parents[1] / 'firmware'
STEP_US = 50_000
MINUTE_US = 60_000_000
CYCLES_PER_MS = 16_000


def test_a_minute_of_keepalive_gives_no_edge(tmp_path: Path) -> None:
    board = RelayBoard(relay_board.simulated(FIRMWARE), tmp_path / 'relays', lockstep=True)
    link = RelayLink(board.port)
    try:
        now_us, written, ready_since = 0, 0, None
        while now_us < MINUTE_US:
            link.want(STOP, epoch=link.epoch, computed_s=now_us / 1e6)
            link.step(now_us / 1e6)
            now_us = board.run(STEP_US, link.wire.port.written - written)
            written = link.wire.port.written
            # The kernel hands a pty's bytes over in its own time, which is not the board's.
            wait_until(lambda: link.wire.port.in_waiting >= board.sent, 'the pty', every_s=0.0005)
            if ready_since is None and link.ready(now_us / 1e6):
                ready_since = now_us
        assert ready_since is not None
        assert ready_since < 1_000_000
        assert board.edges() == []
        assert link.epoch == 1
        assert link.status is not None
        assert link.status.rejected == 0
        assert link.status.dropped == 0
        assert link.wire.damaged + link.unreadable == 0
        assert board.stats()['worst_loop_cycles'] < CYCLES_PER_MS
    finally:
        link.close()
        board.close()
