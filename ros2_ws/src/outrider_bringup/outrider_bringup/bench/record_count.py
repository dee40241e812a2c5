"""Counts what was published, by its journal, against what stands in a ride, to its last byte."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mcap.opcode import Opcode
from mcap.records import Channel
from mcap.records import Message as Record
from numpy.typing import NDArray

from outrider_bringup.errors import UserError
from outrider_recorder import ride, walk

Times = NDArray[np.int64]
_HEAD = struct.Struct('<BQ')


def published(journal: Path) -> dict[str, Times]:
    """Return the stamps of what was published, ns since the epoch, by full topic. Raises UserError."""
    try:
        with np.load(journal) as kept:
            return {f'/{name.replace(".", "/")}': kept[name] for name in kept.files}
    except (OSError, ValueError) as error:
        raise UserError(f'{journal.name} cannot be read ({error}). Start again.') from None


@dataclass(frozen=True)
class Read:
    """One topic of a ride: `stamps` (n,) of its messages and their `sequences` (n,), in the order of the file."""

    stamps: Times
    sequences: Times


def recorded(folder: Path, topics: Sequence[str]) -> dict[str, Read]:
    """Return what stands in the segments of a ride, torn ones too."""
    stamps: dict[str, list[int]] = {topic: [] for topic in topics}
    sequences: dict[str, list[int]] = {topic: [] for topic in topics}
    for path in ride.segments(folder):
        names: dict[int, str] = {}
        with path.open('rb') as file:
            for record in walk.records(file):
                if isinstance(record, Channel):
                    names[record.id] = record.topic
                elif isinstance(record, Record) and names.get(record.channel_id) in stamps:
                    stamps[names[record.channel_id]].append(record.publish_time)
                    sequences[names[record.channel_id]].append(record.sequence)
    return {topic: Read(np.array(stamps[topic], np.int64), np.array(sequences[topic], np.int64)) for topic in topics}


def lost(given: Mapping[str, Times], read: Mapping[str, Read]) -> int:
    """Return how many messages lack, by stamp or by a gap in the sequences, from each topic's first on to the end.

    Raises UserError where a topic is not in the ride at all.
    """
    count = 0
    for topic, stamps in given.items():
        own = read[topic]
        if not len(own.stamps):
            raise UserError(f'nothing of {topic} stands in the ride. Run: ./outrider doctor recorder')
        due = stamps[stamps >= own.stamps.min()]
        missing = len(np.setdiff1d(due, own.stamps))
        gaps = int(own.sequences.max() - own.sequences.min()) + 1 - len(np.unique(own.sequences))
        count += max(missing, gaps)
    return count


def behind_s(given: Mapping[str, Times], read: Mapping[str, Read], end_ns: int) -> float:
    """Return by how much the ride of a recorder that ended at `end_ns` lacks its end, of the worst topic, in s.

    That is from the newest stamp that can be read to the newest that was published before the end.
    """
    worst = 0.0
    for topic, stamps in given.items():
        due, own = stamps[stamps <= end_ns], read[topic].stamps
        if len(due) and len(own):
            worst = max(worst, float(due[-1] - own.max()) * 1e-9)
    return worst


@dataclass(frozen=True)
class Chunk:
    """A chunk of a segment: where it ends in the file, and the newest stamp of each topic up to there."""

    end: int
    newest: dict[str, int]


def chunks(path: Path, topics: Sequence[str]) -> list[Chunk]:
    """Return the chunks of a whole segment in order."""
    data, place, found = path.read_bytes(), len(walk.MAGIC), []
    names: dict[int, str] = {}
    newest: dict[str, int] = {}
    while place + _HEAD.size <= len(data):
        opcode, length = _HEAD.unpack_from(data, place)
        end = place + _HEAD.size + length
        if opcode in (Opcode.DATA_END, Opcode.FOOTER):
            break
        if opcode == Opcode.CHUNK:
            for record in walk.read(opcode, data[place + _HEAD.size:end]) or ():
                if isinstance(record, Channel):
                    names[record.id] = record.topic
                elif isinstance(record, Record) and names.get(record.channel_id) in topics:
                    name = names[record.channel_id]
                    newest[name] = max(newest.get(name, 0), record.publish_time)
            found.append(Chunk(end, dict(newest)))
        place = end
    return found


@dataclass(frozen=True)
class Sync:
    """One fsync that returned at `at_ns` (CLOCK_BOOTTIME): of a file up to `size`, or of a folder with `names`."""

    at_ns: int
    path: str
    size: int = 0
    names: frozenset[str] = frozenset()


def syncs(log: Path) -> list[Sync]:
    """Return what record_powered wrote down."""
    found = []
    for line in log.read_text().splitlines():
        at, path, holds = line.split(' ', 2)
        found.append(Sync(int(at), path, int(holds)) if holds.isdigit() else
                     Sync(int(at), path, names=frozenset(holds.split('/'))))
    return found


def power_cut_s(folder: Path, log: Sequence[Sync], given: Mapping[str, Times], utc_less_boot_ns: int,
                settle_s: float) -> tuple[float, int]:
    """Return the most that a cut at any moment would have cost of any topic, in s, and over how many fsyncs.

    What is bound to be there at a moment: of each segment whose name an fsync of the folder has put there, what an
    fsync of the file has put there. Between two fsyncs the loss only grows, so that it is looked at before each. The
    first `settle_s` are left out: before the first fsync all of a ride is lost.
    """
    topics = list(given)
    held = {path.name: chunks(path, topics) for path in ride.segments(folder) if path.suffix != '.part'}
    sizes: dict[str, int] = {}
    named: set[str] = set()
    begin_ns = min(int(stamps[0]) for stamps in given.values()) + round(settle_s * 1e9)
    end_ns = min(int(stamps[-1]) for stamps in given.values())
    worst, looked = 0.0, 0
    for sync in log:
        at_ns = sync.at_ns + utc_less_boot_ns
        if begin_ns <= at_ns <= end_ns:
            looked += 1
            worst = max(worst, _lacking_s(held, sizes, named, given, at_ns))
        if sync.names:
            named |= {name.removesuffix('.part') for name in sync.names}
        else:
            sizes[Path(sync.path).name.removesuffix('.part')] = sync.size
    return worst, looked


def _lacking_s(held: Mapping[str, Sequence[Chunk]], sizes: Mapping[str, int], named: set[str],
               given: Mapping[str, Times], at_ns: int) -> float:
    newest: dict[str, int] = {}
    for name in named & set(held):
        for chunk in held[name]:
            if chunk.end <= sizes.get(name, 0):
                newest |= {topic: max(newest.get(topic, 0), stamp) for topic, stamp in chunk.newest.items()}
    worst = 0.0
    for topic, stamps in given.items():
        due = stamps[:np.searchsorted(stamps, at_ns, 'right')]
        if len(due):
            worst = max(worst, float(int(due[-1]) - newest.get(topic, int(stamps[0]))) * 1e-9)
    return worst
