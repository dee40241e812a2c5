"""The interface of an output, and the one that there is none."""

from __future__ import annotations

from typing import Protocol

from outrider_alerts.beeper import Signal


class OutputError(Exception):
    """Why a signal was not put out, or an output cannot be opened; one sentence."""


class Output(Protocol):
    """Puts signals out. Used from one thread; writes do not wait."""

    repeat_s: float
    """Seconds after which a signal that has not changed is put out again; inf: never."""

    def put(self, signal: Signal) -> None:
        """Make `signal` heard and seen until the next one. Raises OutputError; the next put tries anew."""
        ...

    def close(self) -> None:
        """Fall silent and let the device go; never raises."""
        ...


class Nothing:
    """No output is configured."""

    repeat_s = float('inf')

    def put(self, signal: Signal) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
