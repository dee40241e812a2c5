"""What the fake camera sees until a world is rendered: a textured wall that slides by, its distance swinging slowly."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from outrider_sim.devices.camera_feed import Stream

WALL_M, SWING_M, SWING_S = 4.0, 1.5, 10.0
STEREO_ERROR_PX = 0.08  # subpixel error of the match: RMS depth error = z^2 * this / (focal * baseline)
HOLES = 0.02  # share of pixels without a match
GRAVITY_MPS2 = 9.81
ROCKING_RAD, ROCKING_HZ = math.radians(3.0), 0.8  # the roll of a rider
_TILES_PX, _SLIDE_PX_S = 24, 90.0
_NOISES = 7  # noise pictures in turn: new ones for each frame cost more than all else here


def wall_m(t_s: float) -> float:
    """Return the distance of the wall from the camera, in its viewing direction."""
    return WALL_M + SWING_M * math.sin(2 * math.pi * t_s / SWING_S)


def roll_rad(t_s: float) -> float:
    """Return the camera's roll about its viewing direction, clockwise seen from behind."""
    return ROCKING_RAD * math.sin(2 * math.pi * ROCKING_HZ * t_s)


def gyro_rad_s(t_s: float) -> tuple[float, float, float]:
    """Return the rate of turn about right, down, forward."""
    rate = ROCKING_RAD * 2 * math.pi * ROCKING_HZ * math.cos(2 * math.pi * ROCKING_HZ * t_s)
    return 0.0, 0.0, rate


def accel_mps2(t_s: float) -> tuple[float, float, float]:
    """Return what the accelerometer feels: gravity only, pushed up by the ground."""
    roll = roll_rad(t_s)
    return -GRAVITY_MPS2 * math.sin(roll), -GRAVITY_MPS2 * math.cos(roll), 0.0


class Pattern:
    """Images of the wall. Equal for equal seed and arguments."""

    def __init__(self, colour: Stream | None, depth: Stream | None, unit_m: float, baseline_m: float,
                 seed: int = 1) -> None:
        """Draw the texture and the noise once."""
        rng = np.random.default_rng(seed)
        self._unit_m = unit_m
        if colour is not None:
            self._wall = _texture(rng, colour)
            self._width = colour.width
        if depth is not None:
            shape = depth.height, depth.width
            self._per_m2 = STEREO_ERROR_PX / (depth.fx * baseline_m)
            self._noise = rng.standard_normal((_NOISES, *shape)).astype(np.float32)
            self._seen = rng.random((_NOISES, *shape)) > HOLES

    def colour(self, t_s: float) -> NDArray[np.uint8]:
        """Return the RGB image (height, width, 3) at `t_s`."""
        shift = round(t_s * _SLIDE_PX_S) % (self._wall.shape[1] - self._width)
        return self._wall[:, shift:shift + self._width]

    def depth(self, t_s: float, number: int) -> NDArray[np.uint16]:
        """Return the depth image (height, width) at `t_s` with z^2 noise and holes; `number` chooses the noise."""
        distance_m, turn = wall_m(t_s), number % _NOISES
        noisy = distance_m + (distance_m**2 * self._per_m2) * self._noise[turn]
        image: NDArray[np.uint16] = ((noisy / self._unit_m + 0.5) * self._seen[turn]).astype(np.uint16)
        return image


def _texture(rng: np.random.Generator, colour: Stream) -> NDArray[np.uint8]:
    """Return tiles under fine grain, twice as wide as the image, its right half the left one: it slides for ever."""
    rows, columns = -(-colour.height // _TILES_PX), -(-colour.width // _TILES_PX)
    tiles = rng.integers(40, 200, (rows, columns, 3)).repeat(_TILES_PX, 0).repeat(_TILES_PX, 1)
    grain = rng.normal(0.0, 8.0, (*tiles.shape[:2], 1))
    half = np.clip(tiles + grain, 0, 255).astype(np.uint8)[:colour.height, :colour.width]
    return np.concatenate([half, half], axis=1)
