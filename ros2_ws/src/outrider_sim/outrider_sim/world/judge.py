"""Judges what a stack said by what was true: `judge(world, alerts, passes)`. It knows nothing of how it came to say it.

| | rule |
|---|---|
| owner | the actor whose footprint is nearest, within 2 m + 5 % of the range; else nobody's (truth.owner) |
| false | what the table (allowed.py) forbids; merged into one row while silences last no longer than 1 s |
| missed | a level that the table demands, or the file expects, that is not on within 1 s before t_ca |
| late | such a level whose lead is below what the file asks |
| passes | each that the file lists is logged, clearance within `within_m`; of several the one nearest to t_ca in time |
| own motion | own.unmet |

`alerts` of the judgement are episodes at a level *or above*: a warning that becomes urgent is a row at warn, of all of
it, and a row at urgent, of its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from outrider_sim.world import own, words
from outrider_sim.world.allowed import THING, Verdict, allowed, allowed_of_thing
from outrider_sim.world.episodes import GAP_S, lead_s
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.truth import Approach, Owner, approaches, owner
from outrider_sim.world.world import World

Place = tuple[float, float]


@dataclass(frozen=True)
class Alert:
    """One hazard of one message, at the instant at which it was there. `xy`: nearest edge, base_link."""

    t_s: float
    level: str
    xy: Place


@dataclass(frozen=True)
class Pass:
    """One close pass as it was logged; `xy` is where its body was at its closest instant `t_s`, None: nowhere known."""

    t_s: float
    clearance_m: float
    xy: Place | None


@dataclass(frozen=True)
class Episode:
    """What was said without a silence of more than 1 s."""

    t_s: float
    until_s: float
    level: str
    xy: Place                  # at its beginning
    actor: str | None          # whose it is
    nearest: str = ''          # of a false one: actor or kind of thing that was nearest
    lead_s: float | None = None  # where it was on within 1 s before that actor's t_ca


@dataclass(frozen=True)
class Need:
    """A level that one actor had to be warned at, and how long before t_ca that was the case."""

    actor: str
    level: str
    asked_s: float
    lead_s: float | None       # None: missed


@dataclass(frozen=True)
class Logged:
    """A close pass that was logged, beside the truth of the actor that it belongs to."""

    actor: str | None
    t_s: float
    clearance_m: float
    truth_m: float | None


@dataclass(frozen=True)
class Judgement:
    """What is to be said of one run."""

    actors: tuple[Approach, ...]
    alerts: tuple[Episode, ...]
    needs: tuple[Need, ...]
    false_alerts: tuple[Episode, ...]
    close_passes: tuple[Logged, ...]
    why: tuple[str, ...] = field(default=())  # one sentence for each thing that is not ok

    @property
    def ok(self) -> bool:
        """Whether nothing is missed, false, late, unlogged or unmet."""
        return not self.why


def judge(world: World, alerts: Sequence[Alert], passes: Sequence[Pass] = ()) -> Judgement:
    """Return the judgement on all that was said in `world`; times of alerts need not be in order."""
    scenario = world.scenario
    truths = tuple(approaches(world))
    verdicts = {one.actor: allowed(one, scenario.rig, scenario.expect) for one in truths}
    seen: dict[float, Snapshot] = {}

    def owner_of(t_s: float, xy: Place) -> Owner:
        if t_s not in seen:
            seen[t_s] = world.at(t_s)
        return owner(seen[t_s], xy)

    said: dict[str, list[Alert]] = {one.actor: [] for one in truths}
    false: dict[tuple[str | None, str], list[Alert]] = {}
    for alert in sorted(alerts, key=lambda one: one.t_s):
        about = owner_of(alert.t_s, alert.xy)
        if about.actor is not None:
            said[about.actor].append(alert)
            verdict = verdicts[about.actor][alert.level]
        elif scenario.expect.quiet:
            verdict = dict(zip(words.LEVELS, THING, strict=True))[alert.level]
        else:
            verdict = allowed_of_thing(seen[alert.t_s], scenario.rig, alert.xy)[alert.level]
        if verdict is Verdict.FALSE:
            false.setdefault((about.actor, about.actor or about.nearest), []).append(alert)

    needs = _needs(world, truths, verdicts, said)
    false_alerts = sorted((episode for (actor, name), rows in false.items() for episode in _false(actor, name, rows)),
                          key=lambda one: (one.t_s, one.nearest))
    logged = []
    for one in sorted(passes, key=lambda one: one.t_s):
        actor = owner_of(one.t_s, one.xy).actor if one.xy is not None else None
        truth_m = next((each.clearance_m for each in truths if each.actor == actor), None)
        logged.append(Logged(actor, one.t_s, one.clearance_m, truth_m))
    why = [_need_unmet(need) for need in needs if need.lead_s is None or need.lead_s < need.asked_s]
    why += [_false_said(one) for one in false_alerts]
    why += _passes_unmet(world, truths, logged)
    why += own.unmet(world)
    rows = [episode for one in truths for level in words.LEVELS for episode in _episodes(one, level, said[one.actor])]
    return Judgement(truths, tuple(rows), needs, tuple(false_alerts), tuple(logged), tuple(why))


def _at_least(level: str, rows: Sequence[Alert]) -> list[Alert]:
    return [row for row in rows if words.LEVELS.index(row.level) >= words.LEVELS.index(level)]


def _runs(rows: Sequence[Alert]) -> list[list[Alert]]:
    """Cut rows of rising time where a silence is longer than GAP_S."""
    runs: list[list[Alert]] = []
    for row in rows:
        if runs and row.t_s - runs[-1][-1].t_s <= GAP_S:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _episodes(truth: Approach, level: str, rows: Sequence[Alert]) -> list[Episode]:
    found = []
    for run in _runs(_at_least(level, rows)):
        lead = lead_s([row.t_s for row in run], truth.t_ca_s) if truth.t_ca_s is not None else None
        found.append(Episode(run[0].t_s, run[-1].t_s, level, run[0].xy, truth.actor, lead_s=lead))
    return found


def _false(actor: str | None, name: str, rows: Sequence[Alert]) -> list[Episode]:
    return [Episode(run[0].t_s, run[-1].t_s, max((row.level for row in run), key=words.LEVELS.index), run[0].xy,
                    actor, name) for run in _runs(rows)]


def _needs(world: World, truths: Sequence[Approach], verdicts: dict[str, dict[str, Verdict]],
           said: dict[str, list[Alert]]) -> tuple[Need, ...]:
    """Return what the table demands and what the file expects, each level of an actor once."""
    asked: dict[tuple[str, str], float] = {(one.actor, level): 0.0 for one in truths for level in words.LEVELS
                                           if verdicts[one.actor][level] is Verdict.REQUIRED}
    for warn in world.scenario.expect.warn:
        key = (warn.actor, warn.level)
        asked[key] = max(warn.lead_s, asked.get(key, 0.0))
    when = {one.actor: one.t_ca_s for one in truths}
    found = []
    for (actor, level), least_s in asked.items():
        t_ca_s = when[actor]
        times = [row.t_s for row in _at_least(level, said[actor])]
        found.append(Need(actor, level, least_s, None if t_ca_s is None else lead_s(times, t_ca_s)))
    return tuple(found)


def _need_unmet(need: Need) -> str:
    if need.lead_s is None:
        return f'{need.level} about {need.actor} is missed.'
    return f'{need.level} about {need.actor} comes {need.lead_s:.2f} s before, expected {need.asked_s:g} s.'


def _false_said(one: Episode) -> str:
    if one.actor is not None:
        return f'{one.level} about {one.actor} at {one.t_s:.2f} s is false.'
    nearest = f', {one.nearest} is nearest' if one.nearest else ''
    return f'{one.level} at {one.t_s:.2f} s at ({one.xy[0]:.1f}, {one.xy[1]:.1f}) is about nobody{nearest}.'


def _passes_unmet(world: World, truths: Sequence[Approach], logged: Sequence[Logged]) -> list[str]:
    found = []
    for expected in world.scenario.expect.close_pass:
        truth = next(one for one in truths if one.actor == expected.actor)
        mine = [one for one in logged if one.actor == expected.actor]
        if not mine or truth.t_ca_s is None:
            found.append(f'the close pass of {expected.actor} is not logged.')
            continue
        t_ca_s = truth.t_ca_s
        nearest = min(mine, key=lambda one: abs(one.t_s - t_ca_s))
        if abs(nearest.clearance_m - truth.clearance_m) > expected.within_m:
            found.append(f'the close pass of {expected.actor} is logged with {nearest.clearance_m:.2f} m, it had '
                         f'{truth.clearance_m:.2f} m, expected within {expected.within_m:g} m.')
    return found
