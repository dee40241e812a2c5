"""The judgement of one run: journals, when what happened, limits -> record. Pure.

A *driving* frame is SET_RPM or SET_DUTY of any value or SET_CURRENT other than 0, a *stopping* one any other set-point.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from outrider_bringup.faults.journals import Frame, Moment, Seen

MS = 1_000_000
STRUCK_ERPM = 1500.0  # slower wheels prove nothing
STANDING_ERPM = 150.0
ROLL_WATCH_NS = 10_000 * MS
ROLLED_MAX_M = 0.1
# A process that was frozen after its check writes at once when it goes on; so late it is no race any more.
RACE_NS = 100 * MS
# What one such frame pushes ends with the set-point after it, 20 ms later, and one poll of the ramp.
RACE_PUSH_NS = 60 * MS
MOVED_MPS = 0.15  # faster than a slope of 3 % rolls under brake current


@dataclass(frozen=True)
class Limit:
    """What holds for one fault, ms from t0; None: not limited."""

    driving_ms: float | None = None  # last driving frame
    driving_p99_ms: float | None = None  # over all runs with this limit
    stopping_ms: float | None = None  # first stopping frame, at each VESC
    torque_ms: float | None = None  # last torque along the motion
    relays_ms: float | None = None  # relays of jack and steering off
    late_frames: int = 0  # driving frames for each VESC when a frozen process or reader goes on
    holds: bool = True  # motors alive: once at rest it stays there


@dataclass(frozen=True)
class Strike:
    """When things happened in a run (CLOCK_BOOTTIME, ns)."""

    struck_ns: int  # the fault began
    t0_ns: int  # from here the figures count
    over_ns: int  # watched until here
    resumed_ns: int | None = None  # whatever was frozen went on
    back_ns: int | None = None  # whatever was killed is heard again


@dataclass
class Record:
    """One run for the file; times in ms from t0, None where there is none."""

    fault: str
    ok: bool = False
    erpm_at_fault: float = 0.0
    relay_on_at_fault: bool = False
    last_driving_frame_ms: float | None = None
    last_torque_along_motion_ms: float | None = None
    standstill_ms: float | None = None
    rolled_m: float | None = None
    relays_off_ms: float | None = None
    moved_again: bool = False
    first_stopping_frame_ms: float | None = None  # at the VESC that got it last
    late_frames: int = 0  # driving frames at a VESC, at most, when what was frozen went on
    back_s: float | None = None  # until all that was killed is heard again
    watched_s: float = 0.0
    why: list[str] = field(default_factory=list)  # what broke a limit, a sentence each

    @property
    def struck(self) -> bool:
        """Whether the run counts: the wheels turned, or a relay was on."""
        return self.erpm_at_fault > STRUCK_ERPM or self.relay_on_at_fault

    def as_json(self) -> dict[str, Any]:
        """Return it for a program, times to 0.1 ms."""
        return {name: round(value, 4 if name.endswith('_m') else 1) if isinstance(value, float) else value
                for name, value in asdict(self).items()}


def judge(fault: str, seen: Seen, strike: Strike, limit: Limit) -> Record:
    """Return the record of one run. `seen` must reach from before the fault to the end of the watch."""
    at_fault = seen.at(strike.struck_ns)
    on_at_fault = seen.relays_on(strike.struck_ns)
    record = Record(fault, erpm_at_fault=abs(at_fault.erpm) if at_fault else 0.0, relay_on_at_fault=bool(on_at_fault),
                    back_s=None if strike.back_ns is None else (strike.back_ns - strike.t0_ns) / 1e9,
                    watched_s=(strike.over_ns - strike.t0_ns) / 1e9)
    _wire(record, seen.frames, strike, limit)
    _ramp(record, seen.moments, strike, limit)
    _relays(record, seen, strike)
    record.why += _broken(record, limit)
    record.ok = not record.why
    return record


def _since(ns: int, strike: Strike) -> float:
    return (ns - strike.t0_ns) / MS


def _is_race(ns: int, strike: Strike, within_ns: int = RACE_NS) -> bool:
    return strike.resumed_ns is not None and strike.resumed_ns <= ns <= strike.resumed_ns + within_ns


def _wire(record: Record, frames: list[Frame], strike: Strike, limit: Limit) -> None:
    firsts: list[int] = []
    for vesc in sorted({frame.vesc for frame in frames}):
        mine = [frame for frame in frames if frame.vesc == vesc and strike.struck_ns < frame.ns <= strike.over_ns]
        late = [frame.ns for frame in mine if frame.drives and _is_race(frame.ns, strike)] if limit.late_frames else []
        record.late_frames = max(record.late_frames, len(late))
        driving = [frame.ns for frame in mine if frame.drives and frame.ns not in late]
        stopping = [frame.ns for frame in mine if not frame.drives]
        # One from before the fault counts too: the figure is then negative.
        for ns in driving[-1:] or [frame.ns for frame in frames if frame.vesc == vesc and frame.drives
                                   and frame.ns <= strike.struck_ns][-1:]:
            last, before = _since(ns, strike), record.last_driving_frame_ms
            record.last_driving_frame_ms = last if before is None else max(before, last)
        stops = [ns for ns in stopping if ns >= strike.t0_ns]
        # With the link lost the stop may come before t0, and then there is none after it that begins anything.
        firsts.append(min(stops, default=strike.over_ns))
        if stopping and any(ns > stopping[0] for ns in driving):
            record.moved_again = True
    if firsts:
        record.first_stopping_frame_ms = _since(max(firsts), strike)


def _ramp(record: Record, moments: list[Moment], strike: Strike, limit: Limit) -> None:
    after = [moment for moment in moments if strike.struck_ns < moment.ns <= strike.over_ns]
    pushed = [moment.ns for moment in after if moment.along and moment.ns > strike.t0_ns
              and not (limit.late_frames and _is_race(moment.ns, strike, RACE_PUSH_NS))]
    if pushed:
        record.last_torque_along_motion_ms = _since(pushed[-1], strike)
    if record.erpm_at_fault <= STANDING_ERPM:
        return
    rest = next((moment for moment in after if abs(moment.erpm) <= STANDING_ERPM), None)
    if rest is None:
        return
    record.standstill_ms = _since(rest.ns, strike)
    later = [moment for moment in after if rest.ns <= moment.ns <= rest.ns + ROLL_WATCH_NS]
    record.rolled_m = max(abs(moment.travelled_m - rest.travelled_m) for moment in later)
    if any(abs(moment.speed_mps) > MOVED_MPS for moment in later):
        record.moved_again = True


def _relays(record: Record, seen: Seen, strike: Strike) -> None:
    after = [edge for edge in seen.edges if edge.ns > strike.struck_ns]
    offs = [edge.ns for edge in after if not edge.on]
    if any(edge.on for edge in after):
        record.moved_again = True
    if seen.relays_on(strike.over_ns):
        record.why.append(f'a relay stayed on for {record.watched_s:.1f} s')
    elif record.relay_on_at_fault and offs:
        record.relays_off_ms = _since(offs[-1], strike)


def _broken(record: Record, limit: Limit) -> list[str]:
    rows = (
        ('last driving frame', record.last_driving_frame_ms, limit.driving_ms),
        ('first stopping frame', record.first_stopping_frame_ms, limit.stopping_ms),
        ('last torque along the motion', record.last_torque_along_motion_ms, limit.torque_ms),
        ('relays off', record.relays_off_ms, limit.relays_ms),
    )
    why = [f'{name} {value:.0f} ms, limit {most:g}' for name, value, most in rows
           if value is not None and most is not None and value > most]
    if record.late_frames > limit.late_frames:
        why.append(f'{record.late_frames} driving frames to a VESC on going on, limit {limit.late_frames}')
    if record.moved_again:
        why.append('it moved again without a fresh start')
    if record.erpm_at_fault > STRUCK_ERPM and record.standstill_ms is None:
        why.append(f'it did not stand within {record.watched_s:.1f} s')
    if limit.holds and record.rolled_m is not None and record.rolled_m > ROLLED_MAX_M:
        why.append(f'it rolled {record.rolled_m:.2f} m, limit {ROLLED_MAX_M:g}')
    return why
