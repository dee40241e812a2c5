"""What the buzzer sounds and shines: the alerter's word while it lasts, NO DATA by itself without it. Pure core.

The first alert that has a tone is heard; one whose tone sounds once makes room for the next when it has. The colour is
that of the gravest, the first. A muted caution shines on. The self-test never covers what is not mutable.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from outrider_alerts.player import Player
from outrider_alerts.table import LEVELS, NO_DATA, Table

PATIENCE_S = 1.0  # without a heartbeat: DESIGN's limit of what moves
TEST = 'test'
ALONE = 'heartbeat'


@dataclass(frozen=True)
class Said:
    """One alert as it was heard: its level is an index of table.LEVELS."""

    name: str
    tone: str
    level: int
    since: tuple[int, int]


@dataclass(frozen=True)
class Signal:
    """What an output is to do: pitch in Hz (0: silent), colour '#rrggbb', and until when that holds by itself."""

    hz: float
    colour: str
    light: tuple[bool, bool, bool]
    until_s: float
    tone: str


class Beeper:
    """Hears the alerter, says what sounds. `now_s` is a clock that never goes back."""

    def __init__(self, table: Table, now_s: float) -> None:
        """Begin with the self-test; the patience for the first heartbeat begins now."""
        self._table, self._player = table, Player(table.tones)
        self._alerts: tuple[Said, ...] = ()
        self._heartbeat: int | None = None
        self._heard_s = now_s
        self._once: dict[tuple[str, tuple[int, int]], float] = {}  # when each that stands was first to be heard
        self._test_until_s = -math.inf
        self._tests = 0
        self.muted = False
        self.test(now_s)

    @property
    def alone(self) -> bool:
        """Whether no alerter was ever heard."""
        return self._heartbeat is None

    def hear(self, heartbeat: int, alerts: Sequence[Said], now_s: float) -> None:
        """Take the alerter's word. The same heartbeat again is no news: a copy does not prove that it lives."""
        if heartbeat == self._heartbeat:
            return
        self._heartbeat, self._alerts, self._heard_s = heartbeat, tuple(alerts), now_s
        standing = {_key(one) for one in alerts}
        self._once = {key: begun_s for key, begun_s in self._once.items() if key in standing}

    def test(self, now_s: float) -> None:
        """Sound the self-test once."""
        self._tests += 1
        self._test_until_s = now_s + self._table.tones[TEST].length_s

    def lost_s(self, now_s: float) -> float:
        """Return for how long the alerter has been silent beyond the patience, 0: it is heard."""
        return max(0.0, now_s - self._heard_s - PATIENCE_S)

    def at(self, now_s: float) -> Signal:
        """Return what sounds and shines at `now_s`."""
        name, of, level = self._wanted(now_s)
        tone = self._table.tones.get(name)
        testing = now_s < self._test_until_s and (tone is None or tone.mutable)
        if testing:
            name, of = TEST, f'{TEST} {self._tests}'
        elif tone is not None and tone.mutable and self.muted:
            name = of = ''
        self._player.play(name, of, now_s)
        edge, look = self._player.at(now_s), self._table.levels[LEVELS[level]]
        loss_s = self._heard_s + PATIENCE_S
        until_s = min(edge.until_s, loss_s if loss_s > now_s else math.inf,
                      self._test_until_s if testing else math.inf)
        return Signal(edge.hz, look.colour, look.light, until_s, name)

    def _wanted(self, now_s: float) -> tuple[str, str, int]:
        if now_s >= self._heard_s + PATIENCE_S:
            row = self._table.rows[NO_DATA]
            return row.tone, ALONE, LEVELS.index(row.level)
        level = min(self._alerts[0].level, len(LEVELS) - 1) if self._alerts else 0
        for one in self._alerts:
            if one.tone in self._table.tones and self._sounds(one, now_s):
                return one.tone, str(_key(one)), level
        return '', '', level

    def _sounds(self, one: Said, now_s: float) -> bool:
        """Tell whether an alert is to be heard now: a tone that sounds once makes room for the next when it has."""
        tone = self._table.tones[one.tone]
        begun_s = self._once.setdefault(_key(one), now_s)
        return tone.repeat_s > 0.0 or now_s - begun_s < tone.length_s


def _key(one: Said) -> tuple[str, tuple[int, int]]:
    return one.name, one.since
