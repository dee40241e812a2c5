"""A whole ride into one .rrd, alone or beside what a replay says now."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from outrider_recorder import ride
from outrider_recorder.bridge import eyes
from outrider_recorder.bridge.beside import moved
from outrider_recorder.bridge.blueprint import blueprint, compare
from outrider_recorder.bridge.finding import hides_of, rig_of
from outrider_recorder.bridge.motion import Hides
from outrider_recorder.bridge.scene import Scene
from outrider_recorder.bridge.sink import FileSink
from outrider_recorder.bridge.tail import Tail

END_S = 10.0
Progress = Callable[[float], None]


def build(folder: Path, target: Path, progress: Progress, beside: Path | None = None,
          span_ns: tuple[int, int] = (0, 1 << 63)) -> tuple[int, Counter[str]]:
    """Turn what was received within `span_ns` of a ride into `target`; return the messages read, and those not drawn.

    `beside`: folder of a segment with what a replay said; pictures are left out then. Raises OSError.
    """
    total = ride.size(folder) or 1
    workshop = target.with_name(f'.{target.name}.new')
    workshop.unlink(missing_ok=True)
    file = FileSink(folder.name, workshop, rig_of(folder), compare if beside else blueprint)
    try:
        hides = hides_of(folder)
        count, scene = _fill(file, Tail(folder), span_ns, beside is not None,
                             lambda at: progress(min(1.0, at / total)), hides)
        if beside is not None:
            _fill(file, Tail(beside), (0, 1 << 63), True, lambda at: None, hides, now=True)
    finally:
        file.flush(END_S)
        file.close()
    os.replace(workshop, target)
    return count, scene.not_drawn


def _fill(file: FileSink, tail: Tail, span_ns: tuple[int, int], without_pictures: bool, progress: Progress,
          hides: Hides, now: bool = False) -> tuple[int, Scene]:
    scene, count = Scene(hides), 0
    try:
        while items := tail.poll():
            count += len(items)
            # What stands for ever was said before the span too.
            wanted = [item for item in items if (span_ns[0] <= item.log_ns <= span_ns[1] or item.topic == '/tf_static')
                      and not (without_pictures and item.kind in eyes.KINDS)]
            batch = scene.batch(wanted)
            if batch:
                file.send(moved(batch) if now else batch)
            progress(tail.position)
    finally:
        tail.close()
    return count, scene
