"""How much faster or slower a machine is than its wheels say, from a tape or from GPS. Pure.

Distance over ground = ratio x distance by the wheels. The wheel's diameter is right once it is multiplied by the ratio;
a wrong gear ratio or pole count cannot be told from it and does not matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.calibration.errors import CalibrationError

Floats = NDArray[np.float64]

GAP_S = 0.3             # between two reports of a machine that moves
STANDS_MPS = 0.02
LEAST_M = 3.0           # 2 cm of a mark are 0.7 % of it
MARK_M = 0.02           # start and stop at a mark on the ground, together
MOST_WRONG = 1.5        # beyond it something else is meant
TURN_SHARE = 0.1        # left against right
BLOCK_S = 1.0           # of GPS: a mean velocity has no bias from its noise, as the mean of speeds has
LEAST_MPS, LEAST_BLOCKS = 0.7, 20
STEADY_SHARE = 0.1      # change of speed within a block and its neighbours: the receiver's delay then costs nothing
GPS_FLOOR = 0.003       # of the ratio: errors of GPS velocity that last longer than a block
MOST_ERROR = 0.015


@dataclass(frozen=True)
class Wheels:
    """What the wheels said: times (n,) s, speeds (n, 2) m/s left and right, NaN for a wheel that is not there."""

    t_s: Floats
    speeds_mps: Floats

    @property
    def speed_mps(self) -> Floats:
        """The machine's (n,), the mean of the wheels."""
        there = np.isfinite(self.speeds_mps)
        total = np.where(there, self.speeds_mps, 0.0).sum(axis=1)
        mean: Floats = total / np.maximum(there.sum(axis=1), 1)
        return mean

    @property
    def way_m(self) -> Floats:
        """The way since the first report (n,), trapezoids."""
        speed = self.speed_mps
        return np.concatenate([[0.0], np.cumsum(np.diff(self.t_s) * 0.5 * (speed[1:] + speed[:-1]))])


@dataclass(frozen=True)
class Wheel:
    """Distance over ground per distance by the wheels."""

    ratio: float
    error: float            # standard, of the ratio
    wheels_m: float         # as the wheels say
    ground_m: float
    seconds: float          # of motion that counted


def by_tape(wheels: Wheels, distance_m: float) -> Wheel:
    """Compare a drive from mark to mark, both at rest, `distance_m` apart. Raises CalibrationError."""
    if distance_m < LEAST_M:
        raise CalibrationError(f'the marks are {distance_m:g} m apart, expected at least {LEAST_M:g} m: a mark is hit '
                               f'within {100 * MARK_M:g} cm only.')
    moving = _drive(wheels)
    way, speed = wheels.way_m, wheels.speed_mps
    if abs(speed[0]) > STANDS_MPS or abs(speed[-1]) > STANDS_MPS:
        raise CalibrationError('the machine moved at the beginning or at the end, expected it to stand at both marks. '
                               'Start before it drives, stop after it stands.')
    said_m = abs(float(way[-1]))
    back_m = float(np.abs(np.diff(way)).sum()) - said_m
    if back_m > 2 * MARK_M:
        raise CalibrationError(f'the machine drove {back_m:.2f} m back, expected one way only. Begin anew.')
    if said_m < LEAST_M / MOST_WRONG:
        raise CalibrationError(f'the wheels say {said_m:.2f} m for {distance_m:g} m, expected at least '
                               f'{LEAST_M / MOST_WRONG:g} m. Drive from mark to mark.')
    ratio = distance_m / said_m
    _plausible(ratio, f'the wheels say {said_m:.2f} m for {distance_m:g} m')
    return Wheel(ratio, ratio * math.hypot(MARK_M / distance_m, _slip(wheels, moving)), said_m, distance_m,
                 float(moving.sum() * np.median(np.diff(wheels.t_s))))


def by_gps(wheels: Wheels, gps_t_s: Floats, east_north_mps: Floats) -> Wheel:
    """Compare steady driving with GPS: times (m,) on the same clock, velocities (m, 2). Raises CalibrationError."""
    moving = _drive(wheels)
    said, ground = _blocks(wheels, gps_t_s, east_north_mps)
    if len(said) < LEAST_BLOCKS:
        fastest = float(np.abs(wheels.speed_mps[moving]).max())
        raise CalibrationError(
            f'{len(said)} s of steady driving above {LEAST_MPS:g} m/s with GPS, expected {LEAST_BLOCKS} s (fastest '
            f'{fastest:.1f} m/s). Drive straight and evenly under open sky for a minute, or give --distance.')
    ratios = ground / said
    usual = np.median(ratios)
    near = np.abs(ratios - usual) <= max(3.0 * 1.4826 * float(np.median(np.abs(ratios - usual))), 1e-3)
    said, ground = said[near], ground[near]
    ratio = float((said * ground).sum() / (said * said).sum())
    left = ground - ratio * said
    scatter = float(np.sqrt((left**2 * said**2).sum()) / (said * said).sum())
    error = math.hypot(scatter, GPS_FLOOR)
    if error > MOST_ERROR:
        raise CalibrationError(f'the ratio is known to {100 * error:.1f} % only, expected {100 * MOST_ERROR:g} %. '
                               'Drive longer under open sky, or give --distance.')
    _plausible(ratio, f'GPS says {ratio:.2f} times what the wheels say')
    return Wheel(ratio, error, float(said.sum() * BLOCK_S), float(ground.sum() * BLOCK_S), len(said) * BLOCK_S)


def _drive(wheels: Wheels) -> NDArray[np.bool_]:
    """Tell when the machine moved (n,). Raises CalibrationError where that was no straight drive."""
    moving: NDArray[np.bool_] = np.abs(wheels.speed_mps) > STANDS_MPS
    if len(wheels.t_s) < 2 or not moving.any():
        raise CalibrationError('the machine did not move. Drive it, straight and at walking pace.')
    gaps = np.diff(wheels.t_s)
    if float(gaps[moving[1:] | moving[:-1]].max()) > GAP_S:
        raise CalibrationError(f'the motors were silent for {gaps.max():.1f} s of the drive, expected reports every '
                               '0.02 s. See: ./outrider doctor motors')
    left, right = np.abs(wheels.speeds_mps[moving].mean(axis=0))
    if abs(left - right) > TURN_SHARE * max(left, right):
        raise CalibrationError(f'the left wheel turned at {left:.2f} and the right one at {right:.2f} m/s, expected '
                               'the same. Drive straight, with both wheels on the ground.')
    return moving


def _slip(wheels: Wheels, moving: NDArray[np.bool_]) -> float:
    """Return how unsure the wheels' way is: half of what left and right differ by."""
    left, right = np.abs(wheels.speeds_mps[moving].mean(axis=0))
    return 0.5 * float(abs(left - right) / max(left, right)) if np.isfinite(left + right) else 0.0


def _blocks(wheels: Wheels, t_s: Floats, velocity: Floats) -> tuple[Floats, Floats]:
    """Return speeds by wheel and over ground (k,), of the blocks in which both were steady."""
    said, ground = [], []
    speed, way = np.abs(wheels.speed_mps), np.abs(wheels.way_m)
    for start in np.arange(wheels.t_s[0], wheels.t_s[-1] - BLOCK_S, BLOCK_S):
        inside = (t_s >= start) & (t_s < start + BLOCK_S)
        about = speed[(wheels.t_s >= start - 0.5 * BLOCK_S) & (wheels.t_s < start + 1.5 * BLOCK_S)]
        steady = len(about) > 0 and about.min() > LEAST_MPS and np.ptp(about) < STEADY_SHARE * about.mean()
        if steady and inside.sum() >= 3:
            ends = np.interp([start, start + BLOCK_S], wheels.t_s, way)
            said.append(float(ends[1] - ends[0]) / BLOCK_S)
            ground.append(float(np.linalg.norm(velocity[inside].mean(axis=0))))
    return np.array(said), np.array(ground)


def _plausible(ratio: float, seen: str) -> None:
    if not 1.0 / MOST_WRONG < ratio < MOST_WRONG:
        raise CalibrationError(f'{seen}, expected at most {MOST_WRONG:g} times as much or as little. Check pole_pairs, '
                               'gear_ratio and wheel_diameter_m in the rig file.')
