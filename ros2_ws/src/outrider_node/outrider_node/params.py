"""Parameters as data: declared once with description, unit and range; unknown ones are refused by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor

from outrider_node.errors import NodeError

ParamValue = bool | int | float | str | list[float] | list[str]

# Parameters that rclpy itself declares on one release or another.
STANDARD = ('use_sim_time', 'start_type_description_service')
STANDARD_PREFIXES = ('qos_overrides.',)

@dataclass(frozen=True)
class Param:
    """One parameter of a node.

    `default` fixes the type. `unit` is '' for names and switches. `minimum` and `maximum` are inclusive. A parameter
    is read-only at run time unless `live` is set; safety limits never are live.
    """

    name: str
    default: ParamValue
    unit: str
    description: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    live: bool = False

    def descriptor(self) -> ParameterDescriptor:
        """Return the ROS descriptor with unit and range."""
        unit = f' [{self.unit}]' if self.unit else ''
        described = ParameterDescriptor(description=f'{self.description}{unit}', read_only=not self.live)
        if self.choices:
            described.additional_constraints = 'one of: ' + ', '.join(self.choices)
        if self.minimum is None and self.maximum is None:
            return described
        low = float('-inf') if self.minimum is None else self.minimum
        high = float('inf') if self.maximum is None else self.maximum
        if isinstance(self.default, float):
            described.floating_point_range = [FloatingPointRange(from_value=float(low), to_value=float(high))]
        elif isinstance(self.default, int):
            bound = 2**63 - 1
            described.integer_range = [IntegerRange(from_value=int(max(low, -bound)), to_value=int(min(high, bound)))]
        return described

    def check(self, value: object) -> ParamValue:
        """Return `value` as this parameter's type, whole numbers widened to float where one is wanted.

        Raises NodeError with one sentence where type, range or choice do not fit.
        """
        fits = _as_type_of(self.default, value)
        if fits is None:
            raise NodeError(f"parameter '{self.name}' is {value!r}, expected {_type_name(self.default)}"
                            f'{self._bounds()}. Correct it in the rig file.')
        if self.choices and fits not in self.choices:
            raise NodeError(f"parameter '{self.name}' is {value!r}, expected one of {', '.join(self.choices)}."
                            f'{_did_you_mean(str(value), self.choices)}')
        if isinstance(fits, (int, float)) and not isinstance(fits, bool):
            low = float('-inf') if self.minimum is None else self.minimum
            high = float('inf') if self.maximum is None else self.maximum
            if not low <= fits <= high:  # NaN fails too
                raise NodeError(f"parameter '{self.name}' is {fits}, expected{self._bounds() or ' a finite number'}. "
                                'Correct it in the rig file.')
        return fits

    def _bounds(self) -> str:
        unit = f' {self.unit}' if self.unit else ''
        if self.minimum is None and self.maximum is None:
            return ''
        if self.maximum is None:
            return f' at least {self.minimum}{unit}'
        if self.minimum is None:
            return f' at most {self.maximum}{unit}'
        return f' {self.minimum} to {self.maximum}{unit}'

def refuse_unknown(given: Iterable[str], known: Iterable[str]) -> None:
    """Raise NodeError for the first name in `given` that is neither known nor standard, naming the nearest."""
    names = tuple(known)
    for name in sorted(given):
        if name in names or name in STANDARD or name.startswith(STANDARD_PREFIXES):
            continue
        raise NodeError(f"unknown parameter '{name}'.{_did_you_mean(name, names)}")

def _did_you_mean(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, tuple(known), n=1, cutoff=0.5)
    return f" Did you mean '{near[0]}'?" if near else f" Known: {', '.join(sorted(known)) or 'none'}."

def _as_type_of(default: ParamValue, value: object) -> ParamValue | None:
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None
    if isinstance(value, bool):
        return None
    if isinstance(default, float):
        return float(value) if isinstance(value, (int, float)) else None
    if isinstance(default, int):
        return value if isinstance(value, int) else None
    if isinstance(default, str):
        return value if isinstance(value, str) else None
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        return None
    items = list(value)
    if all(isinstance(item, str) for item in default) and default:
        return items if all(isinstance(item, str) for item in items) else None
    if len(items) != len(default) or not all(isinstance(item, (int, float)) for item in items):
        return None
    return [float(item) for item in items]

def _type_name(default: ParamValue) -> str:
    if isinstance(default, bool):
        return 'true or false'
    if isinstance(default, int):
        return 'a whole number'
    if isinstance(default, float):
        return 'a number'
    if isinstance(default, str):
        return 'a text'
    if default and isinstance(default[0], str):
        return 'a list of texts'
    return f'a list of {len(default)} numbers'
