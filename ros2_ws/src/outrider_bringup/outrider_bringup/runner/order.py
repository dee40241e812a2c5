"""The order of stopping: who asks for motion goes first, who records goes after who acts, fake devices last."""

from __future__ import annotations

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ('operator', ('pilot', 'follow')),
    ('governor', ('governor',)),
    ('actuators', ('motors', 'relays')),  # they brake and switch off on SIGINT, and leave when that is done
    ('recorder', ('recorder',)),
    ('rest', ()),  # whatever is not named here
    # after their drivers, which would report a lost device
    ('devices', ('world', 'fake_ti_radar', 'fake_vesc_pair', 'fake_relay_board', 'fake_pad')),
)
REST = 4


def group_of(executable: str) -> int:
    """Return the stop group of an executable, 0 stops first."""
    for number, (_, executables) in enumerate(GROUPS):
        if executable in executables:
            return number
    return REST
