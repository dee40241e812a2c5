"""What the tracker takes: time-stamped measurements, polar with range rate, Cartesian, or of the rig's own motion."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class SensorPose:
    """A sensor in base_link: p_base = rotation @ p_sensor + translation_m; shapes (3,) and (3, 3)."""

    translation_m: Floats
    rotation: Floats

    def __post_init__(self) -> None:
        """Raise ValueError where a shape is wrong or a number is not finite."""
        for name, value, shape in (('translation_m', self.translation_m, (3,)), ('rotation', self.rotation, (3, 3))):
            if value.shape != shape or not np.isfinite(value).all():
                raise ValueError(f'sensor pose: {name} has shape {value.shape}, expected {shape} of finite numbers.')


def upright_pose(x_m: float = 0.0, y_m: float = 0.0, z_m: float = 0.0, yaw_rad: float = 0.0) -> SensorPose:
    """Return the pose of a level sensor that looks along `yaw_rad`, anticlockwise from base_link's x."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return SensorPose(np.array([x_m, y_m, z_m]), np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]))


@dataclass(frozen=True)
class PolarScan:
    """One radar frame, empty ones included; all arrays (n,), angles in the sensor's own axes (REP 103).

    `range_m` is the slant range, `azimuth_rad` anticlockwise from the sensor's x, `elevation_rad` up from its
    xy plane, `range_rate_mps` negative where the range shrinks. Numbers that are not finite may be among them: the
    tracker counts and ignores such points.

    The chirp tells what a range rate can mean: with `velocity_max_mps` each stands for itself plus any multiple of
    twice that (None: nothing is folded), `velocity_step_mps` is its Doppler bin (None: that of the settings), and with
    two `transmitters` that take turns an odd multiple has also split the bearing (unfold.py). `range_resolution_m` says
    how far two looks at one body may differ (None: as of the longest chirp).
    """

    stamp_s: float
    pose: SensorPose
    range_m: Floats
    azimuth_rad: Floats
    elevation_rad: Floats
    range_rate_mps: Floats
    snr_db: Floats
    sensor: str = 'radar'
    velocity_max_mps: float | None = None
    transmitters: int = 1
    velocity_step_mps: float | None = None
    range_resolution_m: float | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a stamp that is not finite or arrays of different lengths."""
        _check_stamp(self.stamp_s)
        columns = (self.range_m, self.azimuth_rad, self.elevation_rad, self.range_rate_mps, self.snr_db)
        if len({column.shape for column in columns}) != 1 or self.range_m.ndim != 1:
            raise ValueError(f'polar scan: columns of shapes {[c.shape for c in columns]}, expected all (n,).')
        for name in ('velocity_max_mps', 'velocity_step_mps', 'range_resolution_m'):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0.0):
                raise ValueError(f'polar scan: {name} is {value}, expected a positive number or None.')

    @classmethod
    def from_points(cls, stamp_s: float, pose: SensorPose, xyz_m: Floats, range_rate_mps: Floats, snr_db: Floats,
                    sensor: str = 'radar', velocity_max_mps: float | None = None, transmitters: int = 1,
                    velocity_step_mps: float | None = None, range_resolution_m: float | None = None) -> PolarScan:
        """Return the scan of `xyz_m` (n, 3) in the sensor's axes with their range rates and strengths (n,)."""
        xyz = np.asarray(xyz_m, dtype=np.float64).reshape(-1, 3)
        with np.errstate(invalid='ignore', over='ignore'):
            flat = np.hypot(xyz[:, 0], xyz[:, 1])
            return cls(stamp_s, pose, np.hypot(flat, xyz[:, 2]), np.arctan2(xyz[:, 1], xyz[:, 0]),
                       np.arctan2(xyz[:, 2], flat), np.asarray(range_rate_mps, dtype=np.float64),
                       np.asarray(snr_db, dtype=np.float64), sensor, velocity_max_mps, transmitters,
                       velocity_step_mps, range_resolution_m)


@dataclass(frozen=True)
class CartesianScan:
    """Bodies with a place but no range rate: depth boxes, camera boxes with a range, boxes of another tracker.

    `positions_m` (n, 2) centres in base_link, `covariances_m2` (n, 2, 2), `sizes_m` (n, 3) length, width, height with
    NaN where unknown, `class_ids` (n,) as in Track.msg with 0 for unknown, `scores` (n,) 0..1.
    """

    stamp_s: float
    positions_m: Floats
    covariances_m2: Floats
    sizes_m: Floats = field(default_factory=lambda: np.full((0, 3), np.nan))
    class_ids: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    scores: Floats = field(default_factory=lambda: np.zeros(0))
    sensor: str = 'depth'

    def __post_init__(self) -> None:
        """Fill what was left out; raise ValueError for a stamp that is not finite or shapes that do not fit."""
        _check_stamp(self.stamp_s)
        n = len(self.positions_m)
        for name, blank in (('sizes_m', np.full((n, 3), np.nan)), ('class_ids', np.zeros(n, dtype=np.int64)),
                            ('scores', np.ones(n))):
            if len(getattr(self, name)) == 0:
                object.__setattr__(self, name, blank)
        for name, shape in (('positions_m', (n, 2)), ('covariances_m2', (n, 2, 2)), ('sizes_m', (n, 3)),
                            ('class_ids', (n,)), ('scores', (n,))):
            seen = getattr(self, name).shape
            if seen != shape:
                raise ValueError(f'cartesian scan: {name} has shape {seen}, expected {shape}.')


@dataclass(frozen=True)
class Gyro:
    """How the rig turns and leans, averaged since the one before: the tracker has no use for 400 of them a second.

    `yaw_rate_radps` about the vertical, > 0 turns left; roll > 0 leans right, pitch > 0 is nose down (REP 103).
    NaN in roll and pitch: not known, taken as level.
    """

    stamp_s: float
    yaw_rate_radps: float
    roll_rad: float = math.nan
    pitch_rad: float = math.nan

    def __post_init__(self) -> None:
        """Raise ValueError for a stamp that is not finite."""
        _check_stamp(self.stamp_s)


@dataclass(frozen=True)
class Speed:
    """The rig's speed over ground, one sigma with it, from `source`: 'gps' (never negative) or 'wheels' (signed).

    `course_rad`, if known, is the direction of motion anticlockwise from anything that stays (GPS: from east);
    `lever_m` is where in base_link it is measured: the antenna, the middle of the wheels.
    """

    stamp_s: float
    mps: float
    sigma_mps: float
    source: str = 'gps'
    course_rad: float = math.nan
    lever_m: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        """Raise ValueError for a stamp that is not finite."""
        _check_stamp(self.stamp_s)


@dataclass(frozen=True)
class Boxes:
    """What a detector found in one image: n boxes with classes; all in pixels of a pinhole without lens errors.

    `pose` is the camera's, x ahead, y left, z up (not its optical frame), on an upright rig: the tracker leans it.
    `focal_px` and `centre_px` are (x, y), `size_px` (width, height), `edges_px` (n, 4) left, top, right, bottom,
    `class_ids` (n,) as in Track.msg with 0 for unknown, `scores` (n,) 0..1, `depth_m` (n,) along the camera's axis to
    the nearest surface inside each box (box_depth.py), NaN where depth has none. `dark`: night, or a covered lens.
    """

    stamp_s: float
    pose: SensorPose
    focal_px: tuple[float, float]
    centre_px: tuple[float, float]
    size_px: tuple[int, int]
    edges_px: Floats
    class_ids: Ints
    scores: Floats
    depth_m: Floats = field(default_factory=lambda: np.zeros(0))
    dark: bool = False
    sensor: str = 'camera'

    def __post_init__(self) -> None:
        """Fill what was left out; raise ValueError for a stamp that is not finite or shapes that do not fit."""
        _check_stamp(self.stamp_s)
        n = len(self.edges_px)
        if len(self.depth_m) == 0:
            object.__setattr__(self, 'depth_m', np.full(n, np.nan))
        for name, shape in (('edges_px', (n, 4)), ('class_ids', (n,)), ('scores', (n,)), ('depth_m', (n,))):
            seen = getattr(self, name).shape
            if seen != shape:
                raise ValueError(f'boxes: {name} has shape {seen}, expected {shape}.')
        lengths = *self.focal_px, *self.size_px
        if not all(map(math.isfinite, (*lengths, *self.centre_px))) or min(lengths) <= 0.0:
            raise ValueError(f'boxes: focal length {self.focal_px}, centre {self.centre_px}, size {self.size_px} px, '
                             'expected finite numbers, lengths above zero.')


@dataclass(frozen=True)
class DepthClusters:
    """What stands near above the ground in one depth image, found without any detector (depth_image.py).

    `xy_m` (n, 2) middles of what is seen, level with the ground, x as the camera looks, y to its left;
    `extent_m` (n, 3) along both and up; `sigma_m` (n,) along the line of sight; `cut` (n, 3) whether the right and the
    left edge of the image and the end of the reach go through it: where it ends is not known. `slopes`: left over
    ahead of the image's right and left edge.
    """

    stamp_s: float
    pose: SensorPose
    xy_m: Floats
    extent_m: Floats
    sigma_m: Floats
    cut: Bools = field(default_factory=lambda: np.zeros((0, 3), dtype=np.bool_))
    slopes: tuple[float, float] = (-1e3, 1e3)
    sensor: str = 'depth'

    def __post_init__(self) -> None:
        """Fill what was left out; raise ValueError for a stamp that is not finite or shapes that do not fit."""
        _check_stamp(self.stamp_s)
        n = len(self.xy_m)
        if len(self.cut) == 0:
            object.__setattr__(self, 'cut', np.zeros((n, 3), dtype=np.bool_))
        for name, shape in (('xy_m', (n, 2)), ('extent_m', (n, 3)), ('sigma_m', (n,)), ('cut', (n, 3))):
            seen = getattr(self, name).shape
            if seen != shape:
                raise ValueError(f'depth clusters: {name} has shape {seen}, expected {shape}.')


OwnMotion = Gyro | Speed
Measurement = PolarScan | CartesianScan | Boxes | DepthClusters


def _check_stamp(stamp_s: float) -> None:
    if not math.isfinite(stamp_s):
        raise ValueError(f'measurement: stamp is {stamp_s} s, expected a finite number.')
