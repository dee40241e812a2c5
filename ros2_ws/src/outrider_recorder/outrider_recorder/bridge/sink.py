"""The one place where data goes to rerun (0.41): into a file, or to a live viewer."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rerun as rr

from outrider_recorder.bridge import palette, shapes
from outrider_recorder.bridge.beside import place
from outrider_recorder.bridge.blueprint import ROAD_M, blueprint
from outrider_recorder.bridge.framing import whole_messages
from outrider_recorder.bridge.rows import Batch, Rows
from outrider_recorder.bridge.seen import ROAD_ALONE, Seen

APPLICATION = 'outrider'
TIMELINE = 'time'
# How far before the lens its picture hangs in space: near enough not to stand in the way of what is behind.
IMAGE_PLANE_M = 0.6
DEPTH = rr.DepthImage.from_fields(meter=1000.0, colormap=rr.components.Colormap.Viridis, depth_range=(0.0, 10_000.0),
                                  point_fill_ratio=0.25)
# Data leaves the SDK when we say so, twice a second; its own ticker would only cost wake-ups.
_BATCHER = rr.ChunkBatcherConfig(flush_tick=3600.0)


Layout = Callable[[float, Seen, str], Any]


def _joined(parts: list[Any]) -> Any:
    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) else [one for part in parts for one in part]


def _instances(kind: Any) -> Callable[[Rows], Any]:
    def columns(rows: Rows) -> Any:
        joined = {name: _joined(parts) for name, parts in rows.columns.items()}
        return kind.columns(**joined).partition(rows.lengths)
    return columns


def _depth(rows: Rows) -> Any:
    parts = rows.columns['depth_mm']
    return rr.DepthImage.columns(
        buffer=[part.reshape(-1).view(np.uint8) for part in parts],
        format=[rr.components.ImageFormat(part.shape[1], part.shape[0], channel_datatype='U16') for part in parts])


_COLUMNS: dict[str, Callable[[Rows], Any]] = {
    'points': _instances(rr.Points3D),
    'boxes': _instances(rr.Boxes3D),
    'names': _instances(rr.Points3D),
    'arrows': _instances(rr.Arrows3D),
    'lines': _instances(rr.LineStrips3D),
    'scalar': lambda rows: rr.Scalars.columns(scalars=rows.columns['scalars']),
    'text': lambda rows: rr.TextLog.columns(text=rows.columns['text'], level=rows.columns['level']),
    'state': lambda rows: rr.StateChange.columns(state=rows.columns['state']),
    'picture': lambda rows: rr.EncodedImage.columns(blob=rows.columns['blob'], media_type=rows.columns['media_type']),
    'depth': _depth,
    'boxes2d': _instances(rr.Boxes2D),
    'geo_points': _instances(rr.GeoPoints),
    'geo_lines': _instances(rr.GeoLineStrings),
}


class Sink:
    """One recording stream. Nothing here may be called from two threads."""

    def __init__(self, ride: str, target: Any, rig: str = '', layout: Layout = blueprint) -> None:
        """Open a stream of recording `ride` into `target` (an rr.FileSink or rr.GrpcSink) with its blueprint.

        `rig` is the kind of machine, '' where nobody knows yet.
        """
        self._rig, self._reach_m, self._seen, self._layout = rig, ROAD_M, Seen(), layout
        self._framed, self._devices = False, set[str]()
        self._stream = rr.RecordingStream(APPLICATION, recording_id=ride, batcher_config=_BATCHER)
        self._connect(target)
        self._stream.send_recording_name(ride)
        self._draw_statics()
        self._draw_rig()

    def _connect(self, target: Any) -> None:
        self._stream.set_sinks(target, default_blueprint=self._layout(ROAD_M, ROAD_ALONE, self._rig))

    def send(self, batch: Batch) -> None:
        """Hand `batch` over; what it holds is out after the next flush."""
        for placed in batch.placed:
            self._stream.log(placed.path, rr.Transform3D(
                translation=placed.translation_m, quaternion=rr.Quaternion(xyzw=placed.quaternion)), static=True)
        for lens in batch.lenses:
            self._stream.log(lens.path, rr.Pinhole(
                image_from_camera=np.array(lens.k).reshape(3, 3), resolution=(lens.width, lens.height),
                camera_xyz=rr.ViewCoordinates.RDF, image_plane_distance=IMAGE_PLANE_M, color=palette.RIG_DIM),
                static=True)
        self._lay_out(batch)
        for path, rows in batch.parts():
            times = rr.TimeColumn(TIMELINE, timestamp=np.array(rows.times_ns, dtype='datetime64[ns]'))
            self._stream.send_columns(path, indexes=[times], columns=_COLUMNS[rows.kind](rows))

    def _lay_out(self, batch: Batch) -> None:
        """Show what the machine turns out to have, and the road from as near as the first points allow."""
        before = (self._reach_m, self._seen)
        self._seen = self._seen.also(batch)
        for _, rows in batch.parts():
            if rows.kind == 'points' and not self._framed:
                self._frame(rows)
        for path in self._seen.depths:
            if path not in before[1].depths:
                self._stream.log(path, DEPTH, static=True)
        for path, rows in batch.parts():
            if path.startswith('health/') and path not in self._devices and rows.kind == 'state':
                self._devices.add(path)
                self._states(path, palette.HEALTH_NAMES, palette.HEALTH_STATES)
        if self._seen.drives and not before[1].drives:
            self._draw_rig()
        if (self._reach_m, self._seen) != before and (self._seen != ROAD_ALONE or self._reach_m < ROAD_M):
            self._stream.send_blueprint(self._layout(self._reach_m, self._seen, self._rig))

    def _states(self, path: str, names: Sequence[str], colours: Sequence[int]) -> None:
        self._stream.log(path, rr.StateConfiguration(values=list(names), colors=np.array(colours, dtype=np.uint32)),
                         static=True)

    def _draw_rig(self) -> None:
        self._draw(shapes.ramp() if self._rig == 'ramp' or (not self._rig and self._seen.drives) else shapes.bicycle())

    def _draw(self, drawing: shapes.Drawing) -> None:
        self._stream.log(drawing.path, rr.LineStrips3D(
            drawing.strips, colors=np.array(drawing.colours, dtype=np.uint32),
            radii=[rr.Radius.ui_points(-width) if width < 0 else width for width in drawing.widths]), static=True)

    def _frame(self, rows: Rows) -> None:
        points = _joined(rows.columns['positions'])
        if len(points):
            self._framed = True
            self._reach_m = min(ROAD_M, float(np.percentile(np.linalg.norm(points, axis=1), 98)))

    def flush(self, timeout_s: float = 0.0) -> None:
        """Push what was sent towards the target; at most `timeout_s` is waited for."""
        with contextlib.suppress(Exception):  # a flush of 0 s says 'timed out' where it has begun; the file tells
            self._stream.flush(timeout_sec=timeout_s)

    def close(self) -> None:
        """End the stream; a file gets its footer."""
        self._stream.disconnect()

    def _draw_statics(self) -> None:
        log = self._stream.log
        log('world', rr.ViewCoordinates.FLU, static=True)
        self._draw(shapes.rings())
        self._draw(shapes.beam())
        places, names = shapes.ring_names()
        log('world/rings/names', rr.Points3D(places, labels=names, colors=palette.RING_TEXT, show_labels=True,
                                             radii=rr.Radius.ui_points(0.1)), static=True)
        for path in ('world/tracks/name', place('world/tracks/name')):
            log(path, rr.Points3D.from_fields(radii=rr.Radius.ui_points(0.1), show_labels=True), static=True)
        for path in ('hazard', place('hazard')):
            self._states(path, palette.LEVEL_NAMES, palette.STATES)
        self._states('alert', palette.ALERT_NAMES, palette.ALERT_STATES)
        for path, name, colour in (('plots/closing', 'closing speed, m/s', palette.LINE_CLOSING),
                                   ('plots/distance', 'distance, m', palette.LINE_DISTANCE),
                                   (place('plots/distance'), 'now', palette.NOW),
                                   (place('plots/tracks'), 'now', palette.NOW),
                                   ('plots/points', 'points per frame', palette.LINE_POINTS),
                                   ('plots/tracks', 'tracks', palette.LINE_TRACKS),
                                   ('plots/motion/speed', 'own speed, km/h', palette.LINE_SPEED),
                                   ('plots/motion/roll', 'roll, right side down > 0', palette.LINE_ROLL),
                                   ('plots/motion/pitch', 'pitch, nose down > 0', palette.LINE_PITCH),
                                   ('plots/motion/turn', 'turning, to the left > 0', palette.LINE_TURN),
                                   ('plots/drive/current_left', 'left, A', palette.LINE_CURRENT_LEFT),
                                   ('plots/drive/current_right', 'right, A', palette.LINE_CURRENT_RIGHT),
                                   ('plots/drive/heat_left', 'left, °C', palette.LINE_HEAT_LEFT),
                                   ('plots/drive/heat_right', 'right, °C', palette.LINE_HEAT_RIGHT),
                                   ('plots/drive/wanted', 'wanted, m/s', palette.LINE_WANTED),
                                   ('plots/drive/measured', 'measured, m/s', palette.LINE_MEASURED),
                                   ('plots/drive/left', 'left, eRPM', palette.LINE_LEFT),
                                   ('plots/drive/right', 'right, eRPM', palette.LINE_RIGHT),
                                   ('plots/drive/age', 'age of its last sign, ms', palette.LINE_AGE),
                                   ('plots/drive/battery', 'battery, V', palette.LINE_BATTERY)):
            log(path, rr.SeriesLines(colors=colour, names=name, widths=1.5), static=True)
        log('map/here', rr.GeoPoints.from_fields(radii=rr.Radius.ui_points(7), colors=palette.HERE), static=True)
        log('map/way', rr.GeoLineStrings.from_fields(radii=rr.Radius.ui_points(2), colors=palette.WAY), static=True)
        for bar, states in palette.BARS.items():
            self._states(f'drive/{bar}', list(states), list(states.values()))


class FileSink(Sink):
    """A sink into a finished ride's .rrd, with rerun's own footer."""

    def __init__(self, ride: str, path: Path, rig: str = '', layout: Layout = blueprint) -> None:
        """Create or replace `path`."""
        super().__init__(ride, rr.FileSink(path), rig, layout)
        self._path = path

    def close(self) -> None:
        """End the file with its footer and put it on the disk. Raises OSError."""
        super().close()
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class GrowingFileSink(Sink):
    """A sink into an .rrd for as long as a ride takes: the same memory after hours, whole at every `flush()`."""

    def __init__(self, ride: str, path: Path, rig: str = '') -> None:
        """Create or replace `path`. Raises OSError."""
        self._file = path.open('wb')
        self._begun = False
        super().__init__(ride, None, rig)

    def _connect(self, target: Any) -> None:
        self._pieces = self._stream.binary_stream()
        self._stream.send_blueprint(self._layout(ROAD_M, ROAD_ALONE, self._rig))

    def flush(self, timeout_s: float = 0.0) -> None:
        """Write what was sent. Raises OSError."""
        piece = self._pieces.read(flush=True)  # no disk is waited for here
        if piece:
            self._file.write(whole_messages(piece, first=not self._begun))
            self._file.flush()
            self._begun = True

    def sync(self) -> None:
        """Put what was flushed on the disk. Raises OSError."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write and sync the rest. Raises OSError."""
        try:
            self.flush()
            self.sync()
        finally:
            super().close()
            self._file.close()


def live_sink(ride: str, address: str, rig: str = '') -> Sink:
    """Return a sink to the server at `address`, rerun+http://..."""
    return Sink(ride, rr.GrpcSink(address), rig)
