"""What Linux shows of connected pads: /proc/bus/input/devices, sysfs and /dev/input, in a folder of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

NAME = 'Wireless Controller'


@dataclass
class Plugged:
    """One pad as the kernel lists it; `number` is that of js and of its input devices."""

    number: int
    uniq: str
    name: str = NAME
    driver: str = 'playstation'
    has_motion: bool = True
    motion_uniq: str | None = None  # another pad's, to be found out


class PadHost:
    """The three places below `root`: `devices` (the listing), `sys` and `dev`."""

    def __init__(self, root: Path) -> None:
        """Begin with no pad."""
        self.devices, self.sys, self.dev = root / 'devices', root / 'sys', root / 'dev'
        self.dev.mkdir(parents=True, exist_ok=True)
        self.show()

    def js(self, number: int) -> Path:
        """Return the joystick device of a pad."""
        return self.dev / f'js{number}'

    def motion(self, number: int) -> Path:
        """Return the event device of its motion sensors."""
        return self.dev / f'event{10 * number + 1}'

    def show(self, *pads: Plugged) -> None:
        """List these pads, a keyboard, and no other."""
        keyboard = _paragraph('AT Translated Set 2 keyboard', '', '/devices/platform/i8042/serio0/input/input2',
                              'sysrq kbd event2')
        self.devices.write_text('\n\n'.join([keyboard, *(text for pad in pads for text in self._pad(pad))]) + '\n\n')

    def _pad(self, pad: Plugged) -> list[str]:
        parent = f'/devices/virtual/misc/uhid/0005:054C:09CC.{pad.number + 3:04X}'
        folder = self.sys / parent.lstrip('/')
        folder.mkdir(parents=True, exist_ok=True)
        link = folder / 'driver'
        link.unlink(missing_ok=True)
        link.symlink_to(f'/sys/bus/hid/drivers/{pad.driver}')
        told = [_paragraph(pad.name, pad.uniq, f'{parent}/input/input{10 * pad.number + 20}',
                           f'event{10 * pad.number} js{pad.number}')]
        if pad.has_motion:
            told.append(_paragraph(f'{pad.name} Motion Sensors', pad.motion_uniq or pad.uniq,
                                   f'{parent}/input/input{10 * pad.number + 21}', f'event{10 * pad.number + 1}'))
        return told


def _paragraph(name: str, uniq: str, sysfs: str, handlers: str) -> str:
    return '\n'.join(['I: Bus=0005 Vendor=054c Product=09cc Version=8100', f'N: Name="{name}"',
                      'P: Phys=00:1a:7d:da:71:13', f'S: Sysfs={sysfs}', f'U: Uniq={uniq}', f'H: Handlers={handlers} ',
                      'B: PROP=0', 'B: EV=20000b'])
