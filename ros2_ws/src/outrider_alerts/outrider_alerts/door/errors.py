"""The room's error."""

from __future__ import annotations


class DoorError(Exception):
    """What was seen, what was expected, what to do: one sentence."""
