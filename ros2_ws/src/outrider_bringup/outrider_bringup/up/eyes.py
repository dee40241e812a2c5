"""What camera, IMU, detector and GPS say of themselves, in a few words. Pure; takes the time.

Their rates come from their diagnostics, once a second: nobody subscribes to images for a status line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SILENT_S = 3.0  # diagnostics come once a second
# What is shown of each device: a word, and the figure of its diagnostics that is its rate.
SHOWN = {'camera': (('camera', 'colour/s'), ('depth', 'depth/s'), ('imu', 'gyro/s')),
         'detector': (('detector', 'looks/s'),), 'gps': (('gps', 'fixes/s'),)}


@dataclass
class Eyes:
    """The newest words of every device; `heard()` as they come, `text()` for the line."""

    values: dict[str, dict[str, str]] = field(default_factory=dict)
    _at_s: dict[str, float] = field(default_factory=dict)

    def heard(self, now_s: float, device: str, values: Mapping[str, str]) -> None:
        """Take the figures that a device's diagnostics hold."""
        self.values[device], self._at_s[device] = dict(values), now_s

    def text(self, now_s: float) -> str:
        """Return a few words for each device that was ever heard, '' for none."""
        return '   '.join(self._of(device, now_s) for device in SHOWN if device in self.values)

    def _of(self, device: str, now_s: float) -> str:
        silent_s, values = now_s - self._at_s[device], self.values[device]
        if silent_s > SILENT_S:
            return f'{device} NO DATA for {silent_s:.0f} s'
        rates = [(word, float(values[figure])) for word, figure in SHOWN[device] if _is_number(values.get(figure, ''))]
        if not any(rate for _, rate in rates):
            return f'{device} {values.get("state", "starting")}'
        return '   '.join(f'{word} {rate:.0f}/s' for word, rate in rates)


def _is_number(text: str) -> bool:
    return text.replace('.', '', 1).isdecimal()
