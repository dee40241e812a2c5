"""The radar of the world on its wire: what a scan of the world finds, with the chirp that was sent, as UART frames."""

from __future__ import annotations

import math
import sys

import numpy as np
from numpy.typing import NDArray

from outrider_sim.devices import ti_frames
from outrider_sim.devices.ti_device import TiRadar
from outrider_sim.devices.world_clock import Arrivals, Beat, Outbox, WorldClock
from outrider_sim.devices.world_faults import Faults
from outrider_sim.devices.world_ride import Ride
from outrider_sim.world import places
from outrider_sim.world.radar.chirp import Chirp, read_cfg
from outrider_sim.world.radar.radar import POINT, Radar
from outrider_sim.world.radar.scatterers import road_of

_NO_POINTS = np.zeros(0, POINT)
_LATE_S = 0.25  # what was not scanned for so long was never: a radar has its own processor, and no memory

Frame = tuple[int, float, NDArray[np.void]]  # number, t, points


class WorldRadar:
    """The sensor between the world and its device, whose times are seconds of CLOCK_BOOTTIME."""

    def __init__(self, device: TiRadar, ride: Ride, clock: WorldClock) -> None:
        """Mount it where it truly sits."""
        scenario = ride.world.scenario
        self.device, self._ride, self._clock = device, ride, clock
        truth = places.truth(scenario.rig, 'radar', scenario.seed)
        self._mount, self._seed = truth.mount, scenario.seed
        self._road = road_of(ride.world)
        self._faults = Faults(scenario, 'radar')
        self._arrivals = Arrivals(truth, scenario.seed, 'radar')
        self._outbox: Outbox[Frame] = Outbox()
        self._expected = read_cfg(places.radar_file(scenario.radar).read_text())
        self._radar: Radar | None = None
        self._beat: Beat | None = None
        self._dead = False
        self._number = 0  # of the frames on the wire, those that never reached it counted

    @property
    def ready(self) -> bool:
        """Whether the world may begin: it has been started, or is dead from the first instant on."""
        return self.device.streaming or self._faults.dead(0.0)

    def wake_s(self, t_s: float) -> float:
        """Return the t at which something is due."""
        if t_s < 0.0:
            return math.inf
        due = min(self._faults.next_edge_s(t_s), self._outbox.next_s)
        if self.device.back_s is not None:
            due = min(due, self.device.back_s - self._clock.at_ns(0.0) * 1e-9)
        if self._beat is not None and self.device.streaming:
            due = min(due, self._beat.next_s + self._ride.lag_s)
        return due

    def step(self, now_ns: int) -> None:
        """Answer the driver, scan and send what is due."""
        t_s = self._clock.t_s(now_ns)
        if self._faults.dead(t_s):
            self._dead = True
            self.device.unplug(math.inf)
        elif self._dead:
            self._dead = False
            self.device.unplug(now_ns * 1e-9)  # plugged in with the next line
        if self.device.serve(now_ns * 1e-9):
            self._start(max(t_s, 0.0))
        if not self.device.streaming:
            self._outbox.clear()
        elif t_s >= 0.0 and self._beat is not None:
            self._scan(t_s)
        for number, taken_s, points in self._outbox.take(t_s):
            assert self._radar is not None
            packet = ti_frames.scan(number, points, self._radar.chirp.xyz_q)
            self.device.send(number, packet, len(points), t_s=round(taken_s, 6))

    def _start(self, t_s: float) -> None:
        """Sense from now on with the chirp that was sent; the first scan of all is that of t = 0."""
        self._beat = None
        chirp = _chirp('\n'.join(self.device.port.accepted))
        if chirp is None:
            return
        if self._radar is None or self._radar.chirp != chirp:
            self._radar = Radar(chirp, self._seed, self._mount, self._road)
        if chirp != self._expected:
            print('world: the radar was sent another chirp than the scenario names '
                  f'({self._ride.world.scenario.radar}); it senses with the one that was sent.', file=sys.stderr,
                  flush=True)
        self._beat = Beat(chirp.period_s, t_s, _LATE_S)

    def _scan(self, t_s: float) -> None:
        assert self._beat is not None
        assert self._radar is not None
        while (beat := self._beat.take(t_s - self._ride.lag_s)) is not None:
            _, told_s = beat
            points = self._radar.scan(self._ride.snapshot(self._faults.measured_s(told_s), told_s))
            self._number += 1
            if points is None or self._clock.at_ns(told_s) * 1e-9 < self.device.paused_s:
                continue
            if self.device.takes_empty():
                points = _NO_POINTS
            self._outbox.put(self._arrivals.at(told_s), (self._number, told_s, points))


def _chirp(text: str) -> Chirp | None:
    """Return the chirp of what was sent; None, with one sentence, where it is none."""
    try:
        chirp = read_cfg(text)
        usable = chirp.range_max_m > 0.0 and chirp.velocity_step_mps > 0.0 and chirp.period_s > 0.0
    except (ValueError, IndexError, ZeroDivisionError, OverflowError):
        usable = False
    if usable:
        return chirp
    print('world: the radar was started with a chirp that cannot be computed, it sends nothing; send '
          'config/radar/road.cfg.', file=sys.stderr, flush=True)
    return None
