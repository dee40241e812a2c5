"""Where a rig that turns, and those who share its road, will be: arcs at constant speed and yaw rate, then straight on.

In the rig's own turn everything far seems to swerve, and a straight line from here is not where it goes. A body that
can follow the rig's way at its own speed is taken to do so (road.py), as on a bend of a road; one that is too fast for
it goes straight on, as past a junction at which the rig turns off. Constant turn rate and velocity: R. Schubert,
E. Richter, G. Wanielik, "Comparison and evaluation of advanced motion models for vehicle tracking", FUSION 2008.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from outrider_perception.arrays import Floats
from outrider_perception.ego import EgoVelocity
from outrider_perception.lane import Lanes

_STRAIGHT_RADPS = 1e-6
_NO_TURN_RADPS = 1e-12  # stands for none where a way is divided by it: to the last bits the same
_SLOW_MPS = 1.0  # a rig that stands has no curve


class Foreseen(NamedTuple):
    """Bodies at t instants each: `x_m`, `y_m` (n, t) in base_link of then, heading; how far the rig has turned.

    Heading and turn are (n, t), or (n, 1) where nobody turns.
    """

    x_m: Floats
    y_m: Floats
    heading_rad: Floats
    turned_rad: Floats

    @property
    def place_m(self) -> Floats:
        """Return the places (n, t, 2)."""
        return np.stack([self.x_m, self.y_m], axis=-1)


class Turning:
    """Bodies (n, 2) with velocity (n, 2) relative to the rig, and where they are foreseen; all but the instants."""

    def __init__(self, centre_m: Floats, relative_mps: Floats, heading_rad: Floats, ego: EgoVelocity, lanes: Lanes,
                 lasts_s: float, most_across_mps2: float, left_s: float = math.inf) -> None:
        """A turn `lasts_s`, the rig's own no longer than `left_s` (turn_left_s).

        `most_across_mps2` is the acceleration across its way that a driver takes.
        """
        self._place = centre_m.T[:, :, None]
        self._heading, self._lanes, self._unturned = heading_rad[:, None], lanes, np.zeros((len(heading_rad), 1))
        self._lasts_s, self._own_s = lasts_s, min(lasts_s, left_s)
        velocity = relative_mps + ego.velocity_mps
        self._velocity = velocity.T[:, :, None].copy()
        # It goes where its way leads, not where a sway points: what it does across that has no duration.
        own = math.hypot(*ego.velocity_mps.tolist()) * (1.0 if ego.velocity_mps[0] >= 0.0 else -1.0)
        self._rig_mps = own * math.cos(ego.sway_rad), -own * math.sin(ego.sway_rad)
        self._turn_radps = ego.turn_radps if abs(ego.turn_radps) > _STRAIGHT_RADPS else 0.0
        theirs = bends(velocity, ego, ego.road.until_here(centre_m[:, 0]), most_across_mps2,
                       ego.road.sharpest(centre_m[:, 0]))
        self._theirs = np.where(np.abs(theirs) > _STRAIGHT_RADPS, theirs, _NO_TURN_RADPS)[:, None]
        self._they_turn = np.count_nonzero(theirs) > 0
        across_x, across_y = lanes.across.T
        fading = velocity[:, 0] * across_x + velocity[:, 1] * across_y
        self._fading = np.array((across_x * fading, across_y * fading))[:, :, None]
        # What goes straight on does so at one velocity; who turns is carried along his arc.
        straight = self._velocity * (not self._they_turn)
        self._straight = straight - np.array(self._rig_mps)[:, None, None] * (self._turn_radps == 0.0)

    def at(self, times_s: Floats) -> Foreseen:
        """Return where they will be seen from the rig at `times_s` (n, t)."""
        start = self._straight * times_s  # (2, n, t)
        start += self._place
        start -= self._lanes.lost_s(times_s) * self._fading  # a lane change ends
        heading = self._heading
        if self._they_turn:
            bends_s = np.minimum(times_s, self._lasts_s)
            vx, vy = self._velocity
            turned = self._theirs * bends_s
            way_x, way_y = _arc(vx, vy, self._theirs, np.cos(turned), np.sin(turned), times_s - bends_s)
            start[0] += way_x
            start[1] += way_y
            heading = heading + turned
        if self._turn_radps == 0.0:
            return Foreseen(start[0], start[1], heading, self._unturned)
        own_s = np.minimum(times_s, self._own_s)
        turned = self._turn_radps * own_s
        c, s = np.cos(turned), np.sin(turned)
        gone_x, gone_y = _arc(*self._rig_mps, self._turn_radps, c, s, times_s - own_s)
        off_x, off_y = start[0] - gone_x, start[1] - gone_y
        return Foreseen(off_x * c + off_y * s, off_y * c - off_x * s, heading - turned, turned)


def turn_left_s(ego: EgoVelocity, junction_m: float, junction_rad: float) -> float:
    """Return for how long the rig goes on turning: a way turns by no more than `junction_rad` within `junction_m`."""
    if abs(ego.turn_radps) <= _STRAIGHT_RADPS:
        return np.inf
    gone_rad = max(0.0, ego.road.turned(junction_m) * float(np.sign(ego.turn_radps)))
    return max(0.0, junction_rad - gone_rad) / abs(ego.turn_radps)


def bends(velocity_mps: Floats, ego: EgoVelocity, curvature: Floats, most_across_mps2: float,
          sharpest: Floats | None = None) -> Floats:
    """Return the yaw rate (n,) of bodies with `velocity_mps` (n, 2) over ground that follow a road's `curvature` (n,).

    They go along with the rig, not towards it (who comes the other way is past soon), and no driver would find the
    bend hard, nor its `sharpest` (n,) place; 0 for all others.
    """
    own = math.hypot(*ego.velocity_mps.tolist())
    if own <= _SLOW_MPS or np.count_nonzero(curvature) == 0:
        return np.zeros(len(curvature))
    speed = np.hypot(velocity_mps[:, 0], velocity_mps[:, 1])
    theirs = curvature * speed
    along = velocity_mps @ ego.velocity_mps > 0.5 * own * speed
    hardest = np.abs(curvature) if sharpest is None else np.maximum(np.abs(curvature), sharpest)
    return np.where(along & (hardest * speed ** 2 <= most_across_mps2), theirs, 0.0)


def _arc(x_mps: Floats | float, y_mps: Floats | float, turn: Floats | float, cosine: Floats, sine: Floats,
         rest_s: Floats) -> tuple[Floats, Floats]:
    """Return the way (n, t) each of what moves with a velocity and turns, then goes straight on for `rest_s`.

    `turn` (n, 1), or a number, is not 0; `cosine` and `sine` are those of the angle by which it has turned.
    """
    ahead = sine / turn + rest_s * cosine
    aside = (1.0 - cosine) / turn + rest_s * sine
    return ahead * x_mps - aside * y_mps, aside * x_mps + ahead * y_mps
