"""A TI .cfg file, read and judged before a byte of it goes to the device. Pure.

Public files hold stray tokens ('4a'), counts of another SDK and comments that are not true; a device answers those
with an error at best and with silence at worst. So each is refused here, with its line, the reason and what was meant.
"""

from __future__ import annotations

import difflib
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from outrider_sensors.radar.chirp import Chirp
from outrider_sensors.radar.commands import COMMANDS, FAMILIES, WITH_SUBFRAME
from outrider_sensors.radar.limits import chirp_problems, usable_range_m, warnings_of


class CfgError(Exception):
    """One sentence with file, line and reason."""


@dataclass(frozen=True)
class Line:
    """One command as it is sent: its number in the file, its name, its arguments as numbers."""

    number: int
    text: str
    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Config:
    """A file that passed: what to send, and what the radar reaches with it."""

    name: str
    family: str
    lines: tuple[Line, ...]
    chirp: Chirp
    range_max_m: float
    warnings: tuple[str, ...]

    def describe(self) -> str:
        """Return range, velocity, their resolutions and the rate in one line."""
        chirp = self.chirp
        return (f'{self.name} ({self.family}): range {self.range_max_m:.1f} m, resolution '
                f'{chirp.range_resolution_m:.3g} m, velocity +-{chirp.velocity_max_mps:.1f} m/s, step '
                f'{chirp.velocity_step_mps:.2f} m/s, {chirp.frame_rate_hz:.1f} frames/s')


def load(path: Path, family: str = 'auto') -> Config:
    """Read and judge a .cfg file. Raises CfgError, also where the file cannot be read."""
    try:
        text = path.read_text(encoding='utf-8')
    except OSError as error:
        raise CfgError(f'radar configuration {path} cannot be read ({error.strerror}). '
                       'Give the path of a .cfg file, such as config/radar/road.cfg.') from None
    except UnicodeDecodeError:
        raise CfgError(f'radar configuration {path} is no text file. '
                       'Give the path of a .cfg file, such as config/radar/road.cfg.') from None
    return parse(text, path.name, family)


def parse(text: str, name: str, family: str = 'auto') -> Config:
    """Judge the text of a .cfg file. `family` is one of FAMILIES or 'auto'. Raises CfgError for its first fault."""
    words = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1)
             if line.strip() and not line.lstrip().startswith(('%', '#'))]
    if family == 'auto':
        family = _family_of(words)
    lines = tuple(_read(name, family, number, tokens) for number, tokens in words)
    _check_order(name, lines)
    chirp, tx_masks = _chirp(name, lines)
    own = {line.name: (line.number, _own(family, line)) for line in lines}
    for number, reason in chirp_problems(family, chirp, own, tx_masks):
        raise CfgError(f'{name}:{number}: {reason}')
    return Config(name, family, lines, chirp, usable_range_m(family, chirp), warnings_of(own))


def _family_of(words: list[tuple[int, list[str]]]) -> str:
    """Return the family whose argument counts fit most lines; comments are not believed."""
    fits: Counter[str] = Counter()
    for _, (command, *arguments) in words:
        if command in COMMANDS:
            fits.update(family for family in FAMILIES if len(arguments) in COMMANDS[command].counts_for(family))
    return max(FAMILIES, key=lambda family: fits[family])


def _read(name: str, family: str, number: int, tokens: list[str]) -> Line:
    command, arguments = tokens[0], tokens[1:]
    where = f'{name}:{number}'
    if command not in COMMANDS:
        near = difflib.get_close_matches(command, COMMANDS, n=1, cutoff=0.5)
        meant = f" Did you mean '{near[0]}'?" if near else ''
        raise CfgError(f"{where}: '{command}' is no command of {family}.{meant}")
    known = COMMANDS[command]
    counts = known.counts_for(family)
    if not counts:
        raise CfgError(f"{where}: '{command}' is no command of {family}. Remove the line.")
    values = tuple(_number(where, command, place, token) for place, token in enumerate(arguments, 1))
    if len(values) not in counts:
        wanted = ' or '.join(map(str, counts))
        raise CfgError(f"{where}: '{command}' has {len(values)} arguments, expected {wanted} on {family}. "
                       'Take the line from a file for this device.')
    line = Line(number, ' '.join(tokens), command, values)
    own = _own(family, line)
    for bound in known.bounds:
        value = own[bound.place - 1]
        shown = f"{where}: '{command}' {bound.name} is {value:g}{_unit(bound.unit)}"
        if bound.whole and value != int(value):
            raise CfgError(f'{shown}, expected a whole number.')
        if not bound.low <= value <= bound.high:
            allowed = f'{bound.low:g}' if bound.low == bound.high else f'{bound.low:g} to {bound.high:g}'
            raise CfgError(f'{shown}, expected {allowed}{_unit(bound.unit)}.')
    return line


def _unit(unit: str) -> str:
    return f' {unit}' if unit else ''


def _number(where: str, command: str, place: int, token: str) -> float:
    try:
        value = float(token)
    except ValueError:
        value = math.nan
    # float() takes 'nan', '1_0' and 'inf' too; the device's atoi() does not.
    if not math.isfinite(value) or '_' in token:
        raise CfgError(f"{where}: '{command}' argument {place} is '{token}', expected a number.")
    return value


def _own(family: str, line: Line) -> tuple[float, ...]:
    """Return the arguments without the leading subframe index."""
    return line.values[1:] if family != 'xwr14xx' and line.name in WITH_SUBFRAME else line.values


_ONCE = ('dfeDataOutputMode', 'channelCfg', 'adcCfg', 'adcbufCfg', 'profileCfg', 'frameCfg', 'guiMonitor')
_NEEDED = ('sensorStop', 'flushCfg', *_ONCE, 'chirpCfg', 'cfarCfg', 'sensorStart')
_BEFORE = (('sensorStop', 'flushCfg'), ('flushCfg', 'dfeDataOutputMode'), ('dfeDataOutputMode', 'profileCfg'),
           ('channelCfg', 'profileCfg'), ('adcCfg', 'profileCfg'), ('profileCfg', 'chirpCfg'), ('chirpCfg', 'frameCfg'))


def _check_order(name: str, lines: tuple[Line, ...]) -> None:
    """Refuse what is missing, given twice or in an order in which the device would not start."""
    first: dict[str, int] = {}
    for line in lines:
        if line.name in first and line.name in _ONCE:
            raise CfgError(f"{name}:{line.number}: '{line.name}' is given a second time (first in line "
                           f'{first[line.name]}), expected once. Remove one.')
        first.setdefault(line.name, line.number)
    for needed in _NEEDED:
        if needed not in first:
            raise CfgError(f"{name}: '{needed}' is missing. Add it; config/radar/road.cfg shows a whole file.")
    for earlier, later in _BEFORE:
        if first[earlier] > first[later]:
            raise CfgError(f"{name}:{first[later]}: '{later}' comes before '{earlier}' (line {first[earlier]}), "
                           f"expected '{earlier}' first.")
    if lines[0].name != 'sensorStop':
        raise CfgError(f"{name}:{lines[0].number}: '{lines[0].name}' comes first, expected 'sensorStop'.")
    if lines[-1].name != 'sensorStart' or first['sensorStart'] != lines[-1].number:
        late = next(line for line in lines if line.number > first['sensorStart'])
        raise CfgError(f"{name}:{late.number}: '{late.name}' comes after 'sensorStart' (line {first['sensorStart']}), "
                       "expected 'sensorStart' last.")


def _chirp(name: str, lines: tuple[Line, ...]) -> tuple[Chirp, dict[int, int]]:
    """Return the chirp of the frame, and each of its chirps' transmitters."""
    only = {line.name: line for line in lines}
    profile, frame = only['profileCfg'].values, only['frameCfg']
    tx_masks: dict[int, int] = {}
    for line in lines:
        if line.name == 'chirpCfg':
            if line.values[2] != profile[0]:
                raise CfgError(f"{name}:{line.number}: 'chirpCfg' uses profile {line.values[2]:g}, expected "
                               f"{profile[0]:g}, the one that 'profileCfg' defines.")
            if any(line.values[3:7]):
                raise CfgError(f"{name}:{line.number}: 'chirpCfg' varies its profile, expected 0 0 0 0 before the "
                               'transmitters.')
            tx_masks.update(dict.fromkeys(range(int(line.values[0]), int(line.values[1]) + 1), int(line.values[7])))
    first, last = int(frame.values[0]), int(frame.values[1])
    for index in range(first, last + 1):
        if index not in tx_masks:
            raise CfgError(f"{name}:{frame.number}: 'frameCfg' uses chirp {index}, which no 'chirpCfg' defines.")
    if last < first:
        raise CfgError(f"{name}:{frame.number}: 'frameCfg' ends at chirp {last}, before its first, {first}.")
    return (Chirp(start_ghz=profile[1], idle_us=profile[2], adc_start_us=profile[3], ramp_end_us=profile[4],
                  slope_mhz_per_us=profile[7], adc_samples=int(profile[9]), sample_rate_ksps=profile[10],
                  chirps_per_loop=last - first + 1, loops=int(frame.values[2]), frame_period_ms=frame.values[4]),
            {index: tx_masks[index] for index in range(first, last + 1)})
