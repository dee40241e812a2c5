"""How the rider moves: straight, on an arc, through points; sway and lean on top. Vectorised over instants.

Along points it follows monotone cubics in x and y (it stands between two equal points); after the last one it goes
straight on as it came. Heading is the direction of motion; while it stands, that of before. The rates of the path are
those of the curves themselves. Lean has no such curve: it is what balances the turn, averaged over `LEAN_S` because a
rider falls into a turn and not at once, on a grid of 20 ms with a cubic between.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world import words
from outrider_sim.world.curves import Pieces, monotone_slopes
from outrider_sim.world.model import Arc, Points, Rig
from outrider_sim.world.snapshot import Pose, Poses

Floats = NDArray[np.float64]

GRAVITY_MPS2 = 9.81
LEAN_S = 0.8     # width of the window that smooths lean: a bicycle is leaned into a turn in about that time
_GRID_S = 0.02
_STANDS_MPS = 1e-3


class Motion(Protocol):
    """Whatever tells where the rider is: a path, or what a driven ramp did."""

    @property
    def breaks_s(self) -> tuple[float, ...]:
        """Instants at which a rate of it may jump."""

    def poses(self, t_s: Floats) -> Poses:
        """Return the poses at times (n,)."""


class PathMotion:
    """The rider on the path of its file; one that is driven from outside stands."""

    def __init__(self, rig: Rig, duration_s: float) -> None:
        """Lay out the path and, for a bicycle, its lean."""
        self._rig, self._path = rig, rig.path
        self._speed = rig.speed_mps if rig.drive == 'path' else 0.0
        self._sway = math.radians(rig.sway_deg)
        self._curve: Pieces | None = None
        self._lean: Pieces | None = None
        self.breaks_s: tuple[float, ...] = ()
        if isinstance(self._path, Points):
            rows = np.array(self._path.rows)
            slopes = np.stack([monotone_slopes(rows[:, 0], rows[:, axis]) for axis in (1, 2)], axis=1)
            self._curve = Pieces(rows[:, 0], rows[:, 1:], slopes)
            self._lay_headings(rows[-1, 0])
            self.breaks_s = tuple(rows[1:, 0].tolist())
        elif isinstance(self._path, Arc):
            self.breaks_s = (self._path.from_s, self._path.to_s)
        if rig.kind == 'bicycle' and self.breaks_s and rig.drive == 'path':
            self._lay_lean(max(duration_s, *self.breaks_s))

    def poses(self, t_s: Floats) -> Poses:
        """Return the poses at times (n,)."""
        t = np.asarray(t_s, dtype=float)
        x, y, vx, vy, ax, ay, heading, yaw_rate = self._along(t)
        zero = np.zeros_like(t)
        roll, roll_rate = self._lean.at(t)[:2] if self._lean else (zero, zero)
        if self._sway:
            omega = 2.0 * math.pi * words.SWAY_HZ
            swing, rate = np.sin(omega * t), omega * np.cos(omega * t)
            yaw = self._sway * words.SWAY_YAW_SHARE
            roll, roll_rate = roll + self._sway * swing, roll_rate + self._sway * rate
            heading, yaw_rate = heading + yaw * swing, yaw_rate + yaw * rate
        return Poses(t, x, y, zero, heading, roll, zero, vx, vy, ax, ay, yaw_rate, roll_rate, zero)

    def _along(self, t: Floats) -> tuple[Floats, ...]:
        """Return x, y, vx, vy, ax, ay, heading, yaw rate of the path itself."""
        if self._curve:
            (x, y), (vx, vy), (ax, ay) = (part.T for part in self._curve.at(t))
            speed = np.hypot(vx, vy)
            moves = speed > _STANDS_MPS
            kept = self._headings[np.clip(np.searchsorted(self._heading_t, t, side='right') - 1, 0, None)]
            heading = np.where(moves, kept + _wrap(np.arctan2(vy, vx) - kept), kept)
            yaw_rate = np.where(moves, (vx * ay - vy * ax) / np.where(moves, speed, 1.0) ** 2, 0.0)
            return x, y, vx, vy, ax, ay, heading, yaw_rate
        v, zero = self._speed, np.zeros_like(t)
        if not isinstance(self._path, Arc):
            return v * t, zero, np.full_like(t, v), zero, zero, zero, zero, zero
        arc = self._path
        radius = arc.radius_m if arc.side == 'left' else -arc.radius_m
        before, within = np.minimum(t, arc.from_s), np.clip(t - arc.from_s, 0.0, arc.to_s - arc.from_s)
        after = np.maximum(t - arc.to_s, 0.0)
        heading = v * within / radius
        c, s = np.cos(heading), np.sin(heading)
        turning = np.where((t >= arc.from_s) & (t < arc.to_s), v / radius, 0.0)
        return (v * before + radius * s + v * after * c, radius * (1.0 - c) + v * after * s, v * c, v * s,
                -v * turning * s, v * turning * c, heading, turning)

    def _lay_headings(self, end_s: float) -> None:
        """Keep the heading on a grid: unwrapped, and through every standstill."""
        assert self._curve is not None
        self._heading_t = np.arange(0.0, end_s + 2 * _GRID_S, _GRID_S)
        velocity = self._curve.at(self._heading_t)[1]
        moves = np.hypot(velocity[:, 0], velocity[:, 1]) > _STANDS_MPS
        if not moves.any():
            self._headings = np.zeros_like(self._heading_t)
            return
        last = np.maximum.accumulate(np.where(moves, np.arange(len(moves)), -1))
        last[last < 0] = int(np.argmax(moves))  # before the first move: where that one goes
        self._headings = np.unwrap(np.arctan2(velocity[last, 1], velocity[last, 0]))

    def _lay_lean(self, end_s: float) -> None:
        """Balance the turn: tan(roll) = -v yaw_rate / g, smoothed by a window that is zero at its ends (Hann)."""
        half = round(LEAN_S / _GRID_S / 2)
        grid = np.arange(-2 * half, math.ceil(end_s / _GRID_S) + 2 * half + 1, dtype=np.float64) * _GRID_S
        _, _, vx, vy, _, _, _, yaw_rate = self._along(np.maximum(grid, 0.0))
        balance = -np.arctan(np.hypot(vx, vy) * yaw_rate / GRAVITY_MPS2)
        window = np.hanning(2 * half + 3)[1:-1]
        lean: Floats = np.convolve(balance, window / window.sum(), mode='same')
        self._lean = Pieces(grid, lean, np.asarray(np.gradient(lean, _GRID_S), dtype=float))


class RecordedMotion:
    """What a rider driven from outside did: poses at rising times, cubics between them, standing at the ends."""

    def __init__(self, poses: Poses) -> None:
        """Take at least one pose. Times must rise."""
        self._poses = poses
        self.breaks_s: tuple[float, ...] = ()
        n = len(poses.t_s)
        # Standing before the first and after the last: a knot of its own at each end.
        t = np.concatenate([[poses.t_s[0] - 1.0], poses.t_s, [poses.t_s[-1] + 1e-3]])
        keep = np.concatenate([[0], np.arange(n), [n - 1]])
        place = poses.xy[keep]
        speed = np.concatenate([[[0.0, 0.0]], poses.velocity, [[0.0, 0.0]]])
        angles = np.stack([np.unwrap(poses.heading), poses.roll, poses.pitch], axis=1)[keep]
        rates = np.concatenate([np.zeros((1, 3)),
                                np.stack([poses.yaw_rate, poses.roll_rate, poses.pitch_rate], axis=1),
                                np.zeros((1, 3))])
        self._place, self._angles = Pieces(t, place, speed), Pieces(t, angles, rates)

    def poses(self, t_s: Floats) -> Poses:
        """Return the poses at times (n,)."""
        t = np.asarray(t_s, dtype=float)
        (x, y), (vx, vy), (ax, ay) = (part.T for part in self._place.at(np.maximum(t, self._poses.t_s[0])))
        angles, rates, _ = self._angles.at(np.maximum(t, self._poses.t_s[0]))
        return Poses(t, x, y, np.zeros_like(t), angles[:, 0], angles[:, 1], angles[:, 2], vx, vy, ax, ay,
                     rates[:, 0], rates[:, 1], rates[:, 2])


def stack(poses: list[Pose]) -> Poses:
    """Return poses one after the other as arrays."""
    return Poses(*np.array([[getattr(pose, name) for name in Pose.__dataclass_fields__] for pose in poses]).T)


def _wrap(angle: Floats) -> Floats:
    return np.arctan2(np.sin(angle), np.cos(angle))
