"""What stands in space by a detector's word, or as markers of anybody's node.

| message | entity | drawn as |
|---|---|---|
| Detection3DArray | world/<frame>/<topic> | boxes with class, score and distance |
| MarkerArray | world/<frame>/<topic>/box, line, text | cubes, spheres and cylinders as boxes; lines; texts |

Markers follow rules of their own: each stays until it is changed, deleted, or its lifetime is over, so all that stand
are drawn again with each message (visualization_msgs/Marker).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_recorder.bridge import palette, places
from outrider_recorder.bridge.rows import Batch
from outrider_recorder.bridge.tail import Item
from outrider_recorder.bridge.words import safe

DETECTIONS, MARKERS = 'vision_msgs/msg/Detection3DArray', 'visualization_msgs/msg/MarkerArray'
KINDS = (DETECTIONS, MARKERS)
LEAST_HALF_M = 0.05   # of what has no size, as a marker's text or a body that nobody could measure
LONGEST_TEXT = 40
MOST = 1000           # markers that stand at a time on one topic
SOLIDS, STRIP, PAIRS, TEXT = (1, 2, 3), 4, 5, 9  # Marker.type: CUBE, SPHERE, CYLINDER; LINE_STRIP; LINE_LIST; TEXT
DELETE, DELETE_ALL = 2, 3  # Marker.action


class Solids:
    """Remembers the markers that stand, by topic, and what was drawn of each frame."""

    def __init__(self) -> None:
        """Begin with none."""
        self._markers: dict[str, dict[tuple[str, int], tuple[int, Any]]] = {}  # with the end of each, 0: none
        self._drawn: dict[str, set[tuple[str, str]]] = {}

    def take(self, batch: Batch, item: Item, message: Any) -> None:
        """Add what one message of KINDS looks like."""
        if item.kind == DETECTIONS:
            _detections(batch, item, message)
        else:
            self._take_markers(batch, item, message)

    def _take_markers(self, batch: Batch, item: Item, message: Any) -> None:
        standing, now_ns = self._markers.setdefault(item.topic, {}), item.publish_ns
        for marker in message.markers:
            key = marker.ns, marker.id
            if marker.action == DELETE_ALL:
                standing.clear()
            elif marker.action == DELETE:
                standing.pop(key, None)
            elif key in standing or len(standing) < MOST:
                life_ns = marker.lifetime.sec * 1_000_000_000 + marker.lifetime.nanosec
                standing[key] = now_ns + life_ns if life_ns > 0 else 0, marker
        for key in [key for key, (end_ns, _) in standing.items() if end_ns and end_ns <= now_ns]:
            del standing[key]
        drawn = self._drawn.setdefault(item.topic, set())
        drawn |= {(safe(marker.header.frame_id), kind) for _, marker in standing.values() if (kind := _kind(marker))}
        for frame, kind in sorted(drawn):  # what has gone is drawn as nothing
            alike = [marker for _, marker in standing.values()
                     if safe(marker.header.frame_id) == frame and _kind(marker) == kind]
            _DRAWS[kind](batch, f'world/{frame}/{safe(item.topic)}/{kind}', now_ns, alike)


def _kind(marker: Any) -> str:
    """Return how a marker is drawn, '' where it is not."""
    if marker.type in SOLIDS:
        return 'box'
    return {STRIP: 'line', PAIRS: 'line', TEXT: 'text'}.get(marker.type, '')


def _detections(batch: Batch, item: Item, message: Any) -> None:
    rows = [one for one in message.detections if math.isfinite(sum(_xyz(one.bbox.center.position)))]
    batch.of(f'world/{safe(message.header.frame_id)}/{safe(item.topic)}', 'boxes').add(
        item.publish_ns, len(rows), centers=_array([_xyz(one.bbox.center.position) for one in rows], 3),
        half_sizes=_array([_half(one.bbox.size) for one in rows], 3),
        quaternions=_array([_turn(one.bbox.center.orientation) for one in rows], 4),
        labels=[_label(one) for one in rows], colors=np.full(len(rows), palette.DETECTION, np.uint32))


def _label(detection: Any) -> str:
    best = max(detection.results, key=lambda one: one.hypothesis.score, default=None)
    away = f'{math.hypot(*_xyz(detection.bbox.center.position)):.0f} m'
    return f'{best.hypothesis.class_id[:LONGEST_TEXT]} {best.hypothesis.score:.2f}, {away}' if best else away


def _boxes(batch: Batch, path: str, now_ns: int, markers: list[Any]) -> None:
    batch.of(path, 'boxes').add(
        now_ns, len(markers), centers=_array([_xyz(one.pose.position) for one in markers], 3),
        half_sizes=_array([_half(one.scale) for one in markers], 3),
        quaternions=_array([_turn(one.pose.orientation) for one in markers], 4),
        labels=[str(one.text)[:LONGEST_TEXT] for one in markers], colors=_colours(markers))


def _lines(batch: Batch, path: str, now_ns: int, markers: list[Any]) -> None:
    strips, owners = [], []
    for one in markers:
        turn, at = places.rotation(*_turn(one.pose.orientation)), np.array(_xyz(one.pose.position))
        points = (_array([_xyz(point) for point in one.points], 3) @ turn.T + at).astype(np.float32)
        pieces = [points] if one.type == STRIP else list(points[:len(points) // 2 * 2].reshape(-1, 2, 3))
        strips += [piece for piece in pieces if len(piece) > 1]
        owners += [one for piece in pieces if len(piece) > 1]
    batch.of(path, 'lines').add(now_ns, len(strips), strips=strips, colors=_colours(owners))


def _texts(batch: Batch, path: str, now_ns: int, markers: list[Any]) -> None:
    batch.of(path, 'names').add(now_ns, len(markers), positions=_array([_xyz(one.pose.position) for one in markers], 3),
                                labels=[str(one.text)[:LONGEST_TEXT] for one in markers], colors=_colours(markers))


_DRAWS = {'box': _boxes, 'line': _lines, 'text': _texts}


def _xyz(vector: Any) -> tuple[float, float, float]:
    return float(vector.x), float(vector.y), float(vector.z)


def _half(size: Any) -> list[float]:
    return [max(part / 2.0, LEAST_HALF_M) for part in _xyz(size)]


def _turn(quaternion: Any) -> tuple[float, float, float, float]:
    """Return x, y, z, w of length 1; no turn where nothing was filled in."""
    turn = np.array([quaternion.x, quaternion.y, quaternion.z, quaternion.w], dtype=np.float64)
    length = float(np.linalg.norm(turn))
    x, y, z, w = (turn / length).tolist() if length > 0.0 else (0.0, 0.0, 0.0, 1.0)
    return x, y, z, w


def _colours(markers: list[Any]) -> NDArray[np.uint32]:
    parts = _array([(one.color.r, one.color.g, one.color.b, one.color.a) for one in markers], 4)
    levels = np.rint(np.clip(np.nan_to_num(parts), 0.0, 1.0) * 255.0).astype(np.uint32)
    colours: NDArray[np.uint32] = levels @ np.array([1 << 24, 1 << 16, 1 << 8, 1], dtype=np.uint32)
    return colours


def _array(rows: list[Any], width: int) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32).reshape(-1, width)
