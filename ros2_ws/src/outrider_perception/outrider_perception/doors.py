"""The Cartesian door: boxes of any 3-D detector in, the same boxes with identities out.

    >>> import numpy as np
    >>> from outrider_perception.doors import track_boxes
    >>> car = lambda t: [20.0 - 6.0 * t, 1.5, 0.8, 4.5, 1.8, 1.6, 3.14, 0.9]   # x y z l w h yaw score
    >>> frames = [(0.1 * i, np.array([car(0.1 * i)])) for i in range(10)]
    >>> tracked = track_boxes(frames)
    >>> [len(boxes) for boxes in tracked]       # two looks are not yet a body
    [0, 0, 1, 1, 1, 1, 1, 1, 1, 1]
    >>> tracked[-1][0, :2].round(1).tolist(), int(tracked[-1][0, 8])
    ([14.6, 1.5], 1)

It is the tracker's own Cartesian model, prediction, gate, assignment and existence; no radar, no rig, no road.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from outrider_perception import associate, kalman
from outrider_perception.arrays import Floats
from outrider_perception.bank import Bank
from outrider_perception.config import Config, load
from outrider_perception.detections import from_boxes
from outrider_perception.ego import EgoVelocity
from outrider_perception.existence import log_odds, missed
from outrider_perception.measurements import CartesianScan

BOX = 8      # x y z l w h yaw score: m, rad anticlockwise
OUT = 9      # and identity
_NO_LANES_S = 1e4  # for so long a velocity across is kept
_APART_M = 1e3     # from the rest: damaged,
_LARGEST = 1e9     # as is any number beyond this
_MOVE_M = 100.0    # by which the boxes have to travel before the tracker's own origin goes after them


def track_boxes(frames: Iterable[tuple[float, Floats]], sigma_m: float = 0.3,
                config: Config | None = None) -> list[Floats]:
    """Return for each frame the tracked boxes (m, 9): x y z l w h yaw score id; those seen in it, known to be bodies.

    A frame is (t_s, boxes (n, 8): x y z l w h yaw score) in axes that do not turn or move with the sensor; `sigma_m` is
    the error of a centre. Times rise; a frame that is not later than the one before gives (0, 9), and one that comes
    more than 2 s after it finds new identities only. A score is handed through, whatever its scale. Left out are boxes
    without a length, width or height above zero, those a kilometre and more from the rest, and what is told twice.
    `config` is what stands in config/perception, where none is given.

    Raises ValueError for a time or a box that is not finite, and for boxes of another shape.
    """
    if not (math.isfinite(sigma_m) and sigma_m > 0.0):
        raise ValueError(f'track_boxes: sigma_m is {sigma_m}, expected a finite number above zero.')
    door = _Door(sigma_m, config or load())
    return [door.frame(*_checked(number, t_s, boxes)) for number, (t_s, boxes) in enumerate(frames)]


def _checked(number: int, t_s: float, boxes: Floats) -> tuple[float, Floats]:
    """Return a frame's time and its boxes (n, 8); raise ValueError where it is none."""
    stamp_s, found = float(t_s), np.asarray(boxes, dtype=np.float64)
    if not math.isfinite(stamp_s):
        raise ValueError(f'track_boxes: frame {number} is at {stamp_s} s, expected a finite time.')
    if found.size == 0:
        return stamp_s, np.zeros((0, BOX))
    if found.ndim != 2 or found.shape[1] != BOX:
        raise ValueError(f'track_boxes: frame {number} has boxes of shape {found.shape}, expected (n, {BOX}): x y z l '
                         'w h yaw score.')
    damaged = np.flatnonzero(~np.isfinite(found).all(axis=1))
    if len(damaged):
        raise ValueError(f'track_boxes: frame {number}, row {damaged[0]} is {found[damaged[0]].tolist()}, expected '
                         'finite numbers. Leave such boxes out.')
    return stamp_s, found


@dataclass
class _Look:
    """What no filter follows: running means."""

    z_m: float
    size_m: Floats
    yaw_rad: float
    score: float


class _Door:
    def __init__(self, sigma_m: float, config: Config) -> None:
        plain = config.tracks
        # Nobody tells where the road leads: bodies may turn either way. A box is more than one radar point.
        self._settings = replace(plain, accel_across_m2ps3=plain.accel_along_m2ps3,
                                 start_across_sigma_mps=plain.start_along_sigma_mps, hit_nats=plain.hit_nats_multi,
                                 lane_tau_s=_NO_LANES_S)
        self._sights = associate.Sights(config.sight, plain.bodies.classes)
        self._variance = sigma_m ** 2
        self._bank, self._looks = Bank.empty(self._settings.bodies), dict[int, _Look]()
        self._next, self._now_s = 1, -math.inf
        self._origin_m = np.zeros(2)  # of the tracker's axes: a map's may be a thousand kilometres away

    def frame(self, t_s: float, boxes: Floats) -> Floats:
        s = self._settings
        if t_s <= self._now_s:
            return np.zeros((0, OUT))
        dt_s = t_s - self._now_s
        if dt_s > s.max_gap_s:
            self._bank, self._looks, dt_s = Bank.empty(self._settings.bodies), {}, 0.0
        self._now_s = t_s
        boxes = boxes[(boxes[:, 3:6] > 0.0).all(axis=1) & (np.abs(boxes[:, :7]) <= _LARGEST).all(axis=1)]
        _, once = np.unique(boxes[:, :7], axis=0, return_index=True)
        boxes = boxes[np.sort(once)]
        self._follow(boxes)
        places = boxes[:, :2] - self._origin_m
        near = (np.abs(places) <= _APART_M).all(axis=1)
        boxes, places = boxes[near], places[near]
        scan = CartesianScan(t_s, places, np.tile(self._variance * np.eye(2), (len(boxes), 1, 1)))
        found, _ = from_boxes(scan, s)
        bank, n = self._bank, len(self._bank)
        bank.state, bank.covariance = kalman.predict(bank.state, bank.covariance, dt_s, EgoVelocity(),
                                                     np.zeros(n, dtype=np.bool_), s)
        matched = associate.match(bank, found, np.zeros(n, dtype=np.bool_), s)
        owed = missed(dt_s, s)
        bank.log_odds -= owed
        associate.apply(bank, found, matched, owed, s, self._sights)
        for track, detection in zip(matched.track.tolist(), matched.detection.tolist(), strict=True):
            self._see(int(bank.identity[track]), boxes[detection])
        bank.confirmed |= bank.log_odds > log_odds(s.confirm_existence)
        bank = bank.take(bank.log_odds > log_odds(s.delete_existence))
        new = np.flatnonzero(associate.unexplained(bank, found, matched, s))
        state, covariance = found.start(new, s, self._sights.settings)
        identity = self._next + np.arange(len(new))
        self._next += len(new)
        self._bank = bank.with_more(Bank.newborn(identity, state, covariance, log_odds(s.start_existence), t_s,
                                                 scan.sensor, np.zeros(len(new)), s.bodies))
        for name, detection in zip(identity.tolist(), new.tolist(), strict=True):
            self._see(name, boxes[detection])
        self._looks = {name: self._looks[name] for name in self._bank.identity.tolist()}
        return self._out(t_s)

    def _follow(self, boxes: Floats) -> None:
        """Let the origin go after the boxes."""
        middle = np.round(np.median(boxes[:, :2], axis=0) / _MOVE_M) * _MOVE_M if len(boxes) else self._origin_m
        if np.abs(middle - self._origin_m).max() > _MOVE_M:
            self._bank.state[:, :2] += self._origin_m - middle
            self._origin_m = middle

    def _see(self, identity: int, box: Floats) -> None:
        yaw, score = float(box[6]), float(box[7])
        known = self._looks.get(identity)
        if known is None:
            self._looks[identity] = _Look(float(box[2]), box[3:6].copy(), yaw, score)
            return
        news = self._settings.box_news
        known.z_m += news * (float(box[2]) - known.z_m)
        known.size_m += news * (box[3:6] - known.size_m)
        # A detector often takes front for back: half a turn is no news.
        off = math.remainder(yaw - known.yaw_rad, math.pi)
        known.yaw_rad = math.remainder(known.yaw_rad + news * off, 2.0 * math.pi)
        known.score = score

    def _out(self, t_s: float) -> Floats:
        bank = self._bank
        rows = np.flatnonzero(bank.confirmed & (bank.seen_s >= t_s))
        told = np.zeros((len(rows), OUT))
        for place, row in enumerate(rows.tolist()):
            look = self._looks[int(bank.identity[row])]
            told[place] = [*(bank.state[row, :2] + self._origin_m), look.z_m, *look.size_m, look.yaw_rad, look.score,
                           bank.identity[row]]
        return told
