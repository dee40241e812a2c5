"""What the files of the pilot say to each other, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from outrider_drive.words import Operator

BUTTONS = ('cross', 'circle', 'triangle', 'square', 'l1', 'r1', 'l2', 'r2', 'share', 'options', 'ps', 'l3', 'r3')
ARROWS = ('up', 'down', 'left', 'right')
STICKS = ('lx', 'ly', 'rx', 'ry')
TRIGGERS = ('l2', 'r2')
FULL = 32767  # largest value of a joydev axis


class PadError(Exception):
    """The pad cannot be used: one sentence."""


@dataclass(frozen=True)
class Pad:
    """The controls of one moment, under the names of a PS4 pad."""

    held: frozenset[str] = frozenset()  # of BUTTONS and ARROWS
    lx: float = 0.0  # sticks -1..1 as the kernel has them: + right, + down
    ly: float = 0.0
    rx: float = 0.0
    ry: float = 0.0
    l2: float = 0.0  # triggers 0 (rest)..1
    r2: float = 0.0

    def is_neutral(self, deadzone: float) -> bool:
        """Return whether nothing is held and every stick and trigger lies within `deadzone` (0..1) of its rest."""
        return not self.held and all(abs(value) <= deadzone for value in (self.lx, self.ly, self.rx, self.ry,
                                                                          self.l2, self.r2))


NEUTRAL = Pad()


@dataclass(frozen=True)
class Files:
    """The device files of one physical pad."""

    js: Path
    motion: Path | None  # its motion sensors' event device; None: no sign of life
    buttons: Path | None = None  # its event device of buttons: state check and rumble
    name: str = ''
    uniq: str = ''  # Bluetooth address
    driver: str = ''
    sysfs: Path | None = None  # folder of the HID device, with its leds/


@dataclass(frozen=True)
class Sample:
    """One state of the controls and what was known of the operator then."""

    pad: Pad
    operator: Operator
    edge: bool = False  # a control changed: pass it on at once
    pressed: frozenset[str] = field(default=frozenset())  # by this very record, never by an initial one
