"""What stands near, as depth alone shows it: places in base_link with covariance, by the stereo camera's model.

A stereo camera errs with the square of the distance along the line of sight (RealSense D455: 0.16 m at 10 m, 1.5 m at
30 m) and by ragged edges across it. The middle of what is seen of a body is not the same spot of it in every image.
"""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Floats, Ints
from outrider_perception.measurements import DepthClusters, SensorPose
from outrider_perception.settings import SightSettings

_MOST_M = 100.0  # nothing of the kind reaches so far: damaged
_LEAST_M = 0.1   # nearer is the lens itself


def near_places(found: DepthClusters, pose: SensorPose, settings: SightSettings) -> tuple[Floats, Floats, Ints]:
    """Return places (m, 2) in base_link, covariances (m, 2, 2) and the indices (m,) of the clusters that are usable.

    Usable is what is finite, in reach and no larger than a body can be.
    """
    s = settings
    with np.errstate(invalid='ignore', over='ignore'):
        use = (np.abs(found.xy_m) <= _MOST_M).all(axis=1) & (found.sigma_m >= 0.0) & (found.sigma_m <= _MOST_M)
        use &= (found.extent_m >= 0.0).all(axis=1) & (found.extent_m[:, :2] <= s.largest_m).all(axis=1)
        use &= (found.extent_m[:, 2] <= _MOST_M) & (np.abs(found.xy_m).max(axis=1, initial=0.0) >= _LEAST_M)
    index = np.flatnonzero(use)
    xy, extent, sigma, cut = found.xy_m[index], found.extent_m[index], found.sigma_m[index], found.cut[index]
    ahead = pose.rotation[:2, 0] / max(float(np.hypot(*pose.rotation[:2, 0])), 1e-6)
    left = np.array([-ahead[1], ahead[0]])
    off = xy[:, :1] * ahead + xy[:, 1:] * left
    u = off / np.maximum(np.hypot(off[:, 0], off[:, 1]), 1e-6)[:, None]
    side = np.stack([-u[:, 1], u[:, 0]], axis=1)
    share = np.where(cut, 0.5, s.place_share)[:, None] * extent[:, :2]
    along = sigma ** 2 + share[:, 0] ** 2 + s.near_sigma_m ** 2
    across = (s.ragged_share * sigma) ** 2 + share[:, 1] ** 2 + s.near_sigma_m ** 2
    covariance: Floats = (along[:, None, None] * u[:, :, None] * u[:, None, :]
                          + across[:, None, None] * side[:, :, None] * side[:, None, :])
    return pose.translation_m[:2] + off, covariance, index
