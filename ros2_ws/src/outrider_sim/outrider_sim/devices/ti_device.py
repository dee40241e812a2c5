"""A TI mmWave radar on two ptys, whatever it sees: command port, wire, journal, and breaking on demand.

| line | what happens |
|---|---|
| unplug SECONDS | both ptys are closed and their links removed; after SECONDS it is back, as after power-up |
| hang [COMMAND] | from now on (or from that command on) it echoes at most and answers nothing, until unplugged |
| drop N, flip N, double N | N bytes in the middle of the next frame are lost, inverted or sent twice |
| empty N | the next N frames have no points |
| pause SECONDS | no frames for so long, or until it is started anew |
"""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import TextIO

from outrider_sim.devices.ptys import Pty
from outrider_sim.devices.ti_cli import CommandPort


def damage(kind: str, count: int, packet: bytes) -> bytes:
    """Return `packet` with `count` bytes in its middle lost ('drop'), inverted ('flip') or doubled ('double')."""
    begin = max((len(packet) - count) // 2, 0)
    middle = packet[begin:begin + count]
    changed = {'drop': b'', 'flip': bytes(byte ^ 0xFF for byte in middle), 'double': middle * 2}[kind]
    return packet[:begin] + changed + packet[begin + count:]


class TiRadar:
    """The device: two ptys, a command port, a journal. Times are seconds of one clock, whichever the caller uses."""

    def __init__(self, link_dir: Path, journal: TextIO | None, *, plugged: bool = True) -> None:
        """Plug it in, where it is `plugged` from the beginning: links radar_cli and radar_data in `link_dir`."""
        self._link_dir, self._journal = link_dir, journal
        self._back_s: float | None = math.inf
        self._damage: tuple[str, int] | None = None
        self._empty = 0
        self.paused_s = 0.0  # no frames before this instant
        self.lost_bytes = 0
        if plugged:
            self.plug()

    def plug(self) -> None:
        """Power up: new ptys, nothing configured."""
        self.cli, self.data = Pty(self._link_dir / 'radar_cli'), Pty(self._link_dir / 'radar_data')
        self.port = CommandPort()
        self._back_s = None

    def unplug(self, back_s: float) -> None:
        """Vanish, to come back at `back_s`, inf for never."""
        self.close()
        self._back_s = back_s

    def close(self) -> None:
        """Close both ptys and remove the links."""
        if self._back_s is None:
            self.cli.close()
            self.data.close()

    @property
    def back_s(self) -> float | None:
        """When it comes back, None while it is there."""
        return self._back_s

    @property
    def streaming(self) -> bool:
        """Whether it is there, configured and started."""
        return self._back_s is None and self.port.streaming

    def readable(self) -> list[int]:
        """Return the descriptors to wait on: only commands come in."""
        return [] if self._back_s is not None else [self.cli.fd]

    def serve(self, now_s: float) -> bool:
        """Answer what was typed, come back where that is due; return whether it has just been started."""
        if self._back_s is not None:
            if now_s >= self._back_s:
                self.plug()
            return False
        typed = self.cli.read()
        if not typed:
            return False
        streamed = self.port.streaming
        self.cli.write(self.port.type(typed))
        started = self.port.streaming and not streamed
        if started:
            self.paused_s = 0.0
        return started

    def takes_empty(self) -> bool:
        """Say whether this frame shall have no points, by the line `empty`."""
        taken = self._empty > 0
        self._empty -= taken
        return taken

    def send(self, number: int, packet: bytes, points: int, **more: float) -> None:
        """Write one frame, damaged where that was asked for; `more` goes into its line of the journal."""
        if self._damage:
            packet, self._damage = damage(*self._damage, packet), None
        self.lost_bytes += len(packet) - self.data.write(packet)
        if self._journal:
            self._journal.write(json.dumps({'frame': number, 'written_ns': time.time_ns(), 'points': points, **more})
                                + '\n')
            self._journal.flush()

    def control(self, line: str, now_s: float) -> str:
        """Obey one line; return '' or one sentence of what was wrong with it."""
        word, *rest = line.split() or ['']
        try:
            if word == 'unplug' and len(rest) == 1:
                self.unplug(now_s + float(rest[0]))
            elif word == 'pause' and len(rest) == 1:
                self.paused_s = max(self.paused_s, now_s) + float(rest[0])
            elif word == 'hang' and len(rest) <= 1:
                self.port.hangs_on = rest[0] if rest else 'all'
            elif word in ('drop', 'flip', 'double') and len(rest) == 1:
                self._damage = (word, int(rest[0]))
            elif word == 'empty' and len(rest) == 1:
                self._empty = int(rest[0])
            else:
                return f"control line '{line.strip()}' is not known. See the head of ti_device.py."
        except ValueError:
            return f"control line '{line.strip()}' has no number where one is expected."
        return ''
