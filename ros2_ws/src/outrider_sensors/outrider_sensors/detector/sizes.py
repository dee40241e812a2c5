"""Reads config/detector/sizes.yaml: how large road users look."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from outrider_sensors.detector.errors import DetectorError
from outrider_sensors.detector.kinds import NAMES
from outrider_sensors.detector.weights import home

FILE = 'sizes.yaml'


@dataclass(frozen=True)
class Size:
    """Mean and spread of one class, m: its height, and its width across the line of sight."""

    height_m: float
    height_sigma_m: float
    width_m: float
    width_sigma_m: float


def load_sizes(path: Path | None = None) -> dict[str, Size]:
    """Return the size of every class, by default the project's. Raises DetectorError."""
    path = path or home() / FILE
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise DetectorError(f'cannot read {path}. Restore it from config/detector.') from None
    if not isinstance(content, dict) or set(content) != set(NAMES):
        raise DetectorError(f'{path} tells no size of each of {", ".join(NAMES)}. Restore it from config/detector.')
    return {kind: _size(kind, content[kind], path) for kind in NAMES}


def _size(kind: str, row: Any, path: Path) -> Size:
    try:
        height, width = ([float(part) for part in row[name]] for name in ('height_m', 'width_m'))
        made = Size(*height, *width)
        values = (*height, *width)
    except (TypeError, ValueError, KeyError):
        values = ()
    if not values or set(row) != {'height_m', 'width_m'} or not all(0.0 < one < math.inf for one in values):
        raise DetectorError(f'{path}: {kind} is {row}, expected height_m and width_m, each a mean and a spread in m. '
                            'Restore it from config/detector.')
    return made
