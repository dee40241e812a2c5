"""A scenario for a rig that is up: what the launch file has to be told, and when the play begins."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from outrider_bringup.errors import UserError
from outrider_bringup.rigs import PARAMETERS
from outrider_sim.world import places
from outrider_sim.world.errors import ScenarioError
from outrider_sim.world.model import Scenario
from outrider_sim.world.scenario import load

WORLD = 'world'  # the process that plays
HOLD = 'radar_hold'  # while this file lies in the run folder it waits
SENSORS = ('radar', 'camera', 'gps')
DETECTOR = 'detector'  # looks at what the camera sees
READY_S = 15.0  # after this long it begins, whoever is missing then


def arguments(path: Path, rig: str, run: Path, rig_file: Path) -> dict[str, str]:
    """Return the arguments of the launch file for `path`. Raises UserError for a scenario that cannot be played.

    Where the scenario has the sensors look the other way, `run` gets a rig file in which they do.
    """
    try:
        scenario = load(path)
    except ScenarioError as error:
        raise UserError(str(error)) from None
    if scenario.rig.kind != rig:
        raise UserError(f"{path}: its rig is '{scenario.rig.kind}', expected '{rig}'. "
                        f'Try: ./outrider up {scenario.rig.kind} --sim --scenario {path}')
    if scenario.rig.drive == 'follow':
        raise UserError(f"{path}: its rig drives by 'follow', which no node does yet, expected 'path' or 'pad'")
    given = {'scenario': str(path), 'radar_config': str(places.radar_file(scenario.radar))}
    if turned := _turned(scenario, rig_file):
        copy = run / f'{rig}_{scenario.rig.facing}.yaml'
        copy.write_text(yaml.safe_dump(turned, sort_keys=False), encoding='utf-8')
        given['rig'] = str(copy)
    return given


def arms(path: Path) -> bool:
    """Tell whether the hands of the scenario at `path` arm the machine before they drive it."""
    return bool(load(path).pad)


def ready(nodes: Collection[str], heard: Mapping[str, Mapping[str, str]], recording: bool, armed: bool = True) -> bool:
    """Tell whether the play can begin: every driver of `nodes` has said something, and who listens is there.

    A detector counts as a driver. `heard` is what devices said last, by their names. The radar itself counts who
    listens to its points: fusion, the recorder where there is one, and the one who asks. `armed`: a machine that is to
    be driven can be.
    """
    listeners = heard.get('radar', {}).get('listeners', '0')
    wanted = 2 + ('recorder' in nodes)
    return (all(name in heard for name in (*SENSORS, DETECTOR) if name in nodes) and listeners.isdecimal()
            and int(listeners) >= wanted and (recording or 'recorder' not in nodes) and armed)


def _turned(scenario: Scenario, rig_file: Path) -> dict[str, Any] | None:
    """Return the content of a rig file with its sensors turned round, None where they look the right way already."""
    if scenario.rig.facing == places.FACING[scenario.rig.kind]:
        return None
    try:
        content = yaml.safe_load(rig_file.read_text(encoding='utf-8')) or {}
        for sensor in SENSORS:
            mount = (content.get(f'/**/{sensor}') or {}).get(PARAMETERS) or {}
            if 'mount_xyz_m' in mount:
                x, y, z = mount['mount_xyz_m']
                roll, pitch, yaw = mount.get('mount_rpy_deg', (0.0, 0.0, 0.0))
                mount['mount_xyz_m'] = [-x, -y, z]
                mount['mount_rpy_deg'] = [roll, pitch, math.remainder(yaw + 180.0, 360.0)]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError, ValueError):
        return None  # the check of parameter files says what is wrong with it
    return dict(content)
