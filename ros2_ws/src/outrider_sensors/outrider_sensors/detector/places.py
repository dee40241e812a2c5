"""Where the bodies of a picture are: by the depth inside their boxes, else by how large such a body looks. Pure.

| source | distance along the optical axis |
|---|---|
| depth | the 25 % quantile of the known depths in the box's inner half: the near surface, and no single wrong pixel |
| size | focal length times the height of its class by that of the box; where the picture's edge cuts it, the width |

A depth counts within `REACH_M`, where enough pixels know one, from an image `MOST_AGE_S` apart at most, and where the
body would not be far too small or too large for its class: then it is that of a strap before it or of a wall behind.
The place is that of the surface that is seen, not of the body's middle.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.camera.pinhole import Pinhole
from outrider_sensors.detector.found import Floats, Found
from outrider_sensors.detector.sizes import Size

DEPTH, SIZE = 'depth', 'size'
QUANTILE = 0.25          # of the inner half: 20..30 % is the near surface of what fills half of it
LEAST_PIXELS = 6         # fewer are speckles
LEAST_SHARE = 0.10       # of the pixels looked at that must have depth
_MOST_PIXELS = 400       # looked at: more cost time and tell the same
REACH_M = 30.0           # m; beyond, a D455 errs by more than 1.4 m, and size says as much
MOST_AGE_S = 0.2         # s between picture and depth: three images at 15/s
_SIGMA_PER_M2 = 0.0016   # of a depth: 0.16 m at 10 m (D455)
_SURFACE_M = 0.25        # near surface against what the box's middle shows
_CLOSING_MPS = 10.0      # how fast a body comes while depth and picture are apart
_EDGE_PX, _EDGE_SHARE = 1.0, 0.03  # error of an edge, and on top this share of the box
_CUT_PX = 1.5            # a box nearer to the picture's edge may go on beyond it
_CUT_SHARE = 0.5         # of the distance: how wrong it is where both height and width are cut
_TOO_SMALL, _TOO_LARGE = 0.4, 2.5  # times the class's height


@dataclass(frozen=True)
class Depth:
    """One depth image as the colour camera sees it, perhaps decimated: `mm` (height, width), 0 unknown."""

    stamp_s: float
    mm: NDArray[np.uint16]
    camera: Pinhole


@dataclass(frozen=True)
class Places:
    """Of each body: place (n, 3) in the optical frame (x right, y down, z ahead), covariance, and what told it.

    `sources`: 'depth' or 'size'. `valid` (n,): share of the pixels looked at that knew a depth. `size_m` (n, 2): width
    and height at that distance. `depth_age_s`: between picture and depth image, NaN without one.
    """

    xyz_m: Floats
    covariance_m2: Floats
    sources: tuple[str, ...]
    valid: Floats
    size_m: Floats
    depth_age_s: float


def nearest(images: Iterable[Depth], stamp_s: float) -> Depth | None:
    """Return the depth image taken nearest to `stamp_s`, None where all are too far off."""
    best = min(images, key=lambda one: abs(one.stamp_s - stamp_s), default=None)
    return best if best is not None and abs(best.stamp_s - stamp_s) <= MOST_AGE_S else None


def places(found: Found, camera: Pinhole, sizes: Mapping[str, Size], stamp_s: float,
           depth: Depth | None = None) -> Places:
    """Return where the bodies of a picture are that `camera` took at `stamp_s`; `found` in pixels of that camera."""
    age_s = abs(depth.stamp_s - stamp_s) if depth is not None else math.nan
    told = [_place(edges, camera, sizes[kind], depth, age_s)
            for edges, kind in zip(found.edges_px.tolist(), found.kinds, strict=True)]
    z, sigma, valid = (np.array([row[column] for row in told], dtype=np.float64) for column in (0, 1, 2))
    edges = found.edges_px
    span = edges[:, 2:] - edges[:, :2]
    focal = np.array([camera.fx, camera.fy])
    middle = 0.5 * (edges[:, :2] + edges[:, 2:]) - np.array([camera.ppx, camera.ppy])
    ray = np.concatenate([middle / focal, np.ones((len(told), 1))], axis=1)
    across = np.hypot(_EDGE_PX, _EDGE_SHARE * span) / math.sqrt(2.0) / focal * z[:, None]
    covariance = np.einsum('n,ni,nj->nij', sigma**2, ray, ray)
    covariance[:, [0, 1], [0, 1]] += across**2
    return Places(ray * z[:, None], covariance, tuple(row[3] for row in told), valid, span / focal * z[:, None], age_s)


def _place(edges: list[float], camera: Pinhole, size: Size, depth: Depth | None,
           age_s: float) -> tuple[float, float, float, str]:
    """Return distance along the axis and its sigma, m, the share of pixels that knew it, and the source."""
    high = max(edges[3] - edges[1], 1.0)
    valid = 0.0
    if depth is not None:
        z, valid = _depth_inside(edges, camera, depth)
        height_m = high * z / camera.fy
        cut = edges[1] <= _CUT_PX or edges[3] >= camera.height - _CUT_PX
        if (0.0 < z <= REACH_M and height_m <= _TOO_LARGE * size.height_m
                and (cut or height_m >= _TOO_SMALL * size.height_m)):
            return z, math.hypot(_SIGMA_PER_M2 * z * z, _SURFACE_M, _CLOSING_MPS * age_s), valid, DEPTH
    return (*_by_size(edges, camera, size), valid, SIZE)


def _by_size(edges: list[float], camera: Pinhole, size: Size) -> tuple[float, float]:
    left, top, right, bottom = edges
    high, wide = max(bottom - top, 1.0), max(right - left, 1.0)
    cut_high = top <= _CUT_PX or bottom >= camera.height - _CUT_PX
    cut_wide = left <= _CUT_PX or right >= camera.width - _CUT_PX
    if cut_high and not cut_wide:
        z, spread, px = camera.fx * size.width_m / wide, size.width_sigma_m / size.width_m, wide
    else:
        z, spread, px = camera.fy * size.height_m / high, size.height_sigma_m / size.height_m, high
    share = math.hypot(spread, math.sqrt(2.0) * math.hypot(_EDGE_PX / px, _EDGE_SHARE))
    return z, z * max(share, _CUT_SHARE if cut_high and cut_wide else 0.0)


def _depth_inside(edges: list[float], camera: Pinhole, depth: Depth) -> tuple[float, float]:
    """Return the near surface in the inner half of a box, m, 0 for none, and the share of pixels with depth."""
    height, width = depth.mm.shape
    seen = depth.camera
    u0, u1 = _inner(edges[0], edges[2], camera.ppx, camera.fx, seen.ppx, seen.fx, width)
    v0, v1 = _inner(edges[1], edges[3], camera.ppy, camera.fy, seen.ppy, seen.fy, height)
    if u1 <= u0 or v1 <= v0:
        return 0.0, 0.0
    step = max(1, int(math.sqrt((u1 - u0) * (v1 - v0) / _MOST_PIXELS)))
    part = depth.mm[v0:v1:step, u0:u1:step]
    known = part[part > 0]
    valid = len(known) / part.size
    if len(known) < max(LEAST_PIXELS, LEAST_SHARE * part.size):
        return 0.0, valid
    place = int(QUANTILE * (len(known) - 1))
    return float(np.partition(known, place)[place]) * 1e-3, valid


def _inner(low: float, high: float, centre: float, focal: float, seen_centre: float, seen_focal: float,
           size: int) -> tuple[int, int]:
    """Return first and one past the last pixel of the inner half between two edges, at least three where there are."""
    quarter = 0.25 * (high - low)
    first, last = (seen_centre + (edge - centre) * seen_focal / focal for edge in (low + quarter, high - quarter))
    begin, end = math.floor(min(max(first, 0.0), size)), math.ceil(min(max(last, 0.0), size))
    short = 3 - (end - begin)
    if short > 0 and 0.0 <= 0.5 * (first + last) < size:
        begin = max(0, begin - short // 2)
        end = min(size, begin + 3)
    return begin, end
