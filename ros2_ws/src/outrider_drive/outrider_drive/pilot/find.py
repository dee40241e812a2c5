"""Which device files are the pad: found by name, driver and unique id, never by a number that the next boot changes.

/proc/bus/input/devices lists every input device in a paragraph: N: name, U: unique id, S: place in sysfs, H: handlers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from outrider_drive.pilot.mapping import Mapping
from outrider_drive.pilot.words import Files, PadError

AUTO = 'auto'
MOTION_SUFFIXES = (' Motion Sensors', ' IMU')  # hid-playstation and hid-sony, hid-nintendo


@dataclass(frozen=True)
class Roots:
    """Where the kernel shows its devices."""

    devices: Path = Path('/proc/bus/input/devices')
    sys: Path = Path('/sys')
    dev: Path = Path('/dev/input')


@dataclass(frozen=True)
class _Device:
    name: str
    uniq: str
    sysfs: str
    handlers: tuple[str, ...]

    @property
    def parent(self) -> str:
        """The HID device that this input device is a part of: .../0005:054C:09CC.0003/input/input20."""
        return self.sysfs.rpartition('/input/')[0]

    def handler(self, kind: str) -> str | None:
        return next((word for word in self.handlers if re.fullmatch(rf'{kind}\d+', word)), None)


class Finder:
    """Finds the one pad of a kind; after the first time only that very pad again."""

    def __init__(self, mapping: Mapping, uniq: str = '', roots: Roots | None = None, *, motion: bool = True) -> None:
        """Take the kind of pad and, where two may be on, the unique id of the one that drives.

        `motion`: whether its motion sensors are wanted.
        """
        self.mapping, self.uniq = mapping, uniq.lower()
        self.roots = roots or Roots()
        self._wants_motion = motion

    def __call__(self) -> Files:
        """Return the pad's files. Raises PadError, one sentence, where there is none or more than one."""
        devices = list(_devices(self.roots.devices))
        pads = [device for device in devices if device.name in self.mapping.names and device.handler('js')]
        if not pads:
            names = ' or '.join(f"'{name}'" for name in self.mapping.names)
            raise PadError(f'pad: no joystick device named {names} is there. Press its PS button; the first time run: '
                           'outrider pair')
        if self.uniq:
            wanted = [device for device in pads if device.uniq == self.uniq]
            if not wanted:
                raise PadError(f'pad: {_all(pads)} is there, expected {self.uniq}. Press the PS button of that one, or '
                               'restart to take another.')
            pads = wanted
        if len(pads) > 1:
            raise PadError(f'pad: {len(pads)} pads are there ({_all(pads)}), expected one. Switch the others off or '
                           'set gamepad_id.')
        return self._files(pads[0], devices)

    def keep(self, files: Files) -> None:
        """Take this pad, and no other, from now on: a bystander's pad must not drive when ours is lost."""
        self.uniq = files.uniq.lower()

    def _files(self, pad: _Device, devices: list[_Device]) -> Files:
        driver = _driver(pad, self.roots)
        if driver not in self.mapping.drivers:
            raise PadError(f"pad: '{pad.name}' runs on the driver {driver or 'nobody knows'}, expected "
                           f"{' or '.join(self.mapping.drivers)}. Load that kernel module and connect the pad again.")
        if not pad.uniq:
            raise PadError(f"pad: '{pad.name}' has no unique id, so nothing tells it from another. Connect it by "
                           'Bluetooth.')
        motion = next((device for device in devices if device.name == pad.name + self.mapping.motion_suffix
                       and device.uniq == pad.uniq and device.parent == pad.parent), None)
        alive = motion.handler('event') if motion and self._wants_motion else None
        buttons = pad.handler('event')
        return Files(self.roots.dev / str(pad.handler('js')), self.roots.dev / alive if alive else None,
                     self.roots.dev / buttons if buttons else None, pad.name, pad.uniq, driver,
                     self.roots.sys / pad.parent.lstrip('/'))


class Given:
    """Device files that somebody named, instead of a search."""

    def __init__(self, js: Path, motion: Path | None, mapping: Mapping, roots: Roots | None = None, *,
                 uniq: str = '', own_motion: bool = False) -> None:
        """Take the joystick device and the event device of its motion sensors; FIFOs stand for both in tests.

        `own_motion`: find that event device, instead of `motion`. `uniq`: the only pad that will do.
        """
        self.js, self.motion, self.mapping = js, motion, mapping
        self.finder = Finder(mapping, uniq, roots)
        self._own_motion = own_motion

    def __call__(self) -> Files:
        """Return the files; two real ones must belong to one pad. Raises PadError."""
        missing = next((path for path in (self.js, self.motion) if path is not None and not path.exists()), None)
        if missing:
            raise PadError(f'pad: {missing} is not there. Switch the pad on or correct --gamepad and --gamepad-alive.')
        if self.js.is_fifo() and self._own_motion:
            raise PadError(f'pad: {self.js} is a FIFO, whose motion sensors nobody can find. Give them as '
                           '--gamepad-alive.')
        if self.js.is_fifo() and (self.motion is None or self.motion.is_fifo()):
            return Files(self.js, self.motion, name=self.mapping.names[0], uniq=str(self.js), driver='fifo')
        return self._real()

    def keep(self, files: Files) -> None:
        """Remember which pad it was: the same path may be another pad's next time."""
        if files.driver != 'fifo':
            self.finder.keep(files)

    def _real(self) -> Files:
        js = os.path.basename(os.path.realpath(self.js))
        of = next((device for device in _devices(self.finder.roots.devices) if js in device.handlers), None)
        if of is None or not of.uniq:
            raise PadError(f'pad: {self.js} is no joystick device with a unique id. Leave --gamepad away to have it '
                           'found by name.')
        if self.finder.uniq and of.uniq != self.finder.uniq:
            raise PadError(f'pad: {self.js} is now the pad {of.uniq}, expected {self.finder.uniq}. Leave --gamepad '
                           'away to have it found by name.')
        files = Finder(self.mapping, of.uniq, self.finder.roots)()
        own, motion = files.motion, self.motion
        if self._own_motion:
            motion = own
        elif motion is not None and (own is None or os.path.basename(os.path.realpath(motion)) != own.name):
            raise PadError(f'pad: {motion} is not of the pad {files.uniq} on {self.js}, expected '
                           f'{own or "no sign of life at all"}. Give that one as --gamepad-alive.')
        return Files(self.js, motion, files.buttons, files.name, files.uniq, files.driver, files.sysfs)


def chosen(gamepad: str, alive: str, mapping: Mapping, uniq: str = '', roots: Roots | None = None) -> Finder | Given:
    """Return how to find the pad. `gamepad`: a path or auto; `alive`: a path, auto, or '' for none.

    Raises PadError where the two do not go together.
    """
    if gamepad != AUTO:
        motion = None if alive in ('', AUTO) else Path(alive)
        return Given(Path(gamepad), motion, mapping, roots, uniq=uniq, own_motion=alive == AUTO)
    if alive not in ('', AUTO):
        raise PadError(f'pad: gamepad_alive is {alive} while gamepad is auto, expected both as paths. Give --gamepad '
                       'too.')
    return Finder(mapping, uniq, roots, motion=alive == AUTO)


def only_joystick(roots: Roots | None = None) -> Path:
    """Return the only joystick device. Raises PadError where there is none or more than one."""
    roots = roots or Roots()
    pads = [device for device in _devices(roots.devices) if device.handler('js')]
    if len(pads) != 1:
        which = ', '.join(f"{roots.dev / str(device.handler('js'))} '{device.name}'" for device in pads)
        raise PadError(f'pad: {len(pads)} joystick devices are there ({which or "switch one on"}), expected one. Give '
                       'one as --js.')
    return roots.dev / str(pads[0].handler('js'))


def driver_and_motion(js: Path, roots: Roots | None = None) -> tuple[str, str]:
    """Return the driver of a joystick device and the ending of its motion sensors' name, '' without any."""
    roots = roots or Roots()
    devices = list(_devices(roots.devices))
    name = os.path.basename(os.path.realpath(js))
    pad = next((device for device in devices if name in device.handlers), None)
    if pad is None:
        raise PadError(f'pad: {js} is no joystick device that the kernel lists. Give another --js.')
    names = {device.name for device in devices if device.parent == pad.parent and device.handler('event')}
    return _driver(pad, roots), next((suffix for suffix in MOTION_SUFFIXES if pad.name + suffix in names), '')


def _driver(pad: _Device, roots: Roots) -> str:
    try:
        return os.path.basename(os.readlink(roots.sys / pad.parent.lstrip('/') / 'driver'))
    except OSError:
        return ''


def _devices(listing: Path) -> Iterator[_Device]:
    try:
        text = listing.read_text(errors='replace')
    except OSError as error:
        raise PadError(f'pad: cannot read {listing}: {os.strerror(error.errno or 0)}. This needs Linux with input '
                       'devices.') from None
    for paragraph in text.split('\n\n'):
        lines = {line[0]: line[3:] for line in paragraph.splitlines() if line[1:3] == ': '}
        yield _Device(name=_after(lines, 'N', 'Name=').strip('"'), uniq=_after(lines, 'U', 'Uniq=').strip().lower(),
                      sysfs=_after(lines, 'S', 'Sysfs='), handlers=tuple(_after(lines, 'H', 'Handlers=').split()))


def _after(lines: dict[str, str], letter: str, key: str) -> str:
    return lines.get(letter, '').partition(key)[2]


def _all(devices: list[_Device]) -> str:
    return ', '.join(f"'{device.name}' {device.uniq or 'without id'}" for device in devices)
