"""What an alert may be, by the truth of its actor: the table of the contract, walked from the top."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum

import numpy as np

from outrider_sim.world import boxes, words
from outrider_sim.world.model import Expect, Rig
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.truth import Approach


class Verdict(Enum):
    """On one level of alert."""

    FREE = 'free'
    FALSE = 'false'
    REQUIRED = 'required'


_FREE, _FALSE, _REQUIRED = Verdict.FREE, Verdict.FALSE, Verdict.REQUIRED
Row = tuple[Verdict, Verdict, Verdict]  # notice, warn, urgent

# The first row that fits holds.
TABLE: tuple[tuple[Callable[[Approach, Rig], bool], Row], ...] = (
    (lambda one, rig: one.t_ca_s is None or one.closing_mps < rig.min_closing_mps or one.clearance_m > 3.0,
     (_FREE, _FALSE, _FALSE)),
    (lambda one, rig: one.contact, (_FREE, _REQUIRED, _REQUIRED)),
    (lambda one, rig: one.clearance_m < 1.5, (_FREE, _REQUIRED, _FREE)),
    (lambda one, rig: one.clearance_m <= 2.5, (_FREE, _FREE, _FREE)),
    (lambda one, rig: True, (_FREE, _FREE, _FALSE)),
)
THING: Row = (_FALSE, _FALSE, _FALSE)
IN_OWN_PATH: Row = (_FREE, _FREE, _FREE)
AHEAD_M = 20.0  # as far as a ramp at walking pace can have reason to speak of a thing


def allowed(approach: Approach, rig: Rig, expect: Expect | None = None) -> dict[str, Verdict]:
    """Return the verdict on each level for one actor; `quiet` and `at_most` of `expect` come before the table."""
    row = next(row for fits, row in TABLE if fits(approach, rig))
    if expect is not None and expect.quiet:
        row = THING
    for limit in expect.at_most if expect is not None and not expect.quiet else ():
        if limit.actor == approach.actor:
            highest = words.LEVELS.index(limit.level) if limit.level in words.LEVELS else -1
            row = tuple(_FREE if place <= highest else _FALSE for place in range(3))  # type: ignore[assignment]
    return dict(zip(words.LEVELS, row, strict=True))


def allowed_of_thing(snapshot: Snapshot, rig: Rig, xy: tuple[float, float]) -> dict[str, Verdict]:
    """Return the verdict on an alert at `xy` (base_link) that is no actor's: false, but for a thing in a ramp's path.

    In its path is a thing that the ramp would touch if it went straight on for 20 m.
    """
    in_path = rig.kind == 'ramp' and _blocks(snapshot, rig, xy)
    return dict(zip(words.LEVELS, IN_OWN_PATH if in_path else THING, strict=True))


def _blocks(snapshot: Snapshot, rig: Rig, xy: tuple[float, float]) -> bool:
    rider, scenery = snapshot.rider, snapshot.scenery
    c, s = math.cos(rider.heading), math.sin(rider.heading)
    point = np.array([[rider.x + c * xy[0] - s * xy[1], rider.y + s * xy[0] + c * xy[1]]])
    swept = np.array([[rider.x + c * AHEAD_M / 2, rider.y + s * AHEAD_M / 2]])
    heading, size = np.array([rider.heading]), np.array([[AHEAD_M, rig.size_m[1]]])
    reach = 2.0 + 0.05 * math.hypot(*xy)
    for box in scenery.boxes:
        other = np.array([box.xy]), np.array([box.heading]), np.array([box.size_m[:2]])
        near = boxes.to_points(*other, point[:, None])[0, 0] <= reach
        if near and boxes.between(swept, heading, size, *other)[0] == 0.0:
            return True
    for wall in scenery.walls:
        line = np.array([wall.start]), np.array([wall.end])
        if wall.low_m < 1.0 and boxes.to_segments(point, np.zeros(1), np.zeros((1, 2)), *line)[0] <= reach \
                and boxes.to_segments(swept, heading, size, *line)[0] == 0.0:
            return True
    return False
