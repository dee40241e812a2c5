"""Sensors' bytes, recorder and, where asked, bridge as real processes, on a domain and in folders of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from outrider_bringup.bench import subjects
from outrider_bringup.demo import claim
from outrider_bringup.demo.processes import Ledger, pss_kib, snapshot
from outrider_bringup.errors import UserError
from outrider_node import boottime_ns
from outrider_recorder import ride

DOMAIN = 95
LOOK_S = 30.0
START_S, STOP_S = 30.0, 60.0
DRAIN_S = 1.5  # what was published last is on its way: the recorder takes it within a scheduler's turn
BYTES_A_SECOND = 9 << 20
MEMORY_EVERY_S = 1.0
VIDEO_TOPICS = ('/camera/color/compressed', '/camera/depth/image')  # of record_load
REST_TOPICS = ('/radar/points', '/imu/data')
LOAD, RECORDER, BRIDGE = 'load', 'recorder', 'bridge'


def look_s() -> float:
    """Return for how many seconds it is looked on: 30, or what `bench --seconds` says."""
    return float(os.environ.get(subjects.SECONDS) or LOOK_S)


class Stage:
    """Processes by name; nothing of them is left when the stage is."""

    def __init__(self, folder: Path, domain: int) -> None:
        """Run in `folder`, heard by nobody outside `domain`."""
        self.folder, self.rides, self.run = folder, folder / 'rides', folder / 'run'
        self.journal, self.fsyncs = folder / 'journal.npz', folder / 'fsyncs'
        self._env = {**os.environ, 'ROS_DOMAIN_ID': str(domain), 'OUTRIDER_RIDES': str(self.rides)}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.memory_mb: list[float] = []

    def record(self, *parameters: str, noting: bool = False) -> None:
        """Start the recorder; `noting`: with its fsyncs written down."""
        words = [word for parameter in ('floor_mb:=0.0', *parameters) for word in ('-p', parameter)]
        if noting:
            self._spawn(RECORDER, 'outrider_bringup.bench.record_powered', str(self.fsyncs), '--ros-args', *words)
        else:
            self._spawn(RECORDER, 'outrider_recorder.recorder_node', '--ros-args', *words)

    def load(self, *, video: bool = True) -> None:
        """Start the sensors; they publish when all of them are heard. Returns then. Raises UserError."""
        self._spawn(LOAD, 'outrider_bringup.bench.record_load', '--journal', str(self.journal),
                    *([] if video else ['--no-video']))
        self.until(lambda: b'heard' in self._log(LOAD).read_bytes(), 'the sensors are not heard')

    def watch(self) -> int:
        """Start the bridge with its live view; return the id of the viewer's server. Raises UserError."""
        self._spawn(BRIDGE, 'outrider_recorder.bridge_launcher', '--rides', str(self.rides), '--run', str(self.run),
                    '--web-port', '18100', '--grpc-port', '19976')
        told = self.run / 'live.json'
        self.until(told.exists, 'the live view does not start')
        return int(json.loads(told.read_text())['pid'])

    def look(self, seconds: float, say: Callable[[str], None], about: str) -> float:
        """Let `seconds` pass, sample memory; return the recorder's use of one core, per cent. Raises UserError."""
        ledger, end, pid = Ledger(), time.monotonic() + seconds, self._processes[RECORDER].pid
        ledger.take(time.monotonic(), [snapshot()[pid]])
        while (left_s := end - time.monotonic()) > 0:
            say(f'{about}, {left_s:.0f} s to go')
            time.sleep(min(left_s, MEMORY_EVERY_S))
            self._alive()
            self.memory_mb.append(pss_kib(pid) / 1024)
            ledger.take(time.monotonic(), [snapshot()[pid]])
        return ledger.percent(os.sysconf('SC_CLK_TCK'))

    def kill_recorder(self) -> int:
        """Kill it as nothing can be caught; return when it was dead, ns since the epoch."""
        process = self._processes.pop(RECORDER)
        process.kill()
        process.wait()
        return time.time_ns()

    def stop(self) -> Path:
        """End the sensors first, so that all they said comes to the ride; return the ride. Raises UserError."""
        self._end(LOAD)
        time.sleep(DRAIN_S)
        self._end(RECORDER)
        if BRIDGE in self._processes:
            self._end(BRIDGE)
        return self.newest()

    def end_load(self) -> None:
        """End the sensors. Raises UserError."""
        self._end(LOAD)

    def newest(self) -> Path:
        """Return the newest ride. Raises UserError where there is none."""
        every = ride.in_order(self.rides)
        if not every:
            raise UserError(f'no ride was made: {self._last_word(RECORDER)}')
        return every[-1][0]

    def until(self, true: Callable[[], bool], what: str, timeout_s: float = START_S) -> None:
        """Wait until `true` answers. Raises UserError, which says `what`, when it does not."""
        end = time.monotonic() + timeout_s
        while not true():
            self._alive()
            if time.monotonic() > end:
                raise UserError(f'{what}: {self._last_word(RECORDER)}')
            time.sleep(0.02)

    def writes(self) -> bool:
        """Return whether a segment grows."""
        return any(ride.is_open(folder) for folder in ride.all_rides(self.rides))

    def kill(self) -> None:
        """Leave nothing behind."""
        for process in self._processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _end(self, name: str) -> None:
        process = self._processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise UserError(f'the {name} did not end within {STOP_S:g} s. Start again.') from None
        if code:
            raise UserError(f'the {name} ended with {code}: {self._last_word(name)}')

    def _spawn(self, name: str, module: str, *arguments: str) -> None:
        with self._log(name).open('wb') as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, '-m', module, *arguments], stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, env=self._env, start_new_session=True)

    def _log(self, name: str) -> Path:
        return self.folder / f'{name}.log'

    def _last_word(self, name: str) -> str:
        try:
            return (self._log(name).read_text(errors='replace').strip().splitlines() or ['not a word'])[-1]
        except OSError:
            return 'it was not started'

    def _alive(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise UserError(f'the {name} ended: {self._last_word(name)}')


def utc_less_boot_ns() -> int:
    """Return what leads from CLOCK_BOOTTIME to the system clock."""
    return time.time_ns() - boottime_ns()


@contextlib.contextmanager
def stage(seconds: float) -> Iterator[Stage]:
    """Set the stage for `seconds` of full load. Raises UserError."""
    room, wanted = shutil.disk_usage(tempfile.gettempdir()).free, round((seconds + 60.0) * BYTES_A_SECOND)
    if room < wanted:
        raise UserError(f'{tempfile.gettempdir()} has {room >> 20} MiB left, a ride of {seconds:g} s takes '
                        f'{wanted >> 20}. Free some, or set TMPDIR.')
    with tempfile.TemporaryDirectory(prefix='outrider-bench-') as folder, claim.domain(DOMAIN) as own:
        made = Stage(Path(folder), own)
        made.run.mkdir()
        try:
            yield made
        finally:
            made.kill()


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Put a file system of its own on `folder`. Raises UserError where this user may not mount."""
    folder.mkdir(exist_ok=True)
    mount = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={megabytes}m,mode=700', 'tmpfs', str(folder)],
                           capture_output=True, text=True, check=False)
    if mount.returncode:
        raise UserError('a disk that is full takes the right to mount a small one. Run it as root.')
    try:
        yield
    finally:
        subprocess.run(['umount', '-l', str(folder)], check=False)
