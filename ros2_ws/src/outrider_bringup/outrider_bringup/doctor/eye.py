"""One picture through the detector: what it sees in a table, and in a picture with boxes.

A camera whose driver runs is asked for a picture like any listener; a free one is opened for a moment. Weights, engine
and classes are those of the detector that runs, else those of the project, or what `--weights` names.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outrider_bringup import paths
from outrider_bringup.doctor import camera
from outrider_bringup.doctor.check import Check, Result
from outrider_bringup.doctor.shot import Shot, heard, opened
from outrider_bringup.up.control import ask

NAME, PNG = 'camera detector', 'doctor_camera.png'
LEAST_PX = 800  # columns of that picture
UNCOVER = 'take off what covers the lens and wipe it, or switch a light on; then: ./outrider doctor camera'
GIVE = 'name weights of real roads in the rig file (weights), or look with: ./outrider doctor camera --weights F'


@dataclass(frozen=True)
class Row:
    """One body: class, score, distance in m (NaN: unknown), what told it, edges in pixels of the whole picture."""

    kind: str
    score: float
    distance_m: float
    source: str
    edges_px: tuple[float, float, float, float]


def detector(weights: Path | None = None) -> Result:
    """Look at one picture with `weights`, by default those that the running detector has."""
    from outrider_sensors.detector.engine import DetectorError, PictureError, default_weights, load
    from outrider_sensors.detector.eye import Eye
    from outrider_sensors.detector.sizes import load_sizes

    shot = _shot()
    given = weights or (shot.weights if shot else None)
    try:
        eye = Eye(load(given or default_weights()), load_sizes())
    except DetectorError as error:
        return Result('fail', f'the detector cannot look: {error}')
    engine = eye.engine
    net = f'{engine.weights.name} ({engine.name}, {engine.size_px[0]}x{engine.size_px[1]})'
    if shot is None:
        return Result('warn', f'{net} is ready, and there is no picture to look at', 'a camera', camera.PLUG_IN)
    try:
        picture = shot.picture(eye)
        began_s = time.perf_counter()
        look = eye.look(picture, shot.stamp_s, shot.seen_by(picture.size_px), shot.depths)
        took_ms = (time.perf_counter() - began_s) * 1e3
        whole = shot.whole()
    except PictureError as error:
        return Result('fail', f'{error}', 'a picture', 'plug the camera in again, then: ./outrider doctor camera')
    if look.blind:
        return Result('warn', look.blind, 'a road', UNCOVER)
    rows = _rows(look)
    png = paths.run_folder() / PNG
    drawn = _draw(png, whole, look)
    bodies = f'{len(rows)} bod{"y" if len(rows) == 1 else "ies"}' if rows else 'no road user'
    seen = f'{bodies} in one picture, in {took_ms:.0f} ms by {net}{f": {png}" if not drawn else f"; {drawn}"}'
    data = {'weights': str(engine.weights), 'engine': engine.name, 'took_ms': round(took_ms, 1),
            'size_px': list(picture.size_px), 'png': '' if drawn else str(png), 'boxes': [_plain(row) for row in rows]}
    if shot.real and given is None:
        return Result('warn', f'{seen}; these weights know the simulator only', 'weights of real roads', GIVE,
                      tuple(table(rows)), data)
    return Result('ok', seen, lines=tuple(table(rows)), data=data)


def table(rows: Sequence[Row]) -> list[str]:
    """Return the boxes as lines, the surest first; none for none."""
    if not rows:
        return []
    lines = [f'{"class":<12}{"score":>5}{"distance":>11}  from   middle of the box']
    for row in rows:
        left, top, right, bottom = row.edges_px
        away = f'{row.distance_m:.1f} m' if math.isfinite(row.distance_m) else '?'
        lines.append(f'{row.kind:<12}{row.score:>5.2f}{away:>11}  {row.source or "-":<6} '
                     f'{(left + right) / 2:.0f},{(top + bottom) / 2:.0f} px, {right - left:.0f}x{bottom - top:.0f}')
    return lines


def _rows(look: Any) -> list[Row]:
    found, where = look.found, look.where
    rows = []
    for row, kind in enumerate(found.kinds):
        left, top, right, bottom = (float(edge) for edge in found.edges_px[row])
        away = math.hypot(*where.xyz_m[row].tolist()) if where is not None else math.nan
        rows.append(Row(kind, float(found.scores[row]), away, where.sources[row] if where is not None else '',
                        (left, top, right, bottom)))
    return rows


def _plain(row: Row) -> dict[str, object]:
    return {'class': row.kind, 'score': round(row.score, 3), 'from': row.source,
            'distance_m': round(row.distance_m, 2) if math.isfinite(row.distance_m) else None,
            'edges_px': [round(edge, 1) for edge in row.edges_px]}


def _draw(path: Path, rgb: Any, look: Any) -> str:
    """Write the picture with its boxes; return why not, '' where it was written."""
    from outrider_sensors.detector.debug import painted

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        workshop = path.with_name(f'.{path.name}.new')
        times = max(1, -(-LEAST_PX // rgb.shape[1]))  # so that what is written beside a box can be read
        shown = rgb.repeat(times, axis=0).repeat(times, axis=1)
        painted(shown, look.found.scaled(times, times), look.where).save(workshop, 'PNG')
        os.replace(workshop, path)
    except OSError as error:
        return f'{path} cannot be written ({error.strerror})'
    return ''


def _shot() -> Shot | None:
    """Return a picture: of the driver that runs, else of a camera that is free, None where there is neither."""
    answer = ask(paths.run_folder(), {'do': 'nodes'})
    nodes = answer.get('nodes') if answer is not None else None
    running = any(one.get('name') == 'camera' for one in nodes) if isinstance(nodes, list) else False
    feed, plugged = camera.feed(), bool(camera.on_usb())
    if not (running or feed or plugged):
        return None
    shot = heard(real=feed is None)
    if shot is not None or running or camera.library().status == 'fail':
        return shot
    return opened(f'feed:{feed}' if feed else 'usb', real=feed is None)


CHECKS = (Check(NAME, 'camera', detector, beside=True),)
