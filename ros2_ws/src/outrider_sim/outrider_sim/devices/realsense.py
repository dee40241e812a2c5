"""A RealSense D455 in shared memory, whatever it sees: plugged in and out, its own clock, breaking on demand.

| line | what happens |
|---|---|
| unplug SECONDS | it vanishes; after SECONDS it is back, as after power-up |
| freeze SECONDS WHAT | it stays plugged in and gives out nothing; WHAT: all, colour, depth or imu |
| no_imu SECONDS | unplugged, and back without IMU, as on many Jetsons |
| light EXPOSURE GAIN | from now on it tells that its depth imagers are exposed so: us, gain level (16 is 1) |
| usb VERSION SECONDS | unplugged, and back on another port: `usb 2.1 1` |
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from outrider_sim.devices.camera_feed import Camera, FeedWriter

STREAMS = ('colour', 'depth', 'gyro', 'accel')
FREEZES = {'all': STREAMS, 'colour': ('colour',), 'depth': ('depth',), 'imu': ('gyro', 'accel')}
D455_FIELD_DEG = 90.0, 87.0  # colour, depth: data sheet of the D400 family
# Its clock when it is started, and how much faster it runs than the host's.
CLOCK_OFFSET_S, CLOCK_DRIFT_PPM = 1000.0, 20.0


class RealSense:
    """The device. Times are seconds of the caller's clock; `offset_s` and `drift_ppm` tell the camera's from it."""

    def __init__(self, path: Path, camera: Camera, *, offset_s: float, drift_ppm: float, begin_s: float) -> None:
        """Plug it in at `begin_s`."""
        self._path, self.camera = path, camera
        self._offset_s, self._pace, self._begin_s = offset_s, 1.0 + drift_ppm * 1e-6, begin_s
        self._frozen_s = dict.fromkeys(STREAMS, begin_s)
        self._back_s: float | None = None
        self.plug(begin_s)

    def plug(self, now_s: float) -> None:
        """Power up at `now_s`: a new feed."""
        self.feed = FeedWriter(self._path, self.camera)
        self._back_s = None

    def unplug(self, back_s: float) -> None:
        """Vanish, to come back at `back_s`, inf for never."""
        self.close()
        self._back_s = back_s

    def close(self) -> None:
        """Vanish for good."""
        self.feed.close()

    @property
    def back_s(self) -> float | None:
        """When it comes back, None while it is there."""
        return self._back_s

    def device_ns(self, taken_s: float) -> int:
        """Return the camera's own time at `taken_s`."""
        return round((self._offset_s + (taken_s - self._begin_s) * self._pace) * 1e9)

    def gives(self, stream: str, taken_s: float) -> bool:
        """Tell whether a stream is not frozen by a control line."""
        return taken_s >= self._frozen_s[stream]

    def control(self, line: str, now_s: float) -> str:
        """Obey one line; return '' or one sentence of what was wrong with it."""
        word, *rest = line.split() or ['']
        try:
            if word == 'unplug' and len(rest) == 1:
                self.unplug(now_s + float(rest[0]))
            elif word == 'no_imu' and len(rest) == 1:
                self.camera = replace(self.camera, gyro_hz=0, accel_hz=0)
                self.unplug(now_s + float(rest[0]))
            elif word == 'usb' and len(rest) == 2:
                self.camera = replace(self.camera, usb=rest[0])
                self.unplug(now_s + float(rest[1]))
            elif word == 'light' and len(rest) == 2:
                self.feed.exposed('depth', float(rest[0]), float(rest[1]))
            elif word == 'freeze' and len(rest) == 2 and rest[1] in FREEZES:
                self._frozen_s.update(dict.fromkeys(FREEZES[rest[1]], now_s + float(rest[0])))
            else:
                return f"control line '{line.strip()}' is not known. See the head of realsense.py."
        except ValueError:
            return f"control line '{line.strip()}' has no number where one is expected."
        return ''
