"""What the writer's thread does for the relays: judge, step the link, say what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from outrider_drive.gate import MS
from outrider_drive.relays.judge import RelayJudge
from outrider_drive.relays.link import STATUS_MAX_AGE_S, RelayLink
from outrider_drive.relays.words import Status
from outrider_drive.words import RelayCommand

QUIET_NS = 100 * MS  # told again at the latest; statuses come every 50 ms


@dataclass(frozen=True)
class Moment:
    """Everything there is to tell at `now`. `status` is the newest of this conversation, None where there is none."""

    now: int
    status: Status | None
    status_ns: int  # of its arrival, CLOCK_BOOTTIME; 0 where there is none
    present: bool
    epoch: int
    latch: int  # relays.judge.Latch, 0 none
    problem: str
    dropped: int


class RelaysDuty:
    """Steps judge and link, tells of every status and at once of a change of epoch, presence, problem."""

    def __init__(self, link: RelayLink, judge: RelayJudge, tell: Callable[[Moment], None]) -> None:
        """Remember all three; `tell` is called on the writer's thread."""
        self._link, self._judge, self._tell = link, judge, tell
        self._told_ns = -QUIET_NS
        self._told: object = None
        self._told_status: Status | None = None

    def fd(self) -> int | None:
        """Return the port's."""
        wire = self._link.wire
        return wire.port.fileno() if wire.is_open else None

    def take(self, command: RelayCommand, now: int) -> None:
        """Let the judge have it."""
        self._judge.take(command, now)

    def serve(self, now: int) -> int:
        """Judge, step, then tell; return when to come back."""
        link, judge, now_s = self._link, self._judge, now / 1e9
        judge.see(link.epoch, link.ready(now_s))
        wanted, computed_ns = judge.order(now)
        link.want(wanted, epoch=link.epoch, computed_s=computed_ns / 1e9)
        link.step(now_s)
        judge.see(link.epoch, link.ready(now_s))
        status = link.status
        present = link.answer is not None and link.status_age_s(now_s) <= STATUS_MAX_AGE_S
        latch = 0 if judge.latch is None else int(judge.latch)
        news = (judge.epoch, latch, present, link.problem)
        if news != self._told or status is not self._told_status or now - self._told_ns >= QUIET_NS:
            self._told, self._told_status, self._told_ns = news, status, now
            status_ns = 0 if status is None else now - round(link.status_age_s(now_s) * 1e9)
            self._tell(Moment(now, status, status_ns, present, judge.epoch, latch, link.problem,
                              sum(judge.dropped.values())))
        due_ns = min(round(link.due_s(now_s) * 1e9), self._told_ns + QUIET_NS)
        if judge.expires_ns is not None:
            due_ns = min(due_ns, judge.expires_ns + 1)
        return max(due_ns, now + MS)

    def end(self, now: int) -> None:
        """All off from now on."""
        self._judge.end()

    def ended(self, now: int) -> bool:
        """Return whether that was said: it was, in the step that followed."""
        return True

    def close(self) -> None:
        """Say stop once more and close the port."""
        self._link.close()
