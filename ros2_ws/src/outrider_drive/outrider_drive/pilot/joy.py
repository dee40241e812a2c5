"""The order of ROS's game controller convention (joy package, game_controller_node), as plain tuples.

| | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
| buttons | cross | circle | square | triangle | share | PS | options | L3 | R3 | L1 | R1 | up | down | left | right |
| axes | left x | left y | right x | right y | L2 | R2 | | | | | | | | | |

Sticks: + left, + forward, -1..1. Triggers: 0 at rest to 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from outrider_drive.pilot.words import Pad, PadError

ORDER = ('cross', 'circle', 'square', 'triangle', 'share', 'ps', 'options', 'l3', 'r3', 'l1', 'r1', 'up', 'down',
         'left', 'right')
AXES = ('lx', 'ly', 'rx', 'ry', 'l2', 'r2')
_SIGNS = (-1.0, -1.0, -1.0, -1.0, 1.0, 1.0)  # the kernel has + right and + down


def to_joy(pad: Pad) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Return (axes, buttons) of a Joy message."""
    axes = tuple(sign * getattr(pad, name) + 0.0 for name, sign in zip(AXES, _SIGNS, strict=True))
    return axes, tuple(int(name in pad.held) for name in ORDER)


def from_joy(axes: Sequence[float], buttons: Sequence[int]) -> Pad:
    """Return the controls of a Joy message in that order. Raises PadError on any other shape."""
    shape = len(axes) >= len(AXES) and len(buttons) >= len(ORDER)
    if not (shape and all(math.isfinite(value) and -1.0 <= value <= 1.0 for value in axes)):
        raise PadError(f'pad: a Joy message of {len(axes)} axes and {len(buttons)} buttons, expected at least '
                       f"{len(AXES)} within -1..1 and {len(ORDER)} in game_controller_node's order. Run that node, not "
                       'joy_node.')
    return Pad(frozenset(name for name, down in zip(ORDER, buttons, strict=False) if down),
               **{name: sign * value + 0.0 for name, sign, value in zip(AXES, _SIGNS, axes, strict=False)})
