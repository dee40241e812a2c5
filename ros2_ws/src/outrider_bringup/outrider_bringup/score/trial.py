"""One trial: a scenario sensed, played and judged; what comes of it is plain and can cross from process to process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from outrider_bringup.score import dump
from outrider_bringup.score.play import play
from outrider_bringup.score.sense import sense, without, world_of
from outrider_sim.world import draw, places
from outrider_sim.world.judge import Judgement, judge
from outrider_sim.world.model import Scenario
from outrider_sim.world.stress import Stress
from outrider_sim.world.tracking import Followed, followed, visible_s
from outrider_sim.world.words import LEVELS


@dataclass(frozen=True)
class Drawn:
    """A scenario that is drawn where it is played: draw.one(number, seed, kind)."""

    number: int
    seed: int
    kind: str


@dataclass(frozen=True)
class Job:
    """What is to be done."""

    scenario: Scenario | Drawn
    stress: Stress = Stress()
    without: tuple[str, ...] = ()
    dump: Path | None = None


@dataclass(frozen=True)
class Trial:
    """What came of it. `visible_s`: of each actor whose contact had to be told, how long radar could see it before."""

    name: str
    light: str
    duration_s: float
    kinds: dict[str, str]       # class by actor
    judgement: Judgement
    followed: Followed
    step_ms: tuple[float, float]  # p50, p99; 0 without a step
    steps: int
    visible_s: dict[str, float]


def trial(job: Job) -> Trial:
    """Do it. Equal jobs, equal trials to the last bit, but for `step_ms`."""
    one = job.scenario
    scenario = draw.one(one.number, one.seed, one.kind) if isinstance(one, Drawn) else one
    scenario = without(scenario, job.without) if job.without else scenario
    world = world_of(scenario)
    readings = sense(world, job.stress)
    mount = places.truth(scenario.rig, 'radar', scenario.seed).mount
    if job.dump is not None:
        dump.write(job.dump / scenario.name, world, readings)
    played = play(scenario.rig, readings)
    judgement = judge(world, played.alerts, played.passes)
    when = {one.actor: one.t_ca_s for one in judgement.actors}
    seen = {need.actor: visible_s(world, mount, world.ids.index(need.actor), when[need.actor] or 0.0)
            for need in judgement.needs if need.level == LEVELS[-1]}
    p50, p99 = np.percentile(played.step_ms, [50, 99]).tolist() if played.step_ms else (0.0, 0.0)
    return Trial(scenario.name, scenario.light, scenario.duration_s,
                 {actor.id: actor.kind for actor in scenario.actors}, judgement,
                 followed(world, mount, played.tracks), (p50, p99), len(played.step_ms), seen)
