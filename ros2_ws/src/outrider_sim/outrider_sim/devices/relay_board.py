"""The relay controller without hardware: its own firmware, native or on a simulated ATmega2560, as a process on a pty.

Both take the same words on standard input and say the same edges on standard output (firmware/sim/README.md), so a
test is written once. In lockstep, time passes only when `run` says so.
"""

from __future__ import annotations

import fcntl
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ALL_INPUTS = 0x1F  # four limit switches and the e-stop
ESTOP_ONLY = 0x10
_WAIT_S = 30.0


class BoardError(RuntimeError):
    """A board that cannot be built, or ended, or did not answer: one sentence."""


@dataclass(frozen=True)
class Edge:
    """A line of a board's output: `jack U on`, `master off`, `reset`, `running`; `us` is the board's own time."""

    us: int
    what: str


def make(firmware: Path, folder: str, *targets: str) -> None:
    """Run make in firmware/`folder`, one at a time in a checkout. Raises BoardError with the first error."""
    (firmware / '.build').mkdir(exist_ok=True)
    with (firmware / '.build' / 'make.lock').open('a') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(['make', '-s', '-C', str(firmware / folder), *targets], capture_output=True, text=True)
    if done.returncode:
        why = next((line for line in done.stderr.splitlines() if 'rror' in line or 'not found' in line), done.stderr)
        raise BoardError(f'firmware/{folder} does not build: {why.strip()}. Run: make setup')


def native(firmware: Path, *, fitted: int = ESTOP_ONLY) -> list[str]:
    """Build the native board; return the command that starts it."""
    make(firmware, '.', 'native')
    return [str(firmware / '.build' / 'relay_board'), '--fitted', str(fitted)]


def simulated(firmware: Path, *, fitted: int = ESTOP_ONLY, hang: bool = False) -> list[str]:
    """Build the Mega 2560's firmware and its simulator; return the command that starts them."""
    make(firmware, 'sim')
    name = 'relay'
    if fitted == ESTOP_ONLY:
        make(firmware, 'mega2560', *(['hang'] if hang else []))
    else:
        name += f'_0x{fitted:02X}'
        make(firmware, 'mega2560', f'FITTED=0x{fitted:02X}', 'hang' if hang else 'all')
    return [str(firmware / 'sim' / '.build' / 'relay_sim'),
            str(firmware / 'mega2560' / '.build' / f'{name}{"_hang" if hang else ""}.elf')]


class RelayBoard:
    """One running board. `port` is the link to its pty."""

    def __init__(self, command: list[str], port: Path, *, lockstep: bool = False) -> None:
        """Start `command` (from native() or simulated()) and wait until its port is there."""
        self.port = str(port)
        # The native board counts its output in milliseconds, the simulated one in microseconds.
        self._unit_us = 1000 if Path(command[0]).name == 'relay_board' else 1
        self.sent = 0  # bytes that the simulated board sent to the host in the newest run
        self._lines: list[Edge] = []
        self._news = threading.Condition()
        line = [*command, '--link', self.port, *(['--lockstep'] if lockstep else [])]
        self._complaints = Path(f'{self.port}.log')
        with self._complaints.open('w') as log:
            self.process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait_for('ready')

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            stamp, _, what = line.strip().partition(' ')
            us = int(stamp) * self._unit_us if stamp.isdigit() else 0
            with self._news:
                self._lines.append(Edge(us, what if stamp.isdigit() else line.strip()))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def say(self, *words: str) -> None:
        """Write one line per word group to the board."""
        assert self.process.stdin is not None
        self.process.stdin.write(''.join(f'{line}\n' for line in words))
        self.process.stdin.flush()

    def wait_for(self, what: str, after: int = 0, timeout_s: float = _WAIT_S) -> Edge:
        """Return the first line beginning with `what` at or after index `after`, waiting for it. Raises BoardError."""
        end = time.monotonic() + timeout_s
        with self._news:
            while True:
                for edge in self._lines[after:]:
                    if edge.what.startswith(what):
                        return edge
                if time.monotonic() > end or not self._reader.is_alive():
                    raise BoardError(f'the board did not say {what!r}, it said: {self._lines[after:]} '
                                     f'{self._complaints.read_text()}')
                self._news.wait(0.05)

    def said(self) -> int:
        """Return how many lines there are: a mark for wait_for() and edges()."""
        with self._news:
            return len(self._lines)

    def run(self, us: int, host_bytes: int = 0) -> int:
        """In lockstep: let `us` pass, after `host_bytes` from the port have been taken. Return the board's time, us."""
        mark = self.said()
        self.say(f'run {us} {host_bytes}')
        ran = self.wait_for('ran', mark)
        self.sent = int(ran.what.partition(' ')[2] or 0)
        return ran.us

    def edges(self, after: int = 0) -> list[Edge]:
        """Return the relay edges so far, those of master and horn too."""
        with self._news:
            return [edge for edge in self._lines[after:] if edge.what.endswith((' on', ' off'))]

    def stats(self) -> dict[str, int]:
        """Ask the simulated board for its figures."""
        mark = self.said()
        self.say('stats')
        words = self.wait_for('stats', mark).what.split()[1:]
        return dict(zip(words[::2], (int(word) for word in words[1::2]), strict=True))

    def close(self) -> None:
        """End the board; the relays of its machine are off."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        for file in (Path(self.port), self._complaints):
            file.unlink(missing_ok=True)


def frame(frame_id: int, payload: bytes) -> bytes:
    """Return `payload` as a SerialTransfer frame: each 0x7E becomes the distance to the next one, the last one 0."""
    places = [i for i, byte in enumerate(payload) if byte == 0x7E]
    stuffed = bytearray(payload)
    for number, here in enumerate(places, start=1):
        stuffed[here] = places[number] - here if number < len(places) else 0
    crc = 0
    for byte in stuffed:
        crc ^= byte
        for _ in range(8):
            crc = ((crc << 1) ^ 0x9B if crc & 0x80 else crc << 1) & 0xFF
    return bytes([0x7E, frame_id, places[0] if places else 0xFF, len(stuffed), *stuffed, crc, 0x81])
