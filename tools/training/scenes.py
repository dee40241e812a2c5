"""Which world a picture shows: crowds placed before the lens, drawn rides, the scenario library; by number alone.

A scene's number is its seed. Numbers below MEASURED_FROM are trained on, those from there on are measured, so no
measured picture, ride or coat of paint was ever trained on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world import draw, places, scenario, words
from outrider_sim.world.eye import Eye, eye_of
from outrider_sim.world.model import Actor, Rig, Scenario, Thing
from outrider_sim.world.places import Mount
from outrider_sim.world.snapshot import Pose, Snapshot
from outrider_sim.world.world import World

Floats = NDArray[np.float64]

MEASURED_FROM = 10_000_000
PICTURES_A_SCENE = 4
_SOURCES = {'crowd': 0.64, 'ride': 0.22, 'library': 0.14}
_LIGHTS = {'day': 0.40, 'dusk': 0.18, 'night': 0.42}
_WEATHERS = {'clear': 0.64, 'rain': 0.20, 'fog': 0.16}
_KINDS = {'car': 0.18, 'truck': 0.11, 'bus': 0.08, 'motorcycle': 0.13, 'scooter': 0.12, 'bicycle': 0.16, 'person': 0.16,
          'dog': 0.06}
_NEAREST_M = {'car': 3.2, 'truck': 5.5, 'bus': 7.5, 'motorcycle': 2.2, 'scooter': 1.6, 'bicycle': 1.8, 'person': 1.2,
              'dog': 1.4}
_FARTHEST_M = 42.0
_FIELD_DEG = 85.0, 93.0


@dataclass(frozen=True)
class Shot:
    """One picture to take."""

    snapshot: Snapshot
    eye: Eye


@dataclass(frozen=True)
class Scene:
    """One world, the lens' field, and what is taken of it."""

    world: World
    seed: int
    field_deg: float
    source: str
    shots: tuple[Shot, ...]


def scene(number: int) -> Scene:
    """Return the scene of that number; always the same."""
    random = np.random.default_rng([number, 77])
    source = _choose(random, _SOURCES)
    field_deg = float(random.uniform(*_FIELD_DEG))
    if source == 'crowd':
        world = World(_crowd(number, random))
        shots = tuple(_scattered(world, random) for _ in range(PICTURES_A_SCENE))
    else:
        one = _ride(number, random) if source == 'ride' else _from_library(random)
        world = World(replace(one, light=_choose(random, _LIGHTS), weather=_choose(random, _WEATHERS), faults=()))
        shots = tuple(_on_the_way(world, random))
    return Scene(world, number, field_deg, source, shots)


def _choose(random: np.random.Generator, shares: dict[str, float]) -> str:
    values = np.array(list(shares.values()))
    return str(random.choice(list(shares), p=values / values.sum()))


def _ride(number: int, random: np.random.Generator) -> Scenario:
    kind = str(random.choice(['near', 'far', 'bands', 'quiet'], p=[0.25, 0.25, 0.1, 0.4]))
    return draw.one(number % 1_000_000, 50_000 + number // 1_000_000, kind)


@lru_cache(maxsize=1)
def _library() -> tuple[Scenario, ...]:
    folder = places.config_folder()
    if folder is None:
        raise FileNotFoundError("no config folder was found, expected the checkout's; set OUTRIDER_ROOT to it.")
    return tuple(scenario.load(file) for file in sorted((folder / 'scenarios').glob('*.yaml')))


def _from_library(random: np.random.Generator) -> Scenario:
    files = _library()
    return files[int(random.integers(len(files)))]


def _on_the_way(world: World, random: np.random.Generator) -> Iterator[Shot]:
    """Take pictures where somebody is near enough to be seen, if ever."""
    mount = _mount(world.scenario.rig, random)
    times = np.sort(random.uniform(0.0, world.scenario.duration_s, 40))
    nearest = []
    for t_s in times.tolist():
        snapshot = world.at(t_s)
        eye = eye_of(snapshot.rider, mount)
        off = snapshot.xy - eye.place[:2]
        ahead, aside = off @ eye.axes[:2, 0], np.abs(off @ eye.axes[:2, 1])
        far = np.where((ahead > 1.0) & (aside < ahead + 1.0), np.hypot(ahead, aside), 200.0)
        nearest.append(float(far.min()) if len(far) else 200.0)
    weights = 1.0 / (8.0 + np.array(nearest)) ** 1.5
    picked = random.choice(len(times), PICTURES_A_SCENE, replace=False, p=weights / weights.sum())
    for index in picked.tolist():
        snapshot = world.at(float(times[index]))
        rider = replace(snapshot.rider, roll=snapshot.rider.roll + math.radians(float(random.normal(0.0, 2.0))),
                        pitch=snapshot.rider.pitch + math.radians(float(random.normal(0.0, 1.0))))
        yield Shot(replace(snapshot, rider=rider), eye_of(rider, mount))


def _mount(rig: Rig, random: np.random.Generator) -> Mount:
    """Return where the camera sits: as somebody would screw it on."""
    mount = places.nominal(rig, 'camera')
    x, y, z = mount.xyz_m
    off = random.normal(0.0, [0.05, 0.04, 0.12])
    turned = np.radians(random.normal(0.0, [1.0, 2.0, 2.0]))
    return Mount((x + float(off[0]), y + float(off[1]), max(z + float(off[2]), 0.35)),
                 tuple((np.array(mount.rpy_rad) + turned).tolist()))


def _crowd(number: int, random: np.random.Generator) -> Scenario:
    rig = Rig(kind='bicycle', facing=str(random.choice(['rear', 'front'], p=[0.7, 0.3]))) if random.random() < 0.7 \
        else Rig(kind='ramp', facing='front')
    favourite = _choose(random, _KINDS)
    actors = []
    for index in range(int(random.integers(3, 9))):
        kind = favourite if random.random() < 0.25 else _choose(random, _KINDS)
        length, width, height = words.SIZES_M[kind]
        whole, wide, high = random.uniform(0.88, 1.12), random.uniform(0.95, 1.05), random.uniform(0.95, 1.05)
        size = float(length * whole), float(width * whole * wide), float(height * whole * high)
        actors.append(Actor(f'a{index}', kind, (0.0, 0.0), 0.0, 0.0, size))
    return Scenario(f'crowd_{number}', '', number, 10.0, _choose(random, _LIGHTS), _choose(random, _WEATHERS), rig,
                    'road', words.SENSORS, tuple(actors), tuple(_things(random)))


def _things(random: np.random.Generator) -> Iterator[Thing]:
    if random.random() < 0.09:
        start = float(random.uniform(-60.0, 15.0))
        yield Thing('tunnel', (start, 0.0), (start + float(random.uniform(25.0, 70.0)), 0.0), 4.0)
    elif random.random() < 0.12:
        x = float(random.uniform(-40.0, 40.0))
        yield Thing('bridge', (x, -25.0), (x, 25.0), 4.0)
    shares = {'parked_cars': (0.30, 7.0), 'wall': (0.22, 4.0), 'guard_rail': (0.22, 4.0), 'trees': (0.35, 9.0),
              'signs': (0.25, 20.0)}
    for kind, (share, every_m) in shares.items():
        for side in (-1.0, 1.0):
            if random.random() > share:
                continue
            y, turned = side * float(random.uniform(2.4, 9.0)), float(random.normal(0.0, 2.0))
            yield Thing(kind, (-70.0, y - turned), (70.0, y + turned), every_m * float(random.uniform(0.9, 1.6)))
    if random.random() < 0.12:  # what closes the street
        x = float(random.choice([-1.0, 1.0]) * random.uniform(15.0, 50.0))
        kind = str(random.choice(['wall', 'trees', 'parked_cars']))
        yield Thing(kind, (x, -30.0), (x, 30.0), 7.0)


def _scattered(world: World, random: np.random.Generator) -> Shot:
    """Put the actors before the lens: near and far, along the road and across it, some of them beside each other."""
    rig = world.scenario.rig
    lean = float(np.clip(random.normal(0.0, 6.0 if rig.kind == 'bicycle' else 1.0), -20.0, 20.0))
    heading, t_s = float(random.normal(0.0, 0.12)), float(random.uniform(0.0, 1000.0))
    base = world.pose(0.0)
    x = float(random.uniform(-15.0, 15.0))
    rider = Pose(t_s, x, float(random.uniform(-1.0, 1.0)), base.z, heading, math.radians(lean),
                 math.radians(float(random.normal(0.0, 1.2))), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    eye = eye_of(rider, _mount(rig, random))
    forward = math.atan2(eye.axes[1, 0], eye.axes[0, 0])
    # Not all of them in every picture: crowded ones hide too much.
    centre: Floats = np.full((len(world.ids), 2), 5000.0)
    turned, speed = np.zeros(len(world.ids)), np.zeros(len(world.ids))
    taken: list[tuple[float, float, float]] = []
    for index, kind in enumerate(world.kinds):
        if index > 1 and random.random() < 0.25:
            continue
        length, width, _ = world.size_m[index].tolist()
        turned[index] = heading + (math.pi if random.random() < 0.5 else 0.0) + float(random.normal(0.0, 0.15)) \
            if random.random() < 0.6 else float(random.uniform(-math.pi, math.pi))
        speed[index] = float(random.uniform(0.5, 3.0)) if random.random() < 0.8 else 0.0
        for _ in range(12):
            near = _NEAREST_M[kind]
            away = near * (_FARTHEST_M / near) ** float(random.uniform(0.0, 1.0) ** 0.85)
            bearing = forward + math.radians(float(random.uniform(-46.0, 46.0)))
            if taken and random.random() < 0.25:  # beside or behind somebody
                other = taken[int(random.integers(len(taken)))]
                place = other[0] + float(random.normal(0.0, 2.0)), other[1] + float(random.normal(0.0, 2.0))
            else:
                place = (float(eye.place[0]) + away * math.cos(bearing),
                         float(eye.place[1]) + away * math.sin(bearing))
            reach = 0.35 * length + 0.35 * width
            if math.dist(place, (float(eye.place[0]), float(eye.place[1]))) < 0.8 * near:
                continue
            if all(math.dist(place, spot[:2]) > reach + spot[2] for spot in taken):
                centre[index] = place
                taken.append((*place, reach))
                break
    velocity = speed[:, None] * np.stack([np.cos(turned), np.sin(turned)], axis=1)
    return Shot(world.snapshot(t_s, rider, centre, velocity, turned), eye)
