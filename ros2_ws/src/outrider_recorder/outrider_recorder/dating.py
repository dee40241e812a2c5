"""When a ride was, in its ride.json: on its own clock at once, in UTC as soon as anybody knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from outrider_recorder import ride
from outrider_recorder.clock import RideClock, boot_id


def clock_words(clock: RideClock, start_boottime_ns: int, after_ns: int) -> dict[str, Any]:
    """Return ride.json's `clock`; `after_ns`: when the newest ride of known date began, 0 where this one is known."""
    return {
        'source': clock.source,
        'offset_ns': clock.offset_ns,
        'boot_id': boot_id(),
        'start_boottime_ns': start_boottime_ns,
        'after_ns': after_ns,
        'steps': [{'log_ns': step.log_ns, 'step_ns': step.step_ns} for step in clock.steps],
    }


def utc_or_none(log_ns: int | None, offset_ns: int | None) -> str | None:
    """Return the UTC text of a time on the ride's clock, None where the date is not known."""
    return None if log_ns is None or offset_ns is None else ride.utc_text(log_ns + offset_ns)


def dated(info: dict[str, Any]) -> dict[str, Any]:
    """Return ride.json with the texts of start and stop as its clock knows them now."""
    offset_ns = ride.clock_of(info).get('offset_ns', 0)
    return {**info, 'start_utc': utc_or_none(info.get('start_ns'), offset_ns),
            'stop_utc': utc_or_none(info.get('stop_ns'), offset_ns)}


def newest_ns(rides: Path) -> int:
    """Return when the newest ride of known date began, UTC in ns, or 0."""
    return max((began for _, info in ride.in_order(rides) if (began := ride.true_start_ns(info)) is not None),
               default=0)


def date_others(rides: Path, source: str, utc_less_boot_ns: int, but: str) -> None:
    """Date the closed rides of this boot that began before the date was known, all `but` one. Raises OSError.

    The clock that never jumps (CLOCK_BOOTTIME) leads to each of them.
    """
    boot = boot_id()
    if not boot:
        return
    for folder, info in ride.in_order(rides):
        told = ride.clock_of(info)
        if folder.name == but or told.get('boot_id') != boot or told.get('offset_ns', 0) is not None:
            continue
        began_ns = utc_less_boot_ns + int(told.get('start_boottime_ns', 0))
        own = {**told, 'source': source, 'offset_ns': began_ns - int(info['start_ns'])}
        ride.write_info(folder, dated({**info, 'clock': own}))
