"""Two motors under a ramp, as pure physics, and each VESC's own rules about commands. Times are ns, any steady clock.

Rules and numbers of the firmware: FW 7.01 (timeout.c, mc_interface.c, mcpwm_foc.c). The ramp: 60 kg, two 50 mm motors
with 0.05 Nm/A, gear 2.25 on 90 mm wheels, rolling resistance such that it runs from 1.4 to 2.9 m/s within 5 s on a
slope of 5 % when nobody brakes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from outrider_sim.devices.vesc_wire import (
    SET_CURRENT,
    SET_CURRENT_BRAKE,
    SET_DUTY,
    SET_HANDBRAKE,
    SET_RPM,
    Telemetry,
)

MS = 1_000_000
STEP_NS = 2 * MS
MAX_STEPS = 2500  # five seconds; a simulation that slept longer wakes up where it was
MASS_KG = 60.0
G_MPS2 = 9.81
ROLLING = 0.0194
ERPM_PER_MPS = 60.0 / (math.pi * 0.09) * 2.25 * 7
N_PER_A = 0.05 * 2.25 / 0.045
MAX_A = 30.0
MIN_ERPM = 900.0  # s_pid_min_erpm
GAIN_A_PER_ERPM = 0.03
SHORTED_ERPM = 150.0  # below it a brake current becomes shorted phases
SHORTED_NS_PER_M = 900.0  # drag of shorted phases, each motor, N per m/s
MIN_BRAKE_A = 0.05  # cc_min_current
DEAD_NS = 500 * MS  # after a fault nothing is obeyed
FAULT_OVER_VOLTAGE = 1
FULL_V, EMPTY_OHM, OVER_V = 41.5, 0.08, 42.5
PER_ERPM_DUTY = 1.0 / 30000.0
HITS = {'free': (False, False), 'ahead': (True, False), 'behind': (False, True), 'both': (True, True)}
AMBIENT_C, C_PER_A2_S, COOLING_PER_S = 25.0, 0.0006, 0.01


class Controller:
    """One VESC: the newest command, its timeout, its fault."""

    def __init__(self, timeout_ms: int = 200, timeout_brake_a: float = 10.0) -> None:
        """Begin as after power-up: timed out, nothing commanded."""
        self.timeout_ns, self.timeout_brake_a = timeout_ms * MS, timeout_brake_a
        self.command: tuple[int, float] = (SET_CURRENT, 0.0)
        self.fault = 0
        self.current_a = 0.0  # along the wheel's positive direction
        self.fet_c = self.motor_c = AMBIENT_C
        self.slip = 1.0  # this wheel's speed over the ramp's
        self.blocked = False  # the wheel stands, whatever it is given
        self.reversed = False  # two phases swapped: it pushes the other way
        self._fed_ns: int | None = None
        self._dead_until_ns = -1

    def feed(self, command: tuple[int, float], now: int) -> None:
        """Take a SET_* at `now`; not within 500 ms of a fault, though it counts as a sign of life."""
        self._fed_ns = now
        if now >= self._dead_until_ns:
            self.fault = 0
            self.command = command

    def keep_alive(self, now: int) -> None:
        """Take an ALIVE at `now`: the last command stays alive."""
        self._fed_ns = now

    def trip(self, fault: int, now: int) -> None:
        """Raise `fault` at `now`: the motor is released and deaf for 500 ms."""
        self.fault, self._dead_until_ns = fault, now + DEAD_NS
        self.command = (SET_CURRENT, 0.0)

    def timed_out(self, now: int) -> bool:
        """Return whether nobody fed it within its timeout."""
        return self._fed_ns is None or now - self._fed_ns > self.timeout_ns

    def acting(self, now: int) -> tuple[int, float]:
        """Return the command in force at `now`."""
        if now < self._dead_until_ns:
            return SET_CURRENT, 0.0
        return (SET_CURRENT_BRAKE, self.timeout_brake_a) if self.timed_out(now) else self.command

    def force_n(self, speed_mps: float, now: int) -> tuple[float, float]:
        """Return (push, grip) of this motor at `speed_mps`: grip only resists, and holds at standstill."""
        kind, value = self.acting(now)
        erpm = speed_mps * ERPM_PER_MPS * self.slip
        self.current_a, grip_n = 0.0, 0.0
        if kind == SET_RPM and abs(value) >= MIN_ERPM:
            self.current_a = _within(GAIN_A_PER_ERPM * (value - erpm))
        elif kind == SET_CURRENT:
            self.current_a = _within(value)
        elif kind == SET_DUTY:
            self.current_a = _within(GAIN_A_PER_ERPM * (value / PER_ERPM_DUTY - erpm))
        elif kind == SET_HANDBRAKE:
            grip_n = abs(_within(value)) * N_PER_A
        elif kind == SET_CURRENT_BRAKE and abs(value) >= MIN_BRAKE_A:
            if abs(erpm) > SHORTED_ERPM:
                self.current_a = -math.copysign(abs(_within(value)), erpm)
            else:
                return -SHORTED_NS_PER_M * speed_mps, 0.0
        push_n = 0.0 if self.blocked else self.current_a * N_PER_A
        return (-push_n if self.reversed else push_n), grip_n

    def warm(self, dt_s: float) -> None:
        """Let `dt_s` of the present current pass."""
        heat = C_PER_A2_S * self.current_a ** 2
        self.motor_c += dt_s * (heat - COOLING_PER_S * (self.motor_c - AMBIENT_C))
        self.fet_c += dt_s * (0.5 * heat - COOLING_PER_S * (self.fet_c - AMBIENT_C))


@dataclass
class World:
    """What lies under the wheels, in the battery and in the way."""

    slope: float = 0.0  # > 0: downhill ahead, rise over run
    voltage_v: float = 40.0
    against: tuple[bool, bool] = HITS['free']  # it stands against something ahead, behind


class Ramp:
    """The machine: two controllers on one frame. Speed m/s, > 0 ahead; travelled m."""

    def __init__(self, controllers: tuple[Controller, ...], world: World | None = None) -> None:
        """Begin at standstill."""
        self.controllers, self.world = controllers, world or World()
        self.speed_mps = self.travelled_m = 0.0
        self._then: int | None = None

    @property
    def now(self) -> int:
        """The instant for which speed and way hold: the last whole step."""
        return self._then or 0

    def advance(self, now: int) -> None:
        """Let the time until `now` pass."""
        if self._then is None or now - self._then > MAX_STEPS * STEP_NS:
            self._then = now
        while self._then + STEP_NS <= now:
            self._then += STEP_NS
            self._step(self._then, STEP_NS / 1e9)

    def telemetry(self, which: int, now: int) -> Telemetry:
        """Return what controller `which` would say at `now`."""
        one = self.controllers[which]
        erpm = 0.0 if one.blocked else self.speed_mps * ERPM_PER_MPS * one.slip * (-1 if one.reversed else 1)
        duty = max(-0.95, min(0.95, erpm * PER_ERPM_DUTY))
        return Telemetry(erpm, one.current_a, duty * one.current_a, duty, self._volts(), one.fet_c, one.motor_c,
                         one.fault, one.timed_out(now))

    def _volts(self) -> float:
        """Return the voltage under load: it sags while driving, rises while braking."""
        drawn_a = sum(one.current_a * self.speed_mps * ERPM_PER_MPS * PER_ERPM_DUTY for one in self.controllers)
        return self.world.voltage_v - EMPTY_OHM * drawn_a

    def _step(self, now: int, dt_s: float) -> None:
        forces = [one.force_n(self.speed_mps, now) for one in self.controllers]
        # A resisting force may stop the ramp, never turn it round.
        grip_n = sum(grip for _, grip in forces) + ROLLING * MASS_KG * G_MPS2
        push_n = sum(push for push, _ in forces) + MASS_KG * G_MPS2 * math.sin(math.atan(self.world.slope))
        free_mps = self.speed_mps + push_n / MASS_KG * dt_s
        held_mps = grip_n / MASS_KG * dt_s
        before_mps = self.speed_mps
        self.speed_mps = math.copysign(max(0.0, abs(free_mps) - held_mps), free_mps)
        ahead, behind = self.world.against
        if (ahead and self.speed_mps > 0.0) or (behind and self.speed_mps < 0.0):
            before_mps = self.speed_mps = 0.0
        # The mean of both: who differentiates the way gets this speed and not one half a step late.
        self.travelled_m += 0.5 * (before_mps + self.speed_mps) * dt_s
        for one in self.controllers:
            one.warm(dt_s)
        if self.world.voltage_v >= FULL_V and self._volts() > OVER_V:
            for one in self.controllers:
                one.trip(FAULT_OVER_VOLTAGE, now)


def _within(amperes: float) -> float:
    return max(-MAX_A, min(MAX_A, amperes))
