"""The list of rides: when, how long, how large, marks, health; all of them, or those that fit a question."""

from __future__ import annotations

import time
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


def row(folder: Path, info: dict[str, Any]) -> str:
    """Return the line of one ride."""
    if not info:
        return f'{folder.name:24} {ride.RIDE_FILE} is missing or damaged; its segments may be whole'
    size = sum(path.stat().st_size for path in ride.segments(folder))
    marks, stop_ns = len(ride.read_marks(folder)), info.get('stop_ns')
    if stop_ns is None and ride.is_open(folder):
        state, stop_ns = 'recording', time.time_ns()
    else:
        state = info.get('alarm') or 'whole' if stop_ns else 'cut off; readable to its last half second'
        stop_ns = stop_ns or int(max((path.stat().st_mtime_ns for path in ride.segments(folder)), default=0))
    minutes, seconds = divmod(max(0, stop_ns - int(info.get('start_ns', stop_ns))) // 1_000_000_000, 60)
    return f'{folder.name:24} {minutes:>5}:{seconds:02d} {size / 1e6:>6.1f} MB {marks:>5}  {state}{_holds(folder)}'


def _holds(folder: Path) -> str:
    counts = metadata.counts(folder)
    found = ((name, sum(count for known, count in counts.items() if known.endswith(topic)))
             for name, topic in DEVICES.items())
    told = ', '.join(f'{name} {count}' for name, count in found if count)
    return f': {told}' if told else ''
