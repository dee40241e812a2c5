"""What stands near above the ground in a depth image, without any detector: clusters for the tracker.

Each pixel's height follows from its depth and its row. What is clearly above the ground and not above a truck falls
into cells of a polar map: beams of a few columns, and shells of range that are as thick as depth is uncertain there. A
cell counts where enough pixels say so; neighbouring cells hang together; each such group is one cluster. (Occupancy
in columns and disparity is the stixels' idea: H. Badino, U. Franke, D. Pfeiffer, "The stixel world", DAGM 2009.)
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_perception.arrays import Bools, Floats, Ints
from outrider_perception.cluster import connected
from outrider_perception.measurements import DepthClusters, SensorPose
from outrider_perception.settings import DepthSettings

Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Pinhole:
    """A camera without lens errors, in the pixels of its (decimated) depth image."""

    fx: float
    fy: float
    cx: float
    cy: float


def find_clusters(depth: NDArray[np.uint16], camera: Pinhole, pose: SensorPose, stamp_s: float,
                  settings: DepthSettings, roll_rad: float = 0.0, pitch_rad: float = 0.0,
                  unit_m: float = 0.001) -> DepthClusters:
    """Return the clusters of `depth` (height, width) in units of `unit_m` along the camera's axis, 0 unknown.

    `pose` is the camera's on the upright rig, x ahead; roll and pitch are the rig's (REP 103: > 0 leans right, nose
    down). The clusters keep `pose`: the tracker leans it by itself.
    """
    s = settings
    grid = _grid(depth.shape, camera, s)
    rotation, up_m = _level(pose, roll_rad, pitch_rad)
    far = depth[:, :grid.columns].astype(np.float32) * np.float32(unit_m)
    # Height over ground: linear in depth, its slope along the rows and columns of the image.
    rise = (np.float32(rotation[2, 0]) + grid.left[None, :] * np.float32(rotation[2, 1])
            + grid.up[:, None] * np.float32(rotation[2, 2]))
    height = far * rise + np.float32(up_m)
    stands = ((far > s.nearest_m) & (far < s.reach_m) & (height < s.roof_m)
              & (height > s.ground_m + np.float32(s.ground_slope) * far))
    pixel = np.flatnonzero(stands)
    if not len(pixel):
        return _nothing(stamp_s, pose)
    row, column = pixel // grid.columns, pixel % grid.columns
    far, height = far.reshape(-1)[pixel], height.reshape(-1)[pixel]
    cell = (column // s.beam_px) * len(grid.edges) + np.searchsorted(grid.edges, far) - 1
    count = np.bincount(cell, minlength=grid.beams * len(grid.edges))
    occupied = np.flatnonzero(count >= np.tile(grid.least, grid.beams))
    if not len(occupied):
        return _nothing(stamp_s, pose)
    number = np.full(len(count), -1, dtype=np.int64)
    number[occupied] = np.arange(len(occupied))
    of = number[cell]
    keep = np.flatnonzero(of >= 0)
    keep = keep[np.argsort(of[keep], kind='stable')]
    far, left, up = far[keep], grid.left[column[keep]], grid.up[row[keep]]
    into = rotation[:2].astype(np.float32)
    flat = np.stack([far * (into[i, 0] + left * into[i, 1] + up * into[i, 2]) for i in (0, 1)])
    cells = _cells(of[keep], flat, height[keep], len(occupied))
    shell = occupied % len(grid.edges)
    labels = connected(_adjacent(cells, grid.thick[shell], s))
    margin = s.edge_m + s.edge_share * cells.xy[:, 0]
    edge = (cells.right <= grid.slopes[0] * cells.xy[:, 0] + margin,
            cells.left >= grid.slopes[1] * cells.xy[:, 0] - margin, shell >= len(grid.edges) - 2)
    return _gather(labels, cells, edge, grid.slopes, camera.fx * camera.fy, stamp_s, pose, s)


@dataclass(frozen=True)
class _Grid:
    left: Singles      # (columns,) of a pixel one metre ahead
    up: Singles        # (rows,)
    edges: Singles     # (k,) m, where each shell begins
    thick: Floats      # (k,) m
    least: Ints        # (k,) pixels in a cell of each shell
    beams: int
    columns: int       # whole beams
    slopes: tuple[float, float]  # slopes, left over ahead, of the right and the left edge


@functools.lru_cache(maxsize=4)
def _grid(shape: tuple[int, int], camera: Pinhole, s: DepthSettings) -> _Grid:
    rows, columns = shape
    columns -= columns % s.beam_px
    edges = [s.nearest_m]
    while edges[-1] < s.reach_m:
        edges.append(edges[-1] + max(s.shell_m, s.shell_sigmas * s.sigma_per_m2 * edges[-1] ** 2))
    ends, shells = np.array(edges[1:]), np.array(edges[:-1])
    wide = np.minimum(s.least_width_m * camera.fx / ends, float(s.beam_px))
    least = np.maximum(wide * s.least_height_m * camera.fy / ends, float(s.least_pixels))
    left = (camera.cx - np.arange(columns)) / camera.fx
    return _Grid(left.astype(np.float32),
                 ((camera.cy - np.arange(rows)) / camera.fy).astype(np.float32), shells.astype(np.float32),
                 ends - shells, np.ceil(least).astype(np.int64), columns // s.beam_px, columns,
                 (float(left[-1]), float(left[0])))


def _level(pose: SensorPose, roll_rad: float, pitch_rad: float) -> tuple[Floats, float]:
    """Return the rotation into level axes that look as the camera does, and its height."""
    cr, sr, cp, sp = math.cos(roll_rad), math.sin(roll_rad), math.cos(pitch_rad), math.sin(pitch_rad)
    lean = np.array([[cp, sp * sr, sp * cr], [0.0, cr, -sr], [-sp, cp * sr, cp * cr]])
    turned = lean @ pose.rotation
    ahead = turned[:2, 0] / max(float(np.hypot(*turned[:2, 0])), 1e-6)
    into = np.array([[ahead[0], ahead[1], 0.0], [-ahead[1], ahead[0], 0.0], [0.0, 0.0, 1.0]])
    return into @ turned, float((lean @ pose.translation_m)[2])


@dataclass(frozen=True)
class _Cells:
    """Occupied cells, level with the ground, x as the camera looks: middles (n, 2), ends to both sides (n,), m."""

    xy: Floats
    right: Floats
    left: Floats
    top: Floats        # (n,) above the ground
    pixels: Ints


def _cells(of: Ints, flat: Singles, height: Singles, n: int) -> _Cells:
    """Return the n cells of pixels at `flat` (2, m) and `height` (m,), sorted by their cell `of` (m,)."""
    pixels = np.bincount(of, minlength=n)
    starts = np.concatenate([[0], np.cumsum(pixels)[:-1]])
    xy = np.stack([np.bincount(of, flat[i], n) / pixels for i in (0, 1)], axis=1)
    return _Cells(xy, np.minimum.reduceat(flat[1], starts).astype(np.float64),
                  np.maximum.reduceat(flat[1], starts).astype(np.float64),
                  np.maximum.reduceat(height, starts).astype(np.float64), pixels)


def _adjacent(cells: _Cells, thick_m: Floats, s: DepthSettings) -> Bools:
    """Return which cells (n, n) are of one body: ends near to each other, and no more than a shell between in range."""
    beside = np.maximum(cells.right[:, None] - cells.left[None, :], cells.right[None, :] - cells.left[:, None])
    reach = np.hypot(cells.xy[:, 0], cells.xy[:, 1])
    behind = np.abs(reach[:, None] - reach[None, :])
    near: Bools = (beside <= s.gap_m) & (behind <= s.gap_m + np.maximum(thick_m[:, None], thick_m[None, :]))
    # Glass shows no depth, and a bonnet is seen edge on: a roof hangs together with the nose before it.
    nose = (cells.top > s.nose_m[0]) & (cells.top < s.nose_m[1])
    roof = (reach[None, :] > reach[:, None]) & (cells.top[None, :] > cells.top[:, None]) & nose[:, None]
    near |= (roof | roof.T) & (beside <= 0.0) & (behind <= s.bonnet_m)
    return near


def _gather(labels: Ints, cells: _Cells, edge: tuple[Bools, Bools, Bools], slopes: tuple[float, float],
            focal2_px2: float, stamp_s: float, pose: SensorPose, s: DepthSettings) -> DepthClusters:
    """Return the clusters by `labels` (n,); `edge`: which cells are at the image's right, left and the reach's end."""
    n = int(labels.max()) + 1
    order = np.argsort(labels, kind='stable')
    starts = np.concatenate([[0], np.cumsum(np.bincount(labels, minlength=n))[:-1]])

    def least(values: Floats) -> Floats:
        return np.asarray(np.minimum.reduceat(values[order], starts))

    x, right, left = cells.xy[:, 0], cells.right, cells.left
    first, last = least(x), -least(-x)
    # Noise makes a flat front deep: what of the depth it explains counts to the mean, not to the ends.
    mean = np.bincount(labels, cells.pixels * x, n) / np.bincount(labels, cells.pixels, n)
    depth = np.maximum(last - first - 2.0 * s.sigma_per_m2 * mean ** 2, 0.0)
    share = depth / np.maximum(last - first, 1e-6)
    beside = 0.5 * (least(right) - least(-left))
    middle = np.stack([share * 0.5 * (first + last) + (1.0 - share) * mean, beside], axis=1)
    distance = np.hypot(middle[:, 0], middle[:, 1])
    extent = np.stack([depth, -least(-left) - least(right), -least(-cells.top)], axis=1)
    cut = np.stack([least(-one.astype(np.float64)) < 0.0 for one in edge], axis=1)
    area = np.bincount(labels, cells.pixels, n) * mean ** 2 / focal2_px2
    nearest = np.argsort(distance, kind='stable')
    nearest = nearest[area[nearest] >= s.least_area_m2][:s.most]
    return DepthClusters(stamp_s, pose, middle[nearest], extent[nearest], (s.sigma_per_m2 * distance ** 2)[nearest],
                         cut[nearest], slopes)


def _nothing(stamp_s: float, pose: SensorPose) -> DepthClusters:
    return DepthClusters(stamp_s, pose, np.zeros((0, 2)), np.zeros((0, 3)), np.zeros(0))
