"""Compressed bytes -> RGB pixels, no larger than the net needs, and whether there is anything to be seen in them. Pure.

libjpeg decodes at a half, a quarter or an eighth for less than a half of the time (848x480: 2.6 ms whole, 1.1 ms at a
half), so that is asked for where the net's own picture is not larger.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from outrider_sensors.detector.errors import PictureError
from outrider_sensors.detector.letterbox import check_size, fit

_FORMATS = ('JPEG', 'PNG')  # what image_transport compresses to
_BLOCKS = 15    # of rows: each is the mean of its pixels, so that noise is gone
_EDGE = 8.0     # of 255, in one colour: a covered lens lets light in, but shows no edge (3; a road at night: 56)
_DARK = 3.0     # of 255


@dataclass(frozen=True)
class Picture:
    """`rgb` (height, width, 3), perhaps smaller than the whole of `size_px` (width, height) that was sent."""

    rgb: NDArray[np.uint8]
    size_px: tuple[int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """How many pixels of the whole are one of `rgb`, across and down."""
        height, width, _ = self.rgb.shape
        return self.size_px[0] / width, self.size_px[1] / height

    def blind(self) -> str:
        """Return why nothing can be seen in it, '' where something can."""
        height, width, _ = self.rgb.shape
        small = Image.fromarray(self.rgb).reduce(max(1, min(width, height) // _BLOCKS))
        bright = np.asarray(small, dtype=np.float32)
        edge = max(float(np.abs(np.diff(bright, 2, axis=axis)).max(initial=0.0)) for axis in (0, 1))
        if edge >= _EDGE:
            return ''
        light = float(bright.mean())
        return 'the picture is black' if light < _DARK else \
            f'the picture shows no edge anywhere (brightness {light:.0f} of 255)'


def decode(data: bytes | memoryview, net_px: tuple[int, int]) -> Picture:
    """Return the picture, at least as large as it lies in the net's (width, height). Raises PictureError."""
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
        size = image.size
        check_size(*size)
        within = fit(size, net_px)
        image.draft('RGB', (within.width, within.height))
        return Picture(np.asarray(image.convert('RGB')), size)
    except PictureError:
        raise
    # What Pillow raises for torn or strange files: it has no class of its own for all of them.
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError) as error:
        raise PictureError(f'{len(data)} bytes are no whole JPEG or PNG ({_first(error)}). Check the camera and its '
                           'cable.') from None


def _first(error: BaseException) -> str:
    return ' '.join(str(error).split())[:80] or type(error).__name__
