"""The order of stopping: who asks for motion goes first, who records goes after who acts, fake devices last."""

from __future__ import annotations

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ('operator', ('gamepad', 'teleop', 'follow')),
    ('governor', ('governor',)),
    ('actuators', ('motors', 'relays')),  # they brake and switch off on SIGINT, and leave when that is done
    ('recorder', ('recorder',)),
    ('rest', ()),  # whatever is not named here
    ('devices', ('fake_ti_radar',)),  # after their drivers, which would report a lost device
)
REST = 4


def group_of(executable: str) -> int:
    """Return the stop group of an executable, 0 stops first."""
    for number, (_, executables) in enumerate(GROUPS):
        if executable in executables:
            return number
    return REST
