"""What a person chose, for every rig of this computer: `~/.config/outrider/settings.yaml`, one small file, key by key.

It lies with the person (XDG_CONFIG_HOME; OUTRIDER_STATE instead, for tests), 0600, never in the checkout. Only what
differs from the default stands in it. Privacy zones are no key of it: they lie beside the rides that they cut.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from outrider_bringup.errors import UserError, nearest
from outrider_recorder import ride

FILE = 'settings.yaml'
LARGEST = 64 << 10  # bytes; a file of ours has hundreds
AT_ONCE, NEXT_START = 'at once', 'at the next start'

Value = str | int


@dataclass(frozen=True)
class Setting:
    """One key: what it is for a person, what it may be, its unit, why it is there, and when a change counts."""

    key: str
    title: str
    default: Value
    note: str
    takes_effect: str
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    unit: str = ''

    def checked(self, value: object) -> Value:
        """Return `value` as it is kept. Raises UserError, one sentence."""
        if self.choices:
            if not isinstance(value, str) or value not in self.choices:
                raise UserError(f"{self.key} is '{value}', expected one of: {', '.join(self.choices)}")
            return value
        try:
            number = int(str(value))
        except ValueError:
            number = None
        if number is None or isinstance(value, (bool, float)) or not self.least <= number <= self.most:  # type: ignore[operator]
            raise UserError(f"{self.key} is '{value}', expected a whole number from {self.least} to {self.most}"
                            f'{f" {self.unit}" if self.unit else ""}')
        return number

    def told(self, value: Value) -> dict[str, object]:
        """Return it for a program, with its present value."""
        return {'key': self.key, 'title': self.title, 'value': value, 'default': self.default,
                'choices': list(self.choices) or None, 'min': self.least, 'max': self.most, 'unit': self.unit,
                'note': self.note, 'takes_effect': self.takes_effect}


SETTINGS = (
    Setting('record', 'When a ride is recorded', 'rig', 'rig: as the file of the rig says it; auto: from movement to '
            'standstill; start: from start to end; manual: when asked', NEXT_START,
            choices=('rig', 'auto', 'start', 'manual')),
    Setting('speed_unit', 'Speeds are shown in', 'km/h', 'on the page; what is recorded and reported stays metric',
            AT_ONCE, choices=('km/h', 'mph')),
    Setting('distance_unit', 'Distances are shown in', 'm', 'on the page; what is recorded and reported stays metric',
            AT_ONCE, choices=('m', 'ft')),
    Setting('volume', 'How loud the page is', 80, "of what the phone's own volume allows; urgent and NO DATA are never "
            'below a half', AT_ONCE, least=0, most=100, unit='%'),
)
KEYS: Mapping[str, Setting] = {one.key: one for one in SETTINGS}


def folder(env: Mapping[str, str] = os.environ) -> Path:
    """Return where what belongs to the person lies."""
    if own := env.get('OUTRIDER_STATE'):
        return Path(own)
    return Path(env.get('XDG_CONFIG_HOME') or Path(env.get('HOME') or '~').expanduser() / '.config') / 'outrider'


def read(where: Path) -> dict[str, Value]:
    """Return the value of every key; those that the file does not name have their default. Raises UserError."""
    path = where / FILE
    values = {one.key: one.default for one in SETTINGS}
    try:
        with path.open('rb') as file:
            text = file.read(LARGEST + 1)
        told = yaml.safe_load(text.decode()) if len(text) <= LARGEST else 'too long'
    except FileNotFoundError:
        return values
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise UserError(f'{path} cannot be read ({" ".join(str(error).split())[:120]}). Correct it, or delete it: '
                        'then every setting has its default') from None
    if not isinstance(told, (dict, type(None))):
        raise UserError(f'{path} holds no settings, expected lines like "volume: 80". Correct it, or delete it')
    for key, value in (told or {}).items():
        try:
            values[known(key).key] = known(key).checked(value)
        except UserError as error:
            raise UserError(f'{path}: {error}. Correct it, or delete it') from None
    return values


def change(where: Path, key: str, value: object) -> dict[str, Value]:
    """Set one key and return all values. The file is whole at every moment. Raises UserError, with nothing changed."""
    setting = known(key)
    values = {**read(where), key: setting.checked(value)}
    kept = {one.key: values[one.key] for one in SETTINGS if values[one.key] != one.default}
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        ride.write_atomic(where / FILE, yaml.safe_dump(kept, sort_keys=False, allow_unicode=True))
    except OSError as error:
        raise UserError(f'{where / FILE} cannot be written ({error.strerror}); nothing was changed') from None
    return values


def known(key: object) -> Setting:
    """Return the setting of that name. Raises UserError."""
    if not isinstance(key, str) or key not in KEYS:
        raise UserError(f"there is no setting '{str(key)[:40]}'.{nearest(str(key)[:40], KEYS)}")
    return KEYS[key]
