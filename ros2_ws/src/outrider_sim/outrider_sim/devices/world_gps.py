"""The GPS receiver of the world on its wire. Until the world begins it has no fix."""

from __future__ import annotations

import math

import numpy as np

from outrider_sim.devices.ubx_gps import UbxGps
from outrider_sim.devices.world_clock import Arrivals, Outbox, WorldClock
from outrider_sim.devices.world_faults import Faults, astray
from outrider_sim.devices.world_ride import Ride
from outrider_sim.world import motion, places
from outrider_sim.world.gps import Gps, GpsFix

LATE_NS = 1_000_000_000  # fixes that are older when they could be sent were never made
_WARM_UP_NS = 40_000_000  # from an instant to its "no fix"


class WorldGps:
    """The sensor between the world and its device, whose times are ns of CLOCK_BOOTTIME."""

    def __init__(self, device: UbxGps, ride: Ride, clock: WorldClock, now_ns: int) -> None:
        """Mount the antenna where it truly sits."""
        scenario = ride.world.scenario
        self.device, self._ride, self._clock = device, ride, clock
        truth = places.truth(scenario.rig, 'gps', scenario.seed)
        self._faults = Faults(scenario, 'gps')
        self._arrivals = Arrivals(truth, scenario.seed, 'gps')
        self._receiver = Gps(scenario.seed, antenna_m=truth.mount.xyz_m, sky=self._sees_sky)
        self._lost = Gps(scenario.seed, sky=lambda t_s: False)
        self._random = np.random.default_rng([scenario.seed, 0x617374])
        self._outbox: Outbox[tuple[GpsFix, float]] = Outbox()  # by ns of CLOCK_BOOTTIME
        self._last: tuple[GpsFix, float] | None = None
        self._dead = False
        self._measured_ns = self._after(now_ns)

    def wake_ns(self, now_ns: int) -> int:
        """Return when something is due."""
        due = [self._ready_ns()]
        t_s = self._clock.t_s(now_ns)
        if self.device.back_ns is not None:
            due.append(self.device.back_ns)
        if math.isfinite(self._outbox.next_s):
            due.append(round(self._outbox.next_s))
        if t_s >= 0.0 and math.isfinite(edge_s := self._faults.next_edge_s(t_s)):
            due.append(self._clock.at_ns(edge_s))
        return min(due)

    def readable(self) -> list[int]:
        """Return the descriptors to wait on."""
        return [self.device.pty.fd] if self.device.pty else []

    def step(self, now_ns: int) -> None:
        """Hear the driver, measure and send what is due."""
        t_s = self._clock.t_s(now_ns)
        if self._faults.dead(t_s):
            self._dead = True
            self.device.unplug()
        elif self._dead:
            self._dead = False
            self.device.unplug(now_ns)  # plugged in with the next line
        period_ns = self.device.period_ns
        self.device.serve(now_ns)
        if self.device.period_ns != period_ns:
            self._measured_ns = self._after(now_ns)
        if now_ns - self._measured_ns > LATE_NS:
            self._measured_ns = self._after(now_ns - self.device.period_ns)
        while now_ns >= self._ready_ns():
            self._measure(self._measured_ns)
            self._measured_ns = self._after(self._measured_ns)
        for fix, utc_s in self._outbox.take(now_ns):
            self.device.send(fix, utc_s, now_ns)

    def _after(self, now_ns: int) -> int:
        """Return the next instant at which UTC is a whole multiple of the period, as receivers measure."""
        period_ns = self.device.period_ns
        return now_ns + period_ns - (now_ns + self._clock.utc_less_boot_ns) % period_ns

    def _ready_ns(self) -> int:
        return self._measured_ns + round(self._ride.lag_s * 1e9)

    def _measure(self, at_ns: int) -> None:
        utc_s = (at_ns + self._clock.utc_less_boot_ns) * 1e-9
        t_s = self._clock.t_s(at_ns)
        if t_s < 0.0:
            self._outbox.put(at_ns + _WARM_UP_NS, (self._lost.fix(self._ride.poses, 0.0), utc_s))
            return
        # By the instant told, not by that measured: the receiver's drift goes on in its own time.
        fix = self._receiver.fix(self._faults.told(self._ride.poses, t_s), t_s)
        if self._faults.acts(t_s, 'drop', 'die'):
            return
        if self._faults.at(t_s, 'noise'):
            fix = astray(self._random, fix)
        if not (self._faults.at(t_s, 'freeze') and self._last is not None):
            self._last = fix, utc_s
        self._outbox.put(self._clock.at_ns(self._arrivals.at(t_s)), self._last)

    def _sees_sky(self, t_s: float) -> bool:
        rider: motion.Poses = self._ride.poses(np.array([t_s]))
        in_tunnel = self._ride.world.scenery.in_tunnel(float(rider.x[0]), float(rider.y[0]))
        return not in_tunnel and self.device.sees_sky(self._clock.at_ns(t_s))
