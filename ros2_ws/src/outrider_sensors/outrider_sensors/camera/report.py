"""The camera's figures for diagnostics: rates since the last asking, losses, clocks."""

from __future__ import annotations

from outrider_sensors.camera.samples import STREAMS
from outrider_sensors.camera.sensors import Sensors


class Report:
    """Asked once a second."""

    def __init__(self) -> None:
        """Know of no sensors yet."""
        self._of: Sensors | None = None
        self._came: dict[str, int] = {}
        self._then_s = 0.0

    def values(self, sensors: Sensors | None, now_s: float) -> dict[str, object]:
        """Return the figures at `now_s` seconds; none without open sensors."""
        if sensors is None:
            self._of = None
            return {}
        if sensors is not self._of:
            self._of, self._came, self._then_s = sensors, dict.fromkeys(STREAMS, 0), now_s - 1.0
        elapsed_s, self._then_s = max(now_s - self._then_s, 1e-3), now_s
        said: dict[str, object] = {'firmware': sensors.firmware}
        for name in sensors.profiles:
            count = sensors.counts[name]
            came, self._came[name] = count.came - self._came[name], count.came
            said[f'{name}/s'] = f'{came / elapsed_s:.1f}'
            said[f'{name} lost'] = count.lost
            said[f'{name} dropped'] = count.dropped
            said |= count.clock.values(name)
        return said
