"""Plays the tones of the table: which pitch at which moment. Pure; takes the time, which never goes back."""

from __future__ import annotations

import math
from dataclasses import dataclass

from outrider_alerts.table import Tone

SILENT = 0.0


@dataclass(frozen=True)
class Edge:
    """What sounds now (Hz, 0: nothing), and when that changes next (inf: not by itself)."""

    hz: float
    until_s: float


def sounding(tone: Tone, since_s: float, now_s: float) -> Edge:
    """Return what `tone`, begun at `since_s`, does at `now_s`."""
    at_s = now_s - since_s
    period_s = max(tone.repeat_s, tone.length_s) if tone.repeat_s else math.inf
    start_s = since_s + (math.floor(at_s / period_s) * period_s if period_s < math.inf else 0.0)
    edge_s = start_s
    for note in tone.notes:
        for hz, length_s in ((note.hz, note.s), (SILENT, note.gap_s)):
            edge_s += length_s
            if now_s < edge_s:
                return Edge(hz, edge_s)
    return Edge(SILENT, start_s + period_s)


class Player:
    """One tone at a time. Who asks for the same again changes nothing; another one begins at once."""

    def __init__(self, tones: dict[str, Tone]) -> None:
        """Begin silent."""
        self._tones = tones
        self._name, self._of = '', ''
        self._since_s = 0.0

    def play(self, name: str, of: str, now_s: float) -> None:
        """Play tone `name` ('': none) for `of`: a tone that sounds once sounds again only for somebody else."""
        if name == self._name and (of == self._of or self._repeats(name)):
            self._of = of
            return
        self._name, self._of, self._since_s = name, of, now_s

    def at(self, now_s: float) -> Edge:
        """Return what sounds at `now_s`."""
        if not self._name:
            return Edge(SILENT, math.inf)
        return sounding(self._tones[self._name], self._since_s, now_s)

    def _repeats(self, name: str) -> bool:
        return not name or self._tones[name].repeat_s > 0.0
