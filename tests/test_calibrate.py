"""`./outrider calibrate` finds what is wrong in the simulated world, through the real drivers, and writes it."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from outrider_sim.world import places, scenario
from rig_up import Up

ROOT = Path(__file__).resolve().parents[1]
CALIBRATE = [sys.executable, '-m', 'outrider_bringup', 'calibrate']
WALK_S = 30


def rig_file(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A copy of a rig's file in which something is wrong."""
    text = (ROOT / 'config' / 'rigs' / f'{name}.yaml').read_text()
    for old, new in changes:
        text, count = re.subn(old, new, text)
        assert count, old
    path = folder / f'{name}.yaml'
    path.write_text(text)
    return path


def numbers(path: Path, node: str, key: str) -> Any:
    return yaml.safe_load(path.read_text())[f'/**/{node}']['ros__parameters'][key]


@pytest.fixture
def bicycle(tmp_path, spawn) -> Callable[[Path], None]:
    """Start world, radar and camera with a rig file: a person walks to and fro behind the bicycle."""
    def start(rig: Path) -> None:
        run = tmp_path / 'run'
        run.mkdir()
        files = ['--ros-args', '--params-file', rig]
        spawn('--scenario', ROOT / 'config' / 'scenarios' / 'calibrate_walk.yaml', '--run', run,
              module='outrider_sim.devices.world').says('world calibrate_walk on')
        spawn(*files, '-p', f'config_file:={ROOT / "config" / "radar" / "near.cfg"}', '-p',
              f'cli_port:={run / "radar_cli"}', '-p', f'data_port:={run / "radar_data"}',
              module='outrider_sensors.radar.node').says('streaming from')
        spawn(*files, '-p', f'source:=feed:{run / "camera_feed"}', module='outrider_sensors.camera.node')

    return start


def test_camera_radar_and_level_find_mounts_that_are_wrong(tmp_path, spawn, bicycle):
    """The radar's mount is 4 degrees wrong, the camera's 3 in roll and pitch; two people calibrate at the same time."""
    wrong = (r'(mount_rpy_deg: )\[0.0, 0.0, 180.0\](.*turned round)', r'\1[0.0, 0.0, 176.0]\2')
    tilted = (r'(mount_rpy_deg: )\[0.0, 0.0, 180.0\](.*it looks back too)', r'\1[3.0, -3.0, 180.0]\2')
    rig = rig_file(tmp_path, 'bicycle', wrong, tilted)
    other = tmp_path / 'level.yaml'
    other.write_text(rig.read_text())
    bicycle(rig)
    walk = spawn(*CALIBRATE, 'camera-radar', '--rig', rig, '--seconds', WALK_S, '--write', '--json',
                 tmp_path / 'w.json')
    level = spawn(*CALIBRATE, 'level', '--rig', other, '--seconds', 5, '--write')
    scene = scenario.load(ROOT / 'config' / 'scenarios' / 'calibrate_walk.yaml')
    radar, camera = (places.truth(scene.rig, sensor, scene.seed).mount for sensor in ('radar', 'camera'))

    assert level.wait(40) == 0, level.output
    assert 'Written.' in level.output
    rpy_deg = numbers(other, 'camera', 'mount_rpy_deg')
    assert rpy_deg[0] == pytest.approx(math.degrees(camera.rpy_rad[0]), abs=0.5)
    assert rpy_deg[1] == pytest.approx(math.degrees(camera.rpy_rad[1]), abs=0.5)
    assert rpy_deg[2] == 180.0
    assert numbers(other, 'radar', 'mount_rpy_deg') == [0.0, 0.0, 176.0]

    assert walk.wait(WALK_S + 40) == 0, walk.output
    assert 'deg left in the picture' in walk.output or 'deg right in the picture' in walk.output
    # The camera's own yaw is the reference, wherever it truly looks.
    truth_deg = math.degrees(radar.rpy_rad[2] - camera.rpy_rad[2]) + 180.0
    yaw_deg = numbers(rig, 'radar', 'mount_rpy_deg')[2]
    assert abs(math.remainder(yaw_deg - truth_deg, 360.0)) < 1.0, walk.output
    assert '# deg, turned round: it looks back' in rig.read_text()
    told = json.loads((tmp_path / 'w.json').read_text())
    assert told['written'] is True
    assert told['changes'] == [{'node': 'radar', 'key': 'mount_rpy_deg', 'index': 2, 'old': 176.0, 'new': yaw_deg}]
    assert told['figures'][0]['unit'] == 'deg'
    assert 0.0 < told['figures'][0]['error'] < 0.5


def test_wheel_finds_a_diameter_that_is_wrong_from_gps(tmp_path, spawn):
    """The file says 94.5 mm, the wheels of the simulated ramp have 90."""
    rig = rig_file(tmp_path, 'ramp', ('wheel_diameter_m: 0.09 ', 'wheel_diameter_m: 0.0945 '))
    up = Up(tmp_path, 'ramp', '--sim', '--no-record', '--no-live', '--scenario', 'calibrate_drive', f'rig:={rig}',
            'camera:=false')
    try:
        up.says('the scenario begins', 60.0)
        wheel = spawn(*CALIBRATE, 'wheel', '--rig', rig, '--seconds', 32, '--write')
        assert wheel.wait(70) == 0, wheel.output + up.output
    finally:
        up.end()
        up.close()
    assert 'm over ground for' in wheel.output
    for node in ('governor', 'motors'):
        assert numbers(rig, node, 'wheel_diameter_m') == pytest.approx(0.09, rel=0.02), wheel.output
