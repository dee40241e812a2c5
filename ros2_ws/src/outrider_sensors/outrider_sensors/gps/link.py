"""The receiver's serial port: opens it, asks for NAV-PVT, reads fixes, and comes back after every loss.

No ROS in here. `poll()` is called again and again by one thread; it waits in select() and returns as soon as bytes
have made a fix. The state is one immutable object that other threads may read at any time.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import serial

from outrider_sensors.clock import StreamClock
from outrider_sensors.gps import device_time, ports
from outrider_sensors.gps.decode import ACK_CLASS, Answer, Fix, decode, request
from outrider_sensors.gps.framing import Framer, Packet
from outrider_sensors.gps.watch import Watch
from outrider_sensors.port import PORT_ERRORS, LostError, open_port, take

BAUD = 38_400  # the factory setting of generation 9 and 10; over USB any will do
RETRY_S = 0.5  # between two attempts to open the port
_LEVELS = {'opened': 'info', 'streaming': 'info'}


@dataclass(frozen=True)
class State:
    """`connecting` or a name of watch.py's table, with one sentence for people."""

    name: str
    sentence: str


class Stamped(NamedTuple):
    """A fix and the host's time, ns, when its first byte arrived."""

    fix: Fix
    stamp_ns: int


class GpsLink:
    """One receiver. `clock` gives seconds for time-outs, `stamp_ns` the time that fixes are stamped with.

    `say(level, sentence)` hears of every change of state, once; level is info or warn. Without `configure` the
    receiver is taken as somebody has set it up, and `rate_hz` is only what is expected of it.
    """

    def __init__(self, port: str, *, rate_hz: float, say: Callable[[str, str], None], baud: int = BAUD,
                 configure: bool = True, clock: Callable[[], float] = time.monotonic,
                 stamp_ns: Callable[[], int] = time.time_ns, by_id: Path = ports.BY_ID) -> None:
        """Remember what to do; the first poll() does it."""
        self._name, self._baud, self._by_id = port, baud, by_id
        self._rate_hz, self._configure = rate_hz, configure
        self._say, self._clock, self._stamp_ns = say, clock, stamp_ns
        self._framer, self._watch = Framer(), Watch(rate_hz)
        self.counts = self._framer.counts
        self.repeated = 0  # fixes that came a second time
        self.connections = 0
        self.answer = 'none' if configure else 'not asked'  # to the request: none, accepted, refused
        self.clock = StreamClock()  # of the receiver's UTC
        self.state = State('connecting', f'gps: connecting to {port}.')
        self._port: serial.Serial | None = None
        self._next_try_s = clock()
        self._last_stamp_ns = 0
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)

    def poll(self, timeout_s: float) -> list[Stamped]:
        """Return the fixes that have come, waiting at most about `timeout_s` where there are none."""
        try:
            if self._port is None:
                wait_s = self._next_try_s - self._clock()
                if wait_s > 0:
                    self._wait(None, min(wait_s, timeout_s))
                    return []
                self._port = self._connect()
            return self._read(self._port, timeout_s)
        except LostError as lost:
            self._close_port()
            self._next_try_s = self._clock() + RETRY_S
            self._become('connecting', f'{lost}; trying again')
            return []

    def wake(self) -> None:
        """End the poll() that another thread is in. Every later poll() returns at once."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b'x')

    def close(self) -> None:
        """Let go of the port."""
        self._close_port()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _become(self, name: str, words: str) -> None:
        sentence = f'gps: {words}.'
        if name != self.state.name or (name == 'connecting' and sentence != self.state.sentence):
            self._say(_LEVELS.get(name, 'warn'), sentence)
        self.state = State(name, sentence)

    def _connect(self) -> serial.Serial:
        port = open_port(ports.find(self._name, self._by_id), self._baud)
        try:
            port.reset_input_buffer()  # what lay there was sent at nobody knows what time
            if self._configure:
                port.write(request(self._rate_hz))
        except PORT_ERRORS as error:
            port.close()
            raise LostError(f'lost {port.port} ({error})') from None
        self._framer.reset()
        self.clock = StreamClock()
        self._watch.opened(self._clock())
        self.answer = 'none' if self._configure else 'not asked'
        self.connections += 1
        self._become('opened', f'{port.port} is open')
        return port

    def _read(self, port: serial.Serial, timeout_s: float) -> list[Stamped]:
        fixes: list[Stamped] = []
        if self._wait(port, min(timeout_s, self._watch.wake_in_s(self._clock()))):
            arrival_ns = self._stamp_ns()
            data = take(port)
            packets = self._framer.feed(data, arrival_ns)
            # An answer to our own request is no sign that the receiver sends by itself.
            asked = [packet for packet in packets if packet.identity and packet.identity[0] == ACK_CLASS]
            self._watch.hear(len(data) - sum(len(packet.data) for packet in asked), len(packets) - len(asked))
            fixes = self._fresh(packets)
        now_s = self._clock()
        name, words = self._watch.state(str(port.port), now_s)
        if self._watch.is_over(now_s):
            raise LostError(words)
        if self.answer == 'refused':
            words += f', but it refuses to be set to {self._rate_hz:g} fixes/s'
        self._become(name, words)
        return fixes

    def _fresh(self, packets: list[Packet]) -> list[Stamped]:
        found: list[tuple[Fix, int]] = []
        for packet in packets:
            said = decode(packet)
            if isinstance(said, Answer):
                self.answer = 'accepted' if said.accepted else 'refused'
            elif said is not None:
                found.append((said, packet.arrival_ns))
        new = self._watch.fresh((fix for fix, _ in found), self._clock())
        self.repeated += new.count(False)
        fresh = [pair for pair, is_new in zip(found, new, strict=True) if is_new]
        if not fresh:
            return []
        stamps = device_time.stamps([ns for _, ns in fresh], [fix.itow_ms for fix, _ in fresh], self._last_stamp_ns)
        self._last_stamp_ns = stamps[-1]
        for fix, arrival_ns in fresh:
            if fix.utc_ns is not None:
                self.clock.hear(fix.utc_ns, arrival_ns)
        return [Stamped(fix, stamp) for (fix, _), stamp in zip(fresh, stamps, strict=True)]

    def _wait(self, port: serial.Serial | None, timeout_s: float) -> bool:
        """Wait until `port` has bytes (True), the time is over, or somebody called wake()."""
        fds = [self._wake_read] if port is None else [self._wake_read, port.fileno()]
        ready, _, _ = select.select(fds, [], [], timeout_s)
        return port is not None and port.fileno() in ready

    def _close_port(self) -> None:
        if self._port is not None:
            with contextlib.suppress(*PORT_ERRORS):
                self._port.close()
        self._port = None
