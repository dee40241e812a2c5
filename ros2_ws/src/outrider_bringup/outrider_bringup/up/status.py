"""What a running rig looks like in one line. Pure; takes the time."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from outrider_bringup.up.drive import DriveStatus
from outrider_bringup.up.eyes import Eyes

SILENT_S = 1.0  # from here on it is NO DATA
RATE_OVER_S = 2.0
LEVELS = ('', 'notice', 'WARN', 'URGENT')
CLASSES = ('something', 'car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle', 'person', 'dog')
SIDES = ('behind', 'left', 'right', 'ahead')


@dataclass(frozen=True)
class Threat:
    """The gravest hazard: `level` 0..3, class and side as in Hazard.msg, metres, m/s (> 0 closing), seconds."""

    level: int
    class_id: int
    side: int
    distance_m: float
    closing_mps: float
    time_s: float

    def __str__(self) -> str:
        """Return it in words, speeds in km/h, as a rider reads them."""
        what = CLASSES[self.class_id] if self.class_id < len(CLASSES) else CLASSES[0]
        side = SIDES[self.side] if self.side < len(SIDES) else ''
        text = f'{LEVELS[min(self.level, 3)]} {what} {side} {self.distance_m:.0f} m'
        if self.closing_mps > 0.3:
            text += f' closing {self.closing_mps * 3.6:.0f} km/h'
            if math.isfinite(self.time_s):
                text += f' {self.time_s:.1f} s'
        return text


@dataclass
class Source:
    """A topic's arrivals: when, and how many things each message held."""

    arrivals_s: deque[float] = field(default_factory=lambda: deque(maxlen=500))
    count: int = 0

    def arrived(self, now_s: float, count: int) -> None:
        """Note one message."""
        self.arrivals_s.append(now_s)
        self.count = count

    def rate(self, now_s: float) -> float:
        """Return messages a second over the last two."""
        recent = [at for at in self.arrivals_s if now_s - at <= RATE_OVER_S]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 1 and recent[-1] > recent[0] else 0.0

    def silent_s(self, now_s: float) -> float | None:
        """Return the age of the last message, None where none has come yet."""
        return now_s - self.arrivals_s[-1] if self.arrivals_s else None


@dataclass
class Status:
    """Everything that the line says."""

    radar: Source = field(default_factory=Source)
    tracks: Source = field(default_factory=Source)
    hazards: Source = field(default_factory=Source)
    threat: Threat | None = None
    recording: bool = False
    recorder_known: bool = False
    recorder_waits: bool = False  # for the first movement, or for room on the disk
    bytes_written: int = 0
    alarm: str = ''
    looks: bool = True  # the rig has eyes: a silent radar is worth saying
    drive: DriveStatus = field(default_factory=DriveStatus)
    others: Eyes = field(default_factory=Eyes)  # camera, IMU, GPS

    def line(self, now_s: float) -> str:
        """Return the status in one line."""
        eyes = [self._radar(now_s), self.others.text(now_s), self._tracks(now_s), self._threat(now_s)]
        parts = [self.drive.line(now_s) or ('' if self.looks else 'governor starting'), *(eyes if self.looks else ()),
                 self._recorder()]
        return '   '.join(part for part in parts if part)

    def _radar(self, now_s: float) -> str:
        silent = self.radar.silent_s(now_s)
        if silent is None:
            return 'radar starting'
        if silent > SILENT_S:
            return f'radar NO DATA for {silent:.0f} s'
        return f'radar {self.radar.rate(now_s):.0f}/s {self.radar.count} pts'

    def _tracks(self, now_s: float) -> str:
        silent = self.tracks.silent_s(now_s)
        if silent is None:
            return 'tracks starting'
        if silent > SILENT_S:
            return f'tracks NO DATA for {silent:.0f} s'
        return f'{self.tracks.count} track{"" if self.tracks.count == 1 else "s"}'

    def _threat(self, now_s: float) -> str:
        silent = self.hazards.silent_s(now_s)
        if silent is None or silent > SILENT_S:
            return ''
        return str(self.threat) if self.threat and self.threat.level else 'clear'

    def _recorder(self) -> str:
        if not self.recorder_known:
            return ''
        if self.alarm:
            return f'RECORDER: {self.alarm}'
        if not self.recording:
            return 'not recording, waits for movement' if self.recorder_waits else 'not recording'
        return f'recording {spoken_bytes(self.bytes_written)}'


def spoken_bytes(count: int) -> str:
    """Return a size as people read it."""
    return f'{count / 1e6:.1f} MB' if count < 1e9 else f'{count / 1e9:.2f} GB'
