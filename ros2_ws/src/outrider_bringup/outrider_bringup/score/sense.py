"""All that the drivers publish in one run, in the order in which it is there: `sense(world, stress)`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from outrider_bringup.score.driven import drive
from outrider_bringup.score.image_sense import image_readings
from outrider_bringup.score.own_sense import gyro_readings, speed_readings
from outrider_bringup.score.radar_sense import radar_readings
from outrider_bringup.score.readings import Reading
from outrider_sim.devices.world_ride import PathRide
from outrider_sim.world.model import Fault, Scenario
from outrider_sim.world.stress import Stress
from outrider_sim.world.world import World


def world_of(scenario: Scenario) -> World:
    """Return the world with all that its rider does, driven ones too."""
    return World(scenario) if scenario.rig.drive == 'path' else World(scenario, drive(scenario))


def without(scenario: Scenario, sensors: Sequence[str]) -> Scenario:
    """Return the scenario on a rig that lacks `sensors`; a radar is dead from the first instant on."""
    left = tuple(name for name in scenario.sensors if name == 'radar' or name not in sensors)
    if 'radar' not in sensors:
        return replace(scenario, sensors=left)
    return replace(scenario, sensors=left, faults=(*scenario.faults, Fault('radar', 'die', 0.0, math.inf)))


def sense(world: World, stress: Stress | None = None) -> list[Reading]:
    """Return every reading of a run, sorted by arrival. Equal worlds, equal readings to the last bit."""
    ride, stress = PathRide(world), stress or Stress()
    speeds = speed_readings(ride, stress)
    gyro = gyro_readings(ride, stress, speeds)
    readings: list[Reading] = [*radar_readings(ride, stress), *gyro, *speeds, *image_readings(ride, stress, gyro)]
    # Nobody of the stack hears anything after the end.
    return sorted((one for one in readings if one.arrival_s <= world.scenario.duration_s),
                  key=lambda one: (one.arrival_s, type(one).__name__))
