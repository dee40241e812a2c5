"""A person as a radar sees one: a torso that sways and hides what lies behind it, arms and legs that swing.

Gait by R. Boulic, N. Magnenat-Thalmann, D. Thalmann, "A global human walking model with real-time kinematic
personification" (The Visual Computer 6, 1990): a cycle of 1.346 sqrt(v / height of the thigh) times that height; the
body moves 32 mm to either side once in it, 21 mm ahead and back twice: across the line of sight it still moves. Shares
of the mean cross-section in the order that ellipsoids of a body's parts give (V. C. Chen, "The Micro-Doppler Effect in
Radar", chapter 4): the torso most of it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Eight places round the torso (front, back, sides, shoulders), then arms and lower legs: metres ahead and to the left.
TORSO = 8
PLACES_M = np.array([[.12, 0], [-.12, 0], [0, .22], [0, -.22], [.08, .17], [.08, -.17], [-.08, .17], [-.08, -.17],
                     [0, .26], [0, -.26], [0, .1], [0, -.1]])
HEIGHT_SHARE = np.array([.75, .75, .68, .68, .8, .8, .8, .8, .6, .6, .25, .25])  # of the person's height
TORSO_SHARE = 0.66
LIMB_SHARE = np.array([.05, .05, .12, .12])
HIDDEN = -0.3  # cosine between a limb's side of the body and the line of sight: beyond it the rest hides it
_SWING = np.array([-.6, .6, 1.0, -1.0])  # of the foot's way: arms against legs, left against right
_THIGH_M = 0.9
_ASIDE_M, _AHEAD_M = 0.032, 0.021
_FASTEST_MPS = 3.5  # on foot: who is faster is carried by something
_SLOWEST_MPS = 0.05


class Gait:
    """How far each person has got in the cycle of two steps. Ask in order of time."""

    def __init__(self, count: int, random: np.random.Generator) -> None:
        """Begin anywhere in it."""
        self._phase = random.uniform(0.0, 2.0 * math.pi, count)
        self._last_s: float | None = None

    def at(self, t_s: float, speed_mps: Floats) -> tuple[Floats, Floats]:
        """Return where the parts of bodies are, beside bodies that stand, and how fast they are beside theirs.

        Both (n, parts, 2), ahead and to the left, m and m/s.
        """
        walks = (speed_mps > _SLOWEST_MPS) & (speed_mps < _FASTEST_MPS)
        speed = np.where(walks, speed_mps, 0.0)
        cycle_m = 1.346 * _THIGH_M * np.sqrt(np.maximum(speed, _SLOWEST_MPS) / _THIGH_M)
        turn = 2.0 * math.pi * speed / cycle_m
        self._phase = self._phase + turn * max(t_s - (t_s if self._last_s is None else self._last_s), 0.0)
        self._last_s = t_s
        # A foot stands while the other one overtakes the body: it moves as fast as that, and back.
        foot = np.where(walks, cycle_m / (2.0 * math.pi), 0.0)
        places, rates = np.empty((len(speed), len(PLACES_M), 2)), np.empty((len(speed), len(PLACES_M), 2))
        for axis, far, times in ((0, _AHEAD_M, 2), (1, _ASIDE_M, 1)):
            sway = far * walks
            places[..., axis] = PLACES_M[:, axis] + (sway * np.sin(times * self._phase))[:, None]
            rates[..., axis] = (sway * times * turn * np.cos(times * self._phase))[:, None]
        places[:, TORSO:, 0] += (foot * np.sin(self._phase))[:, None] * _SWING
        rates[:, TORSO:, 0] += (foot * turn * np.cos(self._phase))[:, None] * _SWING
        return places, rates
