"""How a point of the rider moves: what GPS and IMU need of the poses, by central differences. Pure, vectorised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Half the span of a difference. A motion of f Hz loses (2 pi f h)^2 / 6 of its rate: 0.01 % at 0.8 Hz; rounding puts
# 1e-16 x 100 m / h^2 = 4e-10 m/s^2 into an acceleration.
H_S = 0.005


class Poses(Protocol):
    """base_link at n instants: (n,) each, m and rad; REP 103 angles about fixed x, then y, then z."""

    @property
    def x(self) -> Floats: ...  # noqa: D102
    @property
    def y(self) -> Floats: ...  # noqa: D102
    @property
    def z(self) -> Floats: ...  # noqa: D102
    @property
    def heading(self) -> Floats: ...  # noqa: D102
    @property
    def roll(self) -> Floats: ...  # noqa: D102
    @property
    def pitch(self) -> Floats: ...  # noqa: D102


# Times (n,) in s to poses. It is asked up to H_S before the first and after the last instant of interest.
PoseFn = Callable[[Floats], Poses]


def rotations(poses: Poses) -> Floats:
    """Return (n, 3, 3): base_link's axes as columns in the world."""
    (cr, sr), (cp, sp), (cy, sy) = ((np.cos(a), np.sin(a)) for a in (poses.roll, poses.pitch, poses.heading))
    rows = [[cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr]]
    made: Floats = np.moveaxis(np.array(rows), -1, 0)
    return made


def places(poses: Poses, lever_m: Floats) -> Floats:
    """Return where the point `lever_m` (3,) of base_link is in the world, (n, 3) m."""
    base = np.stack([poses.x, poses.y, poses.z], axis=1)
    moved: Floats = base + (rotations(poses) * lever_m).sum(axis=2)
    return moved


def velocity(pose_fn: PoseFn, t_s: Floats, lever_m: Floats) -> Floats:
    """Return the velocity of that point, (n, 3) m/s, world axes."""
    rate: Floats = (places(pose_fn(t_s + H_S), lever_m) - places(pose_fn(t_s - H_S), lever_m)) / (2 * H_S)
    return rate


def acceleration(pose_fn: PoseFn, t_s: Floats, lever_m: Floats) -> Floats:
    """Return the acceleration of that point, (n, 3) m/s^2, world axes, without gravity."""
    before, now, after = (places(pose_fn(t_s + shift), lever_m) for shift in (-H_S, 0.0, H_S))
    second: Floats = (after - 2.0 * now + before) / H_S**2
    return second


def turn_rate(pose_fn: PoseFn, t_s: Floats) -> Floats:
    """Return the angular velocity, (n, 3) rad/s, in base_link's own axes."""
    now = rotations(pose_fn(t_s))
    change = (rotations(pose_fn(t_s + H_S)) - rotations(pose_fn(t_s - H_S))) / (2 * H_S)
    # R' = R [w]x, so [w]x is the skew part of R^T R'.
    spin = np.einsum('nji,njk->nik', now, change)
    rate: Floats = 0.5 * np.stack([spin[:, 2, 1] - spin[:, 1, 2], spin[:, 0, 2] - spin[:, 2, 0],
                                   spin[:, 1, 0] - spin[:, 0, 1]], axis=1)
    return rate
