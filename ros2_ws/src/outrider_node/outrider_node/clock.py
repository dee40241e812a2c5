"""The clock of leases and operator ages: CLOCK_BOOTTIME never jumps and counts suspended time too."""

import time


def boottime_ns() -> int:
    """Return CLOCK_BOOTTIME in nanoseconds."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
