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

from outrider_perception.arrays import Bools, Floats, Ints, columns, wrap_angle
from outrider_perception.classes import Classes
from outrider_perception.measurements import Boxes, SensorPose
from outrider_perception.settings import SightSettings

_MIN_RANGE_M = 0.5
_MAX_RANGE_M = 200.0


@dataclass(frozen=True)
class Sights:
    """m usable boxes: `z` (m, 2) bearing in base_link and inverse range, rad and 1/m; one sigma (m, 2).

    `half_rad` (m,) half the width of the box, `lasting` (m,) over how many images the error of the range is the same,
    `index` (m,) of the box. `tall`, `tall_sigma` (m,): its height over its horizontal range, NaN where the image cuts
    it.
    """

    z: Floats
    sigma: Floats
    half_rad: Floats
    lasting: Floats
    index: Ints
    tall: Floats
    tall_sigma: Floats


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
    s, index = settings, usable(boxes).nonzero()[0]
    edges = boxes.edges_px.take(index, axis=0).T.copy()
    left, top, right, bottom = edges
    said, depth = boxes.class_ids[index], boxes.depth_m[index]
    (fx, fy), (width, height) = boxes.focal_px, boxes.size_px
    ray_x, ray_y, ray_z = _rays(boxes, pose, edges)
    bearing, bearing_left, bearing_right = np.arctan2(ray_y[:3], ray_x[:3])
    half = 0.5 * np.abs(wrap_angle(bearing_left - bearing_right))
    cut_left, above = edges[:2] <= s.edge_cut_px
    cut_right, below = right >= width - 1.0 - s.edge_cut_px, bottom >= height - 1.0 - s.edge_cut_px
    # Horizontal metres for a metre along the axis, of the box's middle and of its lower edge.
    flat, flat_below = np.maximum(np.hypot(ray_x[::3], ray_y[::3]), 1e-3)
    tall_px = bottom - top
    edge = s.edge_sigma_px + s.edge_share * tall_px

    # Of each cue what it says of the inverse range, and one over the square of its sigma: 0 where it says nothing.
    cues, weights = np.empty((3, len(index))), np.empty((3, len(index)))
    # By its height.
    inverse_height = tables.inverse_height[said]
    cut_high, per_px = below | above, 1.0 / (fy * flat)
    tall = np.where(cut_high, np.nan, tall_px * per_px)
    tall_sigma = per_px * np.sqrt(2.0 * edge * edge + (s.height_share * tall_px) ** 2)
    per_px *= inverse_height
    by_height = cues[0] = tall_px * per_px
    doubt = tables.inverse_height_sigma[said] / inverse_height
    sigma2 = by_height * by_height * (doubt * doubt + s.height_share ** 2) + 2.0 * (edge * per_px) ** 2
    weights[0] = np.logical_not(cut_high) / sigma2
    # By where it stands, if the ground is flat.
    up_m = float(pose.translation_m[2])
    if up_m >= s.least_height_m:
        down = -ray_z[3] / flat_below
        np.divide(down, max(up_m, 0.1), out=cues[1])
        sigma = (1.0 + down * down) / max(up_m, 0.1)
        weights[1] = np.logical_not(below) / (sigma * sigma * (s.pitch_sigma_rad ** 2 + (edge / fy) ** 2))
    else:
        cues[1] = weights[1] = 0.0
    # By depth inside it.
    with np.errstate(invalid='ignore'):
        known = (depth > 0.2) & (depth <= s.depth_reach_m)
    by_depth = cues[2] = known / (np.where(known, depth, 1.0) * flat)
    weights[2] = known / ((s.depth_sigma_per_m2 / flat) ** 2 + (s.body_sigma_m * by_depth * by_depth) ** 2)

    # None of them: somewhere near, for only what is near fills an image from edge to edge.
    total = np.add.reduce(weights, axis=0)
    none = (total <= 0.0).nonzero()[0]
    total[none] = 1.0
    weights *= cues
    inverse, sigma = np.add.reduce(weights, axis=0) / total, 1.0 / np.sqrt(total)
    inverse[none] = sigma[none] = s.full_inverse_per_m
    inverse = np.minimum(np.maximum(inverse, 1.0 / _MAX_RANGE_M), 1.0 / _MIN_RANGE_M)
    # The centre of a box is about the middle of what is seen of the body; cut by the image's edge it is not.
    across = half * np.where(cut_left | cut_right, 1.0, s.place_share)
    bearing_sigma = np.sqrt(s.bearing_sigma_rad ** 2 + (edge / fx) ** 2 + across * across)
    lasting = np.where(known, s.depth_lasting, s.range_lasting)
    return Sights(columns(bearing, inverse), columns(bearing_sigma, sigma), half, lasting, index, tall, tall_sigma)


def _rays(boxes: Boxes, pose: SensorPose, edges: Floats) -> Floats:
    """Return x, y, z (3, 4, m) of directions in base_link's axes, one metre along the camera's axis.

    They are those of the middles of boxes with `edges` (4, m), the middles of their left and right edges, and of their
    lower edges.
    """
    (fx, fy), (cx, cy) = boxes.focal_px, boxes.centre_px
    (left, top, right, bottom), m = edges, edges.shape[1]
    places = np.empty((3, 4, m))
    ahead, across, up = places
    ahead[:] = 1.0
    across[1], across[2] = left, right
    across[0] = across[3] = 0.5 * (left + right)
    up[:3], up[3] = 0.5 * (top + bottom), bottom
    np.subtract(cx, across, out=across)
    across /= fx
    np.subtract(cy, up, out=up)
    up /= fy
    rays: Floats = (pose.rotation @ places.reshape(3, 4 * m)).reshape(3, 4, m)
    return rays


def prediction(state: Floats, sensor_xy_m: Floats) -> tuple[Floats, Floats]:
    """Return what the camera should see of `state` (n, 4): z (n, 2) and its Jacobian (n, 2, 4)."""
    x, y = state[:, 0] - sensor_xy_m[0], state[:, 1] - sensor_xy_m[1]
    inverse = 1.0 / np.maximum(np.hypot(x, y), _MIN_RANGE_M)
    inverse2 = inverse * inverse
    x_by, y_by = x * inverse2, y * inverse2
    h = np.zeros((len(state), 2, 4))
    h[:, 0, 0], h[:, 0, 1] = -y_by, x_by
    h[:, 1, 0], h[:, 1, 1] = -x_by * inverse, -y_by * inverse
    return columns(np.arctan2(y, x), inverse), h


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
