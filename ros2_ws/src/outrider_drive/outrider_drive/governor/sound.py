"""Whether values can be believed at all: finite, in their range, not from the future."""

from __future__ import annotations

from collections.abc import Iterable

from outrider_drive.words import Motor, Relays, Request

DIRECTIONS = (-1, 0, 1)
BELIEVABLE = 1e9  # no speed, current or temperature of this machine comes near; sums of such stay finite


def is_number(value: float) -> bool:
    """Whether a value is finite and believable; NaN is not."""
    return abs(value) <= BELIEVABLE


def request_is_sound(request: Request, now: int) -> bool:
    """Whether a request holds numbers that mean something at `now` (ns)."""
    operator = request.operator
    return (is_number(request.speed_mps) and request.steer in DIRECTIONS and request.jack in DIRECTIONS
            and request.boottime_ns <= now and operator.boottime_ns <= now and operator.age_ns >= 0)


def motors_are_sound(motors: Iterable[Motor], boottime_ns: int, now: int) -> bool:
    """Whether every number of every motor is finite, and none is from the future."""
    return boottime_ns <= now and all(
        is_number(value) for motor in motors for value in (
            motor.erpm, motor.current_motor_a, motor.current_input_a, motor.duty, motor.voltage_v,
            motor.temperature_fet_c, motor.temperature_motor_c))


def relays_are_sound(relays: Relays, now: int) -> bool:
    """Whether the relay status means something at `now` (ns)."""
    return relays.boottime_ns <= now and relays.jack in DIRECTIONS and relays.steer in DIRECTIONS
