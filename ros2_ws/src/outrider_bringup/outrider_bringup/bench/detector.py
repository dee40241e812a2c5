"""The detector with the shipped weights: one picture, the node beside the simulated camera, size, and its card."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from outrider_bringup import paths
from outrider_bringup.bench.detector_run import FPS, HEIGHT, SCENARIO, WIDTH, look_s, watch
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.errors import UserError
from outrider_sensors.camera import jpeg
from outrider_sensors.detector.engine import DetectorError, default_weights, load
from outrider_sensors.detector.pictures import decode
from outrider_sim.world import places, scenario
from outrider_sim.world.camera import Painter, pinhole
from outrider_sim.world.eye import eye_of
from outrider_sim.world.world import World

Say = Callable[[str], None]

MOST_MS, MOST_PERCENT, MOST_MB, MOST_PSS_MB = 30.0, 45.0, 6.0, 350.0
LEAST_MAP, LEAST_MAP_OF = 0.80, 0.65
PICTURES, LOOKS = 12, 60
FIELD_DEG, QUALITY = 90.0, 80
CARD = 'README.md'  # beside the weights: what training measured
OF = ('person', 'bicycle')  # the classes that have a limit of their own


def pictures(count: int = PICTURES) -> list[bytes]:
    """Return pictures of a busy road as they come from the camera's node, JPEG."""
    one = scenario.load(paths.checkout() / 'config' / 'scenarios' / f'{SCENARIO}.yaml')
    world, mount = World(one), places.truth(one.rig, 'camera', one.seed).mount
    painter = Painter(world, pinhole(WIDTH, HEIGHT, FIELD_DEG), one.seed)
    made = []
    for t_s in np.linspace(0.0, one.duration_s, count, endpoint=False).tolist():
        snapshot = world.at(t_s)
        made.append(jpeg.encode(painter.colour(snapshot, eye_of(snapshot.rider, mount)), QUALITY))
    return made


def weights() -> Path:
    """Return the shipped weights. Raises UserError where there are none."""
    try:
        file = default_weights()
    except DetectorError as error:
        raise UserError(str(error)) from None
    if not file.is_file():
        raise UserError(f'there is no {file}. Get it back: git checkout config/detector')
    return file


def one_picture(say: Say) -> tuple[Measured, ...]:
    """Time to look at one picture with one thread, decoding told beside it."""
    try:
        eye = load(weights(), engine='onnxruntime', threads=1)
    except DetectorError as error:
        raise UserError(str(error)) from None
    wires = pictures()
    spent, wall, decoded = [], [], []
    for number in range(LOOKS):
        say(f'{number}/{LOOKS} pictures')
        begun = time.thread_time()
        rgb = decode(wires[number % len(wires)], eye.size_px).rgb
        then, now = time.thread_time(), time.perf_counter()
        eye.look(rgb)
        wall.append(1e3 * (time.perf_counter() - now))
        spent.append(1e3 * (time.thread_time() - then))
        decoded.append(1e3 * (then - begun))
    p50, p95 = np.percentile(spent, [50, 95]).tolist()
    beside = float(np.median(decoded))
    return (Measured(p50, f'processor time, p95 {p95:.1f} ms; {np.median(wall):.1f} ms by the wall clock; net '
                     f'{eye.size_px[0]}x{eye.size_px[1]}', 'ms, decoding the JPEG', beside,
                     {'p95': p95, 'wall_p50': float(np.median(wall)), 'least': min(spent)}),)


def size(say: Say) -> tuple[Measured, ...]:
    """Size of the file."""
    file = weights()
    return (Measured(file.stat().st_size / 1e6, file.name),)


def card(say: Say) -> tuple[Measured, ...]:
    """Mean average precision as training measured it, out of the model's card."""
    file = weights().with_name(CARD)
    try:
        text = file.read_text(encoding='utf-8')
    except OSError as error:
        raise UserError(f'{file} cannot be read ({error.strerror}). Write it anew: tools/train_detector measure'
                        ) from None
    found = []
    for name in ('mean of', *OF):
        # | person | 1,234 bodies | 0.70 | by light ...
        row = re.search(rf'^\| {name}\b[^|]*\|\s*([\d,]+)\s*\|\s*([\d.]+)\s*\|', text, re.MULTILINE)
        if row is None:
            raise UserError(f"{file} has no row '{name}' with its mAP50. Write it anew: tools/train_detector measure")
        found.append(Measured(float(row[2]), f'{row[1]} bodies; told by the model card, not measured here'))
    return tuple(found)


def node(say: Say) -> tuple[Measured, ...]:
    """The node's share of a core and its memory while the simulated camera feeds it."""
    seen = watch(look_s(), say)
    told = (f'{seen.looks_per_s:.1f} pictures/s looked at of {seen.came_per_s:.1f}, {seen.boxes:.1f} boxes each, '
            f'{seen.placed:.0f} % by depth; picture to boxes p50 {seen.late_p50_ms:.0f}, p99 {seen.late_p99_ms:.0f} ms')
    each = seen.percent / seen.looks_per_s
    return (Measured(10.0 * each, told, extra={'percent': seen.percent, 'looks_per_s': seen.looks_per_s,
                                               'late_p50_ms': seen.late_p50_ms, 'late_p99_ms': seen.late_p99_ms}),
            Measured(seen.pss_mb, f'after {look_s():g} s'))


FIGURES = (
    Figure(('a picture through onnxruntime, p50',), ('ms',), (MOST_MS,), '<=', one_picture,
           about=f'{WIDTH}x{HEIGHT}, one thread, shipped weights', group='detector'),
    Figure(('weights of the detector',), ('MB',), (MOST_MB,), '<=', size, about='config/detector', group='detector'),
    Figure(('mAP50 of the detector', *(f'mAP50, {kind}' for kind in OF)), ('',) * 3,
           (LEAST_MAP, *(LEAST_MAP_OF for _ in OF)), '>=', card, about='rendered pictures of other seeds, by the card',
           group='detector'),
    Figure(('detector and places at 10 pictures/s', 'memory of the detector'), ('% of a core', 'MB PSS'),
           (MOST_PERCENT, MOST_PSS_MB), '<=', node,
           about=f'the node beside camera driver and world, {WIDTH}x{HEIGHT} at {FPS}/s', group='detector'),
)
