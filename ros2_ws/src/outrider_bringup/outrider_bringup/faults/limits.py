"""The limits of the faults, ms: the promised figures have a name each; the rest follows from the rules' own times."""

from __future__ import annotations

from dataclasses import replace

from outrider_bringup.faults.judge import Limit

VESC_TIMEOUT_MS = 200.0  # of the simulated VESCs, each for itself
FIRMWARE_LEASE_MS = 300.0  # of the relay controller, from the uptime that the newest command echoed
HOLD_LIMIT_MS = 2000.0  # the campaign's own pad file for a joystick device that froze: 30 s are too long to wait

# Release with a good link: no driving frame after 60 ms p99, 100 ms max.
RELEASED = Limit(driving_ms=100.0, driving_p99_ms=60.0, relays_ms=100.0)
# Link lost: 260 ms from the last report, and t0 is 200 ms after it.
LINK_LOST = Limit(driving_ms=60.0, relays_ms=60.0)
# The same for who reads the pad; t0 is the return of kill(), at most one report later.
PILOT_GONE = Limit(driving_ms=260.0, relays_ms=260.0)
GOVERNOR_GONE = Limit(driving_ms=170.0, stopping_ms=170.0, relays_ms=170.0)
# Motors or host dead: the VESC's own timeout with brake current. Brake current creeps on a slope.
MOTORS_GONE = Limit(torque_ms=250.0, relays_ms=210.0, holds=False)
MOTORS_FROZEN = Limit(torque_ms=250.0, relays_ms=210.0, late_frames=1)
HOST_GONE = Limit(torque_ms=250.0, relays_ms=FIRMWARE_LEASE_MS + 20.0, holds=False)
CAN_CUT = Limit(torque_ms=VESC_TIMEOUT_MS + 20.0)
# Default priority under eight busy loops, reported apart.
STARVED_DEFAULT = Limit(driving_ms=250.0, relays_ms=250.0)

# Silent relays stop after 150 ms, then it is a release.
RELAYS_GONE = Limit(driving_ms=210.0, relays_ms=FIRMWARE_LEASE_MS + 20.0)
# Seen by the next poll (20 Hz), both stopped within 100 ms more.
VESC_FAULT = Limit(driving_ms=150.0)
# Up to four driving frames a VESC can lie in the port of a reader that stalls; the stop comes right behind them.
READER_STALLED = Limit(torque_ms=250.0, late_frames=4)
PORT_GONE = Limit(torque_ms=250.0)
SECOND_GOVERNOR = Limit(driving_ms=100.0, relays_ms=100.0)
BUTTONS_FROZEN = Limit(driving_ms=HOLD_LIMIT_MS + 60.0)


def resumed(limit: Limit) -> Limit:
    """Return the limit for a process that was frozen and goes on: at most one driving frame for each VESC."""
    return replace(limit, late_frames=1)
