"""How light it is, by what the camera needs to see: an estimate in lux, within a factor of three. Pure.

Exposure tells luminance as a light meter's equation has it (ISO 2720): L = K N^2 / (t S), K 12.5 cd/m^2 s. A scene that
reflects 18 % diffusely has L = 0.18 E / pi. A picture that is darker than middle grey all the same was taken at the end
of what its automatic can do, and the scene is darker by as much.

Exposure and gain are those of the depth imagers: librealsense's of the colour sensor do not follow its automatic
(issue 5035 there tells so), and where a kernel gives no metadata there are none. Then the longest exposure and the
highest gain are taken: the light is told too low where a picture is bright, never so low that it would be night.

What it does not know: the aperture and the sensor's speed are nominal, the infrared of sun and lamps counts, and the
camera sees the scene that it looks at, not the sky above. Good for day or night, not for photometry.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

F_NUMBER = 2.0         # D455 data sheet, of all three imagers
SPEED = 100.0          # ISO at gain 1: customary for imagers of 3 um pixels
GAIN_1 = 16.0          # gain_level that means 1: the D400's least
LONGEST_S, HIGHEST = 1.0 / 30.0, 248.0 / GAIN_1  # a D400's automatic at 30 images/s
METER, GREY = 12.5, 0.18
SIGMA_SHARE = 1.0      # of the estimate: a factor of three is two sigma of it
_EVERY = 16            # pixels between those that are looked at


def brightness(pixels: NDArray[np.uint8]) -> float:
    """Return the mean of an sRGB image (height, width, 3) as a share of white, linear in light."""
    seen = pixels[::_EVERY, ::_EVERY].astype(np.float64) / 255.0
    linear = np.where(seen <= 0.04045, seen / 12.92, ((seen + 0.055) / 1.055) ** 2.4)
    return float((linear.reshape(-1, 3) @ np.array([0.2126, 0.7152, 0.0722])).mean())


def illuminance_lux(share: float, exposure_s: float, gain: float) -> float:
    """Return the light on a scene whose picture is `share` of white; exposure or gain NaN: not told."""
    known = exposure_s > 0.0 and gain > 0.0
    taken = exposure_s * gain if known else LONGEST_S * HIGHEST
    luminance = METER * F_NUMBER ** 2 / (taken * SPEED)
    return math.pi / GREY * luminance * min(share / GREY, 1.0)


def told(frame: Any, exposure: Any, gain: Any) -> tuple[float, float]:
    """Return exposure in s and gain as a factor of a librealsense frame, NaN where it has no such metadata."""
    if not (frame.supports_frame_metadata(exposure) and frame.supports_frame_metadata(gain)):
        return math.nan, math.nan
    return frame.get_frame_metadata(exposure) * 1e-6, frame.get_frame_metadata(gain) / GAIN_1


class Light:
    """The newest estimate, due every so often by the images' own stamps."""

    def __init__(self, every_s: float = 0.5) -> None:
        """Start knowing nothing."""
        self._every_ns, self._last_ns = round(every_s * 1e9), -(1 << 62)
        self._exposure_s = self._gain = math.nan

    def depth(self, exposure_s: float, gain: float) -> None:
        """Learn how the depth imagers are exposed."""
        self._exposure_s, self._gain = exposure_s, gain

    def colour(self, stamp_ns: int, pixels: NDArray[np.uint8]) -> float | None:
        """Return the light in lux by a colour image, None where the last estimate is young."""
        if 0 <= stamp_ns - self._last_ns < self._every_ns:
            return None
        self._last_ns = stamp_ns
        return illuminance_lux(brightness(pixels), self._exposure_s, self._gain)
