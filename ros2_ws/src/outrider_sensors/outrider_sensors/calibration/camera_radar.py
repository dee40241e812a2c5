"""How far the radar is turned about the vertical against the camera, from one person whom both see. Pure.

Unknown: yaw; how much later the camera's stamps are than the radar's; the lateral offset of the radar. For a person at
q (m, radar axes) the radar says sine = q_y / |q|: yaw shifts it by the same angle everywhere, a delay by the walking
speed, so to and fro tells them apart, an offset by one over the distance. What delay and offset can be without any
measurement stands beside them as two measurements more; where the walk tells nothing of one of them, that
uncertainty ends up in the yaw's.

Not observable: pitch and roll (no elevation), height, and the place along the line of sight beyond a range bin.
The chip's sine lies on multiples of 1/32 (1.8 degrees), the same error scan after scan: only many bearings average it
out, which is why a small span is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.calibration.errors import CalibrationError
from outrider_sensors.calibration.pairing import Returns, Scan, Track, returns_of, strongest
from outrider_sensors.calibration.walker import Sightings

Floats = NDArray[np.float64]

WRONG_DEG = 15.0         # most that a mount may be wrong to be found
NEAR_DEG = 6.0           # of the second search, about the first result
DELAY_SD_S = 0.1         # what is known of it without measuring
OFFSET_SD_M = 0.05       # of one against the other: both places were measured with a tape
LEAST_SIGHTINGS, LEAST_PAIRS = 40, 60
LEAST_SPAN_DEG = 20.0    # eleven steps of the angle grid
MOST_ERROR_DEG = 0.5
MOST_RESIDUAL_DEG = 4.0  # a person is 0.6 m wide: 4 degrees at 4 m; a grid step gives 0.5
# A person's strongest reflection is not the middle of what the camera sees of him; the same on every walk.
LIMB_DEG, LIMB_S, LIMB_M = 0.2, 0.01, 0.03
_HUBER = 1.345           # 95 % of the efficiency of least squares on Gaussian errors (Huber, 1981)
# Errors of one second belong together (same cell of the grid, same limb): the sums that make the standard error are by
# second, and so many pairs weigh as one against what is known of delay and offset.
_BLOCK_S, _TOGETHER = 1.0, 3.0
_STEP = np.array([1e-4, 1e-3, 1e-3])


@dataclass(frozen=True)
class CameraRadar:
    """What was found, each with its standard error."""

    yaw_deg: float            # > 0: the radar is turned further to the left than its mount says
    yaw_error_deg: float
    delay_s: float            # > 0: stamps of the camera are later than those of the radar
    delay_error_s: float
    offset_m: float           # > 0: the radar sits further to its left than its mount says
    offset_error_m: float
    pairs: int
    bearings_deg: tuple[float, float]   # of the person, as the radar's mount says, 5 % of the pairs beyond each
    ranges_m: tuple[float, float]
    residual_deg: float       # RMS of the pairs, the worst twentieth left out


def compare(seen: Sightings, scans: Sequence[Scan], radar_xyz_m: Floats, radar_axes: Floats) -> CameraRadar:
    """Return what the radar's mount is wrong by.

    `seen` in base_link as the camera's mount has it; the radar's mount in base_link: place (3,), axes (3, 3) as
    columns. Raises CalibrationError.
    """
    if len(seen.t_s) < LEAST_SIGHTINGS:
        raise CalibrationError(f'the camera saw a person in {len(seen.t_s)} pictures, expected at least '
                               f'{LEAST_SIGHTINGS}. Walk to and fro through its view, 2 to 8 m away, with nobody else '
                               'there.')
    track = Track(Sightings(seen.t_s, seen.xyz_m - radar_xyz_m))
    found = returns_of(scans)
    state = np.zeros(3)
    chosen = np.zeros(0, dtype=np.int64)
    for gate_deg in (WRONG_DEG, NEAR_DEG, NEAR_DEG):
        known = np.flatnonzero(track.known(found.t_s + state[1]))
        if len(known):
            inside = Returns(*(part[known] for part in found))
            expected = _expected(track, inside.t_s, radar_axes, state)
            chosen = known[strongest(inside, expected.range_m, expected.sine, math.sin(math.radians(gate_deg)))]
        if len(chosen) < LEAST_PAIRS:
            raise CalibrationError(
                f'{len(chosen)} radar scans hold the person whom the camera saw ({len(seen.t_s)} pictures), expected '
                f'{LEAST_PAIRS}. Walk longer and nearer; where it stays so, the mounts differ by more than '
                f'{WRONG_DEG:g} degrees or the two look different ways.')
        pairs = Returns(*(part[chosen] for part in found))
        state, covariance, residual = _fit(track, pairs, radar_axes, state)
    result = _result(track, pairs, radar_axes, state, covariance, residual)
    _believe(result)
    return result


@dataclass(frozen=True)
class _Expected:
    range_m: Floats
    sine: Floats
    bearing_rad: Floats


def _expected(track: Track, t_s: Floats, axes: Floats, state: Floats) -> _Expected:
    """Return what a radar says at its times (n,) that is turned by state[0] and sits state[2] further left."""
    yaw, delay_s, offset_m = state
    c, s = math.cos(yaw), math.sin(yaw)
    turned = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    place = track.at(t_s + delay_s) @ turned.T @ axes - np.array([0.0, offset_m, 0.0])
    distance = np.maximum(np.linalg.norm(place, axis=1), 1e-3)
    return _Expected(distance, place[:, 1] / distance, np.arctan2(place[:, 1], place[:, 0]))


def _fit(track: Track, pairs: Returns, axes: Floats, start: Floats) -> tuple[Floats, Floats, Floats]:
    """Return state (3,), covariance (3, 3), residuals (n,) in sine: Gauss-Newton with Huber's weights."""
    state = start.copy()
    trust = np.diag([0.0, DELAY_SD_S**-2, OFFSET_SD_M**-2])
    for _ in range(12):
        residual = pairs.sine - _expected(track, pairs.t_s, axes, state).sine
        slope = np.stack([(_expected(track, pairs.t_s, axes, state + step).sine
                           - _expected(track, pairs.t_s, axes, state - step).sine) / (2.0 * step.sum())
                          for step in np.diag(_STEP)], axis=1)
        sd = max(1.4826 * float(np.median(np.abs(residual - np.median(residual)))), 1.0 / 128.0)
        weight = np.minimum(1.0, _HUBER * sd / np.maximum(np.abs(residual), 1e-9)) / (_TOGETHER * sd**2)
        normal = slope.T @ (weight[:, None] * slope) + trust
        step = np.linalg.solve(normal, slope.T @ (weight * residual) - trust @ state)
        state = state + step
        if abs(step[0]) < 1e-6:
            break
    # Sandwich with one term a second: neighbours in time are no independent measurements.
    pulls = weight[:, None] * slope * residual[:, None]
    blocks = np.unique((pairs.t_s // _BLOCK_S).astype(int), return_inverse=True)[1]
    sums = np.zeros((blocks.max() + 1, 3))
    np.add.at(sums, blocks, pulls)
    bread = np.linalg.inv(normal)
    return state, bread @ (sums.T @ sums + trust) @ bread, residual


def _result(track: Track, pairs: Returns, axes: Floats, state: Floats, covariance: Floats, residual: Floats
            ) -> CameraRadar:
    bearings = np.degrees(_expected(track, pairs.t_s, axes, np.array([0.0, state[1], 0.0])).bearing_rad)
    errors = np.sqrt(np.diag(covariance) + np.square([math.radians(LIMB_DEG), LIMB_S, LIMB_M]))
    best = np.sort(np.abs(residual))[:max(round(0.95 * len(residual)), 1)]
    low, high = np.percentile(bearings, [5.0, 95.0]).tolist()
    near, far = np.percentile(pairs.range_m, [5.0, 95.0]).tolist()
    return CameraRadar(math.degrees(state[0]), math.degrees(errors[0]), float(state[1]), float(errors[1]),
                       float(state[2]), float(errors[2]), len(pairs.t_s), (low, high), (near, far),
                       math.degrees(math.sqrt(float((best**2).mean()))))


def _believe(found: CameraRadar) -> None:
    """Raise CalibrationError where the walk does not carry the result."""
    low, high = found.bearings_deg
    if high - low < LEAST_SPAN_DEG:
        raise CalibrationError(f'the person was seen over {high - low:.0f} degrees only, expected at least '
                               f'{LEAST_SPAN_DEG:g}. Walk from one side of the view to the other.')
    if found.residual_deg > MOST_RESIDUAL_DEG:
        raise CalibrationError(f'camera and radar differ by {found.residual_deg:.1f} degrees from scan to scan, '
                               f'expected below {MOST_RESIDUAL_DEG:g}. Nobody else may move there; walk further from '
                               'walls and metal.')
    if found.yaw_error_deg > MOST_ERROR_DEG:
        raise CalibrationError(f'the yaw is known to {found.yaw_error_deg:.1f} degrees only, expected '
                               f'{MOST_ERROR_DEG:g}. Walk longer, to and fro, once near and once far.')
