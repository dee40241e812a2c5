"""One polar scan in base_link: what is usable, and what was left out and why."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Bools, Floats, columns
from outrider_perception.lean import directions
from outrider_perception.measurements import PolarScan
from outrider_perception.settings import Settings

_MIN_RANGE_M = 0.01  # a range of zero has no direction


@dataclass(frozen=True)
class Points:
    """Usable points (n,), flattened onto the ground plane, around the sensor but in base_link's axes.

    `range_m` and `range_rate_mps` are the horizontal parts, `directions` (n, 2) the horizontal unit vectors and
    `slope` (n,) the cosine of elevation, so that -slope * directions . v is what a static point shows.
    """

    range_m: Floats
    azimuth_rad: Floats
    range_rate_mps: Floats
    snr_db: Floats
    directions: Floats
    slope: Floats
    sine: Floats     # of azimuth in the sensor's own axes, y / r: what its antennas measured
    left_out: dict[str, int]

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.range_m)

    def take(self, mask: Bools) -> Points:
        """Return those under `mask`."""
        return Points(self.range_m[mask], self.azimuth_rad[mask], self.range_rate_mps[mask], self.snr_db[mask],
                      self.directions[mask], self.slope[mask], self.sine[mask], {})

    def aimed(self, azimuth_rad: Floats, directions: Floats, range_rate_mps: Floats) -> Points:
        """Return these at other bearings and in their `directions` (n, 2), with other range rates."""
        return Points(self.range_m, azimuth_rad, range_rate_mps, self.snr_db, directions, self.slope, self.sine,
                      self.left_out)


def flatten(scan: PolarScan, settings: Settings) -> Points:
    """Return the usable points of `scan`, and how many were left out for which reason.

    Elevation of a small array is coarse, so it is believed only as far as bodies reach: a point high above the sensor
    at 60 m is an error of elevation, and its range is nearly all horizontal.
    """
    s = settings
    numbers = np.empty((5, len(scan.range_m)))
    numbers[0], numbers[1], numbers[2] = scan.range_m, scan.azimuth_rad, scan.elevation_rad
    numbers[3], numbers[4] = scan.range_rate_mps, scan.snr_db
    finite = np.logical_and.reduce(np.isfinite(numbers), axis=0)
    if np.count_nonzero(finite) < len(finite):
        numbers = np.where(finite, numbers, 0.0)
    reach, azimuth, elevation, rate, snr = numbers
    most = np.abs(numbers)
    sane = np.logical_and.reduce(most <= s.largest, axis=0)
    sane &= finite
    sane &= reach >= 0.0
    leakage = sane & (reach < max(s.leakage_range_m, _MIN_RANGE_M))
    steep = sane & (most[2] > s.max_elevation_rad)
    steep &= ~leakage
    use = (sane & ~(leakage | steep)).nonzero()[0]
    left_out = dict.fromkeys(('not_finite', 'out_of_bounds', 'leakage', 'steep'), 0)
    if len(use) < len(sane):
        left_out = {name: int(np.count_nonzero(out)) for name, out in zip(
            left_out, (~finite, finite & ~sane, leakage, steep), strict=True)}
        reach, azimuth, elevation, rate, snr = numbers[:, use]
    cos_az, sine = np.cos(azimuth), np.sin(azimuth)
    # A row of antennas knows no elevation: all of them 0. Then it is the sine that is true, whatever the lean.
    if len(scan.azimuth_rad) and np.count_nonzero(elevation) == 0 and np.count_nonzero(cos_az < 0.0) == 0:
        slope = np.ones(len(reach))
        x, y = directions(reach, sine, scan.pose, s.reflects_at_m)
        return Points(reach, np.arctan2(y, x), rate, snr, columns(x, y), slope, sine, left_out)
    cos_el = np.cos(elevation)
    sine = cos_el * sine
    in_sensor = np.stack([reach * cos_el * cos_az, reach * sine, reach * np.sin(elevation)], axis=1)
    x, y, z = (in_sensor @ scan.pose.rotation.T).T
    bearing = np.arctan2(y, x)
    height = np.minimum(np.abs(z), np.minimum(s.max_height_m, reach * math.sin(s.max_elevation_rad)))
    flat = np.sqrt(reach ** 2 - height ** 2)
    slope = flat / reach
    return Points(flat, bearing, rate / slope, snr, columns(np.cos(bearing), np.sin(bearing)), slope, sine, left_out)
