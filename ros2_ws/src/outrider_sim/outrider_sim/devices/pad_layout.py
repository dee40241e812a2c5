"""Which number a control has: the kernel's drivers count buttons and axes of one pad differently.

A FIFO answers no ioctl, so what a joystick device would say of itself lies beside it in `FIFO.told`, JSON: `name`,
`driver`, `buttons` (BTN_* of number 0, 1, ...), `axes` (ABS_*).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """One driver's order of a pad's controls, by their names on a PS4 pad."""

    name: str
    driver: str
    buttons: tuple[str, ...]
    button_codes: tuple[int, ...]
    axes: tuple[str, ...]
    axis_codes: tuple[int, ...]

    def tell(self, js: Path) -> None:
        """Write beside the FIFO what the device would say of itself."""
        beside(js).write_text(json.dumps({'name': self.name, 'driver': self.driver, 'buttons': self.button_codes,
                                          'axes': self.axis_codes}) + '\n')


# hid-playstation and hid-sony.
PS4 = Layout('Wireless Controller', 'playstation',
             ('cross', 'circle', 'triangle', 'square', 'l1', 'r1', 'l2', 'r2', 'share', 'options', 'ps', 'l3', 'r3'),
             (304, 305, 307, 308, 310, 311, 312, 313, 314, 315, 316, 317, 318),
             ('lx', 'ly', 'l2', 'rx', 'ry', 'r2', 'dpad_x', 'dpad_y'), (0, 1, 2, 3, 4, 5, 16, 17))
# hid-generic: in the order of the pad's own report.
GENERIC = Layout('Wireless Controller', 'hid-generic',
                 ('square', 'cross', 'circle', 'triangle', 'l1', 'r1', 'l2', 'r2', 'share', 'options', 'l3', 'r3', 'ps',
                  'touchpad'),
                 (304, 305, 306, 307, 308, 309, 310, 311, 312, 313, 314, 315, 316, 317),
                 ('lx', 'ly', 'rx', 'l2', 'r2', 'ry', 'dpad_x', 'dpad_y'), (0, 1, 2, 3, 4, 5, 16, 17))
LAYOUTS = {'ps4': PS4, 'generic': GENERIC}


def beside(js: Path) -> Path:
    """Return where the FIFO `js` has its description."""
    return js.with_name(js.name + '.told')
