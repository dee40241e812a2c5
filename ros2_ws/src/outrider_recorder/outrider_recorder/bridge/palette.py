"""Colours, once: calm on dark; only what matters is bright. 0xRRGGBBAA, as rerun wants them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BACKGROUND = (13, 16, 22, 255)
GRID = 0x2A3342FF
RING = 0x33404FFF
RING_TEXT = 0xC4CEDAFF  # readable on the dark theme's labels and on the light one's
RIG = 0xDCE3EBFF
RIG_DIM = 0x7C8A9AFF
BEAM = 0x2E5E6AFF
STATIC = 0x56657AB4

# By Hazard.level: none, notice, warn, urgent.
LEVELS = (0x4FC3DCFF, 0xF2C94CFF, 0xF2913DFF, 0xFF4D4DFF)
# The same as bars: a long time of 'clear' must not shout.
STATES = (0x24505CFF, 0xB8922EFF, 0xC46A1CFF, 0xD93A3AFF)
LEVEL_NAMES = ('clear', 'notice', 'warn', 'urgent')

# By DriveState.state, and the other bars of a machine that drives.
DRIVE_NAMES = ('disarmed', 'armed', 'moving', 'stopping', 'e-stopped')
DRIVE_STATES = (0x3A4350FF, 0x24505CFF, 0x2E8B57FF, 0xC46A1CFF, 0xD93A3AFF)
# By Alert.level and by DiagnosticStatus.level.
ALERT_NAMES = ('clear', 'caution', 'urgent', 'NO DATA')
ALERT_STATES = (0x24505CFF, 0xB8922EFF, 0xD93A3AFF, 0x8A4FBFFF)
HEALTH_NAMES = ('ok', 'warn', 'error', 'stale')
HEALTH_STATES = (0x24505CFF, 0xB8922EFF, 0xD93A3AFF, 0x8A4FBFFF)
DETECTION = 0xE6EDF5C0
NOW = 0xD58CFFFF  # what a replay says now, beside what was recorded

_OFF, _ON, _AT, _GONE = 0x3A4350FF, 0x3E7CB1FF, 0x24505CFF, 0xD93A3AFF
BARS = {
    'state': dict(zip((*DRIVE_NAMES, 'unknown'), (*DRIVE_STATES, _GONE), strict=True)),
    'deadman': {'let go': _OFF, 'held': 0x2E8B57FF},
    'jack': {'down': _OFF, 'between': _AT, 'up': _AT, 'lifting': 0xB8922EFF, 'lowering': _ON, 'silent': _GONE},
    'steer': {'off': _OFF, 'left': 0xB8922EFF, 'right': _ON, 'silent': _GONE},
    'supply': {'off': _OFF, 'on': 0x2E8B57FF, 'silent': _GONE},
    'estop': {'closed': _OFF, 'open': 0xD93A3AFF, 'silent': _GONE},
}
LINE_WANTED, LINE_MEASURED, LINE_LEFT, LINE_RIGHT, LINE_AGE, LINE_BATTERY = (
    0xF2C94CFF, 0x4FC3DCFF, 0x4FC3DCFF, 0xB48CF2FF, 0xF2913DFF, 0x7BC67EFF)

LINE_CLOSING, LINE_DISTANCE, LINE_POINTS, LINE_TRACKS = 0xF2913DFF, 0x4FC3DCFF, 0x8C9BAEFF, 0xB48CF2FF
LINE_SPEED, LINE_ROLL, LINE_PITCH = 0x7BC67EFF, 0xB48CF2FF, 0x4FC3DCFF
LINE_TURN, LINE_POWER, LINE_CURRENT_LEFT, LINE_CURRENT_RIGHT, LINE_HEAT_LEFT, LINE_HEAT_RIGHT = (
    0xF2913DFF, 0x7BC67EFF, 0x4FC3DCFF, 0xB48CF2FF, 0xF2C94CFF, 0xF2913DFF)
HERE, WAY = 0xF2C94CFF, 0x4FC3DCFF

_APPROACH = np.array([[250, 214, 137], [247, 150, 70], [255, 77, 77]], dtype=np.float64)
_RECEDE = np.array([[140, 214, 232], [79, 150, 220], [106, 112, 235]], dtype=np.float64)
STATIC_BELOW_MPS = 0.35
FULL_AT_MPS = 12.0


def of_speed(over_ground_mps: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return a colour per point of its radial speed over ground (n,), negative = approaching."""
    size = np.abs(over_ground_mps)
    # A square root spreads the slow end, where people walk; beyond FULL_AT_MPS all is alike.
    place = np.sqrt(np.clip(size / FULL_AT_MPS, 0.0, 1.0)) * 2.0
    low = np.minimum(place.astype(np.int64), 1)
    part = (place - low)[:, None]
    ramp = np.where((over_ground_mps < 0)[:, None], _APPROACH[low] * (1 - part) + _APPROACH[low + 1] * part,
                    _RECEDE[low] * (1 - part) + _RECEDE[low + 1] * part).astype(np.uint32)
    colours = ramp[:, 0] << 24 | ramp[:, 1] << 16 | ramp[:, 2] << 8 | 0xFF
    chosen: NDArray[np.uint32] = np.where(size < STATIC_BELOW_MPS, np.uint32(STATIC), colours)
    return chosen
