"""Paints rides, lets the detector look at each picture as its node does, and enters what it found beside the truth."""

from __future__ import annotations

import io
import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fitting.looks import Sample
from fitting.rides import RIDE_S, Ride, ride
from fitting.rows import Answer, Rows
from outrider_sensors.camera import jpeg
from outrider_sensors.detector import engine as engines
from outrider_sim.world import places
from outrider_sim.world.camera import Painter, pinhole
from outrider_sim.world.detector import Model, light_of, views
from outrider_sim.world.eye import eye_of
from outrider_sim.world.world import World

JPEG_QUALITY = 80  # config/rigs
_ENGINE: list[Eyes] = []


class Eyes(Protocol):
    """What looks (outrider_sensors.detector.engine.Engine)."""

    def look(self, rgb: NDArray[np.uint8]) -> Answer:
        """Return what is in a picture."""


def watch(one: Ride, number: int, eyes: Eyes, model: Model, period_s: float) -> Sample:
    """Return what `eyes` found in a ride, a picture every `period_s`."""
    scenario = one.scenario
    world = World(scenario)
    mount = places.truth(scenario.rig, 'camera', scenario.seed).mount
    painter = Painter(world, pinhole(*model.size_px, model.field_deg), scenario.seed)
    rows, took = Rows(number), []
    for picture in range(round(RIDE_S / period_s)):
        snapshot = world.at(one.begin_s + picture * period_s)
        wire = jpeg.encode(painter.colour(snapshot, eye_of(snapshot.rider, mount)), JPEG_QUALITY)
        begun = time.thread_time()  # of the processor: who else is on the machine is not measured
        found = eyes.look(np.asarray(Image.open(io.BytesIO(wire))))
        took.append(time.thread_time() - begun)
        rows.enter(snapshot.t_s, views(snapshot, mount, model.camera), found, light_of(snapshot), snapshot.weather)
    return rows.sample(period_s, np.array(took))


def watched(weights: Path, rides: int, first: int, seed: int, model: Model, period_s: float,
            jobs: int) -> Iterator[Sample]:
    """Yield the sample of each ride as it is done. Raises what engine.load raises."""
    wanted = [(number, seed, model, period_s) for number in range(first, first + rides)]
    if jobs <= 1:
        _begin(weights)
        yield from map(_one, wanted)
        return
    with multiprocessing.get_context('spawn').Pool(jobs, _begin, (weights,)) as pool:
        yield from pool.imap(_one, wanted)


def _begin(weights: Path) -> None:
    _ENGINE[:] = [engines.load(weights)]


def _one(wanted: tuple[int, int, Model, float]) -> Sample:
    number, seed, model, period_s = wanted
    return watch(ride(number, seed), number, _ENGINE[0], model, period_s)
