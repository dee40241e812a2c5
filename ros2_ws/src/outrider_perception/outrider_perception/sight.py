"""What a box in an image says of a body: its bearing, and how far it may be. State [x, y, vx, vy] in base_link.

The model is [bearing, inverse range] about the camera. All that a camera knows of a range is linear, with an error that
hardly depends on it, in the inverse: a box is as high as its body over the range; its lower edge, on flat ground, lies
as far below the horizon as the camera's height over the range; a stereo camera measures disparity. So the cues add up
by their weights, and a filter stays near the truth where one on range would not (inverse depth: Civera, Davison and
Montiel, IEEE T-RO 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints, wrap_angle
from outrider_perception.classes import Classes
from outrider_perception.measurements import Boxes, SensorPose
from outrider_perception.settings import SightSettings

_MIN_RANGE_M = 0.5
_MAX_RANGE_M = 200.0


@dataclass(frozen=True)
class Sights:
    """m usable boxes: `z` (m, 2) bearing in base_link and inverse range, rad and 1/m; one sigma (m, 2).

    `half_rad` (m,) half the width of the box, `lasting` (m,) over how many images the error of the range is the same,
    `index` (m,) of the box.
    """

    z: Floats
    sigma: Floats
    half_rad: Floats
    lasting: Floats
    index: Ints


def usable(boxes: Boxes) -> Bools:
    """Return which boxes (n,) are boxes: finite, not empty, within the image and a little, scored from 0 to 1."""
    width, height = boxes.size_px
    with np.errstate(invalid='ignore', over='ignore'):
        left, top, right, bottom = boxes.edges_px.T
        use: Bools = (right - left >= 1.0) & (bottom - top >= 1.0)
        use &= (left >= -width) & (right <= 2.0 * width) & (top >= -height) & (bottom <= 2.0 * height)
        use &= (boxes.scores >= 0.0) & (boxes.scores <= 1.0) & (boxes.class_ids >= 0) & (boxes.class_ids <= 8)
    return use


def sights(boxes: Boxes, pose: SensorPose, tables: Classes, settings: SightSettings) -> Sights:
    """Return what the usable boxes say; `pose` of the camera as the rig leans."""
    s, index = settings, np.flatnonzero(usable(boxes))
    left, top, right, bottom = boxes.edges_px[index].T
    said, depth = boxes.class_ids[index], boxes.depth_m[index]
    (fx, fy), (width, height) = boxes.focal_px, boxes.size_px
    middle_u, middle_v = 0.5 * (left + right), 0.5 * (top + bottom)
    rays = np.split(_ray(boxes, pose, np.concatenate([middle_u, left, right, middle_u]),
                         np.concatenate([middle_v, middle_v, middle_v, bottom])), 4)
    bearing, bearing_left, bearing_right = (np.arctan2(ray[:, 1], ray[:, 0]) for ray in rays[:3])
    half = 0.5 * np.abs(wrap_angle(bearing_left - bearing_right))
    beside = (left <= s.edge_cut_px) | (right >= width - 1.0 - s.edge_cut_px)
    below, above = bottom >= height - 1.0 - s.edge_cut_px, top <= s.edge_cut_px
    flat = np.maximum(np.hypot(rays[0][:, 0], rays[0][:, 1]), 1e-3)  # horizontal metres for a metre along the axis
    edge = s.edge_sigma_px + s.edge_share * (bottom - top)

    # By its height.
    tall = (bottom - top) / (fy * flat)
    by_height = tall * tables.inverse_height[said]
    doubt = np.hypot(tables.inverse_height_sigma[said] / tables.inverse_height[said], s.height_share)
    height_sigma = np.hypot(by_height * doubt, np.sqrt(2.0) * edge / (fy * flat) * tables.inverse_height[said])
    height_sigma = np.where(below | above, np.inf, height_sigma)
    # By where it stands, if the ground is flat.
    ray = rays[3]
    down = -ray[:, 2] / np.maximum(np.hypot(ray[:, 0], ray[:, 1]), 1e-3)
    up_m = float(pose.translation_m[2])
    by_ground = down / max(up_m, 0.1)
    ground_sigma = np.hypot(s.pitch_sigma_rad, edge / fy) * (1.0 + down ** 2) / max(up_m, 0.1)
    ground_sigma = np.where(below | (up_m < s.least_height_m), np.inf, ground_sigma)
    # By depth inside it.
    with np.errstate(invalid='ignore', divide='ignore'):
        known = (depth > 0.2) & (depth <= s.depth_reach_m)
        by_depth = np.where(known, 1.0 / np.where(known, depth * flat, 1.0), 0.0)
    body = s.body_sigma_m * by_depth ** 2
    depth_sigma = np.where(known, np.hypot(s.depth_sigma_per_m2 / flat, body), np.inf)

    cues = np.stack([by_height, by_ground, by_depth])
    weight = 1.0 / np.stack([height_sigma, ground_sigma, depth_sigma]) ** 2
    # None of them: somewhere near, for only what is near fills an image from edge to edge.
    total = weight.sum(axis=0)
    none = total <= 0.0
    inverse = np.where(none, s.full_inverse_per_m, (weight * cues).sum(axis=0) / np.where(none, 1.0, total))
    sigma = np.where(none, s.full_inverse_per_m, 1.0 / np.sqrt(np.where(none, 1.0, total)))
    inverse = np.clip(inverse, 1.0 / _MAX_RANGE_M, 1.0 / _MIN_RANGE_M)
    # The centre of a box is about the middle of what is seen of the body; cut by the image's edge it is not.
    across = half * np.where(beside, 1.0, s.place_share)
    bearing_sigma = np.sqrt(s.bearing_sigma_rad ** 2 + (edge / fx) ** 2 + across ** 2)
    lasting = np.where(known, s.depth_lasting, s.range_lasting)
    return Sights(np.stack([bearing, inverse], axis=1), np.stack([bearing_sigma, sigma], axis=1), half, lasting, index)


def _ray(boxes: Boxes, pose: SensorPose, u: Floats, v: Floats) -> Floats:
    """Return directions (m, 3) in base_link's axes of pixels, one metre along the camera's axis."""
    (fx, fy), (cx, cy) = boxes.focal_px, boxes.centre_px
    in_camera = np.stack([np.ones_like(u), (cx - u) / fx, (cy - v) / fy], axis=1)
    turned: Floats = in_camera @ pose.rotation.T
    return turned


def prediction(state: Floats, sensor_xy_m: Floats) -> tuple[Floats, Floats]:
    """Return what the camera should see of `state` (n, 4): z (n, 2) and its Jacobian (n, 2, 4)."""
    x, y = (state[:, :2] - sensor_xy_m).T
    r = np.maximum(np.hypot(x, y), _MIN_RANGE_M)
    h = np.zeros((len(state), 2, 4))
    h[:, 0, 0], h[:, 0, 1] = -y / r ** 2, x / r ** 2
    h[:, 1, 0], h[:, 1, 1] = -x / r ** 3, -y / r ** 3
    return np.stack([np.arctan2(y, x), 1.0 / r], axis=1), h


def start(z: Floats, noise: Floats, sensor_xy_m: Floats, along_mps: float, across_mps: float) -> tuple[Floats, Floats]:
    """Return state (m, 4) and covariance (m, 4, 4) of bodies first seen at `z` (m, 2), at rest relative to the rig."""
    r = 1.0 / z[:, 1]
    u = np.stack([np.cos(z[:, 0]), np.sin(z[:, 0])], axis=1)
    side = np.stack([-u[:, 1], u[:, 0]], axis=1)
    state = np.zeros((len(z), 4))
    state[:, :2] = sensor_xy_m + r[:, None] * u
    covariance = np.zeros((len(z), 4, 4))
    # Half the range is as much as one can doubt and still say where it is.
    away = np.minimum(r ** 2 * np.sqrt(noise[:, 1, 1]), 0.5 * r) ** 2
    covariance[:, :2, :2] = (away[:, None, None] * u[:, :, None] * u[:, None, :]
                             + (noise[:, 0, 0] * r ** 2)[:, None, None] * side[:, :, None] * side[:, None, :])
    covariance[:, 2, 2], covariance[:, 3, 3] = along_mps ** 2, across_mps ** 2
    return state, covariance
