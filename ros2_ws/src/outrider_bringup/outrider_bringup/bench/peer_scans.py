"""The same points to both: drawn traffic through our chain, and what its association took from every scan.

Ours hears radar, gyroscope and GPS. What it makes of the points before it knows any body, unfolded range rates and
clusters of what moves, is what the other gets, with the same noise, and the rig's true way besides.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_bringup.score.adapter import measurement
from outrider_bringup.score.play import configured
from outrider_bringup.score.sense import sense, without, world_of
from outrider_perception.detections import Detections
from outrider_perception.expected import Expected
from outrider_perception.late import Lag
from outrider_perception.tracker import Tracker
from outrider_sim.world import draw, places
from outrider_sim.world.places import Mount
from outrider_sim.world.tracking import Followed, Tracks, followed
from outrider_sim.world.world import World

Floats = NDArray[np.float64]

# Half a car's length: a filter of points follows what is seen of a body, its near end, and its user knows that. It is
# judged by centres, as ours is; without it, its GOSPA is a quarter larger.
END_TO_CENTRE_M = 2.0


class Heard(Tracker):
    """Our tracker; keeps what the last update took, and how long it lasted."""

    taken: Detections
    update_ms = 0.0
    _expect_ms = 0.0  # of the prediction before it, which is part of it

    def _expect(self, dt_s: float) -> tuple[Lag, Expected]:
        begun = time.thread_time_ns()
        found = super()._expect(dt_s)
        self._expect_ms = (time.thread_time_ns() - begun) * 1e-6
        return found

    def _update(self, detections: Detections, dt_s: float, expected: Expected | None = None) -> None:
        begun = time.thread_time_ns()
        super()._update(detections, dt_s, expected)
        self.update_ms, self.taken = self._expect_ms + (time.thread_time_ns() - begun) * 1e-6, detections

    def take(self, detections: Detections, dt_s: float) -> None:
        """Update with what was found elsewhere, `dt_s` after the one before."""
        begun = time.thread_time_ns()
        self._advance(detections, dt_s)
        self.update_ms = (time.thread_time_ns() - begun) * 1e-6

    @property
    def told(self) -> int:
        """How many bodies it is sure of."""
        return int(self._following.bank.confirmed.sum())


@dataclass
class Run:
    """One run: what was true, what was seen in each scan, and what ours told of it."""

    world: World
    mount: Mount
    stamps_s: list[float] = field(default_factory=list)
    rigs: list[tuple[float, ...]] = field(default_factory=list)     # x, y, heading, vx, vy of base_link over ground
    sensors: list[tuple[float, ...]] = field(default_factory=list)  # the same of the sensor's place
    seen: list[Detections] = field(default_factory=list)
    told: list[Tracks] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)

    def ours(self) -> Followed:
        """Return how well our tracks follow the bodies."""
        return followed(self.world, self.mount, self.told)


def run(number: int, seed: int, kind: str) -> Run:
    """Return that drawn run (outrider_sim.world.draw), played to ours."""
    scenario = without(draw.one(number, seed, kind), ('camera', 'depth'))
    world = world_of(scenario)
    tracker = Heard(*configured(scenario.rig).tracking)
    one = Run(world, places.truth(scenario.rig, 'radar', scenario.seed).mount)
    for reading in sense(world):
        step = tracker.step(measurement(reading))
        if step is None or step.sensor != 'radar':
            continue
        rig = world.at(step.stamp_s).rider
        c, s = math.cos(rig.heading), math.sin(rig.heading)
        x, y = tracker.taken.sensor_xy_m.tolist()
        one.stamps_s.append(step.stamp_s)
        one.rigs.append((rig.x, rig.y, rig.heading, rig.vx, rig.vy))
        one.sensors.append((rig.x + c * x - s * y, rig.y + s * x + c * y, rig.heading, rig.vx, rig.vy))
        one.seen.append(tracker.taken)
        one.told.append(Tracks(step.stamp_s, tuple(step.tracks.identity.tolist()), step.centre_m,
                               step.tracks.state[:, 2:4].copy()))
        one.ms.append(tracker.update_ms)
    return one


def for_the_other(runs: Sequence[Run]) -> dict[str, Any]:
    """Return the arrays that Stone Soup gets (peer_stonesoup.py)."""
    seen = [one for each in runs for one in each.seen]
    moving = [one.moving for one in seen]
    far = np.array([END_TO_CENTRE_M, 0.0, 0.0])
    return {
        'run': np.concatenate([np.full(len(each.stamps_s), number) for number, each in enumerate(runs)]),
        'stamp_s': np.concatenate([each.stamps_s for each in runs]),
        'sensor': np.concatenate([np.array(each.sensors) for each in runs]),
        'count': np.array([int(which.sum()) for which in moving]),
        'z': np.concatenate([one.z[which] + far for one, which in zip(seen, moving, strict=True)]),
        'variance': np.concatenate([np.einsum('nii->ni', one.noise)[which]
                                    for one, which in zip(seen, moving, strict=True)])}


def theirs(runs: Sequence[Run], rows: Floats, names: Floats) -> list[Followed]:
    """Return how well Stone Soup's tracks follow the bodies of each run; `rows` (n, 5) scan, x, vx, y, vy."""
    found, first = [], 0
    for one in runs:
        told = []
        for scan, (stamp_s, (x, y, heading, vx, vy)) in enumerate(zip(one.stamps_s, one.rigs, strict=True), first):
            own = rows[:, 0] == scan
            c, s = math.cos(heading), math.sin(heading)
            into = np.array([[c, s], [-s, c]]).T
            told.append(Tracks(stamp_s, tuple(int(name) for name in names[own]), (rows[own][:, [1, 3]] - [x, y]) @ into,
                               (rows[own][:, [2, 4]] - [vx, vy]) @ into))
        first += len(one.stamps_s)
        found.append(followed(one.world, one.mount, told))
    return found


def mean(found: Sequence[Followed]) -> Followed:
    """Return the mean of runs; their changes of identity are summed."""
    means: dict[str, Any] = {name: float(np.nanmean([getattr(one, name) for one in found]))
                             for name in ('gospa_m', 'position_rmse_m', 'speed_rmse_mps', 'missed', 'false')}
    return replace(found[0], **means, id_switches=sum(one.id_switches for one in found))
