"""An act on the simulated road: a scenario over all its wires, what the rider is told of it, what truly happens."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from outrider_bringup import launchfile
from outrider_bringup.demo import journal
from outrider_bringup.launchfile.plan import Plan
from outrider_bringup.up import play
from outrider_sensors.detector.errors import WeightsError
from outrider_sensors.detector.weights import check_weights, default_weights
from outrider_sim.world import truth
from outrider_sim.world.model import Scenario
from outrider_sim.world.scenario import load
from outrider_sim.world.world import World

EYES = ('radar', 'camera', 'gps')  # the drivers; they outlast a scenario, as they would a device
EYE = 'detector'  # what looks at the camera's pictures
DEVICES = 'world'
LISTENERS = 3  # to the radar's points: fusion, the recorder, this process
CUT = ('drop', 'die')  # what takes the radar's data away


@dataclass(frozen=True)
class Alert:
    """What one hazard said when it arrived: level 1..3, nearest edge in base_link, m."""

    arrived_ns: int
    level: int
    xy: tuple[float, float]


@dataclass(frozen=True)
class Played:
    """One scenario that was played. Times in ns are those of the host clock."""

    scenario: Scenario
    begun_ns: int
    until_ns: int
    alerts: Sequence[Alert] = ()
    passes: Sequence[tuple[int, float]] = ()  # stamp of the closest instant, clearance in m
    no_data_ns: int | None = None  # when the rider was first told so after the cable was out
    written: Sequence[journal.Written] = ()
    arrivals: Sequence[tuple[int, int]] = ()  # stamp and arrival of each hazard message
    devices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # what the drivers said last
    named: Sequence[tuple[int, Sequence[tuple[int, float, float]]]] = ()  # stamp; class, x, y in m of each track
    blind: str = ''  # why nobody looks at the pictures

    @property
    def cable_out_s(self) -> float | None:
        """When the radar's data ends for the first time, seconds of the scenario."""
        return min((fault.from_s for fault in self.scenario.faults if fault.sensor == 'radar' and fault.do in CUT),
                   default=None)

    def world(self) -> World:
        """Return the world that was played."""
        return World(self.scenario)

    def approaches(self) -> dict[str, truth.Approach]:
        """Return what truly happened, by actor."""
        return {one.actor: one for one in truth.approaches(self.world())}


class Road:
    """One act. What prepare() returns is started, begin() lets time begin, and played() is what came of it."""

    def __init__(self, launch: Path, run: Path, scenario: Path, rig: Path) -> None:
        """Take the launch file, a run folder of its own, the scenario. Raises UserError for what cannot be played."""
        run.mkdir(parents=True, exist_ok=True)
        self.scenario = load(scenario)
        self._run = run
        given = play.arguments(scenario, self.scenario.rig.kind, run, rig)
        self.blind = _why_blind()
        if self.blind:
            given = {**given, EYE: 'false'}
        self._plan = launchfile.load(launch, {'sim': 'true', 'record': 'false', 'voice': 'false', 'run': str(run),
                                              **given})
        self._hold = run / play.HOLD
        self.no_data_ns: int | None = None
        self.devices: dict[str, dict[str, str]] = {}  # what its drivers said last while its time ran
        self._journal: list[journal.Written] = []
        self._begun_ns: int | None = None

    def prepare(self, running: Collection[str]) -> Plan:
        """Return what has to be started for it, beside what is `running`; its time waits for begin()."""
        for stale in ('world.json', 'radar_journal.jsonl'):
            (self._run / stale).unlink(missing_ok=True)
        self._hold.touch()
        wanted = {DEVICES, *EYES, EYE} - set(running)
        return replace(self._plan, processes=tuple(spec for spec in self._plan.processes if spec.name in wanted))

    @property
    def given(self) -> Mapping[str, str]:
        """The arguments of the launch file that it plays with."""
        return self._plan.arguments

    def begin(self) -> None:
        """Let the play begin, as soon as the radar is told to start."""
        self._hold.unlink(missing_ok=True)

    def ready(self, devices: Mapping[str, Mapping[str, str]]) -> bool:
        """Tell whether all its drivers are well, by what `devices` said last."""
        looks = not self.blind and any(spec.name == EYE for spec in self._plan.processes)
        wanted = (*EYES, EYE) if looks else EYES
        return all(name in devices for name in wanted) and int(devices['radar'].get('listeners', 0)) >= LISTENERS

    @property
    def begun_ns(self) -> int | None:
        """When its time began, host clock, None before."""
        if self._begun_ns is None:
            try:
                self._begun_ns = int(json.loads((self._run / 'world.json').read_text())['begin_ns'])
            except (OSError, ValueError, KeyError, TypeError):
                return None
        return self._begun_ns

    @property
    def over(self) -> bool:
        """Whether its time has run out."""
        return self.begun_ns is not None and time.time_ns() > self.begun_ns + self.scenario.duration_s * 1e9

    def look(self, devices: Mapping[str, Mapping[str, str]]) -> None:
        """Take note of what `devices` say while its time runs."""
        if self.begun_ns is not None and not self.over:
            self.devices = {name: dict(values) for name, values in devices.items()}

    def told_nothing(self) -> None:
        """Note that the rider is told NO DATA just now: counts from the moment when the cable is out."""
        out_s = Played(self.scenario, 0, 0).cable_out_s
        now_ns = time.time_ns()
        if (self.no_data_ns is None and out_s is not None and self.begun_ns is not None
                and now_ns > self.begun_ns + out_s * 1e9):
            self.no_data_ns = now_ns

    def end(self) -> None:
        """Keep what the next one would write over."""
        if self.begun_ns is not None and not self._journal:
            self._journal = journal.read(self._run / 'radar_journal.jsonl')
        self._hold.unlink(missing_ok=True)

    def played(self, alerts: Sequence[Alert], passes: Sequence[tuple[int, float]],
               arrivals: Sequence[tuple[int, int]],
               named: Sequence[tuple[int, Sequence[tuple[int, float, float]]]] = ()) -> Played | None:
        """Return what came of it, None where it never began."""
        begun = self.begun_ns
        if begun is None:
            return None
        until = min(begun + round(self.scenario.duration_s * 1e9), time.time_ns())
        return Played(
            self.scenario, begun, until, [one for one in alerts if begun <= one.arrived_ns <= until],
            [one for one in passes if begun <= one[0] <= until], self.no_data_ns,
            self._journal or journal.read(self._run / 'radar_journal.jsonl'),
            [one for one in arrivals if begun <= one[0] <= until], self.devices,
            [one for one in named if begun <= one[0] <= until], self.blind)


def _why_blind() -> str:
    """Return in one sentence why the shipped weights cannot be looked with, '' where they can."""
    try:
        check_weights(default_weights())
    except WeightsError as error:
        return str(error)
    return ''
