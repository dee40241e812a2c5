"""Where the project's configuration lies, and what stands in it: chirps by name, sensor places of a rig."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from outrider_sim.world.model import Rig

# Where the rig's file says nothing: rear rack of the bicycle, front of the ramp. Metres in base_link, yaw in degrees.
_RADAR = {'bicycle': ((-0.9, 0.0, 0.8), 180.0), 'ramp': ((0.6, 0.0, 0.5), 0.0)}
FACING = {'bicycle': 'rear', 'ramp': 'front'}

YAW_SIGMA_DEG = 0.5    # of a mount that somebody has screwed on, and its pitch
LEVER_SIGMA_M = 0.02   # of where it was measured to be
JITTER_SIGMA_S = 0.010  # of a host's stamps
# Least and most mean age of a measurement when its first byte arrives, s: scan, exposure or fix, and the way.
_LATENCY_S = {'radar': (0.02, 0.05), 'camera': (0.03, 0.08), 'depth': (0.03, 0.08), 'gps': (0.05, 0.15),
              'imu': (0.001, 0.005)}


@dataclass(frozen=True)
class Mount:
    """A sensor in base_link: place in m, roll, pitch, yaw in rad."""

    xyz_m: tuple[float, float, float]
    rpy_rad: tuple[float, float, float]


@dataclass(frozen=True)
class Truth:
    """What the stack is not told of a sensor: where it truly sits, how old its data is."""

    mount: Mount
    latency_s: float
    jitter_sigma_s: float


@lru_cache(maxsize=1)
def config_folder() -> Path | None:
    """Return config/: of the checkout, or installed in outrider_bringup's share; None where there is none."""
    root = os.environ.get('OUTRIDER_ROOT')
    candidates = [Path(root) / 'config'] if root else []
    candidates += [parent / 'config' for parent in Path(__file__).resolve().parents]
    for candidate in candidates:
        if (candidate / 'radar').is_dir():
            return candidate
    try:
        from ament_index_python.packages import get_package_share_directory

        installed = Path(get_package_share_directory('outrider_bringup')) / 'config'
    except (ImportError, LookupError):
        return None
    return installed if installed.is_dir() else None


def radar_configs() -> dict[str, Path]:
    """Return the chirp files under config/radar by name."""
    folder = config_folder()
    return {path.stem: path for path in sorted((folder / 'radar').glob('*.cfg'))} if folder else {}


def radar_file(name: str) -> Path:
    """Return the .cfg file that a scenario's `radar` means. Raises KeyError for an unknown name."""
    return Path(name) if name.endswith('.cfg') else radar_configs()[name]


def nominal(rig: Rig, sensor: str) -> Mount:
    """Return where the rig's file says that a sensor sits; turned about the vertical where the scenario faces away.

    A sensor without place in the file sits where the radar does.
    """
    xyz, rpy = _from_file(rig.kind, sensor) or _from_file(rig.kind, 'radar') or \
        (_RADAR[rig.kind][0], (0.0, 0.0, _RADAR[rig.kind][1]))
    x, y, z = xyz
    roll, pitch, yaw = (math.radians(angle) for angle in rpy)
    if rig.facing != FACING[rig.kind]:
        x, y, yaw = -x, -y, math.remainder(yaw + math.pi, 2.0 * math.pi)
    return Mount((x, y, z), (roll, pitch, yaw))


def truth(rig: Rig, sensor: str, seed: int) -> Truth:
    """Return the place and age of a sensor as this seed has them."""
    random = np.random.default_rng([seed, *sensor.encode()])
    mount = nominal(rig, sensor)
    pitch, yaw = np.radians(random.normal(0.0, YAW_SIGMA_DEG, 2)).tolist()
    lever = random.normal(0.0, LEVER_SIGMA_M, 3).tolist()
    low, high = _LATENCY_S[sensor]
    x, y, z = (place + off for place, off in zip(mount.xyz_m, lever, strict=True))
    roll0, pitch0, yaw0 = mount.rpy_rad
    return Truth(Mount((x, y, z), (roll0, pitch0 + pitch, yaw0 + yaw)), float(random.uniform(low, high)),
                 JITTER_SIGMA_S)


@lru_cache(maxsize=16)
def _from_file(kind: str, sensor: str) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    folder = config_folder()
    file = folder / 'rigs' / f'{kind}.yaml' if folder else None
    if file is None or not file.is_file():
        return None
    content: Any = yaml.safe_load(file.read_text(encoding='utf-8')) or {}
    section = (content.get(f'/**/{sensor}') or {}).get('ros__parameters') or {}
    if 'mount_xyz_m' not in section or 'mount_rpy_deg' not in section:
        return None
    return tuple(map(float, section['mount_xyz_m'])), tuple(map(float, section['mount_rpy_deg']))
