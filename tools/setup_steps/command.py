"""Runs the set-up's child processes: output into a log, nothing left behind, a failure as one sentence."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from pathlib import Path
from typing import Mapping, Sequence

# What a caller's shell may carry and no step may see: another ROS, another Python, make's job server.
_FOREIGN = re.compile(r'^(PYTHON(PATH|HOME|STARTUP|NOUSERSITE)|LD_LIBRARY_PATH|VIRTUAL_ENV|CONDA_.*|AMENT_.*|COLCON_.*'
                      r'|CMAKE_.*|ROS_.*|RMW_.*|FAST(RTPS|DDS)_.*|_ROS_WHEELS_.*|OUTRIDER_(PYTHON|RERUN_PYTHON|ENV)'
                      r'|MAKEFLAGS|MAKELEVEL|MFLAGS|MAKEOVERRIDES|PIP_(TARGET|PREFIX|USER|REQUIRE_VIRTUALENV)'
                      r'|UV_(PYTHON|SYSTEM_PYTHON|TARGET|PREFIX|CONSTRAINT|OVERRIDE|OFFLINE|PROJECT.*))$')
_ANSI = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]|\r')
_ERROR = re.compile(r'error|fatal|no space left|cannot|could not|not found|killed', re.IGNORECASE)
# Lines that only repeat that something failed.
_ECHO = re.compile(r'^(g?make(\[\d+\])?: |ninja: |Failed\s+<<<|Aborted\s+<<<|Summary:|\d+ packages? |---|\^|Warning)')
# In the environment of every child, so that what a killed set-up left running is found by the next one.
MARK = 'OUTRIDER_SETUP_OF'


class StepError(Exception):
    """A step broke; the text is the last meaningful line of its log."""


class Runner:
    """Starts children in sessions of their own and can end them all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self.stopped = False

    def clean_environment(self, **more: str) -> dict[str, str]:
        """Return the caller's environment less what belongs to another ROS, Python or make, plus `more`."""
        kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
        ours = str(self.root / '.venv')
        kept['PATH'] = ':'.join(part for part in kept.get('PATH', '').split(':') if not part.startswith(ours))
        kept.update(more)
        return kept

    def run(self, argv: Sequence[str], log: Path, env: Mapping[str, str] | None = None,
            cwd: Path | None = None) -> None:
        """Run to the end, output appended to `log`; raise StepError with the line that says why it failed."""
        log.parent.mkdir(parents=True, exist_ok=True)
        full = dict(env) if env is not None else self.clean_environment()
        full[MARK] = str(self.root)
        with log.open('ab') as file:
            file.write(f'$ {" ".join(argv)}\n'.encode())
            file.flush()
            start = file.tell()
            with self._lock:
                if self.stopped:
                    raise StepError('interrupted')
                try:
                    child = subprocess.Popen(list(argv), stdin=subprocess.DEVNULL, stdout=file,
                                             stderr=subprocess.STDOUT, env=full, cwd=cwd, start_new_session=True)
                except OSError as error:
                    raise StepError(f'{argv[0]}: {error.strerror}') from None
                self._running.add(child)
            code = child.wait()
        with self._lock:
            self._running.discard(child)
        if code:
            raise StepError(last_meaningful_line(log, start) or f'{argv[0]} ended with code {code}')

    def stop(self) -> None:
        """End all children and what they started; later calls of run() fail."""
        with self._lock:
            self.stopped = True
            for child in self._running:
                try:
                    os.killpg(child.pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue


def last_meaningful_line(log: Path, start: int = 0) -> str:
    """Return the last line after byte `start` that says what went wrong, with CMake's next line joined to it."""
    with log.open('rb') as file:
        file.seek(start)
        text = _ANSI.sub('', file.read().decode(errors='replace'))
    lines: list[str] = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [index for index, line in enumerate(lines) if _ERROR.search(line) and not _ECHO.match(line)]
    if not telling:
        return lines[-1][:300] if lines else ''
    index = telling[-1]
    line = lines[index]
    if line.startswith('CMake Error') and index + 1 < len(lines):
        line += ' ' + lines[index + 1]
    return line[:300]


def end_orphans(root: Path) -> int:
    """Kill what a killed set-up of this checkout left running; return how many. Call with the lock held."""
    mark = f'{MARK}={root}'.encode()
    ended = 0
    for folder in Path('/proc').glob('[0-9]*'):
        if int(folder.name) == os.getpid():
            continue
        try:
            if mark in (folder / 'environ').read_bytes().split(b'\0'):
                os.kill(int(folder.name), signal.SIGKILL)
                ended += 1
        except OSError:
            continue
    return ended
