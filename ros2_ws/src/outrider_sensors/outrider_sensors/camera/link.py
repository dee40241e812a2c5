"""One camera: opens it, hands out its images and samples, comes back after every loss. No ROS in here.

images() and motions() are called again and again, each by one thread of its own. images() also opens, watches and
reopens. The state is one immutable object that other threads may read at any time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty
from typing import Any

import pyrealsense2 as rs

from outrider_sensors.camera.align import Aligner
from outrider_sensors.camera.health import ADVICE, SILENT_S, Seen, State, judge
from outrider_sensors.camera.samples import ImageFrame, MotionSample
from outrider_sensors.camera.sensors import Sensors, Wanted, device_info
from outrider_sensors.camera.sources import ENDED, AbsentError, Source

RETRY_S = 0.5  # between two looks for a camera
REFUSED_RETRY_S = 3.0  # a device that does not open is not pressed
REOPEN_S, REOPEN_MAX_S = 3.0, 30.0  # a frozen one is opened anew after so long, then twice as long, and so on
GATHER_S = 0.005  # a sample of the IMU waits for the next two: a third of the wake-ups, which cost more than the work
_LOOK_S = 0.1  # how often it is looked whether the device is still there
_LEVELS = {'streaming': 'info', 'degraded': 'warn', 'frozen': 'warn', 'absent': 'warn', 'ended': 'info'}


class CameraLink:
    """`stamp_ns` is the host's clock of stamps, `clock` gives seconds. `say(level, sentence)` hears of each new state.

    `every` is the decimation of depth. `loop`: a recording begins anew at its end. `opened(sensors)` is called with
    each newly opened device, before its first image.
    """

    def __init__(self, source: Source, wanted: Wanted, *, every: int, loop: bool, say: Callable[[str, str], None],
                 opened: Callable[[Sensors], None], stamp_ns: Callable[[], int] = time.time_ns,
                 clock: Callable[[], float] = time.monotonic) -> None:
        """Remember what to do; the first images() does it."""
        self._source, self._wanted, self._every, self._loop = source, wanted, every, loop
        self._say, self._opened, self._stamp_ns, self._clock = say, opened, stamp_ns, clock
        self.state = State('absent', f'camera: looking for {source.name}.')
        self.connections = 0
        self.sensors: Sensors | None = None
        self.aligner: Aligner | None = None  # None where the device has no colour: depth stays its own
        self._name = self._usb = ''
        self._next_try_s = self._next_look_s = 0.0
        self._begun_s, self._reopen_s = 0.0, REOPEN_S
        self._over = threading.Event()

    def images(self, timeout_s: float) -> ImageFrame | None:
        """Return the next image, None where none came within `timeout_s`. Opens and reopens where that is due."""
        if self.sensors is None:
            wait_s = self._next_try_s - self._clock()
            if wait_s > 0:
                self._over.wait(min(wait_s, timeout_s))
            elif not self._over.is_set():
                self._open()
            return None
        if self._clock() >= self._next_look_s:
            self._look()
        if self.sensors is None or self._over.is_set():
            return None
        try:
            return self.sensors.images.get(timeout=min(timeout_s, _LOOK_S))
        except Empty:
            return None

    def motions(self, timeout_s: float) -> list[MotionSample]:
        """Return the samples that have come, waiting at most `timeout_s` where there are none."""
        sensors = self.sensors
        if sensors is None:
            self._over.wait(min(timeout_s, RETRY_S / 10))
            return []
        samples: list[MotionSample] = []
        try:
            samples.append(sensors.motions.get(timeout=timeout_s))
            self._over.wait(GATHER_S)
            while True:
                samples.append(sensors.motions.get_nowait())
        except Empty:
            return samples

    def stop(self) -> None:
        """Make images() and motions() of other threads return soon and open nothing any more."""
        self._over.set()

    def close(self) -> None:
        """Close the device; no thread is in images() or motions() any more."""
        self._drop()

    def _open(self) -> None:
        try:
            device = self._source.open()
        except AbsentError as absent:
            self._next_try_s = self._clock() + RETRY_S
            self._become(State('absent', f'camera: {absent}; trying again. {ADVICE}'))
            return
        try:
            sensors = self._open_sensors(device)
        except RuntimeError as error:
            self._source.close()
            self._next_try_s = self._clock() + REFUSED_RETRY_S
            self._become(State('absent', f'camera: {self._name or self._source.name} does not open ({error}); end '
                               f'other programs that use it, or plug it in again. {ADVICE}'))
            return
        self.connections += 1
        self._begun_s = self._clock()
        self._next_look_s = 0.0
        self._opened(sensors)
        self.sensors = sensors
        self._source.start()

    def _open_sensors(self, device: Any) -> Sensors:
        """Open what there is, and lay depth over colour where there are both. Raises RuntimeError, as the library."""
        self._name = device_info(device, rs.camera_info.name)
        self._usb = device_info(device, rs.camera_info.usb_type_descriptor)
        sensors = Sensors(device, self._wanted, hold=self._source.hold, tick_ns=self._source.tick_ns,
                          stamp_ns=self._stamp_ns, clock=self._clock)
        try:
            if not sensors.modes:
                raise RuntimeError('it has neither RGB8 colour nor Z16 depth')
            if sensors.has('colour') and sensors.has('depth'):
                self.aligner = Aligner(sensors.camera('depth'), sensors.camera('colour'), *sensors.depth_to_colour(),
                                       sensors.unit_m, self._every)
        except RuntimeError:
            self._source.halt()
            sensors.close()
            raise
        return sensors

    def _look(self) -> None:
        sensors, now_s = self.sensors, self._clock()
        assert sensors is not None
        self._next_look_s = now_s + _LOOK_S
        gone = self._source.gone()
        if gone:
            self._lost(gone)
            return
        quiet_s = {name: now_s - max(sensors.counts[name].last_s, self._begun_s) for name in sensors.profiles}
        same_s = {name: now_s - max(sensors.counts[name].fresh_s, self._begun_s)
                  for name in sensors.profiles if name != 'colour'}
        settled = all(sensors.counts[name].came for name in sensors.profiles) or now_s - self._begun_s >= SILENT_S
        if settled:
            self._become(judge(Seen(self._name, sensors.modes, sensors.missed, quiet_s, self._usb, same_s)))
        if self.state.name != 'frozen':
            self._reopen_s = REOPEN_S
        elif now_s - max(self._begun_s, *(sensors.counts[name].last_s for name in sensors.modes)) >= self._reopen_s:
            self._reopen_s = min(2 * self._reopen_s, REOPEN_MAX_S)
            self._drop()

    def _lost(self, how: str) -> None:
        self._drop()
        if how != ENDED:
            self._next_try_s = self._clock() + RETRY_S
            self._become(State('absent', f'camera: {self._name} {how}; trying again. {ADVICE}'))
        elif not self._loop:
            self._next_try_s = float('inf')
            self._become(State('ended', f'camera: {self._source.name} is played to its end.'))

    def _drop(self) -> None:
        sensors, self.sensors = self.sensors, None
        if sensors is not None:
            self._source.halt()
            sensors.close()
            self._source.close()
        if self.aligner is not None:
            self.aligner.close()
            self.aligner = None

    def _become(self, state: State) -> None:
        if state.sentence != self.state.sentence:
            self.state = state
            self._say(_LEVELS[state.name], state.sentence)

