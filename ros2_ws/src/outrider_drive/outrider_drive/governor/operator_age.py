"""How old the newest sign of the person is.

Age = what the gamepad link measured + the time since it told of a changed counter. The time runs from the stamp of that
message, not from its arrival, so a message that waited in a queue is as old as it is. A counter that stands still
keeps its first age, whatever newer messages claim.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from outrider_drive.words import Request


@dataclass(frozen=True)
class OperatorTrack:
    """The person as seen so far."""

    counter: int | None = None  # of the newest report; None: nobody yet
    report_ns: int = 0  # CLOCK_BOOTTIME of that report
    pad_id: str = ''
    source: str = ''  # of the request: gamepad or keys
    sequence: int = 0

    def after(self, request: Request) -> OperatorTrack:
        """Return the track with `request` taken in."""
        operator = request.operator
        report_ns = operator.boottime_ns - operator.age_ns
        if operator.report_counter == self.counter:
            report_ns = min(report_ns, self.report_ns)
        return replace(self, counter=operator.report_counter, report_ns=report_ns, pad_id=operator.pad_id,
                       source=request.source, sequence=request.sequence)

    def is_another(self, request: Request) -> bool:
        """Whether `request` is of another pad or source, or of a pilot that was started again."""
        return (self.counter is None or request.operator.pad_id != self.pad_id or request.source != self.source
                or request.sequence < self.sequence)

    def age_ns(self, now: int) -> int | None:
        """Return the age at `now` in ns, None before the first report."""
        return None if self.counter is None else now - self.report_ns
