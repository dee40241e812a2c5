"""Segments that a power cut or a kill left open are finished: a new file, checked, then the old one goes.

`python -m outrider_recorder.repair RIDES` exits

| | |
|---|---|
| 0 | nothing was torn, or all of it is repaired |
| 1 | something was left as it is, and said |
| 2 | the folder of rides cannot be read |
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from mcap.records import Channel, Schema
from mcap.records import Message as McapMessage

from outrider_recorder import inside, metadata, ride, walk
from outrider_recorder.damage import DAMAGE
from outrider_recorder.errors import RideError
from outrider_recorder.segment import PART, Message, Segment, Topic

LEFT = 'left as it is'
WORKSHOP = '.repair'
CHUNK_NS = 400_000_000
EMPTY_BYTES = 1024  # a segment that was opened and never written to
OK, SOMETHING_LEFT, NO_RIDES = 0, 1, 2


def salvage(path: Path) -> Iterator[Message]:
    """Yield every message of an MCAP file, whole, torn or damaged: all that stands in chunks that are whole."""
    schemas: dict[int, Schema] = {}
    topics: dict[int, Topic] = {}
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, 'rb') as file:
        for record in walk.records(file):
            if isinstance(record, Schema):
                schemas[record.id] = record
            elif isinstance(record, Channel):
                with contextlib.suppress(*DAMAGE):
                    schema = schemas[record.schema_id]
                    topics[record.id] = Topic(record.topic, schema.name, schema.data.decode(),
                                              record.metadata.get('offered_qos_profiles', ''))
            elif isinstance(record, McapMessage) and record.channel_id in topics:
                yield Message(topics[record.channel_id], record.sequence, record.log_time, record.publish_time,
                              record.data)


def repair_segment(torn: Path) -> int:
    """Finish the torn segment; return its message count. Raises OSError, RuntimeError; then `torn` stays as it is.

    `torn` is a `.part`, or a segment that lost its end after it was finished: that one gives way to its repaired copy.
    """
    final = torn.with_name(torn.name.removesuffix(PART))
    if final != torn and final.exists() and not _lost_its_end(final):  # the power went between the last two steps
        torn.unlink()
        return metadata.describe(final).messages
    workshop = torn.with_name(WORKSHOP)
    _clear(workshop)
    workshop.mkdir(mode=ride.FOLDER_MODE)
    try:
        segment = Segment(workshop, int(final.stem.removeprefix('segment_')))
        given, flushed_ns = hashlib.sha256(), 0
        for message in salvage(torn):
            segment.write(message)
            _add(given, message)
            if not 0 <= message.log_ns - flushed_ns < CHUNK_NS:
                segment.flush()  # as fine as the original: what damages the copy later costs no more
                flushed_ns = message.log_ns
        if not segment.messages and torn.stat().st_size > EMPTY_BYTES:
            raise RuntimeError('no message in it can be read')
        segment.finish()
        segment.keep()
        read = hashlib.sha256()
        for message in salvage(segment.path):
            _add(read, message)
        if read.digest() != given.digest() or metadata.describe(segment.path).messages != segment.messages:
            raise RuntimeError('the copy does not read back')
        os.replace(segment.path, final)
        ride.sync_folder(final.parent)
        if torn != final:
            torn.unlink()
    finally:
        _clear(workshop)
    return segment.messages


def _add(digest: hashlib._Hash, message: Message) -> None:
    digest.update(f'{message.topic.name} {message.sequence} {message.log_ns} {message.publish_ns} '.encode())
    digest.update(message.data)


def _clear(workshop: Path) -> None:
    """Remove the folder in which a copy is made, with what an earlier cut left in it."""
    if workshop.is_symlink():
        raise RuntimeError(f'{workshop.name} is a link')
    if workshop.is_dir():
        for path in workshop.iterdir():
            path.unlink()
        workshop.rmdir()


def _lost_its_end(path: Path) -> bool:
    """Return whether a finished segment lacks the magic that every finished one ends with."""
    with path.open('rb') as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(walk.MAGIC)))
        return file.read() != walk.MAGIC


def torn_segments(folder: Path) -> list[Path]:
    """Return what needs repair in a ride: parts that nobody writes, and segments without their end."""
    found = []
    for path in ride.segments(folder):
        with contextlib.suppress(OSError):
            if not ride.is_locked(path) if path.suffix == PART else _lost_its_end(path):
                found.append(path)
    return found


def is_needed(rides: Path) -> bool:
    """Return whether something looks torn: any part that nobody writes, or the newest ride. Cheap with many rides."""
    every = ride.all_rides(rides)
    return any(path.suffix == PART and not ride.is_locked(path) for folder in every for path in ride.segments(folder)
               ) or any(torn_segments(folder) for folder in every[-1:])


def repair_ride(folder: Path) -> list[str]:
    """Finish every torn segment of one ride and rewrite its metadata; return one sentence per segment."""
    torn = torn_segments(folder)
    if not torn:
        return []
    said = []
    with _alone(folder) as alone:
        for path in torn if alone else ():
            try:
                said.append(f'{folder.name}: {path.name} repaired, {repair_segment(path)} messages')
            except (OSError, RuntimeError) as error:
                said.append(f'{folder.name}: {path.name} {LEFT} ({error}); it is readable to its last whole chunk')
        if said:
            with contextlib.suppress(OSError):
                metadata.rewrite(folder)
    return said


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Keep a second repair of the same ride out; yields False to it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)


def repair(rides: Path) -> tuple[int, list[str]]:
    """Repair every ride in `rides`; return the exit code and what is to be said."""
    if not os.access(rides, os.R_OK | os.X_OK) or not rides.is_dir():
        return NO_RIDES, [f'{rides} is no folder of rides that can be read. Correct rides_dir or OUTRIDER_RIDES.']
    said: list[str] = []
    for folder in ride.all_rides(rides):
        with contextlib.suppress(OSError, RideError), inside.opened(rides, folder.name):
            said += repair_ride(folder)
    return (SOMETHING_LEFT if any(LEFT in line for line in said) else OK), said


def main(arguments: list[str] | None = None) -> int:
    """Repair every ride in the folder named."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        print('repair: expected one folder of rides. Run: python -m outrider_recorder.repair RIDES')
        return NO_RIDES
    code, said = repair(Path(given[0]))
    for line in said:
        print(line, flush=True)
    return code


if __name__ == '__main__':
    sys.exit(main())
