"""Fake camera, driver and recorder as real processes for a while, on a domain and in a folder of their own."""

from __future__ import annotations

import contextlib
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
from outrider_bringup.demo.processes import Ledger, snapshot
from outrider_bringup.errors import UserError

DOMAIN = 94
LOOK_S = 30.0
START_S, STOP_S = 20.0, 120.0  # a recorder ends when the disk has all of it
BYTES_A_SECOND = 12 << 20  # JPEG 848x480 at 30/s, depth of a quarter of the pixels, IMU
SHM, ROOM = Path('/dev/shm'), 128 << 20  # half a second of images, and ten minutes of journal
WIDTH, HEIGHT, FPS = 848, 480, 30
RAW = '/camera/color/image'  # 37 MB/s of what the JPEG holds already: this ride leaves it out


def look_s() -> float:
    """Return for how many seconds frames are counted: 30, or what `bench --seconds` says."""
    return float(os.environ.get(subjects.SECONDS) or LOOK_S)


class Stage:
    """The three processes; start() plugs the camera in last, when the others listen."""

    def __init__(self, folder: Path, memory: Path, domain: int) -> None:
        """Run in `folder`, the camera's own files in `memory`, heard by nobody outside `domain`."""
        self.folder, self.journal, self.rides = folder, memory / 'journal.jsonl', folder / 'rides'
        self._feed = memory / 'feed'
        self._env = {**os.environ, 'ROS_DOMAIN_ID': str(domain), 'OUTRIDER_RIDES': str(self.rides)}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Return once the driver streams. Raises UserError."""
        self._spawn('recorder', 'outrider_recorder.recorder_node', '--ros-args', '-p',
                    f'exclude:=[/parameter_events, {RAW}]')
        self._spawn('driver', 'outrider_sensors.camera.node', '--ros-args', '-p', f'source:=feed:{self._feed}')
        self._until('driver', b'no camera feed')
        self._spawn('camera', 'outrider_sim.devices.fake_camera', '--feed', str(self._feed), '--size',
                    f'{WIDTH}x{HEIGHT}', '--fps', str(FPS), '--journal', str(self.journal))
        self._until('driver', b'streams colour')

    def percent(self, seconds: float, say: Callable[[str], None]) -> float:
        """Let `seconds` pass; return the driver's use of one core, per cent. Raises UserError where one has ended."""
        ledger, end = Ledger(), time.monotonic() + seconds
        self._enter(ledger)
        while (left_s := end - time.monotonic()) > 0:
            say(f'{left_s:.0f} s of images to go')
            time.sleep(min(left_s, 1.0))
            self._enter(ledger)
        return ledger.percent(os.sysconf('SC_CLK_TCK'))

    def stop(self) -> None:
        """End the camera first, so that all it gave comes to the ride; then driver and recorder. Raises UserError."""
        for name in ('camera', 'driver', 'recorder'):
            process = self._processes[name]
            process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                raise UserError(f'the {name} did not end within {STOP_S:g} s. Start again.') from None
            if code:
                raise UserError(f'the {name} ended with {code}: {self._last_word(name)}')

    def kill(self) -> None:
        """Leave nothing behind."""
        for process in self._processes.values():
            process.kill()
            process.wait()

    def _spawn(self, name: str, module: str, *arguments: str) -> None:
        with self._log(name).open('wb') as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, '-m', module, *arguments], stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, env=self._env, start_new_session=True)

    def _log(self, name: str) -> Path:
        return self.folder / f'{name}.log'

    def _last_word(self, name: str) -> str:
        return (self._log(name).read_text(errors='replace').strip().splitlines() or ['not a word'])[-1]

    def _alive(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise UserError(f'the {name} ended: {self._last_word(name)}')

    def _until(self, name: str, said: bytes) -> None:
        end = time.monotonic() + START_S
        while said not in self._log(name).read_bytes():
            self._alive()
            if time.monotonic() > end:
                raise UserError(f'the {name} does not get going: {self._last_word(name)}')
            time.sleep(0.05)

    def _enter(self, ledger: Ledger) -> None:
        self._alive()
        ledger.take(time.monotonic(), [snapshot()[self._processes['driver'].pid]])


@contextlib.contextmanager
def stage(seconds: float) -> Iterator[Stage]:
    """Run the three for somebody who looks on for `seconds`. Raises UserError."""
    room, wanted = shutil.disk_usage(tempfile.gettempdir()).free, round((seconds + 60.0) * BYTES_A_SECOND)
    if room < wanted:
        raise UserError(f'{tempfile.gettempdir()} has {room >> 20} MiB left, a ride of {seconds:g} s takes '
                        f'{wanted >> 20}. Free some, or set TMPDIR.')
    # A camera waits for no disk; its fake would, for every page of its feed that the kernel is writing out.
    in_memory = SHM if os.access(SHM, os.W_OK) and shutil.disk_usage(SHM).free >= ROOM else None
    with (tempfile.TemporaryDirectory(prefix='outrider-bench-') as folder, claim.domain(DOMAIN) as own,
          tempfile.TemporaryDirectory(prefix='outrider-bench-', dir=in_memory) as memory):
        made = Stage(Path(folder), Path(memory), own)
        try:
            made.start()
            yield made
        finally:
            made.kill()
