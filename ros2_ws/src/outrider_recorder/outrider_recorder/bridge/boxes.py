"""What a detector saw, as boxes in the picture of its camera.

| message | entity | drawn as |
|---|---|---|
| Detection2DArray | world/<frame>/<camera>/detections | boxes with class and score |
"""

from __future__ import annotations

from typing import Any

import numpy as np

from outrider_recorder.bridge import palette
from outrider_recorder.bridge.rows import Batch
from outrider_recorder.bridge.tail import Item
from outrider_recorder.bridge.words import safe

KIND = 'vision_msgs/msg/Detection2DArray'
PICTURE = 'sensor_msgs/msg/CompressedImage'
LONGEST_CLASS = 40


class Boxes:
    """Remembers which picture hangs in which frame."""

    def __init__(self) -> None:
        """Begin with no picture."""
        self._pictures: dict[str, str] = {}

    def picture(self, item: Item, message: Any) -> None:
        """Take note of a picture's frame."""
        frame = message.header.frame_id
        self._pictures.setdefault(frame, f'world/{safe(frame)}/{safe(item.topic.rpartition("/")[0])}')

    def take(self, batch: Batch, item: Item, message: Any) -> None:
        """Add the boxes of one image; before its picture was seen there is nowhere to draw them."""
        picture = self._pictures.get(message.header.frame_id)
        if picture is None:
            return
        rows = message.detections
        centres = np.array([(one.bbox.center.position.x, one.bbox.center.position.y) for one in rows], np.float32)
        halves = np.array([(one.bbox.size_x / 2, one.bbox.size_y / 2) for one in rows], np.float32)
        batch.of(f'{picture}/detections', 'boxes2d').add(
            item.publish_ns, len(rows), centers=centres.reshape(-1, 2), half_sizes=halves.reshape(-1, 2),
            labels=[_label(one) for one in rows], colors=np.full(len(rows), palette.DETECTION, np.uint32))


def _label(detection: Any) -> str:
    best = max(detection.results, key=lambda one: one.hypothesis.score, default=None)
    return f'{best.hypothesis.class_id[:LONGEST_CLASS]} {best.hypothesis.score:.2f}' if best else ''
