"""Who is in the lane of a car that drives, by the data alone: the way it then went, and what its radar told of others.

A vehicle is what the radar kept under one name for half a second and longer, moving over ground. It is in the lane
while it is nearer than 1.8 m to the way. Of the way beyond the end of the data nothing is known: it is taken as
straight.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sim.devices.real_drive import LENGTH_M, Drive

Floats = NDArray[np.float64]

ASIDE_M, LEAST_S, ROLLS_MPS = 1.8, 0.5, 2.0
_SILENT_S, _JUMP_M = 0.12, 3.0      # a name that is silent for two scans, or jumps, is another body's
_STEP_S, _BEYOND_M = 0.05, 200.0


@dataclass(frozen=True)
class Look:
    """One look at a vehicle in the lane: which scan, where in base_link (the car's middle), how long it is known."""

    vehicle: int
    scan: int
    xy_m: tuple[float, float]
    known_s: float


class Way:
    """Where the car went, by its speed and its gyroscope; the gyroscope's bias is what GNSS says it turned in all."""

    def __init__(self, drive: Drive) -> None:
        """Integrate the whole drive."""
        self._times = np.arange(0.0, drive.scans[-1].stamp_s + _STEP_S, _STEP_S)
        rate = np.interp(self._times, drive.yaw_s, _smooth(drive.yaw_rate_radps))
        few = len(drive.course_deg) // 10
        turned = -np.radians(drive.course_deg[-few:].mean() - drive.course_deg[:few].mean())
        rate += turned / self._times[-1] - rate.mean()
        speed = np.interp(self._times, drive.speed_s, drive.speed_mps)
        self._heading = np.cumsum(rate) * _STEP_S
        self._xy = np.cumsum(speed[:, None] * np.stack([np.cos(self._heading), np.sin(self._heading)], axis=1),
                             axis=0) * _STEP_S

    def aside_m(self, stamp_s: float, xy_m: Floats) -> Floats:
        """Return how far (n,) places (n, 2) before the car at `stamp_s` are to the left of its way from then on."""
        now = int(np.searchsorted(self._times, stamp_s).clip(0, len(self._times) - 1))
        c, s = np.cos(self._heading[now]), np.sin(self._heading[now])
        ahead = (self._xy[now:] - self._xy[now]) @ np.array([[c, -s], [s, c]])
        end = self._heading[-1] - self._heading[now]
        straight = ahead[-1] + np.outer(np.arange(1.0, _BEYOND_M), [np.cos(end), np.sin(end)])
        way = np.concatenate([ahead, straight])
        aside: Floats = xy_m[:, 1] - np.interp(xy_m[:, 0], way[:, 0], way[:, 1])
        return aside


def in_lane(drive: Drive) -> list[Look]:
    """Return every look at a vehicle in the lane, scan by scan."""
    way, found = Way(drive), []
    for number, body in enumerate(_vehicles(drive)):
        for scan, place in body:
            stamp_s = drive.scans[scan].stamp_s
            if abs(float(way.aside_m(stamp_s, place[None, :] + [0.5 * LENGTH_M, 0.0])[0])) < ASIDE_M:
                found.append(Look(number, scan, (float(place[0]) + 0.5 * LENGTH_M, float(place[1])),
                                  stamp_s - drive.scans[body[0][0]].stamp_s))
    return sorted(found, key=lambda one: (one.scan, one.vehicle))


def _vehicles(drive: Drive) -> list[list[tuple[int, Floats]]]:
    """Return of each vehicle its looks: scan, place."""
    open_, done = {}, []  # type: ignore[var-annotated]
    rates: dict[int, list[float]] = defaultdict(list)
    for number, scan in enumerate(drive.scans):
        own_mps = float(np.interp(scan.stamp_s, drive.speed_s, drive.speed_mps))
        for name, place, rate in zip(scan.names.tolist(), scan.xy_m, scan.range_rate_mps.tolist(), strict=True):
            body = open_.get(name)
            if (body is None or scan.stamp_s - drive.scans[body[-1][0]].stamp_s > _SILENT_S
                    or np.hypot(*(place - body[-1][1])) > _JUMP_M):
                body = open_[name] = []
                done.append(body)
            body.append((number, place))
            rates[id(body)].append(rate + own_mps * float(place[0] / np.hypot(*place)))
    return [body for body in done
            if drive.scans[body[-1][0]].stamp_s - drive.scans[body[0][0]].stamp_s >= LEAST_S
            and np.median(rates[id(body)]) > ROLLS_MPS]


def _smooth(rate: Floats, over: int = 21) -> Floats:
    """Return the mean over a fifth of a second: what shakes is not the way."""
    mean: Floats = np.convolve(np.pad(rate, over // 2, mode='edge'), np.full(over, 1.0 / over), mode='valid')
    return mean
