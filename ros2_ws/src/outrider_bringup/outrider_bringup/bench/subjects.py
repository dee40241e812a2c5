"""The subjects of the bench, in an explicit list."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from outrider_bringup.bench.figure import Figure
from outrider_bringup.errors import UserError, nearest

SUBJECTS = ('parser', 'latency', 'demo_cost', 'start', 'firmware', 'drive', 'world', 'render', 'road', 'ride',
            'radar_scene', 'camera', 'imu', 'step', 'real_drive', 'record', 'rides', 'view', 'voice', 'screen',
            'detector')
SECONDS = 'OUTRIDER_BENCH_SECONDS'  # how long a subject looks where that is a matter of choice
RUNS, SEED = 'OUTRIDER_BENCH_RUNS', 'OUTRIDER_BENCH_SEED'  # of drawn runs
ONLY_BY_NAME = ('fresh', 'peer', 'score', 'own', 'camera_score')  # minutes; the first two a network


def chosen(names: list[str]) -> list[str]:
    """Return the subjects to run: `names`, each once and in order, or all but the slow ones. Raises UserError."""
    known = SUBJECTS + ONLY_BY_NAME
    for name in names:
        if name not in known:
            raise UserError(f"no figures are called '{name}'.{nearest(name, known)}")
    return list(dict.fromkeys(names)) or list(SUBJECTS)


def picture(name: str) -> Callable[[Sequence[dict[str, Any]], Path], None] | None:
    """Return what draws the figures of a subject, as they stand in its JSON, into a PNG; None where nothing does."""
    found: Callable[[Sequence[dict[str, Any]], Path], None] | None = getattr(
        importlib.import_module(f'outrider_bringup.bench.{name}'), 'picture', None)
    return found


def figures(name: str) -> tuple[Figure, ...]:
    """Return the figures of a subject; only its module is imported."""
    found: tuple[Figure, ...] = importlib.import_module(f'outrider_bringup.bench.{name}').FIGURES
    return found
