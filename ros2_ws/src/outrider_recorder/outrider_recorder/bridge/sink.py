"""The one place where data goes to rerun (0.41): into a file, or to a live viewer."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rerun as rr

from outrider_recorder.bridge import palette, shapes
from outrider_recorder.bridge.blueprint import ROAD_M, blueprint
from outrider_recorder.bridge.rows import Batch, Rows

APPLICATION = 'outrider'
TIMELINE = 'time'
# Data leaves the SDK when we say so, twice a second; its own ticker would only cost wake-ups.
_BATCHER = rr.ChunkBatcherConfig(flush_tick=3600.0)


def _joined(parts: list[Any]) -> Any:
    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) else [one for part in parts for one in part]


def _instances(kind: Any) -> Callable[[Rows], Any]:
    def columns(rows: Rows) -> Any:
        joined = {name: _joined(parts) for name, parts in rows.columns.items()}
        return kind.columns(**joined).partition(rows.lengths)
    return columns


_COLUMNS: dict[str, Callable[[Rows], Any]] = {
    'points': _instances(rr.Points3D),
    'boxes': _instances(rr.Boxes3D),
    'names': _instances(rr.Points3D),
    'arrows': _instances(rr.Arrows3D),
    'lines': _instances(rr.LineStrips3D),
    'scalar': lambda rows: rr.Scalars.columns(scalars=rows.columns['scalars']),
    'text': lambda rows: rr.TextLog.columns(text=rows.columns['text'], level=rows.columns['level']),
    'state': lambda rows: rr.StateChange.columns(state=rows.columns['state']),
}


class Sink:
    """One recording stream. Nothing here may be called from two threads."""

    def __init__(self, ride: str, target: Any) -> None:
        """Open a stream of recording `ride` into `target` (an rr.FileSink or rr.GrpcSink) with its blueprint."""
        self._stream = rr.RecordingStream(APPLICATION, recording_id=ride, batcher_config=_BATCHER)
        self._stream.set_sinks(target, default_blueprint=blueprint())
        self._stream.send_recording_name(ride)
        self._reach_m = ROAD_M
        self._framed = self._looks = self._drives = False
        self._draw_statics()

    def send(self, batch: Batch) -> None:
        """Hand `batch` over; what it holds is out after the next flush."""
        for placed in batch.placed:
            self._stream.log(placed.path, rr.Transform3D(
                translation=placed.translation_m, quaternion=rr.Quaternion(xyzw=placed.quaternion)), static=True)
        self._lay_out(batch)
        for path, rows in batch.parts():
            times = rr.TimeColumn(TIMELINE, timestamp=np.array(rows.times_ns, dtype='datetime64[ns]'))
            self._stream.send_columns(path, indexes=[times], columns=_COLUMNS[rows.kind](rows))

    def _lay_out(self, batch: Batch) -> None:
        """Show what the machine turns out to have, eyes or wheels, from as near as the first points allow."""
        before = (self._reach_m, self._looks, self._drives)
        for path, rows in batch.parts():
            self._drives = self._drives or path.startswith(('drive/', 'plots/drive/'))
            self._looks = self._looks or path in ('plots/points', 'plots/tracks', 'hazard')
            if rows.kind == 'points' and not self._framed:
                self._frame(rows)
        now = (self._reach_m, self._looks, self._drives)
        if now != before and (self._drives or self._reach_m < ROAD_M):
            self._stream.send_blueprint(blueprint(self._reach_m, looks=self._looks, drives=self._drives))

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
        for drawing in (shapes.rings(), shapes.bicycle(), shapes.beam()):
            log(drawing.path, rr.LineStrips3D(
                drawing.strips, colors=np.array(drawing.colours, dtype=np.uint32),
                radii=[rr.Radius.ui_points(-width) if width < 0 else width for width in drawing.widths]), static=True)
        places, names = shapes.ring_names()
        log('world/rings/names', rr.Points3D(places, labels=names, colors=palette.RING_TEXT, show_labels=True,
                                             radii=rr.Radius.ui_points(0.1)), static=True)
        log('world/tracks/name', rr.Points3D.from_fields(radii=rr.Radius.ui_points(0.1), show_labels=True),
            static=True)
        log('hazard', rr.StateConfiguration(values=palette.LEVEL_NAMES,
                                             colors=np.array(palette.STATES, dtype=np.uint32)), static=True)
        for path, name, colour in (('plots/closing', 'closing speed, m/s', palette.LINE_CLOSING),
                                   ('plots/distance', 'distance, m', palette.LINE_DISTANCE),
                                   ('plots/points', 'points per frame', palette.LINE_POINTS),
                                   ('plots/tracks', 'tracks', palette.LINE_TRACKS),
                                   ('plots/drive/wanted', 'wanted, m/s', palette.LINE_WANTED),
                                   ('plots/drive/measured', 'measured, m/s', palette.LINE_MEASURED),
                                   ('plots/drive/left', 'left, eRPM', palette.LINE_LEFT),
                                   ('plots/drive/right', 'right, eRPM', palette.LINE_RIGHT),
                                   ('plots/drive/age', 'age of its last sign, ms', palette.LINE_AGE),
                                   ('plots/drive/battery', 'battery, V', palette.LINE_BATTERY)):
            log(path, rr.SeriesLines(colors=colour, names=name, widths=1.5), static=True)
        for bar, states in palette.BARS.items():
            log(f'drive/{bar}', rr.StateConfiguration(
                values=list(states), colors=np.array(list(states.values()), dtype=np.uint32)), static=True)


class FileSink(Sink):
    """A sink into an .rrd file that survives a power cut up to the last `sync()`."""

    def __init__(self, ride: str, path: Path) -> None:
        """Create or replace `path`."""
        super().__init__(ride, rr.FileSink(path))
        self._descriptor = os.open(path, os.O_RDONLY)

    def sync(self) -> None:
        """Put what was flushed on the disk; rerun itself never does. Raises OSError."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """End the file with its footer and put it on the disk."""
        super().close()
        try:
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)


def live_sink(ride: str, address: str) -> Sink:
    """Return a sink to the server at `address`, rerun+http://..."""
    return Sink(ride, rr.GrpcSink(address))
