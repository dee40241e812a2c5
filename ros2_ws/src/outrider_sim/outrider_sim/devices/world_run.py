"""The world as a loop: it begins when the radar is started, plays to its end, and everything is unplugged."""

from __future__ import annotations

import math
import select
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from outrider_sim.devices.process import Control
from outrider_sim.devices.world_camera import CameraProcess
from outrider_sim.devices.world_clock import WorldClock, boot_ns
from outrider_sim.devices.world_gps import WorldGps
from outrider_sim.devices.world_machine import Machine
from outrider_sim.devices.world_radar import WorldRadar
from outrider_sim.world.model import Scenario

_HOLD_S = 0.02  # how often it looks whether the hold is gone
_WAIT_S = 0.5   # longest wait: a signal rings a bell, nothing else has to be looked for


@dataclass
class Stage:
    """All that plays."""

    scenario: Scenario
    file: Path
    run: Path
    clock: WorldClock
    radar: WorldRadar
    gps: WorldGps | None
    camera: CameraProcess | None
    machine: Machine | None
    hold: Path | None = None
    control: Control | None = None
    stop_fd: int = -1
    _told: bool = field(default=False, init=False)

    def play(self) -> int:
        """Play to the end; 0, or 1 with one sentence where the camera's process was lost."""
        while True:
            now_ns = boot_ns()
            ready, _, _ = select.select(self._waited(), [], [], self._wait_s(now_ns))
            if self.stop_fd in ready:
                return 0
            if self.camera and self.camera.fd in ready and (ended := self.camera.hear()):
                print(f'world: {ended}', file=sys.stderr, flush=True)
                return 1
            now_ns = boot_ns()
            if self.control and self.control.fd in ready:
                for line in self.control.lines():
                    self._obey(line, now_ns)
            self.radar.step(now_ns)
            if self.clock.begin_ns is None and self._ready and not (self.hold and self.hold.exists()):
                self._begin(now_ns)
            if self.machine:
                self.machine.step(now_ns)
            if self.gps:
                self.gps.step(now_ns)
            t_s = self.clock.t_s(now_ns)
            if t_s >= 0.0 and not self._told:
                self.clock.tell(self.run, self.file, self.scenario)
                self._told = True
            if t_s >= self.scenario.duration_s:
                return 0

    @property
    def _ready(self) -> bool:
        return self.radar.ready and (self.camera is None or self.camera.ready)

    def _begin(self, now_ns: int) -> None:
        self.clock.begin(now_ns)
        assert self.clock.begin_ns is not None
        if self.camera:
            self.camera.begin(self.clock.begin_ns)

    def _waited(self) -> list[int]:
        waited = [self.stop_fd, *self.radar.device.readable()]
        waited += [self.camera.fd] if self.camera else []
        waited += [self.control.fd] if self.control else []
        return waited + (self.gps.readable() if self.gps else [])

    def _wait_s(self, now_ns: int) -> float:
        t_s = self.clock.t_s(now_ns)
        waits = [_WAIT_S, self.radar.wake_s(t_s) - t_s if t_s >= 0.0 else math.inf]
        if self.radar.device.back_s is not None:
            waits.append(self.radar.device.back_s - now_ns * 1e-9)
        if self.clock.begin_ns is None:
            waits.append(_HOLD_S if self._ready else math.inf)
        else:
            waits.append(-t_s if t_s < 0.0 else self.scenario.duration_s - t_s)
        if self.gps:
            waits.append((self.gps.wake_ns(now_ns) - now_ns) * 1e-9)
        if self.machine:
            waits.append(self.machine.wait_s(now_ns))
        return max(min(waits), 0.0)

    def _obey(self, line: str, now_ns: int) -> None:
        device, _, rest = line.strip().partition(' ')
        known: dict[str, Callable[[], str]] = {'radar': lambda: self.radar.device.control(rest, now_ns * 1e-9)}
        if self.gps:
            gps = self.gps.device
            known['gps'] = lambda: gps.control(rest, now_ns)
        if self.camera:
            camera = self.camera
            known['camera'] = lambda: camera.control(rest)
        wrong = known[device]() if device in known else (
            f"'{line.strip()}' is for no device of this scenario, expected a line that begins with "
            f'{" or ".join(known)}.')
        if wrong:
            print(f'world: {device + ": " if device in known else ""}{wrong}', file=sys.stderr, flush=True)
