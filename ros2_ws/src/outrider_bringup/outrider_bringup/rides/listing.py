"""The list of rides: when, how long, how large, marks, health; all of them, or those that fit a question."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outrider_bringup.rides import where as question
from outrider_recorder import metadata, ride

# What the list counts: the topic by which each device is known, under any namespace.
DEVICES = {'radar': '/radar/points', 'camera': '/camera/color/compressed', 'depth': '/camera/depth/image',
           'imu': '/imu/data', 'gps': '/gps/fix', 'drive': '/drive/state'}


def show(rides: Path, asked: str | None) -> int:
    """Print the list, oldest first. Raises UserError where the question is not understood."""
    every = ride.in_order(rides)
    if not every:
        print(f'no ride in {rides}. Make one: ./outrider demo')
        return 0
    if asked is not None:
        fits = set(find(rides, asked))
        every = [(folder, info) for folder, info in every if folder.name in fits]
        if not every:
            print(f'no ride in {rides} fits: {asked}')
            return 1
    print(f'{"ride":24} {"length":>8} {"size":>9} {"marks":>5}  state and messages')
    for folder, info in every:
        print(row(folder, info))
    print(f'{len(every)} in {rides}   See one: ./outrider view {every[-1][0].name}')
    return 0


def find(rides: Path, asked: str) -> list[str]:
    """Return the ids of rides that fit a question, the index brought up to date first. Raises UserError."""
    from outrider_bringup.replay import bag
    from outrider_bringup.rides import read
    from outrider_bringup.rides.index import Index
    from outrider_bringup.rides.story import Story
    from outrider_bringup.rides.story_of import Bar

    where = question.parse(asked)

    def story(folder: Path) -> Story:
        bar = Bar(f'reading {folder.name}')
        try:
            told = read.read(bag.find(rides, folder.name), bar)
        finally:
            bar.end()
        told.marks = ride.read_marks(folder)
        return told

    with Index(rides) as index:
        index.update(story)
        return index.find(where)


@dataclass(frozen=True)
class Ride:
    """What is known of a ride without reading its messages. `health` is one sentence, `holds` what was counted."""

    name: str
    length_s: float
    size: int  # bytes of its segments
    marks: int
    health: str
    whole: bool
    holds: str


def known(folder: Path, info: dict[str, Any]) -> Ride:
    """Return what is known of the ride in `folder`; an empty `info` is a damaged one."""
    size = ride.size(folder)
    if not info:
        return Ride(folder.name, 0.0, size, 0, f'{ride.RIDE_FILE} is missing or damaged; its segments may be whole',
                    False, '')
    marks, stop_ns = len(ride.read_marks(folder)), info.get('stop_ns')
    if stop_ns is None and ride.is_open(folder):
        state, stop_ns = 'recording', time.time_ns()
    else:
        state = info.get('alarm') or 'whole' if stop_ns else 'cut off; readable to its last half second'
        stop_ns = stop_ns or ride.last_write_ns(folder)
    length_s = max(0, stop_ns - int(info.get('start_ns', stop_ns))) / 1e9
    return Ride(folder.name, length_s, size, marks, str(state), state == 'whole', _holds(folder))


def row(folder: Path, info: dict[str, Any]) -> str:
    """Return the line of one ride."""
    if not info:
        return f'{folder.name:24} {known(folder, info).health}'
    one = known(folder, info)
    minutes, seconds = divmod(int(one.length_s), 60)
    return (f'{one.name:24} {minutes:>5}:{seconds:02d} {one.size / 1e6:>6.1f} MB {one.marks:>5}  '
            f'{one.health}{f": {one.holds}" if one.holds else ""}')


def for_programs(rides: Path, asked: str | None) -> list[dict[str, object]]:
    """Return the rides (that fit a question), newest first. Raises UserError where it is not understood."""
    fits = set(find(rides, asked)) if asked is not None else None
    told: list[dict[str, object]] = []
    for folder, info in reversed(ride.in_order(rides)):
        if fits is None or folder.name in fits:
            one = known(folder, info)
            told.append({'id': one.name, 'title': title(one.name, info), 'duration_s': round(one.length_s, 1),
                         'bytes': one.size, 'marks': one.marks, 'health': one.health, 'whole': one.whole,
                         'report': (folder / 'report.html').is_file()})
    return told


def title(name: str, info: dict[str, Any]) -> str:
    """Return what a person calls a ride: rig and day, and its note where it has one."""
    start_ns = ride.true_start_ns(info) if info else None
    when = time.strftime('%a %d %b %H:%M', time.localtime(start_ns / 1e9)) if start_ns else name
    simulated = 'simulated' if info.get('simulated') else ''
    return ', '.join(filter(None, (when, str(info.get('rig') or ''), simulated, str(info.get('note') or ''))))


def _holds(folder: Path) -> str:
    counts = metadata.counts(folder)
    found = ((name, sum(count for known, count in counts.items() if known.endswith(topic)))
             for name, topic in DEVICES.items())
    return ', '.join(f'{name} {count}' for name, count in found if count)
