"""Fixed times of the governor, ns of CLOCK_BOOTTIME. They are part of the limits' hash, and no parameter."""

from __future__ import annotations

MS = 1_000_000
S = 1_000 * MS

OPERATOR_MAX_AGE = 200 * MS  # a person who lets go is obeyed even when the pad's link is gone
WISH_MAX_AGE = 200 * MS
SILENCE = 150 * MS  # motors and relays report at 20 Hz or faster: two reports missed
GOVERNOR_GAP = 100 * MS  # longer between two steps: the process or the machine stood still
OTHER_GOVERNOR = 1 * S
ARM_EXPIRY = 30 * S
STANDSTILL = 500 * MS
STANDSTILL_MAX_AGE = 200 * MS
STOP_LONGEST = 1_500 * MS  # then the handbrake, unless the wheels are known to turn
JACK_RUN_ON = 200 * MS  # lease of a relay command (150 ms) and a status period
CLEAR_PULSE = 300 * MS  # six commands to the relay board: the transport may lose some
BATTERY_FILTER = 2 * S

HASHED = {name: value for name, value in sorted(globals().items()) if name.isupper()}
