"""Reads config/perception: every number of the chain, with its unit and reason, and each in one place only."""

from __future__ import annotations

import difflib
import math
import os
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import yaml

from outrider_perception.arrays import Floats
from outrider_perception.bodies import Bodies, Sizes
from outrider_perception.classes import NAMES, Kind, classes
from outrider_perception.levels import NOTICE, URGENT, WARN, HazardSettings, Level
from outrider_perception.settings import DepthSettings, MotionSettings, Settings, SightSettings

Made = TypeVar('Made')

LEVELS = {'notice': NOTICE, 'warn': WARN, 'urgent': URGENT}
_HOME = 'config/perception'
# How bodies move in bends and lanes, and how a depth errs: asked for in two places, told in one.
_LIKE_TRACKS = ('bend_mps2', 'lane_tau_s', 'walking_mps')


class ConfigError(ValueError):
    """What cannot be read; one sentence."""


@dataclass(frozen=True)
class Config:
    """All files of one folder."""

    tracks: Settings
    motion: MotionSettings
    sight: SightSettings
    hazards: HazardSettings
    depth: DepthSettings

    @property
    def tracking(self) -> tuple[Settings, MotionSettings, SightSettings]:
        """What a Tracker takes."""
        return self.tracks, self.motion, self.sight


def home() -> Path:
    """Return config/perception of the checkout, or as it is installed with this package. Raises ConfigError."""
    root = os.environ.get('OUTRIDER_ROOT')
    candidates = [Path(root)] if root else []
    candidates += Path(__file__).resolve().parents
    for folder in candidates:
        if (folder / _HOME).is_dir():
            return folder / _HOME
    try:
        from ament_index_python.packages import get_package_share_directory

        installed = Path(get_package_share_directory('outrider_perception')) / 'config'
    except (ImportError, LookupError):
        installed = Path()
    if (installed / 'tracker.yaml').is_file():
        return installed
    raise ConfigError(f'perception: {_HOME} was not found. Set OUTRIDER_ROOT to the checkout.')


@lru_cache(maxsize=4)
def load(folder: Path | None = None) -> Config:
    """Return what stands in `folder`, by default the project's. Raises ConfigError."""
    folder = folder or home()
    tables = {name: _table(folder / f'{name}.yaml')
              for name in ('tracker', 'motion', 'sight', 'hazards', 'depth', 'classes', 'sizes')}
    depth = _made(DepthSettings, tables['depth'], folder / 'depth.yaml')
    tracks = _made(Settings, tables['tracker'], folder / 'tracker.yaml', bodies=_bodies(tables, folder))
    sight = _made(SightSettings, tables['sight'], folder / 'sight.yaml', depth_sigma_per_m2=depth.sigma_per_m2)
    hazards = dict(tables['hazards'])
    levels = tuple(_made(Level, hazards.pop(name, None), folder / 'hazards.yaml', name, level=level)
                   for name, level in LEVELS.items())
    return Config(tracks, _made(MotionSettings, tables['motion'], folder / 'motion.yaml'), sight,
                  _made(HazardSettings, hazards, folder / 'hazards.yaml', levels=levels,
                        **{name: getattr(tracks, name) for name in _LIKE_TRACKS}), depth)


def _table(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding='utf-8'))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else 'it is no text'
        raise ConfigError(f'perception: cannot read {file}: {reason}. Restore it from {_HOME}.') from None
    except yaml.YAMLError as error:
        mark = getattr(error, 'problem_mark', None)
        line = f', line {mark.line + 1},' if mark else ''
        raise ConfigError(f'perception: {file}{line} is no YAML. Compare it with the one in {_HOME}.') from None
    if not isinstance(content, dict):
        raise ConfigError(f'perception: {file} holds no table of keys, expected that of {_HOME}.')
    return content


def _bodies(tables: dict[str, dict[str, Any]], folder: Path) -> Bodies:
    sizes, file = tables['sizes'], folder / 'sizes.yaml'
    _same(sizes, [field.name for field in fields(Sizes)], file)
    smallest = _rows(sizes['smallest_m'], (3,), file, 'smallest_m')
    speeds, lengths = (_rising(sizes[key], file, key) for key in ('speeds_mps', 'lengths_m'))
    by_speed = _rows(sizes['by_speed_m'], (len(speeds) - 1, 3), file, 'by_speed_m')
    by_length = _rows(sizes['by_length_m'], (len(lengths), 2), file, 'by_length_m')
    _same(sizes['by_class_m'], list(NAMES[1:]), file, 'by_class_m')
    by_class = [_rows(sizes['by_class_m'][name], (3,), file, f'by_class_m.{name}') for name in NAMES[1:]]
    file = folder / 'classes.yaml'
    common = dict.fromkeys(('least_share', 'most_nats', 'surest_score', 'odd_share'), float)
    _same(tables['classes'], [*common, *NAMES], file)
    kinds = {name: _made(Kind, tables['classes'][name], file, name) for name in NAMES}
    about = {key: _value(tables['classes'][key], kind, file, key) for key, kind in common.items()}
    return Bodies(Sizes(smallest, speeds, np.vstack([smallest, by_speed]), lengths, by_length,
                        np.vstack([np.zeros(3), *by_class])), classes(kinds, **about))


def _made(cls: type[Made], table: Any, file: Path, within: str = '', **given: Any) -> Made:
    """Return the dataclass whose fields `table` names, besides those that are `given`."""
    assert is_dataclass(cls)
    names = [field.name for field in fields(cls) if field.name not in given]
    if not isinstance(table, dict):
        raise ConfigError(f'perception: {file}: {within} is {table!r}, expected the keys {", ".join(names)}.')
    _same(table, names, file, within)
    kinds, under = get_type_hints(cls), f'{within}.' if within else ''
    return cls(**{name: _value(table[name], kinds[name], file, under + name) for name in names}, **given)


def _same(table: dict[str, Any], names: list[str], file: Path, within: str = '') -> None:
    where = f'{file}: {within}' if within else f'{file}'
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, 1, 0.0)[0]
            raise ConfigError(f"perception: {where} has the key '{key}', which nobody knows; the nearest is '{near}'.")
    for name in names:
        if name not in table:
            raise ConfigError(f"perception: {where} lacks the key '{name}'. Take it over from {_HOME}.")


def _value(given: Any, kind: Any, file: Path, key: str) -> Any:
    if get_origin(kind) is dict:  # shares of other classes
        if not isinstance(given, dict) or any(name not in NAMES[1:] for name in given):
            raise ConfigError(f'perception: {file}: {key} is {given!r}, expected shares of {", ".join(NAMES[1:])}.')
        return {name: _value(share, float, file, f'{key}.{name}') for name, share in given.items()}
    if get_origin(kind) is tuple:
        return tuple(_rows(given, (len(get_args(kind)),), file, key).tolist())
    whole = kind is int
    fits = isinstance(given, int if whole else (int, float)) and not isinstance(given, bool) and math.isfinite(given)
    if not fits:
        what = 'a whole number' if whole else 'a finite number (1.0e-4, not 1e-4)'
        raise ConfigError(f'perception: {file}: {key} is {given!r}, expected {what}.')
    return given if whole else float(given)


def _rows(given: Any, shape: tuple[int, ...], file: Path, key: str) -> Floats:
    try:
        found = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.array(np.nan)
    if found.shape != shape or not np.isfinite(found).all():
        raise ConfigError(f'perception: {file}: {key} is {given!r}, expected {" x ".join(map(str, shape))} finite '
                          'numbers.')
    return found


def _rising(given: Any, file: Path, key: str) -> Floats:
    found = _rows(given, (len(given) if isinstance(given, list) else 1,), file, key)
    if len(found) < 2 or (np.diff(found) <= 0.0).any():
        raise ConfigError(f'perception: {file}: {key} is {given!r}, expected two or more numbers that rise.')
    return found
