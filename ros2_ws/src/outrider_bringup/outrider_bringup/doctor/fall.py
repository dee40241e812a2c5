"""What a VESC did when nobody fed it any more: from the looks at it after the last driving frame. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outrider_bringup.doctor.check import Result
from outrider_drive.motors.proving import GRACE_NS, LEAST_BRAKE_A, TIMEOUT_MS
from outrider_drive.motors.values import Settings

MS = 1_000_000
REST_ERPM = 50.0
SLOWED = 0.9  # of the speed at the last frame: where the firmware has no timeout bit, this much less tells
NOISE_A = 0.5  # of a current sensor; a brake current below it is none
NEAR_MS = 60.0  # how far the timeout seen may lie from the configured one: looks, and the firmware's own 10 ms tick
EXPECTED = f'{TIMEOUT_MS[0]} to {TIMEOUT_MS[1]} ms, then a brake current of at least {LEAST_BRAKE_A:g} A'
ACTION = 'set timeout and timeout brake current in VESC Tool: hardware/vesc_settings.md'


@dataclass(frozen=True)
class Look:
    """One GET_VALUES answer: when it came (CLOCK_BOOTTIME, ns), 1/min electrical, A; None: no timeout bit."""

    at_ns: int
    erpm: float
    current_a: float
    timed_out: bool | None


@dataclass(frozen=True)
class Fall:
    """What was seen of one VESC. Times are ms after the last driving frame; None: not within the time looked."""

    erpm: float  # when the silence began
    timeout_ms: float | None  # it let go of the last command
    brake_a: float  # strongest current against the motion after that
    rest_ms: float | None
    looked_ms: float
    apart_ms: float  # longest time between two looks


def seen(looks: Sequence[Look], silent_ns: int) -> Fall:
    """Return what `looks`, oldest first and at least one, tell about the time after `silent_ns`."""
    first = looks[0]
    way = 1.0 if first.erpm >= 0 else -1.0
    after = [look for look in looks if look.at_ns >= silent_ns]
    let_go = next((look for look in after if _let_go(look, first.erpm)), None)
    brake_a = max((-look.current_a * way for look in after if let_go and look.at_ns >= let_go.at_ns), default=0.0)
    rest = next((look for look in after if abs(look.erpm) < REST_ERPM), None)
    times = [silent_ns, *(look.at_ns for look in after)]
    apart_ns = max(late - early for early, late in zip(times, [*times[1:], times[-1]], strict=True))
    return Fall(first.erpm, _ms(let_go, silent_ns), max(0.0, brake_a), _ms(rest, silent_ns),
                (times[-1] - silent_ns) / MS, apart_ns / MS)


def judged(fall: Fall, settings: Settings | None) -> Result:
    """Return what `fall` means, beside what the VESC says of itself."""
    said = f'configured {settings.timeout_ms} ms, {settings.timeout_brake_a:g} A' if settings else \
        'its configuration is not known'
    if fall.timeout_ms is None:
        return Result('fail', f'still driven {fall.looked_ms:.0f} ms after the last frame; {said}', EXPECTED, ACTION)
    rest = f'at rest after {fall.rest_ms:.0f} ms' if fall.rest_ms is not None else \
        f'not at rest after {fall.looked_ms:.0f} ms'
    told = (f'let go {fall.timeout_ms:.0f} ms after the last frame (within {fall.apart_ms:.0f} ms), braked with up to '
            f'{fall.brake_a:.1f} A, from {abs(fall.erpm):.0f} eRPM {rest}; {said}')
    low, high = TIMEOUT_MS
    grace_ms = GRACE_NS / MS
    if fall.timeout_ms > high + grace_ms or fall.timeout_ms < low - fall.apart_ms:
        return Result('fail', told, EXPECTED, ACTION)
    if fall.brake_a < NOISE_A:
        return Result('fail', f'{told}: it coasts', EXPECTED, ACTION)
    if settings and settings.timeout_brake_a < LEAST_BRAKE_A:
        return Result('fail', told, EXPECTED, ACTION)
    if settings and abs(fall.timeout_ms - settings.timeout_ms) > NEAR_MS:
        return Result('warn', told, f'{settings.timeout_ms} ms', 'measure again; write the configuration again')
    return Result('ok', told)


def _let_go(look: Look, erpm: float) -> bool:
    return look.timed_out if look.timed_out is not None else abs(look.erpm) < SLOWED * abs(erpm)


def _ms(look: Look | None, since_ns: int) -> float | None:
    return None if look is None else (look.at_ns - since_ns) / MS
