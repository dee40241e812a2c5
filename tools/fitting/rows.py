"""Enters what was found in pictures beside what is true of them."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from fitting.looks import Floats, Looks, Nothings, Sample
from fitting.match import match
from outrider_sim.world import words
from outrider_sim.world.detector import Views


class Answer(Protocol):
    """What is in one picture (outrider_sensors.detector.found.Found)."""

    @property
    def edges_px(self) -> Floats:
        """Left, top, right, bottom (n, 4)."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Classes (n,)."""

    @property
    def scores(self) -> Floats:
        """How sure (n,), 0..1."""


class Rows:
    """Collects the rows of one ride."""

    def __init__(self, number: int) -> None:
        """Start empty; `number` tells the ride from others."""
        self._number = number
        self._looks: list[tuple[float | int | bool | Floats, ...]] = []
        self._nothings: list[tuple[float | int | Floats, ...]] = []

    def enter(self, t_s: float, seen: Views, found: Answer, light: str, weather: str) -> None:
        """Enter one picture."""
        shown = seen.shown_px
        own, beside = match(found.edges_px, found.scores, seen.edges_px, shown)
        kinds = [words.CLASSES.index(kind) for kind in seen.kinds]
        said = [words.CLASSES.index(kind) for kind in found.kinds]
        where = words.LIGHTS.index(light), words.WEATHERS.index(weather)
        for body, box in enumerate(own.tolist()):
            answer = (True, said[box], float(found.scores[box]), found.edges_px[box] - seen.edges_px[body]) \
                if box >= 0 else (False, -1, np.nan, np.full(4, np.nan))
            self._looks.append((self._number, t_s, int(seen.row[body]), kinds[body], *where, seen.edges_px[body],
                                shown[body], float(seen.visible[body]), float(seen.size_px[body]),
                                float(seen.distance_m[body]), *answer))
        for box in np.flatnonzero(~np.isin(np.arange(len(said)), own)).tolist():
            self._nothings.append((self._number, t_s, found.edges_px[box], said[box], float(found.scores[box]),
                                   kinds[beside[box]] if beside[box] >= 0 else int(beside[box])))

    def sample(self, period_s: float, took_s: Floats) -> Sample:
        """Return what was entered, of as many pictures as `took_s` has numbers."""
        return Sample(Looks(*_columns(self._looks, 'ifiiii44fffBif4')),
                      Nothings(*_columns(self._nothings, 'if4ifi')), len(took_s), period_s, took_s)


def _columns(rows: list[tuple[float | int | bool | Floats, ...]], types: str) -> list[Any]:
    made: dict[str, Any] = {'i': np.int64, 'f': np.float64, '4': np.float64, 'B': np.bool_}
    return [np.array([row[place] for row in rows], dtype=made[one]).reshape((-1, 4) if one == '4' else (-1,))
            for place, one in enumerate(types)]
