"""How the detector of a ride was set up, by ride.json; no path that stands in it is followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outrider_bringup.errors import UserError
from outrider_bringup.replay import start
from outrider_bringup.replay.bag import Bag
from outrider_node.errors import NodeError
from outrider_sensors.detector.engine import DetectorError, default_weights, load
from outrider_sensors.detector.eye import Eye
from outrider_sensors.detector.kinds import class_scores
from outrider_sensors.detector.node import DetectorNode
from outrider_sensors.detector.sizes import load_sizes

NODE = 'detector'


@dataclass(frozen=True)
class Setup:
    """What counts of the node's parameters."""

    max_fps: float
    scores: Mapping[str, float]  # least of each class
    kinds: tuple[str, ...]
    threads: int

    def least(self, kind: str) -> float:
        """Return the score from which on a class counts."""
        return self.scores.get(kind, 0.0)


def of_ride(bag: Bag, prefix: str) -> Setup:
    """Return the setup of the detector that ran under `prefix`; what is not told or is of no use is the default."""
    told = start.of_node(bag.info, prefix, NODE)
    values: dict[str, Any] = {}
    for param in DetectorNode.PARAMETERS:
        values[param.name] = param.default
        if param.name in told:
            try:
                values[param.name] = param.check(told[param.name])
            except NodeError as error:
                bag.complaints.append(f'{bag.name}: {error} The default is used.')
    try:
        scores = class_scores(values['class_scores'], values['least_score'])
    except DetectorError as error:
        bag.complaints.append(f'{bag.name}: {error} The defaults are used.')
        scores = class_scores((), values['least_score'])
    kinds = tuple(kind for kind in values['kinds'] if kind)
    return Setup(values['max_fps'], scores, kinds, values['threads'])


def opened(weights: Path | None, setup: Setup) -> Eye:
    """Return the eye with `weights`, by default those that are shipped. Raises UserError."""
    try:
        return Eye(load(weights or default_weights(), least_score=setup.scores, kinds=setup.kinds,
                        threads=setup.threads), load_sizes())
    except DetectorError as error:
        raise UserError(str(error)) from None
