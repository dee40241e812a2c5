"""One run through the real tracker and hazard judge, in the order of arrival; no ROS, a clock only for step times."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from outrider_bringup.score.adapter import measurement, speaks
from outrider_bringup.score.readings import Reading
from outrider_perception.config import Config, load
from outrider_perception.hazards import HazardJudge, Hazards
from outrider_perception.parameters import FOLDER, parameters, with_values
from outrider_perception.steps import Step
from outrider_perception.tracker import Tracker
from outrider_sim.world import places, words
from outrider_sim.world.judge import Alert, Pass
from outrider_sim.world.model import Rig
from outrider_sim.world.tracking import UNKNOWN, Tracks

_KINDS = (UNKNOWN, *words.CLASSES)  # ids as in Track.msg
_REMEMBERED = 400  # steps: a pass is told seconds after its closest instant


@dataclass
class Played:
    """What the stack said in one run."""

    alerts: list[Alert] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    tracks: list[Tracks] = field(default_factory=list)
    step_ms: list[float] = field(default_factory=list)


def configured(rig: Rig) -> Config:
    """Return the numbers of perception, and above them what the rig's file says."""
    folder = places.config_folder()
    file: Path | None = folder / 'rigs' / f'{rig.kind}.yaml' if folder else None
    content: Any = yaml.safe_load(file.read_text(encoding='utf-8')) if file and file.is_file() else {}
    said: dict[str, Any] = content.get('/**/fusion', {}).get('ros__parameters', {})
    config = load(Path(said[FOLDER.name]) if said.get(FOLDER.name) else None)
    return with_values(config, {one.name: one.default for one in parameters(config)} | said)


def play(rig: Rig, readings: Iterable[Reading]) -> Played:
    """Return what is said about `readings`, which come in the order of arrival."""
    config = configured(rig)
    tracker, judge = Tracker(*config.tracking), HazardJudge(config.hazards)
    played, places_of = Played(), _Places()
    for reading in readings:
        taken = measurement(reading)
        begun = time.thread_time_ns()  # of the processor: who else is on the machine is not judged here
        step = tracker.step(taken)
        if step is None or not speaks(step):
            continue
        hazards = judge.judge(step)
        played.step_ms.append((time.thread_time_ns() - begun) * 1e-6)
        places_of.learn(step, hazards)
        for row, level in zip(hazards.row.tolist(), hazards.level.tolist(), strict=True):
            x, y = hazards.approach.nearest_m[row].tolist()
            played.alerts.append(Alert(reading.arrival_s, words.LEVELS[level - 1], (x, y)))
        for one in hazards.close_passes:
            played.passes.append(Pass(one.stamp_s, one.clearance_m, places_of.of(one.identity, one.stamp_s)))
        played.tracks.append(Tracks(step.stamp_s, tuple(step.tracks.identity.tolist()), step.centre_m,
                                    step.tracks.state[:, 2:4].copy(),
                                    tuple(_KINDS[one] for one in step.tracks.class_id.tolist())))
    return played


class _Places:
    """Where the nearest edge of each track was: a logged pass has no place of its own."""

    def __init__(self) -> None:
        self._steps: deque[tuple[float, dict[int, tuple[float, float]]]] = deque(maxlen=_REMEMBERED)

    def learn(self, step: Step, hazards: Hazards) -> None:
        edges = hazards.approach.nearest_m.tolist()
        self._steps.append((step.stamp_s, {identity: (x, y) for identity, (x, y) in zip(
            step.tracks.identity.tolist(), edges, strict=True)}))

    def of(self, identity: int, stamp_s: float) -> tuple[float, float] | None:
        """Return the place nearest in time, None where it was never seen."""
        known = [(abs(at_s - stamp_s), edges[identity]) for at_s, edges in self._steps if identity in edges]
        return min(known)[1] if known else None
