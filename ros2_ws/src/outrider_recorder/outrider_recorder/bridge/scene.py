"""Messages into a scene: points, tracks, hazards, curves, words.

| message | entity | drawn as |
|---|---|---|
| PointCloud2 | world/<frame>/<topic> | points coloured by speed over ground, static ones subdued |
| TrackArray | world/tracks/box, name, velocity | boxes, id and speed, arrows of 1 s over ground |
| the same | world/tracks/trail, sigma | 3 s of path, ellipses of 2 sigma of the place |
| HazardArray | hazard, plots/closing, plots/distance | colour of the tracks, state bar, curves |
| the same | world/hazards | a line from the machine to the nearest edge of each |
| ClosePass, RecorderState, DiagnosticArray, Log | log | text |
| AlertArray, DiagnosticArray | alert, health | see alerts.py |
| Detection2DArray | world/<frame>/camera/detections | see boxes.py |
| Detection3DArray, MarkerArray | world/<frame>/<topic> | see solids.py |
| TFMessage on tf_static | world/<frame> | where the frame sits |
| what drives | drive, plots/drive | see drive.py |
| what the camera sees | world/<frame>/camera | see eyes.py |
| IMU, GPS | plots/motion, map | see motion.py |
"""

from __future__ import annotations

import math
from collections import Counter, deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_recorder.bridge import alerts, boxes, drive, eyes, motion, palette, solids, words
from outrider_recorder.bridge.decode import Decoder
from outrider_recorder.bridge.ellipse import ellipse
from outrider_recorder.bridge.places import Places
from outrider_recorder.bridge.rows import Batch
from outrider_recorder.bridge.tail import Item

TRAIL_NS, TRAIL_STEP_NS = 3_000_000_000, 90_000_000
TRACKS, HAZARDS = 'outrider_interfaces/msg/TrackArray', 'outrider_interfaces/msg/HazardArray'
# What reading a message of another version of its definition raises.
_OTHER_FIELDS = (AttributeError, IndexError, TypeError, ValueError)
# Half the outline of a body nobody could measure.
LEAST_HALF_M = 0.15
NAME_ABOVE_M, NAME_ABOVE_RAD = 0.3, 0.05  # the farther, the higher: in a picture it must not hide a small body


class Scene:
    """Keeps what outlives one batch: places of frames, trails, the last words of each device."""

    def __init__(self, hides: motion.Hides = motion.shows_all) -> None:
        """Start empty; `hides` tells which places nobody may see."""
        self._decoder = Decoder()
        self._places = Places()
        self._words = words.Words()
        self._drive = drive.Drive(self._words)
        self._alerts, self._eyes, self._boxes = alerts.Alerts(self._words), eyes.Eyes(), boxes.Boxes()
        self._solids = solids.Solids()
        self._motion = motion.Motion(self._places, hides)
        self._ego = np.zeros(3)
        self._levels: dict[int, int] = {}
        self._level = -1
        self._trails: dict[int, deque[tuple[int, tuple[float, float, float]]]] = {}
        self._trailed_ns = 0
        self._hazards: dict[int, Any] = {}
        self.not_drawn: Counter[str] = Counter()  # messages by type that are damaged or of another version

    def batch(self, items: list[Item]) -> Batch:
        """Return what `items`, in order, look like."""
        batch = Batch()
        decoded = [(item, self._decoder.decode(item)) for item in items
                   if _wanted(item.kind) or self._motion.wants(item)]
        # Hazards follow their tracks by a moment, and colour them.
        self._hazards = {_ns(message): message for item, message in decoded if item.kind == HAZARDS and message}
        for item, message in decoded:
            try:
                if message is not None:
                    self._draw(batch, item, message)
                    continue
            except _OTHER_FIELDS:
                pass
            self.not_drawn[item.kind] += 1
        return batch

    def _draw(self, batch: Batch, item: Item, message: Any) -> None:
        if item.kind == 'sensor_msgs/msg/PointCloud2':
            self._points(batch, item, message)
        elif item.kind == TRACKS:
            self._tracks(batch, item, message)
        elif item.kind == HAZARDS:
            self._hazard(batch, item, message)
        elif item.kind == 'tf2_msgs/msg/TFMessage':
            batch.placed.extend(self._places.learn(message.transforms))
        elif item.kind in drive.KINDS:
            self._drive.take(batch, item, message)
        elif item.kind in eyes.KINDS:
            self._eyes.take(batch, item, message)
            if item.kind == boxes.PICTURE:
                self._boxes.picture(item, message)
        elif item.kind == boxes.KIND:
            self._boxes.take(batch, item, message)
        elif item.kind in solids.KINDS:
            self._solids.take(batch, item, message)
        elif item.kind in alerts.KINDS:
            self._alerts.take(batch, item, message)
        elif item.kind in motion.KINDS:
            self._motion.take(batch, item, message)
        else:
            if item.kind == alerts.DIAGNOSTICS:
                self._alerts.take(batch, item, message)
            self._words.say(batch, item, message)

    def _points(self, batch: Batch, item: Item, message: Any) -> None:
        cloud = _cloud(message)
        if cloud is None:
            return
        positions, velocity = cloud
        frame = message.header.frame_id
        turn = self._places.rotation(frame)
        reach = np.linalg.norm(positions, axis=1)
        along = positions / np.maximum(reach, 1e-6)[:, None]
        over_ground = velocity + (along @ (turn.T @ self._ego)).astype(np.float32)
        batch.of(f'world/{words.safe(frame)}/{words.safe(item.topic)}', 'points').add(
            item.publish_ns, len(positions), positions=positions, colors=palette.of_speed(over_ground))
        batch.of('plots/points', 'scalar').add(item.publish_ns, 1, scalars=float(len(positions)))

    def _tracks(self, batch: Batch, item: Item, message: Any) -> None:
        if message.ego_velocity_valid:
            ego = message.ego_velocity
            self._ego = np.array([ego.x, ego.y, ego.z])
        hazards = self._hazards.get(_ns(message))
        if hazards is not None:
            self._levels = {hazard.track_id: hazard.level for hazard in hazards.hazards}
        tracks, count, now_ns = message.tracks, len(message.tracks), item.publish_ns
        colours = np.array([self._colour(track.id) for track in tracks], dtype=np.uint32)
        centres = _array([_xyz(track.position) for track in tracks], 3)
        vectors = _array([_xyz(track.velocity_over_ground) for track in tracks], 3)
        batch.of('world/tracks/box', 'boxes').add(
            now_ns, count, centers=centres, colors=colours,
            half_sizes=_array([[max(size / 2, LEAST_HALF_M) for size in (t.length_m, t.width_m, t.height_m)]
                               for t in tracks], 3),
            quaternions=_array([[0, 0, math.sin(t.heading_rad / 2), math.cos(t.heading_rad / 2)] for t in tracks], 4))
        # Above the box, so that the points inside are seen.
        batch.of('world/tracks/name', 'names').add(
            now_ns, count, colors=colours, labels=[words.label(track) for track in tracks],
            positions=_array([_above(track) for track in tracks], 3))
        batch.of('world/tracks/velocity', 'arrows').add(now_ns, count, origins=centres, vectors=vectors,
                                                        colors=colours)
        around = [(number, line) for number, track in enumerate(tracks) if (line := ellipse(
            track.position.x, track.position.y, track.position_covariance)) is not None]
        batch.of('world/tracks/sigma', 'lines').add(now_ns, len(around), strips=[line for _, line in around],
                                                    colors=colours[[number for number, _ in around]] & 0xFFFFFFC0)
        batch.of('plots/tracks', 'scalar').add(now_ns, 1, scalars=float(count))
        self._trail(batch, now_ns, {track.id: _xyz(track.position) for track in tracks})

    def _trail(self, batch: Batch, now_ns: int, places: dict[int, tuple[float, float, float]]) -> None:
        if 0 <= now_ns - self._trailed_ns < TRAIL_STEP_NS and places.keys() == self._trails.keys():
            return
        self._trailed_ns = now_ns
        self._trails = {number: self._trails.get(number, deque()) for number in places}
        for number, trail in self._trails.items():
            trail.append((now_ns, places[number]))
            while trail[0][0] < now_ns - TRAIL_NS:
                trail.popleft()
        drawn = [number for number, trail in self._trails.items() if len(trail) > 1]
        batch.of('world/tracks/trail', 'lines').add(
            now_ns, len(drawn), strips=[[place for _, place in self._trails[number]] for number in drawn],
            colors=np.array([self._colour(number) & 0xFFFFFF00 | 0x90 for number in drawn], dtype=np.uint32))

    def _hazard(self, batch: Batch, item: Item, message: Any) -> None:
        gravest = max(message.hazards, key=lambda hazard: hazard.level, default=None)
        level = gravest.level if gravest else 0
        batch.of('plots/distance', 'scalar').add(
            item.publish_ns, 1, scalars=float(gravest.distance_m) if gravest else math.nan)
        batch.of('plots/closing', 'scalar').add(
            item.publish_ns, 1, scalars=float(gravest.closing_speed_mps) if gravest else math.nan)
        near = [one for one in message.hazards if one.level and math.isfinite(one.nearest_edge.x + one.nearest_edge.y)]
        lines = [[(0.0, 0.0, 0.05), (float(one.nearest_edge.x), float(one.nearest_edge.y), 0.05)] for one in near]
        batch.of('world/hazards', 'lines').add(
            item.publish_ns, len(near), strips=lines,
            colors=np.array([palette.LEVELS[min(one.level, 3)] for one in near], dtype=np.uint32))
        if level != self._level:
            self._level = level
            batch.of('hazard', 'state').add(item.publish_ns, 1, state=palette.LEVEL_NAMES[level])
            if gravest and level:
                self._words.hazard(batch, item, gravest, level)

    def _colour(self, number: int) -> int:
        return palette.LEVELS[min(self._levels.get(number, 0), 3)]


def _wanted(kind: str) -> bool:
    return (kind in ('sensor_msgs/msg/PointCloud2', 'tf2_msgs/msg/TFMessage', TRACKS, HAZARDS)
            or kind in (*drive.KINDS, *eyes.KINDS, *words.KINDS, *alerts.KINDS, *solids.KINDS, boxes.KIND))


def _cloud(message: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """Return positions (n, 3) and velocity (n,) of a cloud of float32 fields, or None for another layout."""
    offsets = {entry.name: entry.offset for entry in message.fields if entry.datatype == 7}
    count, step = message.width * message.height, message.point_step
    if not {'x', 'y', 'z'} <= offsets.keys() or message.is_bigendian or len(message.data) < count * step:
        return None
    names = [name for name in ('x', 'y', 'z', 'velocity') if name in offsets]
    kind = np.dtype({'names': names, 'formats': ['<f4'] * len(names), 'offsets': [offsets[name] for name in names],
                     'itemsize': step})
    points = np.frombuffer(message.data, dtype=kind, count=count)
    positions = np.stack([points['x'], points['y'], points['z']], axis=1)
    return positions, points['velocity'] if 'velocity' in names else np.zeros(count, np.float32)


def _xyz(vector: Any) -> tuple[float, float, float]:
    return float(vector.x), float(vector.y), float(vector.z)


def _above(track: Any) -> tuple[float, float, float]:
    x, y, z = _xyz(track.position)
    return x, y, z + track.height_m / 2 + NAME_ABOVE_M + NAME_ABOVE_RAD * math.hypot(x, y)


def _array(rows: list[Any], width: int) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32).reshape(-1, width)


def _ns(message: Any) -> int:
    stamp = message.header.stamp
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)
