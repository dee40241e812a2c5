"""What a body between leaves of a signal: waves bend round it, and near its edge they ripple.

A body is a screen that swallows what meets it, across the line of sight, as wide and high as it shows itself; the field
behind it is what the rest of the plane sends on (Kirchhoff; Fresnel integrals, as in ITU-R P.526 for edges). There and
back: squared. Deep in the shadow _LEAST is left, by ways below and around that a screen does not have.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.snapshot import Snapshot

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]
Ints = NDArray[np.int64]

GHOST = -2
_LEAST_DB = -18.0
_REACH = 8.0        # in Fresnel's v: farther from an edge the ripple is below 0.5 dB there and back
_NEAR_M = 0.1       # a place this near to a body is its own or touches it


def behind(snapshot: Snapshot, wavelength_m: float, eye: Floats, places: Floats, owner: Ints) -> Floats:
    """Return the dB that bodies take from places (n, 3); `owner` (n,) is the body that each belongs to, -1: none.

    Mirror images (GHOST) are reached by another way and stay as they are.
    """
    total = np.zeros(len(places))
    away = places - eye
    distance = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-3)
    along = away[:, :2] / distance[:, None]
    to_body = snapshot.xy - eye[:2]
    depth = along @ to_body.T                                              # (n, bodies)
    aside = along[:, :1] * to_body[:, 1] - along[:, 1:] * to_body[:, 0]    # of the body, left of the ray
    ahead = np.stack([np.cos(snapshot.heading), np.sin(snapshot.heading)])
    half = 0.5 * (snapshot.size_m[:, 0] * np.abs(along[:, :1] * ahead[1] - along[:, 1:] * ahead[0])
                  + snapshot.size_m[:, 1] * np.abs(along @ ahead))
    between = np.minimum(depth, distance[:, None] - depth)
    scale = np.sqrt(2.0 * distance[:, None] / (wavelength_m * np.maximum(depth * (distance[:, None] - depth), 1e-6)))
    concerned = (between > _NEAR_M) & ((np.abs(aside) - half) * scale < _REACH)
    concerned &= (owner[:, None] != np.arange(len(snapshot.ids))) & (owner[:, None] != GHOST)
    place, body = np.nonzero(concerned)
    if not len(place):
        return total
    ratio = scale[place, body]
    line = eye[2] + depth[place, body] / distance[place] * away[place, 2]  # height of the ray there
    above = (snapshot.size_m[body, 2] - line) * ratio
    left, right = ((aside + side * half)[place, body] * ratio for side in (1.0, -1.0))
    across = (_fresnel(left) - _fresnel(right)) / (1.0 + 1j)
    up = (_fresnel(above) + 0.5 * (1.0 + 1j)) / (1.0 + 1j)                 # from the ground: far below
    power = np.abs(1.0 - across * up) ** 2
    np.add.at(total, place, np.maximum(20.0 * np.log10(np.maximum(power, 1e-9)), _LEAST_DB))
    return np.maximum(total, 2 * _LEAST_DB)


def _fresnel(v: Floats) -> Complex:
    """Return C(v) + i S(v), to 0.002 (M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 7.3.32)."""
    x = np.abs(v)
    f = (1.0 + 0.926 * x) / (2.0 + 1.792 * x + 3.104 * x ** 2)
    g = 1.0 / (2.0 + 4.142 * x + 3.492 * x ** 2 + 6.670 * x ** 3)
    angle = 0.5 * np.pi * x ** 2
    c, s = np.cos(angle), np.sin(angle)
    field: Complex = np.sign(v) * (0.5 + f * s - g * c + 1j * (0.5 - f * c - g * s))
    return field
