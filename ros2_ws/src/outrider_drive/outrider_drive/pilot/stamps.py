"""Stamps of the host clock carried over to CLOCK_BOOTTIME, and ages as of now. Pure; times in ns."""

from __future__ import annotations

from dataclasses import replace

from outrider_drive.words import Operator


def to_boottime_ns(stamp_ns: int, ros_now_ns: int, boot_now_ns: int) -> int:
    """Return when, on CLOCK_BOOTTIME, a message was stamped: as long ago as the host clock says.

    Both `now` are of the same moment, read after the message came. What was stamped in the future stays in the future;
    what is older than this machine's start comes out negative.
    """
    return boot_now_ns - (ros_now_ns - stamp_ns)


def aged(operator: Operator, now: int) -> Operator:
    """Return what was known of the operator as of `now` (CLOCK_BOOTTIME, ns): the same report, older."""
    return replace(operator, boottime_ns=now, age_ns=operator.age_ns + max(0, now - operator.boottime_ns))
