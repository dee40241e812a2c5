"""Which senses are missing, by what was heard: named in every output, for the rest goes on without them.

| name | missing when nothing usable of this came within `memory_s` before now |
|---|---|
| radar | a radar scan: what is not listed may be there all the same; NO DATA |
| camera | a detector's boxes, empty ones included |
| depth | clusters of a depth image, empty ones included |
| gps | a speed over ground that was believed |
| imu | a yaw rate that was believed |
| night | the camera says that it is dark, by its light or with its boxes: few boxes come of it |
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from outrider_perception.measurements import Boxes, DepthClusters, Measurement, PolarScan

NAMES = ('radar', 'camera', 'depth', 'gps', 'imu', 'night')
_SENSE: dict[type, str] = {PolarScan: 'radar', Boxes: 'camera', DepthClusters: 'depth'}
_SENSES = tuple(_SENSE.values())


class Degraded:
    """Remembers when each sense spoke last."""

    def __init__(self, memory_s: float = 1.0) -> None:
        """Start having heard nothing."""
        self._memory_s = memory_s
        self._heard_s: dict[str, float] = {}
        self._dark = False
        self._dark_s = -math.inf  # when the light told so

    def light(self, stamp_s: float, dark: bool) -> None:
        """Take note of what the camera says of the light, whether a detector looks at its images or not."""
        self._dark_s = stamp_s if dark else -math.inf

    def hear(self, measurement: Measurement) -> None:
        """Take note of a measurement that was used."""
        sense = _SENSE.get(type(measurement), '')
        self._heard_s[sense] = max(measurement.stamp_s, self._heard_s.get(sense, -math.inf))
        if isinstance(measurement, Boxes):
            self._dark = measurement.dark

    def hears(self, sense: str, now_s: float) -> bool:
        """Tell whether 'radar', 'camera' or 'depth' has spoken within `memory_s` before `now_s`."""
        return now_s - self._heard_s.get(sense, -math.inf) <= self._memory_s

    def missing(self, now_s: float, own: Iterable[str]) -> tuple[str, ...]:
        """Return the names of what is missing at `now_s`; `own` those of the rig's own motion that are."""
        told = {*own, *(sense for sense in _SENSES if not self.hears(sense, now_s))}
        if now_s - self._dark_s <= self._memory_s or (self._dark and 'camera' not in told):
            told.add('night')
        return tuple(name for name in NAMES if name in told)
