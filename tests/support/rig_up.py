"""`./outrider up RIG` as a user has it: a process of its own, its run folder, its rides, everything it starts."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from pathlib import Path
from typing import Any

from waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
WIDE = 160


def _environ(pid: str) -> bytes:
    try:
        return Path(f'/proc/{pid}/environ').read_bytes()
    except OSError:
        return b''


def _in_front() -> None:
    """Make standard input the terminal of this session: a job in the background is given no keys."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Up:
    """A running `outrider up` with run folder and rides below `folder`.

    It runs without its voice unless `words` say how: most tests ask for nothing that a person is told, and the port of
    the page is one for the whole machine. `terminal` gives it a pseudo-terminal to write on, `keys` one to read from
    too; `env` adds to the environment.
    """

    def __init__(self, folder: Path, rig: str, *words: str, terminal: bool = False, keys: bool = False,
                 env: dict[str, str] | None = None) -> None:
        if not any(str(word).startswith(('voice:=', 'web_port:=')) for word in words):
            words = (*words, 'voice:=false')
        self.run, self.rides = folder / 'run', folder / 'rides'
        self.mark = f'OUTRIDER_RUN={self.run}'.encode()
        self.text = b''
        self.reader, writer = pty.openpty() if terminal or keys else os.pipe()
        if terminal or keys:
            termios.tcsetwinsize(writer, (24, WIDE))
        self.popen = subprocess.Popen(
            [ROOT / 'outrider', 'up', rig, *words], stdin=writer if keys else subprocess.DEVNULL, stdout=writer,
            stderr=writer, start_new_session=True, preexec_fn=_in_front if keys else None,
            env={**os.environ, 'OUTRIDER_RUN': str(self.run), 'OUTRIDER_RIDES': str(self.rides), **(env or {})})
        os.close(writer)

    @property
    def output(self) -> str:
        while select.select([self.reader], [], [], 0)[0]:
            try:
                piece = os.read(self.reader, 65536)
            except OSError:  # a pseudo-terminal whose other side has gone
                break
            if not piece:
                break
            self.text += piece
        return self.text.decode(errors='replace')

    def says(self, pattern: str, timeout_s: float = 20.0) -> re.Match[str]:
        end = time.monotonic() + timeout_s
        while True:
            over = self.popen.poll() is not None or time.monotonic() > end
            found = re.search(pattern, self.output)
            if found:
                return found
            assert not over, f'did not say {pattern!r} within {timeout_s:g} s, or ended:\n{self.output}'
            time.sleep(0.01)

    def keys(self, text: str) -> None:
        """Type `text`."""
        os.write(self.reader, text.encode())

    def processes(self) -> dict[str, list[int]]:
        """Return {name: pids} of the nodes, by what they carry in their environment; children of nodes too."""
        found: dict[str, list[int]] = {}
        for entry in os.listdir('/proc'):
            if entry.isdigit() and self.mark in (variables := _environ(entry).split(b'\0')):
                for variable in variables:
                    if variable.startswith(b'OUTRIDER_PROCESS='):
                        found.setdefault(variable.decode().split(':')[-1], []).append(int(entry))
        return found

    def main(self, name: str) -> int:
        """Return the pid of the node itself: the one that leads a session, the oldest."""
        return min(pid for pid in self.processes()[name] if os.getsid(pid) == pid)

    def anybody(self) -> list[str]:
        return [entry for entry in os.listdir('/proc') if entry.isdigit() and int(entry) != os.getpid()
                and self.mark in _environ(entry).split(b'\0')]

    def journal(self, name: str) -> list[dict[str, Any]]:
        """Return the lines of <run>/`name`_journal.jsonl so far."""
        with contextlib.suppress(FileNotFoundError):
            text = (self.run / f'{name}_journal.jsonl').read_text()
            return [json.loads(line) for line in text[:text.rfind('\n') + 1].splitlines()]
        return []

    def end(self, number: int = signal.SIGINT) -> tuple[int, float]:
        """Signal the runner as a terminal would; return exit code and seconds until it had ended."""
        began = time.monotonic()
        if self.popen.poll() is None:
            os.kill(self.popen.pid, number)
        while self.popen.poll() is None:
            assert time.monotonic() - began < 10, self.output
            self.output  # noqa: B018 - keep the pipe empty
            time.sleep(0.01)
        return self.popen.returncode, time.monotonic() - began

    def close(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()
        wait_until(lambda: not self.anybody(), 'the guard to clear up', 6.0)
        os.close(self.reader)


def topics_of(folder: Path) -> dict[str, int]:
    """Return how many messages of each topic can be read of all segments of a ride, closed or not."""
    from mcap.exceptions import McapError
    from mcap.stream_reader import StreamReader

    names: dict[int, str] = {}
    counts: dict[str, int] = {}
    for path in folder.glob('segment_*'):
        with path.open('rb') as file, contextlib.suppress(McapError):  # a torn end is what kill -9 leaves
            for record in StreamReader(file).records:
                if type(record).__name__ == 'Channel':
                    names[record.id] = record.topic
                elif type(record).__name__ == 'Message':
                    counts[names[record.channel_id]] = counts.get(names[record.channel_id], 0) + 1
    return counts
