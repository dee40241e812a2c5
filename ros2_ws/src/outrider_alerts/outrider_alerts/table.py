"""Reads config/alerts/table.yaml: what is said, how it looks and how it sounds, for alerter, page and buzzer alike."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from outrider_alerts.shape import TableError, checked

_HOME = 'config/alerts'
_FILE = 'table.yaml'
LEVELS = ('clear', 'caution', 'urgent', 'no_data')  # gravest last; the index is Alert.LEVEL_*
CLASSES = ('unknown', 'car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle', 'person', 'dog')  # Track.CLASS_*
SIDES = ('behind', 'left', 'right', 'ahead')  # Hazard.SIDE_*
SHAPES = ('ring', 'triangle', 'octagon', 'slash', 'disk', 'battery', 'wrench', 'sensor')
LONGEST_TEXT = 80  # characters: two lines of a phone held upright
LONGEST_WORD = 10
MOST_PRIORITY = 255  # Alert.priority is one byte
NO_DATA = 'no_data'  # the row, and the tone, of whoever hears nothing

__all__ = ['TableError']


@dataclass(frozen=True)
class Note:
    """One pitch and the silence behind it."""

    hz: float
    s: float
    gap_s: float


@dataclass(frozen=True)
class Tone:
    """Notes, and seconds from start to start (0: they sound once)."""

    notes: tuple[Note, ...]
    repeat_s: float
    wave: str
    volume: float  # 0..1
    mutable: bool  # a person may silence it

    @property
    def length_s(self) -> float:
        """Of the notes with their gaps."""
        return sum(note.s + note.gap_s for note in self.notes)


@dataclass(frozen=True)
class Look:
    """Colour '#rrggbb' and shape of a level."""

    colour: str
    shape: str

    @property
    def light(self) -> tuple[bool, bool, bool]:
        """Red, green, blue of a light that only switches."""
        red, green, blue = (int(self.colour[at:at + 2], 16) >= 0x80 for at in (1, 3, 5))
        return red, green, blue


@dataclass(frozen=True)
class Row:
    """One alert; see the file."""

    name: str
    text: str
    word: str
    level: str
    tone: str
    shape: str
    priority: int
    after_s: float
    hold_s: float
    refusals: tuple[int, ...] = ()


@dataclass(frozen=True)
class Table:
    """The whole file."""

    levels: dict[str, Look]
    words: dict[str, str]
    sides: dict[str, str]
    tones: dict[str, Tone]
    rows: dict[str, Row]

    def row_of_refusal(self, number: int) -> Row:
        """Return the row that says a reason of the governor; one that nobody knows is a refusal all the same."""
        for row in self.rows.values():
            if number in row.refusals:
                return row
        return self.rows['refusal']

    def tones_as_json(self) -> dict[str, Any]:
        """Return the tones for a page: {name: {notes: [{hz, s, gap_s, wave, volume}], repeat_s, mutable}}."""
        return {name: {'notes': [{'hz': note.hz, 's': note.s, 'gap_s': note.gap_s, 'wave': tone.wave,
                                  'volume': tone.volume} for note in tone.notes],
                       'repeat_s': tone.repeat_s, 'mutable': tone.mutable} for name, tone in self.tones.items()}


def filled(template: str, most: int, **values: str) -> str:
    """Return `template` with its values, `what` cut so that the whole has at most `most` characters."""
    what = ' '.join(values.get('what', '').split())
    bare = template.format(**{**values, 'what': ''})
    room = most - len(bare)
    return template.format(**{**values, 'what': what if len(what) <= room else what[:room - 1].rstrip() + '…'})


def home() -> Path:
    """Return the file in the checkout, or as it is installed with this package. Raises TableError."""
    root = os.environ.get('OUTRIDER_ROOT')
    for folder in [*([Path(root)] if root else []), *Path(__file__).resolve().parents]:
        if (folder / _HOME / _FILE).is_file():
            return folder / _HOME / _FILE
    try:
        from ament_index_python.packages import get_package_share_directory

        installed = Path(get_package_share_directory('outrider_alerts')) / 'config' / _FILE
    except (ImportError, LookupError):
        installed = Path()
    if installed.is_file():
        return installed
    raise TableError(f'{_HOME}/{_FILE} was not found. Set OUTRIDER_ROOT to the checkout.')


@lru_cache(maxsize=4)
def load(file: Path | None = None) -> Table:
    """Return what stands in `file`, by default the project's. Raises TableError, one sentence."""
    file = file or home()
    try:
        content = yaml.safe_load(file.read_text(encoding='utf-8'))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else 'it is no text'
        raise TableError(f'cannot read {file}: {reason}. Restore it from {_HOME}.') from None
    except yaml.YAMLError as error:
        mark = getattr(error, 'problem_mark', None)
        line = f', line {mark.line + 1},' if mark else ''
        raise TableError(f'{file}{line} is no YAML. Compare it with the one in {_HOME}.') from None
    try:
        return _made(checked(content, known={'levels': LEVELS, 'words': CLASSES, 'sides': SIDES}))
    except TableError as error:
        raise TableError(f'{file}: {error}') from None


def _made(content: dict[str, Any]) -> Table:
    tones = {name: Tone(tuple(Note(float(n['hz']), float(n['s']), float(n['gap_s'])) for n in tone['notes']),
                        float(tone['repeat_s']), tone['wave'], float(tone['volume']), tone['mutable'])
             for name, tone in content['tones'].items()}
    looks = {name: Look(look['colour'], look['shape']) for name, look in content['levels'].items()}
    rows = {}
    for name, row in content['alerts'].items():
        if row['level'] not in looks:
            raise TableError(f"alerts.{name}.level is {row['level']!r}, expected one of {', '.join(LEVELS)}.")
        if row['tone'] and row['tone'] not in tones:
            raise TableError(f"alerts.{name}.tone is {row['tone']!r}, expected one of {', '.join(tones)}, or ''.")
        if not 0 <= row['priority'] <= MOST_PRIORITY:
            raise TableError(f"alerts.{name}.priority is {row['priority']}, expected 0 to {MOST_PRIORITY}.")
        rows[name] = Row(name, row['text'], row['word'], row['level'], row['tone'],
                         row['shape'] or looks[row['level']].shape, row['priority'], float(row['after_s']),
                         float(row['hold_s']), tuple(row.get('refusals', ())))
    for name in (NO_DATA, 'refusal'):
        if name not in rows:
            raise TableError(f"alerts lacks '{name}', which has to be there: restore it.")
    if NO_DATA not in tones:
        raise TableError(f"tones lacks '{NO_DATA}', which has to be there: restore it.")
    return Table(looks, dict(content['words']), dict(content['sides']), tones, rows)
