"""The real drive that the project carries: 30 s of commaai/comma2k19, Example_1 (MIT, notice beside the data).

A car in city traffic from 8 to 20 m/s on a nearly straight road of three lanes. Its radar, at the front bumper, tells
no points but bodies that it tracks itself, some of them standing, at most 16, every 50 ms: places and range rates,
without strength, without size, without elevation. Speed comes from the wheels, 83 times a second; the gyroscope's axes
are forward, right, down, 104 times a second. Nobody wrote down what was there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from outrider_sim.devices.radhar import find_recording

Floats = NDArray[np.float64]

LENGTH_M, WIDTH_M = 4.9, 1.85  # of the car that drives
_BETWEEN_S = 0.02              # the bodies of one scan come within 11 ms


@dataclass(frozen=True)
class Scan:
    """One scan: places (n, 2) m ahead of the bumper and to the left, range rates (n,) m/s, the radar's own names (n,).

    `stamp_s` is that of the last of them, from the first scan on.
    """

    stamp_s: float
    xy_m: Floats
    range_rate_mps: Floats
    names: NDArray[np.int64]


@dataclass(frozen=True)
class Drive:
    """The whole drive, on one clock."""

    scans: tuple[Scan, ...]
    speed_s: Floats
    speed_mps: Floats
    yaw_s: Floats
    yaw_rate_radps: Floats  # > 0 to the left
    course_s: Floats
    course_deg: Floats      # GNSS, clockwise from north


def load(path: Path | None = None) -> Drive:
    """Return the drive, from `path` or as the project carries it."""
    with np.load(path or find_recording().with_name('comma2k19_first30s.npz')) as opened:
        told = {name: opened[name] for name in opened.files}
    stamps, rows = told['radar_t'], told['radar']
    zero_s = float(stamps[0])
    ends = np.append(np.flatnonzero(np.diff(stamps) > _BETWEEN_S) + 1, len(stamps))
    scans = []
    for first, end in zip(np.append(0, ends[:-1]), ends, strict=True):
        own = rows[first:end]
        scans.append(Scan(float(stamps[end - 1]) - zero_s, own[:, :2], own[:, 2], own[:, 5].astype(np.int64)))
    return Drive(tuple(scans), told['speed_t'] - zero_s, told['speed'][:, 0], told['gyro_t'] - zero_s,
                 -told['gyro'][:, 2], told['gnss_t'] - zero_s, told['gnss'][:, 5])
