"""A recording to replay: a ride of ours, or any rosbag2 folder or file in MCAP.

No name that stands in a recording becomes a path: the files are those that lie there.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcap.opcode import Opcode
from mcap.reader import SeekingReader
from mcap.records import Channel, Schema
from mcap.records import Message as Recorded

from outrider_bringup.errors import UserError
from outrider_recorder import inside, ride, walk
from outrider_recorder.damage import DAMAGE
from outrider_recorder.errors import RideError
from outrider_recorder.segment import Message, Topic

ENDING = '.mcap'
LARGEST_SUMMARY = 16 << 20
_START_IN_CHUNK, _LOG_TIME_IN_MESSAGE = 16, 14  # bytes: start, end; channel, sequence, log_time (MCAP 1.0)


@dataclass(frozen=True)
class Span:
    """First and last receipt in one file, ns; `whole` False where it ends before its footer."""

    first_ns: int
    last_ns: int
    whole: bool


@dataclass
class Bag:
    """Files in their order, with their spans. `info` is ride.json, empty for a foreign bag."""

    name: str
    files: list[tuple[Path, Span]]
    info: dict[str, Any] = field(default_factory=dict)
    ours: bool = False
    complaints: list[str] = field(default_factory=list)  # one sentence each: what is not there

    @property
    def first_ns(self) -> int:
        """Return the receipt of the first message."""
        return min(span.first_ns for _, span in self.files)

    @property
    def last_ns(self) -> int:
        """Return the receipt of the last message."""
        return max(span.last_ns for _, span in self.files)

    def messages(self, from_ns: int = 0) -> Iterator[Message]:
        """Yield what was recorded, file by file; earlier files than the one with `from_ns` are left out.

        Each segment of ours begins with the newest latched messages, which come once. A foreign bag is read whole:
        its latched messages stand at its beginning only.
        """
        newest: dict[str, int] = {}
        for number, (path, span) in enumerate(self.files):
            if self.ours and span.last_ns < from_ns and number + 1 < len(self.files):
                continue
            for message in read(path):
                if self.ours:
                    if message.sequence <= newest.get(message.topic.name, -1):
                        continue
                    newest[message.topic.name] = message.sequence
                yield message

    def topics(self) -> dict[str, Topic]:
        """Return what is in it, by name."""
        found: dict[str, Topic] = {}
        for path, _ in self.files:
            for topic in _topics(path):
                found.setdefault(topic.name, topic)
        return found


def find(rides: Path, words: str) -> Bag:
    """Return the ride of that id, or the bag at that path. Raises UserError."""
    if not ride.ID.fullmatch(words):  # paths have a / or a .
        return _foreign(Path(words))
    try:
        folder = ride.find(rides, words)
        return opened(folder, ride.read_info(folder))
    except RideError as error:
        raise UserError(f'{error} (or a bag by its path: ./{words})') from None


def newest(rides: Path) -> Bag:
    """Return the newest ride. Raises UserError where there is none."""
    every = [folder for folder, _ in ride.in_order(rides)]
    if not every:
        raise UserError(f'no ride in {rides}. Make one: ./outrider demo')
    return find(rides, every[-1].name)


def read(path: Path) -> Iterator[Message]:
    """Yield the messages of one file as they stand there; what is damaged is passed over. Raises UserError."""
    schemas: dict[int, Schema] = {}
    topics: dict[int, Topic] = {}
    with _open(path) as file:
        for record in walk.records(file):
            if isinstance(record, Schema):
                schemas[record.id] = record
            elif isinstance(record, Channel):
                topic = _topic(record, schemas)
                if topic is not None:
                    topics[record.id] = topic
            elif isinstance(record, Recorded) and record.channel_id in topics:
                yield Message(topics[record.channel_id], record.sequence, record.log_time, record.publish_time,
                              record.data)


def span(path: Path) -> Span | None:
    """Return what one file spans, without unpacking it; None where no message is in it. Raises UserError."""
    first = last = 0
    whole = False
    with _open(path) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if file.read(len(walk.MAGIC)) != walk.MAGIC:
            return None
        place = len(walk.MAGIC)
        while place + walk.HEAD.size <= size:
            file.seek(place)
            opcode, length = walk.HEAD.unpack(file.read(walk.HEAD.size))
            place += walk.HEAD.size + length
            if opcode in (Opcode.DATA_END, Opcode.FOOTER) or place > size:
                whole = opcode == Opcode.DATA_END and place <= size
                break
            if opcode == Opcode.CHUNK:
                times = file.read(_START_IN_CHUNK)
                begin, end = int.from_bytes(times[:8], 'little'), int.from_bytes(times[8:], 'little')
            elif opcode == Opcode.MESSAGE:
                begin = end = int.from_bytes(file.read(_LOG_TIME_IN_MESSAGE)[6:], 'little')
            else:
                continue
            if end:
                first, last = min(first or begin, begin), max(last, end)
    return Span(first, last, whole) if last else None


def opened(folder: Path, info: dict[str, Any]) -> Bag:
    """Return the ride in `folder`, of which ride.json says `info`. Raises UserError."""
    known = info.get('format', ride.FORMAT)
    if not isinstance(known, int) or known > ride.FORMAT:
        raise UserError(f'{folder.name} is of format {str(known)[:20]}, this version reads up to {ride.FORMAT}. '
                        'Update outrider')
    files = [(path, found) for path in ride.segments(folder) if (found := span(path)) is not None]
    if not files:
        raise UserError(f'{folder.name} holds no segment with a message. Copy it again, or run: ./outrider view --list')
    bag = Bag(folder.name, files, info, ours=True)
    torn = [path.name for path, found in files if not found.whole and not ride.is_locked(path)]
    if torn:
        bag.complaints.append(f'{folder.name}: {torn[0]} ends in the middle (a copy or a power cut); what stands '
                              'before that is used')
    promised, there = _promised(folder), {path.name for path, _ in files}
    gone = [name for name in promised if name not in there and not _was_deleted(name, info)]
    if gone:
        bag.complaints.append(f'{folder.name}: {len(gone)} of {len(promised)} segments are missing (half copied?); '
                              'the others are used')
    return bag


def _promised(folder: Path) -> list[str]:
    """Return the names of the segments that metadata.yaml tells of; they are compared, never opened."""
    begin = '  relative_file_paths: '
    try:
        lines = inside.read_text_at(folder / ride.METADATA_FILE).splitlines()
        return [str(name) for name in json.loads(next(line for line in lines if line.startswith(begin))[len(begin):])]
    except (OSError, ValueError, TypeError, StopIteration):
        return []


def _was_deleted(name: str, info: dict[str, Any]) -> bool:
    """Tell whether the recorder's quota took this segment, as ride.json says."""
    told = info.get('deleted')
    return isinstance(told, list) and any(name in str(one) or f'segment_{one:03d}' in name for one in told
                                          if isinstance(one, (int, str)))


def _foreign(path: Path) -> Bag:
    if path.is_file():
        candidates = [path]
    elif path.is_dir():
        candidates = sorted(one for one in path.iterdir() if one.is_file() and not one.is_symlink())
    else:
        raise UserError(f'{path} was not found, expected the id of a ride, or the path of a bag')
    files = [(one, found) for one in candidates if one.name.endswith(ENDING) and (found := span(one)) is not None]
    if not files:
        others = {one.suffix for one in candidates}
        why = ('it is a bag of sqlite3. Convert it: ros2 bag convert' if '.db3' in others
               else 'it is packed whole. Unpack it: zstd -d' if '.zstd' in others
               else 'no MCAP file with messages is in it. Name one, or the id of a ride')
        raise UserError(f'{path} cannot be replayed: {why}')
    files.sort(key=lambda one: (one[1].first_ns, one[0].name))
    bag = Bag(path.name, files)
    torn = [one.name for one, found in files if not found.whole]
    if torn:
        bag.complaints.append(f'{torn[0]} ends in the middle; what stands before that is used')
    return bag


def _open(path: Path) -> Any:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise UserError(f'{path} is no regular file')
        return open(descriptor, 'rb')
    except OSError as error:
        raise UserError(f'{path} cannot be read ({error.strerror}). Copy it again, or correct its mode') from None


def _topics(path: Path) -> Iterator[Topic]:
    """Yield the topics of one file: from its summary, or from all of it where there is none."""
    schemas: dict[int, Schema] = {}
    with _open(path) as file:
        with contextlib.suppress(*DAMAGE):
            summary = SeekingReader(file, record_size_limit=LARGEST_SUMMARY).get_summary()
            if summary is not None and summary.channels:
                found = [_topic(channel, summary.schemas) for channel in summary.channels.values()]
                yield from (topic for topic in found if topic is not None)
                return
        for record in walk.records(file):
            if isinstance(record, Schema):
                schemas[record.id] = record
            elif isinstance(record, Channel):
                topic = _topic(record, schemas)
                if topic is not None:
                    yield topic


def _topic(channel: Channel, schemas: dict[int, Schema]) -> Topic | None:
    schema = schemas.get(channel.schema_id)
    if schema is None or channel.message_encoding != 'cdr':
        return None
    return Topic(channel.topic, schema.name, schema.data.decode('utf-8', 'replace'),
                 channel.metadata.get('offered_qos_profiles', ''))
