"""A real drive through the real core, forward mode: a car in traffic, whose own radar tells what is ahead.

It says nothing about this project's radar: what comes in are bodies that another radar has found and tracked. It says
whether the chain behind keeps to what is there and stays quiet in traffic that was driven without any incident.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from outrider_bringup.bench.drive_lane import Look, in_lane
from outrider_bringup.bench.figure import Figure, Measured
from outrider_perception.config import Config, load
from outrider_perception.hazards import HazardJudge
from outrider_perception.levels import URGENT, WARN
from outrider_perception.measurements import Gyro, PolarScan, Speed, upright_pose
from outrider_perception.parameters import parameters, with_values
from outrider_perception.steps import Step
from outrider_perception.tracker import Tracker
from outrider_sim.devices import real_drive
from outrider_sim.devices.real_drive import LENGTH_M, WIDTH_M, Drive

# What a rig file of this car would say. Its radar's own filter gives places and rates without grid; 77 GHz radars of
# cars tell 0.25 m, 0.5 degree and 0.1 m/s (Bosch, Continental data sheets).
CAR = {'outline_length_m': LENGTH_M, 'outline_width_m': WIDTH_M, 'warn_clearance_m': 0.3, 'urgent_clearance_m': 0.3,
       'range_sigma_m': 0.25, 'azimuth_sigma_rad': 0.01, 'velocity_bin_mps': 0.1}
_WHEELS_MPS = 0.1      # one sigma of a speed
_CONFIRMED_S = 0.5     # after which a vehicle must have a track
_NEAR_M, _NEAR_SHARE = 2.0, 0.05  # of its range: as alerts are judged


@dataclass
class Driven:
    """What came of it."""

    steps: list[Step] = field(default_factory=list)
    levels: list[tuple[float, int, float, float]] = field(default_factory=list)  # stamp, level, x, y of each hazard
    passes: int = 0
    own_mps: list[float] = field(default_factory=list)   # speed told, minus that of the wheels


def car(values: dict[str, float] | None = None) -> Config:
    """Return the numbers of perception with those of this car's rig."""
    config = load()
    return with_values(config, {one.name: one.default for one in parameters(config)} | (values or CAR))


def drive_through(drive: Drive, config: Config) -> Driven:
    """Return what tracker and judge say of the drive."""
    tracker, judge, driven = Tracker(*config.tracking), HazardJudge(config.hazards), Driven()
    pose = upright_pose(0.5 * LENGTH_M, 0.0, config.tracks.reflects_at_m)
    sped = turned = 0
    for scan in drive.scans:
        now_s, n = scan.stamp_s, len(scan.names)
        for number in range(sped, int(np.searchsorted(drive.speed_s, now_s))):
            tracker.hear(Speed(float(drive.speed_s[number]), float(drive.speed_mps[number]), _WHEELS_MPS, 'wheels'))
            sped = number + 1
        until = int(np.searchsorted(drive.yaw_s, now_s))
        if until > turned:
            tracker.hear(Gyro(now_s, float(drive.yaw_rate_radps[turned:until].mean())))
            turned = until
        step = tracker.step(PolarScan.from_points(now_s, pose, np.column_stack([scan.xy_m, np.zeros(n)]),
                                                  scan.range_rate_mps, np.full(n, 20.0)))
        hazards = judge.judge(step)
        driven.steps.append(step)
        driven.passes += len(hazards.close_passes)
        driven.own_mps.append(float(step.ego.velocity_mps[0] - np.interp(now_s, drive.speed_s, drive.speed_mps)))
        driven.levels += [(now_s, level, *hazards.approach.nearest_m[row].tolist())
                          for row, level in zip(hazards.row.tolist(), hazards.level.tolist(), strict=True)]
    return driven


def tracked(look: Look, step: Step) -> bool:
    """Tell whether a confirmed track's outline is as near to a look as an alert must be to its body."""
    if not len(step.tracks):
        return False
    off = np.array(look.xy_m) - step.centre_m
    c, s = np.cos(step.tracks.heading_rad), np.sin(step.tracks.heading_rad)
    along, across = off[:, 0] * c + off[:, 1] * s, off[:, 1] * c - off[:, 0] * s
    apart = np.hypot(np.maximum(np.abs(along) - 0.5 * step.size_m[:, 0], 0.0),
                     np.maximum(np.abs(across) - 0.5 * step.size_m[:, 1], 0.0))
    return bool(apart.min() <= _NEAR_M + _NEAR_SHARE * np.hypot(*look.xy_m))


def measure(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Drive it, and hold what was said against what the data says of itself."""
    say('30 s of traffic')
    drive = real_drive.load()
    driven, looks = drive_through(drive, car()), in_lane(drive)
    due = [one for one in looks if one.known_s >= _CONFIRMED_S]
    found = [tracked(one, driven.steps[one.scan]) for one in due]
    vehicles = {one.vehicle for one in due}
    met = {one.vehicle for one, is_found in zip(due, found, strict=True) if is_found}
    said = [sum(level == asked for _, level, _, _ in driven.levels) for asked in (WARN, URGENT)]
    own = float(np.sqrt(np.mean(np.square(driven.own_mps))))
    return (Measured(said[0], f'scans of {len(driven.steps)} with one; {driven.passes} close passes told'),
            Measured(said[1]),
            Measured(len(vehicles - met), f'of {len(vehicles)} that the radar kept for {_CONFIRMED_S} s and longer'),
            Measured(100.0 * (1.0 - float(np.mean(found))), f'of {len(due)} looks at them'),
            Measured(own, 'against the wheels, which it hears'))


FIGURES = (
    Figure(('real drive, forward: warns', 'real drive, forward: urgents', 'real drive: vehicles in lane never tracked',
            'real drive: looks at them without a track', 'real drive: own speed, RMSE'),
           ('scans', 'scans', 'vehicles', '%', 'm/s'), (0.0, 0.0, 0.0, 1.0, 0.1), '<=', measure,
           about="comma2k19, 30 s: bodies of a car's own radar through the core", group='real drive'),
)
