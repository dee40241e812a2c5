"""What is in one picture, in pixels of the net: which bodies are learnt, which are measured, what a crop shows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

KINDS = ('car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle', 'person', 'dog')  # the net's order
MEASURED = ('car', 'truck', 'bus', 'motorcycle', 'bicycle', 'person')                  # whose mean is the aim
CAMERA_PX = (848, 480)                                                                 # of the colour image
NET_PX = (416, 256)
SCALE = NET_PX[0] / CAMERA_PX[0]
SHRUNK_PX = (NET_PX[0], round(CAMERA_PX[1] * SCALE))                                    # without the grey bars

LEARNT_HIGH_PX, LEARNT_SHARE = 5.0, 0.3     # of the net; less of a body is no example of it
MEASURED_HIGH_PX, MEASURED_SHARE, MEASURED_M = 12.0, 0.4, 30.0  # of the camera's image
_LEAST_IN_CROP = 0.35                       # of a body's box, else the crop does not show it


@dataclass(frozen=True)
class Label:
    """One body: edges in the net's pixels, `share` of it that is seen, distance from the lens."""

    kind: str
    left: float
    top: float
    right: float
    bottom: float
    share: float
    distance_m: float

    @property
    def high_px(self) -> float:
        """Height in the net's pixels."""
        return self.bottom - self.top

    @property
    def is_learnt(self) -> bool:
        """Tell whether it is an example of its class."""
        return self.high_px >= LEARNT_HIGH_PX and self.share >= LEARNT_SHARE

    @property
    def is_measured(self) -> bool:
        """Tell whether it must be found."""
        return (self.high_px >= MEASURED_HIGH_PX * SCALE - 1e-6 and self.share >= MEASURED_SHARE
                and self.distance_m <= MEASURED_M)

    def plain(self) -> dict[str, Any]:
        """Return it for a file."""
        return asdict(self)


def cropped(labels: list[Label], left: float, top: float, right: float, bottom: float) -> list[Label]:
    """Return what a crop shows, in its own pixels; a body of which little is left has a smaller share."""
    kept = []
    for one in labels:
        x0, y0 = max(one.left, left), max(one.top, top)
        x1, y1 = min(one.right, right), min(one.bottom, bottom)
        if x1 <= x0 or y1 <= y0:
            continue
        part = (x1 - x0) * (y1 - y0) / ((one.right - one.left) * (one.bottom - one.top))
        kept.append(replace(one, left=x0 - left, top=y0 - top, right=x1 - left, bottom=y1 - top,
                            share=one.share if part >= _LEAST_IN_CROP else one.share * part))
    return kept
