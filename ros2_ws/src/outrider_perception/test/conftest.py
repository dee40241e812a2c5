"""A small road for the tests: boxes that move, posts that stand, and a rear radar with bins, misses and clutter.

It shares no constant with the code under test: the sensor is what the `road` chirp gives (range bin 0.81 m, Doppler bin
0.58 m/s, sine of azimuth on 1/32, 20 frames/s), and bodies are seen at points of the sides they turn to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from outrider_perception.config import load
from outrider_perception.hazards import HazardJudge, Hazards
from outrider_perception.measurements import PolarScan, SensorPose, upright_pose
from outrider_perception.tracker import Step, Tracker

CONFIG = load()

RANGE_BIN_M, RATE_BIN_MPS, SINE_BIN, FRAME_S = 0.81, 0.58, 1 / 32, 0.05
Where = Callable[[float], tuple[float, float]]


@dataclass
class Body:
    """A box whose centre is at `where(t)` over ground, heading along x."""

    where: Where
    length_m: float = 4.5
    width_m: float = 1.8
    points: int = 3
    detection: float = 0.9


@dataclass
class Road:
    """The rig rolls along x from the origin; everything is given over ground and seen from its rear rack."""

    rig_mps: float = 5.5
    bodies: list[Body] = field(default_factory=list)
    posts: list[tuple[float, float]] = field(default_factory=list)
    clutter: float = 0.3
    seed: int = 1
    reach_m: float = 80.0
    pose: SensorPose = field(default_factory=lambda: upright_pose(-0.9, 0.0, 0.8, np.pi))

    def scans(self, duration_s: float) -> list[PolarScan]:
        """Return every frame of `duration_s`."""
        draw = np.random.default_rng(self.seed)
        return [self._scan(number * FRAME_S, draw) for number in range(round(duration_s / FRAME_S))]

    def relative(self, body: Body, t: float) -> tuple[float, float, float, float]:
        """Return x, y, vx, vy of a body's centre in base_link."""
        (x, y), (xa, ya) = body.where(t), body.where(t + 1e-3)
        return x - self.rig_mps * t, y, (xa - x) * 1e3 - self.rig_mps, (ya - y) * 1e3

    def _scan(self, t: float, draw: np.random.Generator) -> PolarScan:
        seen: list[tuple[float, float, float, float]] = []
        for body in self.bodies:
            x, y, vx, vy = self.relative(body, t)
            for _ in range(body.points if draw.random() < body.detection else 0):
                # One of the two sides that face the sensor.
                if draw.random() < 0.5:
                    at = (x + np.sign(-0.9 - x) * body.length_m / 2, y + draw.uniform(-0.5, 0.5) * body.width_m)
                else:
                    at = (x + draw.uniform(-0.5, 0.5) * body.length_m, y - np.sign(y) * body.width_m / 2)
                seen.append((*at, vx, vy))
        seen += [(x - self.rig_mps * t, y, -self.rig_mps, 0.0) for x, y in self.posts if draw.random() < 0.7]
        found = np.array(seen).reshape(-1, 4)
        at = (found[:, :2] - self.pose.translation_m[:2]) @ self.pose.rotation[:2, :2]
        velocity = found[:, 2:] @ self.pose.rotation[:2, :2]
        reach = np.hypot(at[:, 0], at[:, 1])
        sine = at[:, 1] / reach
        rate = (at * velocity).sum(axis=1) / reach
        visible = (at[:, 0] > 0.0) & (np.abs(sine) < 0.83) & (reach < self.reach_m)
        extra = draw.poisson(self.clutter)
        reach = np.concatenate([reach[visible], draw.uniform(2.0, 40.0, extra)])
        sine = np.concatenate([sine[visible], draw.uniform(-0.8, 0.8, extra)])
        rate = np.concatenate([rate[visible], draw.uniform(-10.0, 10.0, extra)])
        bins = [np.round(value / step + draw.normal(0.0, jitter, len(value))) * step
                for value, step, jitter in ((reach, RANGE_BIN_M, 0.3), (sine, SINE_BIN, 0.3),
                                            (rate, RATE_BIN_MPS, 0.15))]
        leak = 4  # the radar hears itself
        reach = np.concatenate([np.maximum(bins[0], RANGE_BIN_M), np.full(leak, 0.1)])
        azimuth = np.concatenate([np.arcsin(np.clip(bins[1], -0.99, 0.99)), np.zeros(leak)])
        rate = np.concatenate([bins[2], np.zeros(leak)])
        return PolarScan(100.0 + t, self.pose, reach, azimuth, np.zeros(len(reach)), rate, np.full(len(reach), 20.0))


@dataclass
class Played:
    """What came of a road."""

    steps: list[Step]
    hazards: list[Hazards]

    @property
    def identities(self) -> set[int]:
        """Every identity ever confirmed."""
        return {int(one) for step in self.steps for one in step.tracks.identity}

    def levels(self, identity: int | None = None) -> list[int]:
        """Return the gravest level in each step, of one identity or of all."""
        said = []
        for step, hazards in zip(self.steps, self.hazards, strict=True):
            of = [int(level) for row, level in zip(hazards.row, hazards.level, strict=True)
                  if identity in (None, int(step.tracks.identity[row]))]
            said.append(max(of, default=0))
        return said

    def nearest(self, number: int, x_m: float, y_m: float, within_m: float = 3.0) -> int | None:
        """Return the identity of the track nearest to a place in base_link, None beyond `within_m`."""
        step = self.steps[number]
        if len(step.tracks) == 0:
            return None
        off = np.hypot(step.centre_m[:, 0] - x_m, step.centre_m[:, 1] - y_m)
        return int(step.tracks.identity[off.argmin()]) if off.min() < within_m else None


def play(scans: list[Any]) -> Played:
    """Run the chain over scans."""
    tracker, judge = Tracker(*CONFIG.tracking), HazardJudge(CONFIG.hazards)
    steps = [tracker.step(scan) for scan in scans]
    return Played(steps, [judge.judge(step) for step in steps])


@pytest.fixture
def road() -> type[Road]:
    return Road


@pytest.fixture
def body() -> type[Body]:
    return Body


@pytest.fixture
def played() -> Callable[[list[Any]], Played]:
    return play
