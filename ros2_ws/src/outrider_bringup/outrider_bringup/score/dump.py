"""Measurements and truth of a run as files, so that others can run another tracker: `score --dump DIR`.

| file in DIR/NAME/ | one JSON line |
|---|---|
| `measurements.jsonl` | a reading in the order of arrival: `kind` and that class's fields (readings.py), m, s, rad |
| `truth.jsonl` | the stamp of a radar frame; speed and yaw rate of the rider; actors in base_link, velocity relative |
| `about.json` | name, rig, light, weather, duration; of each actor t_ca_s, clearance_m, closing_mps |

Numbers are written so that they read back equal to the last bit: `read` gives the readings again. null is NaN.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from outrider_bringup.score import readings as kinds
from outrider_bringup.score.readings import RadarReading, Reading
from outrider_sim.world.pinhole import Pinhole
from outrider_sim.world.places import Mount
from outrider_sim.world.tracking import bodies
from outrider_sim.world.truth import approaches
from outrider_sim.world.world import World

_KINDS: dict[str, type] = {name.removesuffix('Reading').lower(): getattr(kinds, name) for name in (
    'RadarReading', 'GyroReading', 'SpeedReading', 'BoxesReading', 'ClustersReading')}
_NAMES = {cls: name for name, cls in _KINDS.items()}
_PLAIN = {'kinds': tuple, 'lever_m': tuple, 'slopes': tuple}
_EMPTY: dict[str, tuple[int, ...]] = {'xyz_m': (0, 3), 'edges_px': (0, 4), 'xy_m': (0, 2), 'extent_m': (0, 3),
                                      'cut': (0, 3)}


def write(folder: Path, world: World, readings: Sequence[Reading]) -> None:
    """Write the three files; the folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    scenario = world.scenario
    (folder / 'measurements.jsonl').write_text(''.join(json.dumps(_told(one)) + '\n' for one in readings),
                                               encoding='utf-8')
    (folder / 'truth.jsonl').write_text(''.join(json.dumps(_truth(world, one.stamp_s)) + '\n' for one in readings
                                                if isinstance(one, RadarReading)), encoding='utf-8')
    about = {'name': scenario.name, 'about': scenario.about, 'rig': scenario.rig.kind, 'light': scenario.light,
             'weather': scenario.weather, 'duration_s': scenario.duration_s, 'radar': scenario.radar,
             'rig_size_m': scenario.rig.size_m, 'approaches': [asdict(one) for one in approaches(world)]}
    (folder / 'about.json').write_text(json.dumps(about, indent=1) + '\n', encoding='utf-8')


def read(folder: Path) -> list[Reading]:
    """Return the readings that were written there."""
    lines = (folder / 'measurements.jsonl').read_text(encoding='utf-8').splitlines()
    return [_heard(json.loads(line)) for line in lines]


def _told(reading: Reading) -> dict[str, Any]:
    told: dict[str, Any] = {'kind': _NAMES[type(reading)]}
    for one in fields(reading):
        value = getattr(reading, one.name)
        told[one.name] = _plain(value.tolist() if isinstance(value, np.ndarray) else
                                asdict(value) if isinstance(value, (Mount, Pinhole)) else value)
    return told


def _plain(value: Any) -> Any:
    """Return `value` with null in the place of NaN, which JSON does not know."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _heard(told: dict[str, Any]) -> Reading:
    cls = _KINDS[told.pop('kind')]
    values: dict[str, Any] = {}
    for name, value in told.items():
        if name == 'mount':
            values[name] = Mount(tuple(value['xyz_m']), tuple(value['rpy_rad']))
        elif name == 'camera':
            values[name] = Pinhole(**value)
        elif name in _PLAIN:
            values[name] = tuple(value)
        elif isinstance(value, list):
            shape = np.shape(value) if value else _EMPTY.get(name, (0,))
            values[name] = np.array(value, dtype=bool if name == 'cut' else float).reshape(shape)
        else:
            values[name] = math.nan if value is None else value
    made: Reading = cls(**values)
    return made


def _truth(world: World, t_s: float) -> dict[str, Any]:
    snapshot = world.at(t_s)
    xy, velocity = bodies(snapshot)
    heading = snapshot.heading - snapshot.rider.heading
    return {'t_s': t_s, 'speed_mps': snapshot.rider.speed, 'yaw_rate_radps': snapshot.rider.yaw_rate,
            'actors': [{'id': name, 'class': kind, 'xy': place, 'relative_mps': moves, 'heading_rad': turned,
                        'size_m': size}
                       for name, kind, place, moves, turned, size in zip(
                           snapshot.ids, snapshot.kinds, xy.tolist(), velocity.tolist(), heading.tolist(),
                           snapshot.size_m.tolist(), strict=True)]}
