"""What the writer's thread does for the motors: the link's steps, and what is said of them. No ROS."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from outrider_drive.gate import MS
from outrider_drive.motors.link import VescLink
from outrider_drive.words import DriveCommand, Motors

END_NS = 1500 * MS  # a machine that still turns after it is left to the VESCs' own timeout and its brake current
QUIET_NS = 25 * MS  # told again at the latest; telemetry comes every 20 ms
PERIODS_KEPT = 500  # ten seconds


@dataclass(frozen=True)
class Moment:
    """Everything there is to tell at `now`."""

    now: int
    motors: Motors
    proved: bool
    latch: int  # motors.judge.Latch, 0 none
    problem: str
    dropped: int


class MotorsDuty:
    """Steps the link, tells of fresh telemetry and at once of every change of epoch, latch, fault, presence."""

    def __init__(self, link: VescLink, tell: Callable[[Moment], None]) -> None:
        """Remember both; `tell` is called on the writer's thread."""
        self._link, self._tell = link, tell
        self._told_ns = -QUIET_NS
        self._told: object = None
        self._answers = 0
        self._end_ns: int | None = None
        self._wrote_ns: int | None = None
        self._periods_ms: deque[float] = deque(maxlen=PERIODS_KEPT)

    def fd(self) -> int | None:
        """Return the port's."""
        port = self._link.port
        return None if port is None else port.fileno()

    def take(self, command: DriveCommand, now: int) -> None:
        """Let the judge have it."""
        self._link.want(command, now)

    def serve(self, now: int) -> int:
        """Step, then tell; return when to come back."""
        link = self._link
        link.step(now)
        if link.wrote_ns != self._wrote_ns:
            if self._wrote_ns is not None and link.wrote_ns is not None:
                self._periods_ms.append((link.wrote_ns - self._wrote_ns) / MS)
            self._wrote_ns = link.wrote_ns
        motors = link.motors(now)
        pair = (motors.left, motors.right)
        news = (link.epoch, link.judge.why, link.problem, link.proved,
                *((motor.present, motor.fault) for motor in pair))
        if news != self._told or link.answers != self._answers or now - self._told_ns >= QUIET_NS:
            self._told, self._answers, self._told_ns = news, link.answers, now
            why = link.judge.why
            self._tell(Moment(now, motors, link.proved, 0 if why is None else int(why), link.problem,
                              sum(link.judge.dropped.values())))
        return min(link.due_ns(now), self._told_ns + QUIET_NS + MS)

    def figures(self) -> dict[str, object]:
        """Return the periods of the newest set-points, for the diagnosis; read from another thread."""
        periods = sorted(self._periods_ms)
        if not periods:
            return {}
        return {'period_p50_ms': f'{periods[len(periods) // 2]:.2f}',
                'period_p99_ms': f'{periods[int(0.99 * (len(periods) - 1))]:.2f}',
                'period_max_ms': f'{periods[-1]:.2f}'}

    def end(self, now: int) -> None:
        """Brake from now on."""
        self._end_ns = now
        self._link.end()

    def ended(self, now: int) -> bool:
        """Return whether the motors are held, or it has lasted too long."""
        return self._end_ns is not None and (self._link.ended or now - self._end_ns >= END_NS)

    def close(self) -> None:
        """Leave the last word and close the port."""
        self._link.close()
