"""Paints rides, lets the detector look at each picture as its node does, and enters what it found beside the truth."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fitting.looks import Sample
from fitting.rides import RIDE_S, Ride, ride
from fitting.rows import Rows
from outrider_sensors.camera import jpeg
from outrider_sensors.detector import engine as engines
from outrider_sensors.detector.pictures import decode
from outrider_sim.world import places
from outrider_sim.world.camera import Painter, pinhole
from outrider_sim.world.detector import Model, light_of, views
from outrider_sim.world.eye import eye_of
from outrider_sim.world.world import World

JPEG_QUALITY = 80  # config/rigs
_ENGINE: list[engines.Engine] = []


def watch(one: Ride, number: int, eyes: engines.Engine, model: Model, period_s: float) -> Sample:
    """Return what `eyes` found in a ride, a picture every `period_s`."""
    scenario = one.scenario
    world = World(scenario)
    mount = places.truth(scenario.rig, 'camera', scenario.seed).mount
    painter = Painter(world, pinhole(*model.size_px, model.field_deg), scenario.seed)
    rows, took = Rows(number), []
    for instant in range(round(RIDE_S / period_s)):
        snapshot = world.at(one.begin_s + instant * period_s)
        wire = jpeg.encode(painter.colour(snapshot, eye_of(snapshot.rider, mount)), JPEG_QUALITY)
        begun = time.thread_time()  # of the processor: who else is on the machine is not measured
        picture = decode(wire, eyes.size_px)
        found = eyes.look(picture.rgb)
        took.append(time.thread_time() - begun)
        rows.enter(snapshot.t_s, views(snapshot, mount, model.camera), found.scaled(*picture.scale),
                   light_of(snapshot), snapshot.weather)
    return rows.sample(period_s, np.array(took))


def watched(weights: Path, rides: int, seed: int, model: Model, period_s: float, jobs: int) -> Iterator[Sample]:
    """Yield the sample of each ride as it is done. Raises what engine.load raises."""
    wanted = [(number, seed, model, period_s) for number in range(rides)]
    _begin(weights)  # here too: what is wrong with them is told once, and not by a pool that starts again and again
    if jobs <= 1:
        yield from map(_one, wanted)
        return
    with multiprocessing.get_context('spawn').Pool(jobs, _begin_quietly, (weights,)) as pool:
        yield from pool.imap(_one, wanted)


def _begin_quietly(weights: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's
    _begin(weights)


def _begin(weights: Path) -> None:
    _ENGINE[:] = [engines.load(weights)]


def _one(wanted: tuple[int, int, Model, float]) -> Sample:
    number, seed, model, period_s = wanted
    return watch(ride(number, seed), number, _ENGINE[0], model, period_s)
