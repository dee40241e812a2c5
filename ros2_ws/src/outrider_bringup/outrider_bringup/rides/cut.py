"""A story without what privacy zones hide: what report, exports and the .rrd of a person may tell others. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from outrider_bringup.rides.story import Story
from outrider_recorder.zones import Fix, Zones, joined, within


@dataclass(frozen=True)
class Shown:
    """A story that may be shown. `ways`: pieces of the way between what is hidden; `hidden`: spans without pictures."""

    story: Story
    ways: list[list[Fix]]
    hidden: list[tuple[int, int]]


def cut(story: Story, zones: Zones) -> Shown:
    """Return `story` without positions inside zones, and without pictures, speeds and courses of those spans."""
    hidden = zones.hidden(story.fixes, story.first_ns, story.last_ns)
    kept = [(fix, altitude) for fix, altitude in zip(story.fixes, story.altitudes_m, strict=True)
            if not zones.inside(fix.latitude_deg, fix.longitude_deg)]
    passes = [replace(one, still=b'' if within(hidden, one.at_ns) else one.still,
                      speed_mps=math.nan if within(hidden, one.at_ns) else one.speed_mps,
                      fix=None if one.fix and zones.inside(*one.fix[1:]) else one.fix) for one in story.passes]
    made = replace(story, fixes=[fix for fix, _ in kept], altitudes_m=[altitude for _, altitude in kept],
                   speeds=[one for one in story.speeds if not within(hidden, one[0])], passes=passes,
                   missing=[*story.missing, *_words(hidden)])
    return Shown(made, ways(made.fixes, joined(hidden)), hidden)


def ways(fixes: list[Fix], hidden: list[tuple[int, int]]) -> list[list[Fix]]:
    """Return the way in pieces: none goes across a hidden span, or a silence of 10 s."""
    pieces: list[list[Fix]] = []
    for fix in fixes:
        last = pieces[-1][-1] if pieces else None
        apart = last is None or fix.at_ns - last.at_ns > 10_000_000_000 or any(
            begin < fix.at_ns and last.at_ns < end for begin, end in hidden)
        if apart:
            pieces.append([])
        pieces[-1].append(fix)
    return pieces


def _words(hidden: list[tuple[int, int]]) -> list[str]:
    seconds = sum(end - begin for begin, end in hidden) * 1e-9
    return [f'{seconds:.0f} s near a privacy zone are not shown.'] if hidden else []
