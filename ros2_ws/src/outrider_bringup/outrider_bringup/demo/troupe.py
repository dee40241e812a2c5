"""The acts after the first: who plays, what is exchanged for them, what came of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from outrider_bringup import paths
from outrider_bringup.demo.acts import RAMP, Act
from outrider_bringup.demo.change import Change
from outrider_bringup.demo.options import Options
from outrider_bringup.demo.ramp import LAUNCH, Ramp
from outrider_bringup.demo.road import DEVICES, Road
from outrider_bringup.faults.urgent import hurry
from outrider_bringup.runner.order import GROUPS, group_of
from outrider_bringup.runner.stack import Event, Stack

if TYPE_CHECKING:
    from outrider_bringup.demo.rows import Seen
    from outrider_bringup.demo.watch import Watcher

LAST_FRAMES_S, GRACE_S = 0.4, 0.2  # the end of an act waits at most so long for frames that are under way
FAKE_DEVICES = len(GROUPS) - 1  # a real motor controller does not wait for this computer
LASTING = ('recorder', 'bridge')  # one ride from the first act to the last
RECORDING = ('fake_radar', 'radar')  # with a chirp of its own


class Troupe:
    """Plays the acts one after the other in a stack that runs; step() often."""

    def __init__(self, acts: tuple[Act, ...], options: Options) -> None:
        """Take the acts and where they play. Raises UserError for what cannot be played."""
        launch, run = options.launch, options.run
        scenarios, rig = paths.checkout() / 'config' / 'scenarios', paths.checkout() / 'config' / 'rigs'
        self.roads = {act: Road(launch, run / 'road', scenarios / f'{act.scenario}.yaml', rig / 'bicycle.yaml')
                      for act in acts if act.scenario}
        self.ramp = Ramp(launch.parent / LAUNCH, run, options.of_voice()) if RAMP in acts else None
        self.act: Act | None = None  # that plays, or is about to
        self._change: Change | None = None

    @property
    def road(self) -> Road | None:
        """The road that is played now."""
        return self.roads.get(self.act) if self.act is not None else None

    @property
    def over(self) -> bool:
        """Whether the act that plays is done; the first one always is."""
        if self.road is not None:
            return self.road.over
        return self.act is None or self.ramp is None or self.ramp.over

    @property
    def changing(self) -> bool:
        """Whether one act's processes are just being exchanged for another's."""
        return self._change is not None and not self._change.done

    def change_to(self, act: Act, stack: Stack, watcher: Watcher, spare_s: float) -> None:
        """Let what is not needed go and those of `act` come: step() does it. A skater has `spare_s` to spare."""
        running = set(stack.pids())
        first = self.act is None
        if self.road is not None:
            self.road.end()
        self.act = act
        ready: Callable[[], bool]
        begin: Callable[[], None]
        if act is RAMP and self.ramp is not None:
            leaving, plan = running - set(LASTING), self.ramp.plan
            ready, begin = watcher.drive.is_recorded, partial(self._begin_ramp, stack, watcher, spare_s)
        else:
            road = self.roads[act]
            leaving = running & ({*RECORDING} if first else {DEVICES})
            plan = road.prepare(running - leaving)
            ready, begin = (lambda: road.ready(watcher.eyes.values)), road.begin
        self._change = Change(stack, plan, leaving, after_s=LAST_FRAMES_S + GRACE_S if first or act is RAMP else 0.0,
                              leave=watcher.leave_recording if first else _nothing, ready=ready, begin=begin)

    def _begin_ramp(self, stack: Stack, watcher: Watcher, spare_s: float) -> None:
        assert self.ramp is not None
        pids = stack.pids()
        hurry(pids[spec.name] for spec in self.ramp.plan.processes
              if group_of(spec.executable) == FAKE_DEVICES and spec.name in pids)
        self.ramp.begin(watcher.drive, spare_s)

    def step(self) -> None:
        """Do what is due. Raises UserError where a process cannot be started."""
        if self._change is not None:
            self._change.step()

    def expected(self, event: Event) -> bool:
        """Tell whether an event belongs to the play: a world whose time is over has ended."""
        return event.name == DEVICES and event.code == 0

    def end(self) -> None:
        """Take everybody away; what is done from now on does not count."""
        if self.ramp is not None:
            self.ramp.end()
        if self.road is not None:
            self.road.end()

    def sum_up(self, seen: Seen, watcher: Watcher | None) -> None:
        """Enter what came of the acts."""
        if self.ramp is not None and self.act is RAMP:
            seen.course = self.ramp.course()
            seen.incidents += self.ramp.incidents
        if watcher is None:
            return
        seen.road_stamps = watcher.roads
        seen.incidents += dict.fromkeys(road.blind for road in self.roads.values() if road.blind)
        for act, road in self.roads.items():
            seen.roads[act.scenario] = road.played(watcher.alerts, watcher.passes, watcher.hazards, watcher.named)


def _nothing() -> None:
    """Leave as it is: the act before was no recording."""
