"""Chooses what is said: what stands now, gravest first. No ROS, no clock: every call takes `now_s`.

| told by | believed for | then |
|---|---|---|
| fusion: bodies, degraded senses | 1 s, and no longer than 1 s after the measurement it used | NO DATA |
| governor, relays, motors | 1 s | its own row says that it is silent |
| recorder, devices | 3.5 s: they speak once a second | likewise |

A body's alert ends when its hold is over, or when the oldest measurement it rests on is 1 s old. While fusion and radar
go on, such a body is one that was lost; where fusion is late, NO DATA follows at once, without a moment of peace
between. A radar that fusion hears is not lost, whatever its driver said before. A clock that goes back (a replay from
its start) makes everything forgotten.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from outrider_alerts import findings
from outrider_alerts.facts import NOTICE, Body, Device, Drive, Hazards, Motors, Recorder, Relays, Rig
from outrider_alerts.findings import Finding
from outrider_alerts.table import LONGEST_TEXT, LONGEST_WORD, NO_DATA, Row, Table, filled

FRESH_S = 1.0      # of what moves: DESIGN's limit
SLOW_S = 3.5       # of what is told once a second: three are missed
LATE_S = 0.25      # no word of fusion for five radar frames: what grows old does because nobody looks
BRIDGE_S = 0.15    # more than FRESH_S in which a hold goes on: three radar frames, else what comes back flickers
STARTING_S = 15.0  # until whoever has never spoken is missed: the slowest driver opens its device within
HAZARDS, DRIVE, MOTORS, RELAYS, RECORDER = 'hazards', 'drive', 'motors', 'relays', 'recorder'
BODY, PASS, RADAR_LOST = 'body', 'close_pass', 'radar_lost'


@dataclass(frozen=True)
class Standing:
    """An alert that stands. `since_s`: its start; `oldest_s`: of the measurement, or the word, it rests on."""

    row: Row
    key: str
    text: str
    word: str
    since_s: float
    oldest_s: float
    body: Body | None = None


@dataclass
class _Known:
    """What is remembered of one alert: when its reason began and was told last, and whether it is said."""

    standing: Standing
    begun_s: float
    told_s: float
    said: bool = False


class Chooser:
    """Hears sources, chooses alerts."""

    def __init__(self, table: Table, rig: Rig, now_s: float) -> None:
        """Begin having heard nothing."""
        self._table, self._rig, self._begun_s = table, rig, now_s
        self._heard: dict[str, tuple[float, Any]] = {}
        self._known: dict[tuple[str, str], _Known] = {}
        self._now_s = now_s

    def hear(self, source: str, told: Hazards | Drive | Motors | Relays | Recorder, now_s: float) -> None:
        """Take what `source` told, which replaces what it told before."""
        self._look_at(now_s)
        self._heard[source] = (now_s, told)

    def hear_device(self, name: str, device: Device, now_s: float) -> None:
        """Take a device's line of /diagnostics."""
        self._look_at(now_s)
        self._heard[f'device {name}'] = (now_s, device)

    def hear_pass(self, body: Body, now_s: float) -> None:
        """Take a close pass that has just ended; it stands for the hold of its row."""
        self._look_at(now_s)
        self._say(Finding(PASS, f'track {body.track}', body=body), now_s, now_s)

    def choose(self, now_s: float) -> tuple[Standing, ...]:
        """Return what stands at `now_s`, gravest first; of one row the nearest in time, then in space."""
        self._look_at(now_s)
        found = {(_family(one), one.key): (one, at_s) for one, at_s in self._findings(now_s)}
        blind = (NO_DATA, '') in found
        for one, at_s in found.values():
            self._say(one, now_s, at_s)
        for key in [key for key in self._known if key not in found and self._is_over(key, now_s, blind)]:
            del self._known[key]
        return tuple(sorted((known.standing for known in self._known.values() if known.said), key=_gravity))

    def _look_at(self, now_s: float) -> None:
        """Forget all when the clock went back: a replay begins anew."""
        if now_s < self._now_s:
            self._heard.clear()
            self._known.clear()
            self._begun_s = now_s
        self._now_s = now_s

    def _findings(self, now_s: float) -> Iterator[tuple[Finding, float]]:
        """Yield what is the matter, and when that was told."""
        rig = self._rig
        if rig.eyes:
            yield from self._of_eyes(now_s)
        if rig.drive:
            yield from self._of(DRIVE, now_s, 'governor_lost',
                                lambda told: findings.of_drive(told, self._table, rig))
            yield from self._of(MOTORS, now_s, 'motors_lost', lambda told: findings.of_motors(told, rig))
        if rig.relays:
            yield from self._of(RELAYS, now_s, 'relays_lost', findings.of_relays)
        if rig.recorder:
            yield from self._of(RECORDER, now_s, 'recorder_lost', lambda told: findings.of_recorder(told, rig), SLOW_S)
        for name in rig.devices:
            for one, at_s in self._of(f'device {name}', now_s, f'{name}_lost', partial(findings.of_device, name),
                                      SLOW_S):
                if one.row != RADAR_LOST or not self._radar_spoke_after(at_s, now_s):
                    yield one, at_s

    def _radar_spoke_after(self, at_s: float, now_s: float) -> bool:
        """Tell whether fusion hears the radar, and said so after `at_s`: its driver speaks of it once a second only."""
        told_s, hazards = self._heard.get(HAZARDS, (-math.inf, None))
        return (hazards is not None and told_s > at_s and now_s - told_s <= FRESH_S
                and findings.RADAR not in hazards.degraded)

    def _of_eyes(self, now_s: float) -> Iterator[tuple[Finding, float]]:
        if HAZARDS not in self._heard:
            yield Finding('starting' if now_s - self._begun_s <= STARTING_S else NO_DATA), self._begun_s
            return
        at_s, hazards = self._heard[HAZARDS]
        if now_s - at_s > FRESH_S or now_s - hazards.stamp_s > FRESH_S:
            yield Finding(NO_DATA), at_s
            return
        for one in findings.of_hazards(hazards, self._rig):
            if one.body is None:
                yield one, at_s
            elif hazards.stamp_s - one.body.oldest_s > FRESH_S:
                continue  # fusion only remembers it
            elif now_s - one.body.oldest_s <= FRESH_S or now_s - at_s <= LATE_S:
                yield one, at_s
            elif one.body.level > NOTICE:
                yield Finding(NO_DATA), at_s

    def _of(self, source: str, now_s: float, silent: str, ask: Callable[[Any], Iterator[Finding]],
            patience_s: float = FRESH_S) -> Iterator[tuple[Finding, float]]:
        """Yield the findings of a source, or that it is `silent`."""
        at_s, told = self._heard.get(source, (self._begun_s, None))
        if told is None:
            if now_s - at_s > STARTING_S:
                yield Finding(silent), at_s
        elif now_s - at_s > patience_s:
            yield Finding(silent), at_s
        else:
            for one in ask(told):
                yield one, at_s

    def _say(self, finding: Finding, now_s: float, at_s: float) -> None:
        """Begin an alert, or renew it; its reason was told at `at_s`."""
        key, body, row = (_family(finding), finding.key), finding.body, self._table.rows[finding.row]
        words = {'what': finding.what, 'word': self._table.words[body.kind] if body else '',
                 'side': self._table.sides[body.side] if body else ''}
        known = self._known.get(key)
        begun_s = now_s if known is None else known.begun_s
        word = filled(row.word, LONGEST_WORD, **words)
        standing = Standing(
            row, finding.key, filled(row.text, LONGEST_TEXT, **words) or word, word,
            body.since_s if body is not None else begun_s, body.oldest_s if body is not None else at_s, body)
        self._known[key] = _Known(standing, begun_s, now_s,
                                  (known is not None and known.said) or now_s - begun_s >= row.after_s)

    def _is_over(self, key: tuple[str, str], now_s: float, blind: bool) -> bool:
        """Tell whether an alert of which nothing is told now ends: never said, held long enough, too old, or blind."""
        known = self._known[key]
        of_body = key[0] == BODY
        return (not known.said or now_s - known.told_s >= known.standing.row.hold_s
                or (of_body and (blind or now_s - known.standing.oldest_s > FRESH_S + BRIDGE_S)))


def _family(finding: Finding) -> str:
    """Name what is one alert: a body keeps its identity whatever its level, every other row is its own."""
    return BODY if finding.body is not None and finding.row != PASS else finding.row


def _gravity(standing: Standing) -> tuple[float, float, float, str]:
    body = standing.body
    near = (body.ttc_s, body.distance_m) if body is not None else (0.0, 0.0)
    return (-standing.row.priority, *near, standing.key)
