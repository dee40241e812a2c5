"""What the record of a run holds, read back from its files by the public MCAP reader."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcap.exceptions import McapError
from mcap.reader import make_reader

POINTS = '/radar/points'
STATES = ('/drive/state', '/motors/state', '/relays/state')  # known again by their stamps
COMMANDS = ('/drive/command', '/relays/command')  # begin with a time and a number that counts up
_NUMBERED = struct.Struct('<4xQI')  # behind the four bytes that say how the rest is written
# What the reader and its decompressors raise for files that were damaged.
_DAMAGE = (McapError, OSError, ValueError, EOFError, RuntimeError, struct.error)


@dataclass
class RideRead:
    """A ride on disk. `stamps_ns` are those of the recorded point messages; `broken` says what cannot be read.

    `stamps` has those of each topic of STATES; `numbers` (CLOCK_BOOTTIME in ns, number) of each of COMMANDS.
    """

    name: str
    messages: dict[str, int] = field(default_factory=dict)
    stamps_ns: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    record_bytes: int = 0
    rrd_bytes: int = 0
    stamps: dict[str, Counter[int]] = field(default_factory=dict)
    numbers: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return how many messages were read, of all topics."""
        return sum(self.messages.values())


def read(folder: Path) -> RideRead:
    """Read every segment of the ride in `folder` to its end. Never raises for a damaged one: `broken` names it."""
    ride = RideRead(folder.name)
    if not folder.is_dir():
        ride.broken.append(f'{folder} is missing')
        return ride
    for part in sorted(folder.glob('*.part')):
        ride.broken.append(f'{part.name} was not closed')
    segments = sorted(folder.glob('*.mcap'))
    if not segments:
        ride.broken.append('no segment')
    for segment in segments:
        ride.record_bytes += segment.stat().st_size
        try:
            _read_segment(segment, ride)
        except _DAMAGE as error:
            ride.broken.append(f'{segment.name}: {type(error).__name__}')
    rrd = folder / 'ride.rrd'
    ride.rrd_bytes = rrd.stat().st_size if rrd.exists() else 0
    return ride


def _read_segment(segment: Path, ride: RideRead) -> None:
    with segment.open('rb') as stream:
        reader: Any = make_reader(stream, validate_crcs=True)
        if reader.get_summary() is None:
            ride.broken.append(f'{segment.name} has no summary')
        for _, channel, message in reader.iter_messages(log_time_order=False):
            ride.messages[channel.topic] = ride.messages.get(channel.topic, 0) + 1
            if channel.topic == POINTS:
                ride.stamps_ns[message.publish_time] += 1
            elif channel.topic in STATES:
                ride.stamps.setdefault(channel.topic, Counter())[message.publish_time] += 1
            elif channel.topic in COMMANDS:
                ride.numbers.setdefault(channel.topic, []).append(_NUMBERED.unpack_from(message.data))
