"""Frames on one owned port, through pySerialTransfer 2.6.11, made strict.

What the library does and what is done about it here:
- a damaged overhead byte makes available() raise TypeError or IndexError, or changes the payload silently: caught,
  and the overhead byte is held against the payload;
- a read waits up to its timeout in the middle of a frame: the timeout is 0, it goes on with the next call;
- send() on a closed port would open it again: it is never called on one.
"""

from __future__ import annotations

from collections.abc import Iterator

from pySerialTransfer.pySerialTransfer import START_BYTE, SerialTransfer, State, Status

from outrider_drive.port import OwnedPort

_NO_FIRST = 0xFF
# 64 frames are 3 s of statuses: a bound on one step, never reached by a device that keeps to its 20 Hz.
FRAMES_PER_CALL = 64


class Wire:
    """Sends and receives whole frames on a port that it owns while open."""

    def __init__(self, port: str) -> None:
        """Remember the port; nothing is opened yet."""
        self.port = OwnedPort(port, 'relays', 'the relay controller')
        self.damaged = 0  # frames that did not survive the way, since the start
        self._transfer = SerialTransfer(port, restrict_ports=False, debug=False)
        self._transfer.connection = self.port

    @property
    def is_open(self) -> bool:
        """Whether the port is open and owned."""
        return bool(self.port.is_open)

    def open(self) -> None:
        """Open and own the port; half a frame from before is forgotten. Raises PortError."""
        self.port.own()
        self._transfer.state = State.FIND_START_BYTE

    def close(self, drain_s: float = 0.0) -> None:
        """Give what was sent `drain_s` to leave, then close, whatever state the device is in."""
        self.port.release(drain_s)

    def send(self, frame_id: int, payload: bytes) -> str:
        """Send one frame. Return '' or the reason why it did not go out whole."""
        if not self.is_open:
            return 'the port is closed'
        self.port.failure = ''
        self._transfer.tx_buff[:len(payload)] = payload
        sent = self._transfer.send(len(payload), frame_id)
        return self.port.failure or ('' if sent else 'pySerialTransfer refused the frame')

    def receive(self) -> Iterator[tuple[int, bytes]]:
        """Yield (id, payload) of the whole frames that have arrived; never waits. Raises OSError on a lost port."""
        for _ in range(FRAMES_PER_CALL):
            try:
                length = self._transfer.available()
            except (TypeError, IndexError):
                self.damaged += 1
                continue
            if length:
                payload = bytes(self._transfer.rx_buff[:length])
                first = payload.find(START_BYTE)
                if self._transfer.rec_overhead_byte == (first if first >= 0 else _NO_FIRST):
                    yield self._transfer.id_byte, payload
                else:
                    self.damaged += 1
            elif self._transfer.status in (Status.NO_DATA, Status.CONTINUE):
                return
            else:
                self.damaged += 1
