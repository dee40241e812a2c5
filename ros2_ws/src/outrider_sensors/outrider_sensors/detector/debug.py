"""The picture as the detector saw it, with its boxes drawn in. Pure."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from outrider_sensors.detector.found import Found
from outrider_sensors.detector.places import Places

_QUALITY = 75
_COLOURS = {'car': '#33ccff', 'truck': '#3377ff', 'bus': '#9966ff', 'motorcycle': '#ff9933', 'scooter': '#ffcc33',
            'bicycle': '#66dd44', 'person': '#ff5577', 'dog': '#cc8855'}


def drawn(rgb: NDArray[np.uint8], found: Found, where: Places | None = None) -> bytes:
    """Return a JPEG of the picture with its boxes; `found` in pixels of `rgb`."""
    out = io.BytesIO()
    painted(rgb, found, where).save(out, 'JPEG', quality=_QUALITY)
    return out.getvalue()


def painted(rgb: NDArray[np.uint8], found: Found, where: Places | None = None) -> Image.Image:
    """Return the picture with its boxes; `found` in pixels of `rgb`."""
    image = Image.fromarray(rgb)
    draw = ImageDraw.Draw(image)
    for row, (left, top, right, bottom) in enumerate(found.edges_px.tolist()):
        kind = found.kinds[row]
        text = f'{kind} {found.scores[row]:.2f}'
        if where is not None:
            text += f' {where.xyz_m[row, 2]:.0f} m {where.sources[row]}'
        draw.rectangle((left, top, right, bottom), outline=_COLOURS[kind])
        corner = (left + 1.0, max(0.0, top - 11.0))
        draw.rectangle(draw.textbbox(corner, text), fill='#000000')
        draw.text(corner, text, fill=_COLOURS[kind])
    return image
