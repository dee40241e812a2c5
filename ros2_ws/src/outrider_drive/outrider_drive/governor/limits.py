"""Every safety limit of the governor: default, unit, hard range and reason on one line. Read-only at run time."""

from __future__ import annotations

import difflib
import functools
import hashlib
import math
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any

from outrider_drive.governor import times


class LimitsError(ValueError):
    """One sentence: what was given, what was expected, what to do."""


def _limit(default: float, unit: str, low: float, high: float, why: str) -> Any:
    return field(default=default, metadata={'unit': unit, 'low': low, 'high': high, 'why': why})


@dataclass(frozen=True)
class Limits:
    """The table. Raises LimitsError where a value is out of its range or two do not go together."""

    v_max_mps: float = _limit(1.4, 'm/s', 0.3, 3.0, 'fastest set-point; walking pace by default')
    acceleration_mps2: float = _limit(0.7, 'm/s^2', 0.1, 2.0, 'a person stands on it')
    braking_mps2: float = _limit(1.5, 'm/s^2', 0.3, 4.0, 'set-point on its way down; a stop brakes by current')
    pole_pairs: int = _limit(7, '', 1, 30, 'of the motor: eRPM = rpm x pole pairs')
    gear_ratio: float = _limit(2.25, '', 0.2, 30.0, 'turns of the motor per turn of the wheel')
    wheel_diameter_m: float = _limit(0.09, 'm', 0.05, 0.5, 'under load')
    min_erpm: float = _limit(900.0, '1/min', 400.0, 5000.0, 's_pid_min_erpm of the VESC: below it no torque')
    max_erpm: float = _limit(5500.0, '1/min', 1000.0, 20000.0, 'v_max has to fit below; the motors clamp at their own')
    standstill_erpm: float = _limit(150.0, '1/min', 50.0, 300.0, 'noise of a motor at rest')
    cells: int = _limit(10, '', 3, 14, 'of the battery, in series')
    cell_stop_v: float = _limit(3.3, 'V', 3.0, 3.7, 'a cell; filtered over 2 s; below it no motion')
    cell_slow_v: float = _limit(3.45, 'V', 3.1, 3.9, 'a cell; from here down the speed falls')
    cell_recover_v: float = _limit(3.4, 'V', 3.1, 3.9, 'a cell; a low battery counts as low until here')
    fet_max_c: float = _limit(80.0, 'degC', 40.0, 85.0, 'VESC cuts from 85')
    motor_max_c: float = _limit(90.0, 'degC', 40.0, 100.0, 'magnets and windings')
    brake_current_a: float = _limit(20.0, 'A', 5.0, 60.0, 'of each motor in a stop')
    hold_current_a: float = _limit(10.0, 'A', 2.0, 30.0, 'handbrake of each motor at rest')
    jack_travel_s: float = _limit(6.0, 's', 1.0, 60.0, 'lifting from full down to full up, loaded')
    jack_counted_mps: float = _limit(0.5, 'm/s', 0.3, 0.5, 'where no limit switch but only time says that it is up')
    horn_lead_s: float = _limit(1.0, 's', 1.0, 5.0, 'warning before the jack moves')
    steer_max_mps: float = _limit(1.4, 'm/s', 0.3, 3.0, 'no steering above')
    no_sign_of_life_mps: float = _limit(0.0, 'm/s', 0.0, 1.4, 'pad without motion sensors; 0: refused')
    timeout_unproved_mps: float = _limit(0.0, 'm/s', 0.0, 1.4, 'VESC timeout not proved; 0: refused')

    def __post_init__(self) -> None:
        """Check every range, then what has to fit together."""
        for row in fields(self):
            _check(row, getattr(self, row.name))
        if self.v_min_mps > self.v_max_mps / 2:
            raise LimitsError(f'the slowest controllable speed is {self.v_min_mps:.2f} m/s (min_erpm '
                              f'{self.min_erpm:g}), expected at most half of v_max_mps {self.v_max_mps:g}. '
                              'Lower min_erpm on both VESCs and here, or raise v_max_mps.')
        if self.v_max_mps * self.erpm_per_mps > self.max_erpm:
            raise LimitsError(f'v_max_mps {self.v_max_mps:g} is {self.v_max_mps * self.erpm_per_mps:.0f} eRPM, '
                              f'expected at most max_erpm {self.max_erpm:g}. Lower v_max_mps or correct the gear.')
        if not self.cell_stop_v < self.cell_recover_v <= self.cell_slow_v:
            raise LimitsError(f'cell_stop_v {self.cell_stop_v:g}, cell_recover_v {self.cell_recover_v:g}, cell_slow_v '
                              f'{self.cell_slow_v:g}: expected in rising order. Correct them in the rig file.')

    @classmethod
    def of(cls, given: Mapping[str, float]) -> Limits:
        """Return the limits with `given` in place of the defaults; an unknown name is refused with the nearest."""
        known = [row.name for row in fields(cls)]
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
                raise LimitsError(f"unknown limit '{name}', did you mean '{near[0]}'? Correct it in the rig file.")
        return cls(**dict(given.items()))  # type: ignore[arg-type]

    @property
    def erpm_per_mps(self) -> float:
        """1/min per m/s."""
        return 60.0 * self.pole_pairs * self.gear_ratio / (math.pi * self.wheel_diameter_m)

    @property
    def v_min_mps(self) -> float:
        """Slowest speed that the motors can hold, m/s."""
        return self.min_erpm / self.erpm_per_mps

    @functools.cached_property
    def hash(self) -> int:
        """64 bits over every limit and every fixed time."""
        rows = [f'{row.name}={float(getattr(self, row.name))!r}' for row in fields(self)]
        rows += [f'{name}={value}' for name, value in times.HASHED.items()]
        return int.from_bytes(hashlib.sha256('\n'.join(rows).encode()).digest()[:8], 'big')


def _check(row: Field[Any], value: object) -> None:
    low, high, unit = row.metadata['low'], row.metadata['high'], row.metadata['unit']
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if isinstance(row.default, int) and not isinstance(value, int):
        number = False
    if not number or not low <= float(str(value)) <= high:  # NaN fails too
        kind = 'a whole number' if isinstance(row.default, int) else 'a number'
        raise LimitsError(f'{row.name} is {value!r}, expected {kind} from {low:g} to {high:g} {unit}'.rstrip()
                          + '. Correct it in the rig file.')
