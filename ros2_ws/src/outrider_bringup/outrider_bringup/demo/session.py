"""One watched run of the bicycle's launch file on the fake radar: started, observed, stopped, summed up as Seen.

Other acts may play after it, in the same ride: scenarios on the road, the ramp. The demo and the bench both run the
stack through here, so that their figures mean the same.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from outrider_bringup import launchfile
from outrider_bringup.demo import journal, ride
from outrider_bringup.demo.acts import Act
from outrider_bringup.demo.costs import Costs
from outrider_bringup.demo.options import Options
from outrider_bringup.demo.recording import as_points
from outrider_bringup.demo.road import EYE
from outrider_bringup.demo.rows import Seen
from outrider_bringup.demo.troupe import GRACE_S, LAST_FRAMES_S, Troupe
from outrider_bringup.demo.voice import Voice
from outrider_bringup.runner.stack import Event, Stack
from outrider_node import frames
from outrider_sim.devices import radhar

if TYPE_CHECKING:
    from outrider_bringup.demo.watch import Watcher

READY_S = 15.0  # after this long the recording begins, whoever is missing then
SETTLE_S = 1.0  # after the first track, or a change of acts, before cost counts: start-up is over, not yet paid
BRIDGE = 'bridge'
TAIL_LINES = 5


class Session:
    """A run. Call start(), then tick() a few times a second, then stop() exactly once, whatever happened between."""

    def __init__(self, options: Options, began_s: float) -> None:
        """`began_s` is the moment, on time.monotonic(), from which the start counts. Starts nothing."""
        self.options = options
        self.recording = radhar.load()
        self.watcher: Watcher | None = None
        self.incidents: list[str] = []
        self.gave_up = ''
        self.live = options.record and options.live
        self._began_s = began_s
        self._stack: Stack | None = None
        self._log: TextIO | None = None
        self._tails: dict[str, deque[str]] = {}
        self._costs, self._road_costs = Costs(), Costs()
        self._settled_s = 0.0
        self.troupe: Troupe | None = None
        self.voice = Voice(options.run, options.web_port) if options.voice else None
        self._cut_frames: int | None = None

    @property
    def _journal(self) -> Path:
        return self.options.run / 'radar_journal.jsonl'

    @property
    def _hold(self) -> Path:
        return self.options.run / 'radar_hold'

    def start(self) -> None:
        """Start the processes, then join their domain. Raises LaunchFileError for an unfit launch file."""
        options = self.options
        options.run.mkdir(parents=True, exist_ok=True)
        for stale in (self._journal, options.run / 'live.json'):
            stale.unlink(missing_ok=True)
        plan = launchfile.load(options.launch, options.arguments())
        if options.acts:
            self.troupe = Troupe(options.acts, options)
        self._hold.touch()  # no frame before everyone listens
        self._log = (options.run / 'stack.log').open('w', encoding='utf-8')
        environment = {**os.environ, 'ROS_DOMAIN_ID': str(options.domain)}
        if self.voice is not None:
            environment |= self.voice.prepare()
        self._stack = Stack(plan, out=self._hear, env=environment, holds=options.holds)
        self._stack.start()
        # Imported while the others start: rclpy takes a third of a second.
        from outrider_bringup.demo.watch import Watcher

        self.watcher = Watcher([as_points(frame) for frame in self.recording], options.domain)
        if self.voice is not None:
            self.voice.begin(self._stack, self.watcher.drive.last)

    def _hear(self, name: str, line: str) -> None:
        self._tails.setdefault(name, deque(maxlen=TAIL_LINES)).append(line)
        if self._log is not None:
            self._log.write(f'[{name}] {line}\n')

    @property
    def first_frame_ns(self) -> int | None:
        """Return when the first point message came, time.time_ns(); None before."""
        return self.watcher.first_frame_ns if self.watcher is not None else None

    def first_track_s(self) -> float | None:
        """Return how long after `began_s` the first track came; None before."""
        when = self.watcher.first_track_ns if self.watcher is not None else None
        if when is None:
            return None
        return time.monotonic() - self._began_s - (time.time_ns() - when) / 1e9

    def tick(self) -> None:
        """Take note of what the processes did and cost."""
        assert self._stack is not None
        for event in self._stack.poll():
            self._take(event)
        if self._hold.exists() and self._all_listen():
            self._hold.unlink()
        if self.troupe is not None:
            self.troupe.step()
        if self.voice is not None:
            self.voice.poll()
        self._count_costs(time.monotonic())

    def _count_costs(self, now_s: float) -> None:
        """Let every process count, but none while some of them start."""
        assert self._stack is not None
        first_s, road = self.first_track_s(), self.troupe.road if self.troupe is not None else None
        if first_s is None or self.changing:
            self._settled_s = now_s + SETTLE_S
        taken, paused = (self._road_costs, self._costs) if road is not None else (self._costs, self._road_costs)
        paused.pause()
        if now_s < self._settled_s:
            taken.pause()
            return
        pids = self._stack.pids()
        taken.take(now_s, [os.getpid(), *pids.values()], pids.get(EYE))
        if road is not None and self.watcher is not None:
            road.look(self.watcher.eyes.values)

    def change_to(self, act: Act, spare_s: float) -> None:
        """Let what is not needed go and `act` come: tick() does it. A skater has `spare_s` to spare."""
        assert self._stack is not None
        assert self.troupe is not None
        assert self.watcher is not None
        if self._cut_frames is None:
            self._cut_frames = self._on_the_wire()
        self.troupe.change_to(act, self._stack, self.watcher, spare_s)

    @property
    def changing(self) -> bool:
        """Whether one act's processes are just being exchanged for another's."""
        return self.troupe is not None and self.troupe.changing

    def _all_listen(self) -> bool:
        """Tell whether fusion, the recorder and this process hear everything, or have had time enough to."""
        assert self.watcher is not None
        wanted = 2 if self.options.record else 1
        heard = self.watcher.listeners()
        ready = self.watcher.radar_listeners >= wanted + 1 and min(heard['tracks'], heard['hazards']) >= wanted
        return ready or time.monotonic() - self._began_s > READY_S

    def _take(self, event: Event) -> None:
        if event.kind == 'respawned' or (self.troupe is not None and self.troupe.expected(event)):
            return
        last = (self._tails.get(event.name) or [''])[-1]
        if event.name == BRIDGE and event.kind == 'ended' and not event.code:
            self.live = False  # no rerun environment: it says so and leaves, and the ride is recorded all the same
            self.incidents.append(last or event.text)
            return
        self.incidents.append(event.text + (f' (its last line: {last})' if last else ''))
        if event.kind != 'died' and event.name not in (BRIDGE, EYE):  # without them it goes on, and says so
            self.gave_up = self.incidents[-1]

    def _told_once(self) -> list[str]:
        return [text if count == 1 else f'{text} ({count} times)' for text, count in Counter(self.incidents).items()]

    def _on_the_wire(self) -> int:
        cut_ns = time.time_ns()
        return sum(frame.written_ns <= cut_ns for frame in journal.read(self._journal))

    def _cut(self) -> int:
        """Return how many frames count, after giving the last of them time to get through everything."""
        count = self._cut_frames
        if count is None:
            count = self._on_the_wire()
            begun = time.monotonic()
            while time.monotonic() - begun < LAST_FRAMES_S and not self._judged(count - 1):
                time.sleep(0.01)
        # The recorder is another process: what has come here has come there, give or take a scheduler's turn.
        time.sleep(GRACE_S)
        return count

    def _judged(self, frame: int) -> bool:
        assert self.watcher is not None
        stamps = [stamp for stamp, number in self.watcher.clouds[-10:] if number >= frame]
        return bool(stamps and self.watcher.hazards) and self.watcher.hazards[-1][0] >= stamps[0]

    def stop(self) -> Seen:
        """End everything in order and return what was seen up to the moment of the call."""
        seen = Seen(self.recording, incidents=self._told_once(), live_expected=self.live)
        self._hold.unlink(missing_ok=True)
        begun_s = time.monotonic()
        if self.troupe is not None:
            self.troupe.end()
        cut = self._cut() if self.first_frame_ns is not None else 0
        seen.first_track_s = self.first_track_s()
        if self.voice is not None:
            self.voice.close()
            seen.voice = self.voice.spoken(self.watcher.choices if self.watcher is not None else ())
        if self._stack is not None:
            stopped = self._stack.stop()
            seen.stopped_s, seen.left_behind = time.monotonic() - begun_s, len(stopped.left)
        if self.watcher is not None:
            self.watcher.close()
            self._sum_up(seen, self.watcher, cut)
        if self.troupe is not None:
            self.troupe.sum_up(seen, self.watcher)
        if self._log is not None:
            self._log.close()
        return seen

    def _sum_up(self, seen: Seen, watcher: Watcher, cut: int) -> None:
        seen.written = journal.read(self._journal)[:cut]
        seen.steps = watcher.steps
        seen.clouds = [(stamp, frame) for stamp, frame in watcher.clouds if frame < cut]
        seen.tracks, seen.hazards = watcher.tracks, watcher.hazards
        seen.mount = watcher.mounts.lookup(frames.BASE, frames.RADAR)
        seen.cost, seen.road_cost, seen.eye_cost = self._costs.cost(), self._road_costs.cost(), self._road_costs.apart()
        if watcher.ride:
            seen.ride = ride.read(self.options.rides / watcher.ride)
            seen.recorder_lost = int(watcher.recorder.messages_lost)
