"""A recording through the present detector, and what it says through the present fusion: what would have changed."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from outrider_bringup.errors import UserError
from outrider_bringup.replay import eye_setup, report, start
from outrider_bringup.replay.bag import Bag
from outrider_bringup.replay.both import Kept, build
from outrider_bringup.replay.boxes import EDGE_PX, SCORE, counted
from outrider_bringup.replay.compare import Result
from outrider_bringup.replay.detect import Look, prefix_of
from outrider_bringup.replay.pace import Stepped
from outrider_bringup.replay.through import Run, made_elsewhere, prepared
from outrider_bringup.rides.story_of import Bar
from outrider_perception.config import Config
from outrider_sensors.detector.engine import Engine


def detector(bag: Bag, from_ns: int | None, to_ns: int, *, weights: Path | None, json_file: Path | None,
             rrd: Path | None) -> int:
    """Look, run, print, write; return 0 where it came out as recorded, 1 where not. Raises UserError."""
    prefix, told = prefix_of(bag), len(bag.complaints)
    setup = eye_setup.of_ride(bag, prefix)
    for complaint in dict.fromkeys(bag.complaints[told:]):
        print(complaint, file=sys.stderr)
    eye = eye_setup.opened(weights, setup)
    engine = eye.engine
    began, config = _fusion(bag, from_ns)
    bar = Bar(f'looking at {bag.name}')
    look = Look(bag, prefix, eye, setup, began.compare_from_ns if began else _stamp(bag, from_ns))
    at_s = time.monotonic()
    look.all(began.read_from_ns if began else from_ns or bag.first_ns, to_ns, bar)
    bar.end()
    took_s = time.monotonic() - at_s
    if not look.pictures and not look.blind:
        raise UserError(f'{bag.name}: no picture that a detector looked at lies in that part of it. Choose an earlier '
                        '--from or a later --to')
    if began is None or config is None:
        _tell(look, engine)
        alone = start.Start(start.Look(prefix, from_ns or bag.first_ns, 0, 0, False, ()), 'its first picture', 0, 0)
        facts = report.Facts(bag.name, alone, '', look.seconds, took_s, {}, 0, 0.0, made_elsewhere(bag))
        return report.write(facts, _seen(look), json_file, _for_programs(look, engine))
    run = Run(bag, began, config, to_ns, look.now)
    with Kept(rrd) as kept:
        result, facts = run.compared(kept)
        _tell(look, engine)
        code = report.write(replace(facts, took_s=facts.took_s + took_s), _seen(look).before(result), json_file,
                            _for_programs(look, engine))
        if rrd is not None:
            build(bag, kept, rrd, began.read_from_ns, to_ns)
    return code


def _fusion(bag: Bag, from_ns: int | None) -> tuple[start.Start | None, Config | None]:
    """Return where the fusion begins and its numbers; neither where it cannot be run, and why is said."""
    try:
        return prepared(bag, from_ns)
    except UserError as why:
        print(f'only the boxes are compared: {why}', file=sys.stderr)
        return None, None


def _stamp(bag: Bag, from_ns: int | None) -> int:
    return 0 if from_ns is None else Stepped(bag.info).system_ns(from_ns)


def _seen(look: Look) -> Result:
    """Return the rows of the boxes; where none were recorded there is nothing to compare."""
    return look.looks.result if look.recorded else Result({}, look.looks.result.told, look.looks.result.more)


def _tell(look: Look, engine: Engine) -> None:
    width, height = engine.size_px
    each = f', {np.median(look.ms):.0f} ms each' if look.ms else ''
    print(f'{engine.weights.name} ({engine.name}, {width}x{height}) looked at {look.pictures} pictures{each}: '
          f'{counted(look.kinds)}')
    if not look.recorded:
        print('no detections were recorded, so what changes below is what a detector adds')
    for (was, now), count in sorted(look.looks.renamed.items(), key=lambda one: (-one[1], one[0])):
        print(f'  {was} is now called {now} {count} times')
    if look.missing:
        print(f'{look.missing} pictures that the detector looked at are not in the recording; what it said is kept')
    if look.blind:
        print(f'{look.blind} pictures show nothing, or cannot be read')


def _for_programs(look: Look, engine: Engine) -> dict[str, Any]:
    return {'detector': {
        'weights': engine.weights.name, 'engine': engine.name, 'size_px': list(engine.size_px),
        'recorded': look.recorded, 'pictures': look.pictures, 'missing': look.missing, 'blind': look.blind,
        'p50_ms': float(np.median(look.ms)) if look.ms else None,
        'classes_recorded': dict(look.looks.kinds['recorded']), 'classes_now': dict(look.kinds),
        'renamed': [{'recorded': was, 'now': now, 'pictures': count}
                    for (was, now), count in sorted(look.looks.renamed.items())],
        'tolerance': {'edge_px': EDGE_PX, 'score': SCORE}}}
