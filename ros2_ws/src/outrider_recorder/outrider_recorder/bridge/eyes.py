"""What the camera sees, into pictures that stand where the camera is.

| message | entity | drawn as |
|---|---|---|
| CompressedImage | world/<frame>/<camera> | the JPEG or PNG as it came |
| Image, 16UC1 | world/<frame>/<camera> | depth, mm, 0 = unknown |
| CameraInfo | world/<frame>/<camera> | the lens in front of both |

`<camera>` is the topic without its last word: `camera/color`, `camera/depth`. Raw colour is not drawn: the camera gives
the same picture compressed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_recorder.bridge.rows import Batch, Lens
from outrider_recorder.bridge.tail import Item
from outrider_recorder.bridge.words import safe

JPEG, IMAGE, INFO = 'sensor_msgs/msg/CompressedImage', 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CameraInfo'
KINDS = (JPEG, IMAGE, INFO)
DEPTH_ENCODINGS = ('16UC1', 'mono16')
# By what a file begins with; the message's `format` is written in many ways.
_MEDIA = {b'\xff\xd8\xff': 'image/jpeg', b'\x89PN': 'image/png'}


class Eyes:
    """Remembers each camera's lens, which is said beside every picture and seldom changes."""

    def __init__(self) -> None:
        """Begin with no camera."""
        self._lenses: dict[str, Lens] = {}

    def take(self, batch: Batch, item: Item, message: Any) -> None:
        """Add what one message of KINDS looks like."""
        path = f'world/{safe(message.header.frame_id)}/{safe(item.topic.rpartition("/")[0])}'
        if item.kind == JPEG:
            media = _MEDIA.get(bytes(message.data[:3]))
            if media:
                batch.of(path, 'picture').add(item.publish_ns, 1, blob=message.data, media_type=media)
        elif item.kind == IMAGE:
            depth = depth_mm(message)
            if depth is not None:
                batch.of(path, 'depth').add(item.publish_ns, 1, depth_mm=depth)
        else:
            self._lens(batch, path, message)

    def _lens(self, batch: Batch, path: str, message: Any) -> None:
        k = tuple(float(value) for value in message.k)
        lens = Lens(path, k, int(message.width), int(message.height))
        if k[0] > 0.0 and lens.width and lens.height and self._lenses.get(path) != lens:
            self._lenses[path] = lens
            batch.lenses.append(lens)


def depth_mm(message: Any) -> NDArray[np.uint16] | None:
    """Return depth (height, width) in mm, or None where the message is no depth or shorter than it says."""
    height, width, step = int(message.height), int(message.width), int(message.step)
    if (message.encoding not in DEPTH_ENCODINGS or not height or not width or step < 2 * width
            or len(message.data) < height * step):
        return None
    rows: NDArray[np.uint8] = np.asarray(message.data[:height * step], dtype=np.uint8).reshape(height, step)
    kind = np.dtype('>u2' if message.is_bigendian else '<u2')
    return np.ascontiguousarray(rows[:, :2 * width]).view(kind).astype(np.uint16)
