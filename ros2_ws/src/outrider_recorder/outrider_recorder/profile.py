"""What is written of all that is heard.

| profile | colour | depth | everything else | an hour at 15 images/s |
|---|---|---|---|---|
| `normal` | every JPEG | at most 424x240 | whole | what a ride needs: fusion works on no finer depth |
| `full` | every JPEG | as it comes | whole | for work on depth itself |
| `light` | two JPEGs a second | none | whole | for a small card |

Raw colour is in none: it repeats the JPEGs at 20 times the size. Nor are the detector's picture with boxes and its
markers: they repeat JPEGs and detections, and whoever listens makes the detector draw them. What a profile leaves out
takes no sequence number, so that a gap in them is a loss in every profile.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass

from outrider_recorder import thin

RAW_COLOUR = '*/camera/color/image'
REPEATS = (RAW_COLOUR, '*/detections/debug', '*/detections/markers')
COLOUR, DEPTH, DEPTH_INFO = '*/camera/color/compressed', '*/camera/depth/image', '*/camera/depth/camera_info'


@dataclass(frozen=True)
class Profile:
    """One row of the table. `depth` is the most (width, height), None as it comes; `colour_s` between two JPEGs."""

    with_depth: bool = True
    depth: tuple[int, int] | None = (424, 240)
    colour_s: float = 0.0


PROFILES = {'normal': Profile(), 'full': Profile(depth=None), 'light': Profile(with_depth=False, colour_s=0.5)}


class Selection:
    """Applies one profile to messages; remembers when each colour topic was last taken."""

    def __init__(self, name: str) -> None:
        """`name` is a key of PROFILES."""
        self.name, self._profile = name, PROFILES[name]
        self._due_ns: dict[str, int] = {}
        self._kinds: dict[str, str] = {}

    def wants(self, topic: str) -> bool:
        """Return whether anything of `topic` is written: nobody subscribes to what is not."""
        kind = self._kind(topic)
        return kind not in REPEATS and (self._profile.with_depth or kind not in (DEPTH, DEPTH_INFO))

    def taken(self, topic: str, data: bytes, now_ns: int) -> bytes | None:
        """Return what is written of one serialised message, None where nothing is."""
        kind = self._kind(topic)
        if kind == COLOUR and self._profile.colour_s and not self._is_due(topic, now_ns):
            return None
        if self._profile.depth is not None:
            if kind == DEPTH:
                return thin.image(data, self._profile.depth)
            if kind == DEPTH_INFO:
                return thin.camera_info(data, self._profile.depth)
        return data

    def _kind(self, topic: str) -> str:
        kind = self._kinds.get(topic)
        if kind is None:
            kind = next((pattern for pattern in (COLOUR, DEPTH, DEPTH_INFO, *REPEATS)
                         if fnmatch.fnmatchcase(topic, pattern)), '')
            self._kinds[topic] = kind
        return kind

    def _is_due(self, topic: str, now_ns: int) -> bool:
        """Keep the pace of `colour_s` on average, whatever the pace of the camera."""
        every_ns = round(self._profile.colour_s * 1e9)
        due_ns = self._due_ns.get(topic, now_ns)
        if now_ns < due_ns and due_ns - now_ns <= every_ns:
            return False
        self._due_ns[topic] = due_ns + every_ns if now_ns - due_ns < every_ns else now_ns + every_ns
        return True
