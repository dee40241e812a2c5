"""Which detection belongs to which track, and what the rest is: a new body, or more of one that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from outrider_perception import classes, expected, extent, facing, kalman, swerve
from outrider_perception.arrays import Bools, Floats, Ints, pairs, wrap_angle
from outrider_perception.assign import assign
from outrider_perception.bank import Bank, source_row
from outrider_perception.cluster import near
from outrider_perception.detections import BOX, NEAR, PLACE, POLAR, Detections
from outrider_perception.existence import hit, log_odds
from outrider_perception.expected import Expected
from outrider_perception.settings import Settings, SightSettings

_STAY = 1e6  # a pair costs some tens at most


@dataclass(frozen=True)
class Sights:
    """What the association needs to know of images: their settings, and the tables of classes."""

    settings: SightSettings
    classes: classes.Classes


class Matched(NamedTuple):
    """k pairs: track and detection (k,), with residual, Jacobian, noise, innovation covariance S, distance, ln |S|.

    `half` is the Jacobian times the state's covariance, `inverse` that of S.
    """

    track: Ints
    detection: Ints
    residual: Floats
    jacobian: Floats
    half: Floats
    noise: Floats
    spread: Floats
    inverse: Floats
    distance2: Floats
    log_spread: Floats


def match(bank: Bank, detections: Detections, slow: Bools, settings: Settings,
          known: Expected | None = None) -> Matched:
    """Return the best one-to-one pairs within the gate.

    What shows no Doppler against the ground may only continue a confirmed track that is `slow` (n,). `known` is what
    their sensor should see, where that has been asked before.
    """
    known = known or expected.by(bank, detections, settings)
    predicted, own = known.z, known.spread
    d, angle, gate = detections.z.shape[1], detections.angle, detections.gate
    sure = np.count_nonzero(bank.confirmed) == len(bank)
    # A coarse gate first, so that inverses are only taken of pairs that have a chance.
    off = detections.z.T[:, None] - predicted.T[:, :, None]
    np.abs(off, out=off)
    if angle >= 0:
        off[angle] = np.minimum(off[angle], 2 * np.pi - off[angle])
    off *= off
    reach = np.empty((d, len(bank), 1))
    reach[:, :, 0] = own.reshape(-1, d * d).T[::d + 1]
    near = off <= gate * reach + gate * detections.noise.reshape(-1, d * d).T[::d + 1, None]
    allowed = near[0]
    for other in near[1:]:
        allowed &= other
    if np.count_nonzero(detections.moving) < len(detections):
        allowed &= detections.moving | (slow & bank.confirmed)[:, None]
    if detections.kind == POLAR and not sure:
        allowed &= ~_of_another(bank, detections, settings)
    track, detection = pairs(allowed)
    residual = detections.residual(detection, predicted.take(track, axis=0))
    spread = own.take(track, axis=0) + detections.noise.take(detection, axis=0)
    inverse, log_spread = kalman.inverted(spread)
    distance2 = (residual[:, None] @ inverse @ residual[:, :, None])[:, 0, 0]
    inside = (distance2 <= gate).nonzero()[0]
    # ln |S| keeps a vague track from taking the detection of a sharp one; confirmed tracks choose before tentative.
    cost = distance2 + log_spread
    if not sure:
        cost += gate * ~bank.confirmed[track]
    chosen = inside[_choose(track[inside], detection[inside], cost[inside])]
    track, detection = track[chosen], detection[chosen]
    residual, spread, inverse = (column.take(chosen, axis=0) for column in (residual, spread, inverse))
    noise = detections.noise.take(detection, axis=0)
    if known.wander is not None:
        noise += known.wander.take(track, axis=0)
    return Matched(track, detection, residual, known.jacobian.take(track, axis=0), known.half.take(track, axis=0),
                   noise, spread, inverse, distance2[chosen], log_spread[chosen])


def _choose(track: Ints, detection: Ints, cost: Floats) -> Ints:
    if len(track) == 0:
        return np.zeros(0, dtype=np.int64)
    # Leaving a track out costs more than all pairs: as many as possible are matched, then as well as possible.
    return assign(track, detection, cost, _STAY)


def apply(bank: Bank, detections: Detections, matched: Matched, owed: float, settings: Settings,
          sights: Sights) -> None:
    """Update the matched tracks in place; `owed` is what silence took from their log odds in this step."""
    t, d = matched.track, matched.detection
    if len(t) == 0:
        return
    bank.state[t], bank.covariance[t] = kalman.update(
        bank.state.take(t, axis=0), bank.covariance.take(t, axis=0), matched.residual, matched.half, matched.inverse)
    if detections.angle >= 0:
        angle = detections.angle
        swerve.learn(bank, t, matched.residual[:, angle], matched.spread[:, angle, angle],
                     matched.jacobian[:, angle, :2])
    gained = hit(matched.distance2, matched.log_spread, matched.residual.shape[1], detections.count[d],
                 detections.clutter, settings)
    gained = np.minimum(gained, detections.hit_nats)
    if detections.kind == POLAR:
        gained *= detections.moving[d]  # what stands keeps a track, it does not make one surer
    gained += owed
    if detections.vouches is not None:
        gained *= detections.vouches[d]
    bank.log_odds[t] = np.minimum(bank.log_odds[t] + gained, log_odds(settings.max_existence))
    heard_s, now_s = bank.heard_s[:, source_row(detections.sensor)], detections.stamp_s
    if detections.kind in (PLACE, BOX):
        _name(bank, detections, t, d, now_s - heard_s[t], sights)
    if detections.lag.lag_s == 0.0:
        bank.seen_s[t] = heard_s[t] = now_s
    else:
        bank.seen_s[t], heard_s[t] = np.maximum(bank.seen_s[t], now_s), np.maximum(heard_s[t], now_s)
    if detections.kind == POLAR:
        before_m = bank.depth_m[t]  # one stray point makes no truck
        bank.depth_m[t] = before_m + settings.length_trust * np.maximum(detections.depth_m[d] - before_m, 0.0)
    elif detections.kind == PLACE:
        bank.given[t] = True
        _measure(bank, t, detections.size_m[d], settings.size_news)


def _measure(bank: Bank, track: Ints, size: Floats, news: float) -> None:
    """Take measured sizes (k, 3), NaN: not measured."""
    old = bank.size_m[track]
    mean = np.where(np.isfinite(old), (1.0 - news) * old + news * size, size)
    bank.size_m[track] = np.where(np.isfinite(size), mean, old)


def _name(bank: Bank, detections: Detections, track: Ints, detection: Ints, since_s: Floats,
          sights: Sights) -> None:
    """Let looks that name a class change the beliefs; `since_s` (k,) the look before: what follows soon is no news."""
    said = detections.class_ids[detection]
    named = (said > 0).nonzero()[0]
    if len(named):
        news = np.minimum(np.maximum(since_s[named] / sights.settings.look_tau_s, 0.0), 1.0)
        track, detection = track[named], detection[named]
        looks = classes.look(sights.classes, said[named], detections.scores[detection], news)
        if detections.kind == BOX:
            looks += news[:, None] * classes.by_height(sights.classes, *_heights(bank, detections, track, detection))
        bank.beliefs[track] = classes.bounded(sights.classes, bank.beliefs.take(track, axis=0) + looks)


def _heights(bank: Bank, detections: Detections, track: Ints, detection: Ints) -> tuple[Floats, Floats]:
    """Return how high (k,) the boxes make their tracks, and one sigma: no more than is known of how far they are."""
    off = bank.state[track, :2] - detections.sensor_xy_m
    range_m = np.maximum(np.hypot(off[:, 0], off[:, 1]), 1.0)
    ray = off / range_m[:, None]
    variance = (ray[:, None] @ bank.covariance[track, :2, :2] @ ray[:, :, None])[:, 0, 0]
    tall = detections.tall[detection]
    return tall * range_m, np.sqrt((range_m * detections.tall_sigma[detection]) ** 2 + tall ** 2 * variance)


def unexplained(bank: Bank, detections: Detections, matched: Matched, settings: Settings) -> Bools:
    """Return which detections (m,) start a track: moving, unmatched, no more of a known body, no side lobe."""
    s = settings
    free: Bools = detections.moving.copy()
    free[matched.detection] = False
    if detections.founds is not None:
        free &= detections.founds
    if np.count_nonzero(free) == 0 or detections.kind == PLACE:
        return free
    if detections.kind != POLAR:
        return free & ~_known(bank, detections, settings)
    # Only of those that are left it is asked: most scans leave few.
    left, taken = free.nonzero()[0], matched.detection
    (r, a, v), snr_db = detections.z.T, detections.snr_db
    # Unmatched beside a matched one: the same body's legs, wheels, tail.
    more = near(r[left], a[left], v[left], r[taken], a[taken], v[taken], s, reach=s.same_body_reach).any(axis=1)
    same_cell = np.abs(r[left, None] - r) < s.sidelobe_range_m
    same_cell &= np.abs(v[left, None] - v) < s.sidelobe_rate_mps
    same_cell &= snr_db[left, None] < snr_db
    more |= _parts(bank, detections, left, settings).any(axis=1)
    more |= same_cell.any(axis=1)
    free[left[more]] = False
    return free


def _parts(bank: Bank, detections: Detections, which: Ints, settings: Settings) -> Bools:
    """Return which of the echoes `which` (m,) are in the box of which confirmed body (m, n) and move as it would there.

    A body has one velocity, but each place of it is seen along another line: its tail, while the track is at its head.
    """
    place_m = detections.xy_m.take(which, axis=0)
    boxed = extent.inside(place_m, bank, detections.sensor_xy_m, settings)
    boxed &= bank.confirmed
    if np.count_nonzero(boxed):
        at = place_m - detections.sensor_xy_m
        rate = at @ bank.state[:, 2:].T
        rate /= np.maximum(np.hypot(*at.T), 1e-6)[:, None]
        rate -= detections.z[which, 2:]
        boxed &= np.abs(rate) <= settings.cluster_rate_mps
    return boxed


def _of_another(bank: Bank, detections: Detections, settings: Settings) -> Bools:
    """Return which echoes (n, m) say nothing for a track: it lies in a known body, and they are parts of that."""
    lies = extent.within(bank, settings)
    if np.count_nonzero(lies) == 0 or len(detections) == 0:
        return np.zeros((len(bank), len(detections)), dtype=np.bool_)
    other: Bools = lies @ _parts(bank, detections, np.arange(len(detections)), settings).T
    return other


def _known(bank: Bank, detections: Detections, settings: Settings) -> Bools:
    """Return which boxes or near clusters (m,) may be of a body that is known, though not matched with it."""
    if detections.kind == NEAR:
        inside = extent.inside(detections.xy_m, bank, detections.sensor_xy_m, settings)
        return np.asarray(inside.any(axis=1))
    first, last, near_m, far_m = facing.outlook(detections.lag.back(bank.state)[:, :2], bank.box_m,
                                                bank.heading_rad + detections.lag.turned_rad, detections.sensor_xy_m)
    sigma = np.sqrt(detections.noise[:, [0, 1], [0, 1]])
    doubt = (detections.half_rad + 2.0 * sigma[:, 0])[:, None]
    turn = wrap_angle(detections.z[:, None, 0] - 0.5 * (first + last))
    beside = np.abs(turn) > doubt + 0.5 * (last - first)
    inverse, doubt = detections.z[:, None, 1], 2.0 * sigma[:, None, 1]
    other = (inverse < 1.0 / far_m - doubt) | (inverse > 1.0 / near_m + doubt)
    return np.asarray((~beside & ~other).any(axis=1))
