"""The radar's two serial ports: opens them, configures the device, reads frames, and comes back after every loss.

No ROS in here. `poll()` is called again and again by one thread; it waits in select() and returns as soon as bytes
have made a frame. The state is one immutable object that other threads may read at any time.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import serial

from outrider_sensors.clock import StreamClock
from outrider_sensors.port import PORT_ERRORS, LostError, open_port, take
from outrider_sensors.radar import dialogue, ports
from outrider_sensors.radar.cfg import Config
from outrider_sensors.radar.frames import Frame, FrameParser
from outrider_sensors.radar.stamps import spread

CLI_BAUD, DATA_BAUD = 115_200, 921_600
RETRY_S = 0.5  # between two attempts to open the ports: a replugged radar is back within a second
HUNG_RETRY_S = 3.0  # a device that does not answer or refuses is not pressed
SILENT_S = 1.0  # without a frame for so long, the radar is silent
RESTART_S = 3.0  # and after so long it is configured anew: it may have lost power while its USB stayed
RESTART_MAX_S = 30.0  # twice as long after each restart that brought no frame


class _RefusedError(Exception):
    """The device answers, or not, but will not run; the sentence says why."""


class _WokenError(Exception):
    """Somebody called wake(): drop everything."""


@dataclass(frozen=True)
class State:
    """What the link does now: `connecting`, `configuring`, `streaming` or `silent`, with one sentence for people."""

    name: str
    sentence: str


class RadarLink:
    """One radar. `clock` gives seconds for time-outs, `stamp_ns` the time that frames are stamped with.

    `say(level, sentence)` hears of every change of state, once; level is info, warn or error.
    """

    def __init__(self, config: Config, cli_port: str, data_port: str, *, say: Callable[[str, str], None],
                 clock: Callable[[], float] = time.monotonic, stamp_ns: Callable[[], int] = time.time_ns,
                 by_id: Path = ports.BY_ID) -> None:
        """Remember what to do; the first poll() does it."""
        self._config, self._cli_name, self._data_name, self._by_id = config, cli_port, data_port, by_id
        self._say, self._clock, self._stamp_ns = say, clock, stamp_ns
        chirp = config.chirp
        self.parser = FrameParser(chirp.velocity_step_mps, chirp.range_fft_size, chirp.loops)
        self.connections = 0  # how often the device was configured and started
        self.state = State('connecting', f'radar: connecting to {cli_port} and {data_port}.')
        self._cli: serial.Serial | None = None
        self._data: serial.Serial | None = None
        self._next_try_s = clock()
        self._period_ns, self._last_stamp_ns = round(chirp.frame_period_ms * 1e6), 0
        self._heard_s = 0.0
        self.clock = StreamClock()  # of the device's frame count
        self._silent_s = max(SILENT_S, 3e-3 * chirp.frame_period_ms)
        self._restart_s = self._first_restart_s = max(RESTART_S, 2 * self._silent_s)
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)

    def poll(self, timeout_s: float) -> list[Frame]:
        """Return the frames that have come, waiting at most about `timeout_s` where there are none.

        Opens and configures first where that is due, which takes as long as the device takes (wake() ends it).
        """
        try:
            if self._data is None:
                wait_s = self._next_try_s - self._clock()
                if wait_s > 0:
                    self._wait(None, min(wait_s, timeout_s))
                    return []
                self._connect()
            return self._read(timeout_s)
        except _WokenError:
            return []
        except LostError as lost:
            self._close_ports()
            self._next_try_s = self._clock() + RETRY_S
            self._become('connecting', f'radar: {lost}; trying again. Run: ./outrider doctor radar', 'warn')
        except _RefusedError as refused:
            self._close_ports()
            self._next_try_s = self._clock() + HUNG_RETRY_S
            self._become('connecting', f'radar: {refused}', 'error')
        return []

    def wake(self) -> None:
        """End the poll() that another thread is in. Every later poll() returns at once."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b'x')

    def close(self) -> None:
        """Stop the sensor where it runs, without waiting for its answer, and let go of the ports."""
        if self._cli is not None:
            with contextlib.suppress(*PORT_ERRORS):
                self._cli.write(b'sensorStop\n')
        self._close_ports()
        os.close(self._wake_read)
        os.close(self._wake_write)

    # The four states.

    def _become(self, name: str, sentence: str, level: str) -> None:
        if sentence != self.state.sentence:
            self.state = State(name, sentence)
            self._say(level, sentence)

    def _connect(self) -> None:
        try:
            found = ports.find(self._cli_name, self._data_name, self._by_id)
        except ports.PortsNotFoundError as missing:
            raise LostError(str(missing)) from None
        self._cli = open_port(found.cli, CLI_BAUD)
        data = open_port(found.data, DATA_BAUD)
        try:
            self._configure(self._cli, data)
        except BaseException:
            data.close()
            raise
        self._data = data
        self._heard_s, self.clock = self._clock(), StreamClock()
        self.connections += 1

    def _configure(self, cli: serial.Serial, data: serial.Serial) -> None:
        again = ' again' if self.connections else ''
        self._become('configuring', f'radar: sending {self._config.describe()} to {cli.port}{again}.', 'info')
        self._command(cli, '')  # ends a line that somebody left half typed; whatever it answers
        for line in self._config.lines:
            if line.name == 'sensorStart':  # it has stopped by now: what still lies there was made by another chirp
                _flush(data)
                self.parser.reset()
            heard = self._command(cli, line.text)
            if heard is None:
                raise _RefusedError(
                    f"{cli.port} does not answer '{line.text[:40]}' within {dialogue.patience_s(line.text):g} s "
                    f'(expected the prompt {dialogue.PROMPT}). Power the radar off and on, or swap cli_port and '
                    'data_port.')
            against = dialogue.refusal(line.text, heard)
            if against:
                raise _RefusedError(f"the device refuses '{line.text}' ({self._config.name}:{line.number}): {against}. "
                               'Use a configuration for this device and its SDK.')

    def _command(self, cli: serial.Serial, text: str) -> str | None:
        """Send one line; return everything heard up to the prompt behind its echo, None where that does not come."""
        until_s = self._clock() + dialogue.patience_s(text)
        heard = ''
        try:
            cli.write(text.encode('ascii', 'replace') + b'\n')
        except PORT_ERRORS as error:
            raise LostError(f'lost {cli.port} ({error})') from None
        while not dialogue.is_whole(text, heard):
            left_s = until_s - self._clock()
            if left_s <= 0:
                return None
            if self._wait(cli, left_s):
                heard += take(cli).decode('ascii', 'replace')
        return heard

    def _read(self, timeout_s: float) -> list[Frame]:
        data = self._data
        assert data is not None
        quiet_s = self._clock() - self._heard_s
        # Wake up in time to say that it is silent, or to restart it.
        limit_s = self._silent_s if quiet_s < self._silent_s else self._restart_s
        if self._wait(data, min(timeout_s, max(limit_s - quiet_s, 0.0))):
            stamp_ns = self._stamp_ns()
            frames = self.parser.feed(take(data), stamp_ns)
            if frames:
                self._heard_s, self._restart_s = self._clock(), self._first_restart_s
                self._become('streaming', f'radar: streaming from {data.port}, {self._config.describe()}.', 'info')
                return self._stamped(frames)
        quiet_s = self._clock() - self._heard_s
        expected = f'expected {self._config.chirp.frame_rate_hz:.0f}/s'
        if quiet_s >= self._restart_s:
            waited_s, self._restart_s = self._restart_s, min(2 * self._restart_s, RESTART_MAX_S)
            raise LostError(f'no frames on {data.port} for {waited_s:g} s ({expected})')
        if quiet_s >= self._silent_s:
            self._become('silent', f'radar: no frames on {data.port} for {self._silent_s:g} s ({expected}). '
                         'Run: ./outrider doctor radar', 'warn')
        return []

    def _stamped(self, frames: list[Frame]) -> list[Frame]:
        for frame in frames:
            self.clock.hear(frame.number * self._period_ns, frame.arrival_ns)
        stamps = spread([frame.arrival_ns for frame in frames], self._period_ns, self._last_stamp_ns)
        self._last_stamp_ns = stamps[-1]
        return [frame._replace(arrival_ns=stamp) for frame, stamp in zip(frames, stamps, strict=True)]

    # The ports.

    def _wait(self, port: serial.Serial | None, timeout_s: float) -> bool:
        """Wait until `port` has bytes (True) or the time is over. Raises _WokenError after wake()."""
        fds = [self._wake_read] if port is None else [self._wake_read, port.fileno()]
        ready, _, _ = select.select(fds, [], [], timeout_s)
        if self._wake_read in ready:
            raise _WokenError
        return bool(ready)

    def _close_ports(self) -> None:
        for port in (self._cli, self._data):
            if port is not None:
                with contextlib.suppress(*PORT_ERRORS):
                    port.close()
        self._cli = self._data = None


def _flush(port: serial.Serial) -> None:
    """Throw away what was received and not read."""
    try:
        port.reset_input_buffer()
    except PORT_ERRORS as error:
        raise LostError(f'lost {port.port} ({error})') from None
