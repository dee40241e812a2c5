"""What stands near, as depth alone shows it: places in base_link with covariance, by the stereo camera's model.

A stereo camera errs with the square of the distance along the line of sight (RealSense D455: 0.16 m at 10 m, 1.5 m at
30 m) and by ragged edges across it. The middle of what is seen of a body is not the same spot of it in every image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Floats, Ints
from outrider_perception.measurements import DepthClusters, SensorPose
from outrider_perception.settings import SightSettings

_MOST_M = 100.0  # nothing of the kind reaches so far: damaged
_LEAST_M = 0.1   # nearer is the lens itself


@dataclass(frozen=True)
class Near:
    """m usable clusters: `edges` (m, 3), nearest, right and left, in the camera's axes, `noise` (m, 3, 3) of them.

    `place_m` (m, 2) is the middle of what is seen in base_link, `spread_m2` (m, 2, 2) where a body may be that was
    never seen before, `index` (m,) which of the clusters they are.
    """

    edges: Floats
    noise: Floats
    place_m: Floats
    spread_m2: Floats
    index: Ints


def near_edges(found: DepthClusters, pose: SensorPose, settings: SightSettings) -> Near:
    """Return what is finite, in reach and no larger than a body can be."""
    s = settings
    with np.errstate(invalid='ignore', over='ignore'):
        use = (np.abs(found.xy_m) <= _MOST_M).all(axis=1) & (found.sigma_m >= 0.0) & (found.sigma_m <= _MOST_M)
        use &= (found.extent_m >= 0.0).all(axis=1) & (found.extent_m[:, :2] <= s.largest_m).all(axis=1)
        use &= (found.extent_m[:, 2] <= _MOST_M) & (np.abs(found.xy_m).max(axis=1, initial=0.0) >= _LEAST_M)
    index = np.flatnonzero(use)
    xy, extent, sigma, cut = found.xy_m[index], found.extent_m[index], found.sigma_m[index], found.cut[index]
    half = 0.5 * extent[:, :2]
    edges = np.stack([xy[:, 0] - half[:, 0], xy[:, 1] - half[:, 1], xy[:, 1] + half[:, 1]], axis=1)
    error = np.stack([np.hypot(sigma, s.near_sigma_m), *[np.hypot(s.ragged_share * sigma, s.near_sigma_m)] * 2], axis=1)
    # Where the image ends, the body does not; what is seen first of it, and its other side, may be that end too.
    error[:, 0] = np.hypot(error[:, 0], np.where(cut[:, :2].any(axis=1), half[:, 0], 0.0))
    error[:, 1:] = np.hypot(error[:, 1:], np.where(cut[:, :2], np.maximum(half[:, 1:], s.width_sigma_m), 0.0))
    # How wide a body is is known badly: of one beside the axis, the side turned to it counts.
    beyond = np.stack([-edges[:, 2], edges[:, 1]], axis=1)
    error[:, 1:] = np.hypot(error[:, 1:], s.width_sigma_m * np.clip(beyond / s.beside_m, 0.0, 1.0))
    noise = error[:, :, None] ** 2 * np.eye(3)
    # Mount and sway turn both sides alike.
    noise[:, 1:, 1:] += (s.bearing_sigma_rad * xy[:, 0, None, None]) ** 2
    ahead = pose.rotation[:2, 0] / max(float(np.hypot(*pose.rotation[:2, 0])), 1e-6)
    left = np.array([-ahead[1], ahead[0]])
    off = xy[:, :1] * ahead + xy[:, 1:] * left
    share = np.where(cut.any(axis=1), 0.5, s.place_share)[:, None] * extent[:, :2]
    wide = np.hypot(np.stack([sigma, s.ragged_share * sigma], axis=1), np.hypot(share, s.near_sigma_m)) ** 2
    spread: Floats = (wide[:, 0, None, None] * np.outer(ahead, ahead) + wide[:, 1, None, None] * np.outer(left, left))
    return Near(edges, noise, pose.translation_m[:2] + off, spread, index)
