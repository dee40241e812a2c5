"""One drawn ride through radar, gyroscope and GPS: errors of the own motion, and of what was unfolded. No images."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from outrider_bringup.score.adapter import measurement
from outrider_bringup.score.own_sense import gyro_readings, speed_readings
from outrider_bringup.score.play import configured
from outrider_bringup.score.radar_sense import radar_readings
from outrider_bringup.score.readings import Floats, Reading
from outrider_bringup.score.sense import world_of
from outrider_perception.measurements import PolarScan
from outrider_perception.steps import Step
from outrider_perception.tracker import Tracker
from outrider_sim.devices.world_ride import PathRide
from outrider_sim.world import draw, places
from outrider_sim.world.model import Scenario
from outrider_sim.world.places import Mount
from outrider_sim.world.stress import Stress
from outrider_sim.world.tracking import bodies, in_sight
from outrider_sim.world.world import World

NARROW_MPS = 6.0                # of the public files
_PERIOD = 'profileCfg 0 77 5 ', 'profileCfg 0 77 59.6 '  # of road.cfg: a pause that makes its limit 6 m/s
AFTER_S = 0.5
SETTLED_S = 2.0
_MINE_M, _MINE_SHARE = 4.0, 0.05  # a track is of the body whose centre is so near, and more with range


@dataclass
class Told:
    """What one ride came to. Rows of `own` (n, 6): error of speed ahead, its variance, the same to the left, share of
    movers among the points, error of the yaw rate.
    """

    own: Floats
    unfolded: list[bool] = field(default_factory=list)  # a track each: within one bin 0.5 s after confirmation
    later: list[float] = field(default_factory=list)    # a track each: share of its scans from then on
    bin_mps: float = 0.0


@dataclass
class _Track:
    confirmed_s: float
    good: list[bool] = field(default_factory=list)


def drawn(number: int, seed: int, kind: str, until_s: float) -> Scenario:
    """Return a drawn scenario's first `until_s` without camera and depth, which here tell nothing."""
    scenario = draw.one(number, seed, kind)
    return replace(scenario, duration_s=min(until_s, scenario.duration_s), sensors=('gps', 'imu'))


def narrow(scenario: Scenario, folder: Path) -> Scenario:
    """Return the scenario with the chirp of `road` slowed to a limit of 6 m/s; its file goes to `folder`."""
    text = places.radar_file('road').read_text(encoding='utf-8')
    if text.count(_PERIOD[0]) != 1:
        raise ValueError(f'config/radar/road.cfg has no {_PERIOD[0]!r}, which a narrow span is made of.')
    file = folder / 'narrow.cfg'
    file.write_text(text.replace(*_PERIOD), encoding='utf-8')
    return replace(scenario, radar=str(file))


def ridden(scenario: Scenario, *, narrow_span: bool = False) -> Told:
    """Play it through the real tracker. Equal scenarios, equal errors to the last bit."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = narrow(scenario, Path(folder)) if narrow_span else scenario
        world, stress = world_of(scenario), Stress()
        ride = PathRide(world)
        speeds = speed_readings(ride, stress)
        readings: Iterable[Reading] = sorted(
            (*radar_readings(ride, stress), *gyro_readings(ride, stress, speeds), *speeds),
            key=lambda one: (one.arrival_s, type(one).__name__))
    true = places.truth(scenario.rig, 'radar', scenario.seed)
    tracker = Tracker(*configured(scenario.rig).tracking)
    rows, tracks, told = [], dict[int, _Track](), Told(np.zeros((0, 6)))
    for reading in readings:
        taken = measurement(reading)
        step = tracker.step(taken)
        if step is None or not isinstance(taken, PolarScan):
            continue
        then_s = taken.stamp_s - true.latency_s  # a stamp is of arrival
        told.bin_mps = taken.velocity_step_mps or 0.0
        _follow(step, taken, world, then_s, true.mount, tracks)
        if then_s > SETTLED_S and step.ego.valid:
            rows.append(_own(step, world, then_s))
    told.own = np.array(rows).reshape(-1, 6)
    of_bodies = [track.good for track in tracks.values() if track.good]
    told.unfolded, told.later = [good[0] for good in of_bodies], [float(np.mean(good)) for good in of_bodies]
    return told


def _own(step: Step, world: World, then_s: float) -> tuple[float, ...]:
    rider = world.at(then_s).rider
    c, s = np.cos(rider.heading), np.sin(rider.heading)
    ahead, left = c * rider.vx + s * rider.vy, c * rider.vy - s * rider.vx
    points = step.counts['movers'] + step.counts['statics']
    off = step.ego.velocity_mps - [ahead, left]
    return (float(off[0]), float(step.ego.covariance[0, 0]), float(off[1]), float(step.ego.covariance[1, 1]),
            step.counts['movers'] / max(points, 1), step.ego.yaw_rate_radps - rider.yaw_rate)


def _follow(step: Step, scan: PolarScan, world: World, then_s: float, mount: Mount, tracks: dict[int, _Track]) -> None:
    """Note for each track that is of a body in sight whether its radial speed is true to one bin."""
    xy, velocity = bodies(world.at(then_s))
    seen = in_sight(mount, xy) if len(xy) else np.zeros(0, dtype=np.bool_)
    for identity, state in zip(step.tracks.identity.tolist(), step.tracks.state, strict=True):
        track = tracks.setdefault(identity, _Track(step.stamp_s))
        if step.stamp_s - track.confirmed_s < AFTER_S or not seen.any():
            continue
        off = np.where(seen, np.hypot(*(xy - state[:2]).T), np.inf)
        near = int(off.argmin())
        if off[near] > _MINE_M + _MINE_SHARE * float(np.hypot(*state[:2])):
            continue
        line = state[:2] - scan.pose.translation_m[:2]
        error = float((state[2:] - velocity[near]) @ line / np.hypot(*line))
        track.good.append(abs(error) <= (scan.velocity_step_mps or 0.0))
