"""Segments that a power cut or a kill left open are finished: a new file, checked, then the old one goes.

`python -m outrider_recorder.repair RIDES` exits 0: nothing torn or all repaired, 1: something was left as it is.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from mcap.reader import make_reader
from mcap.records import Channel, Schema
from mcap.records import Message as McapMessage
from mcap.stream_reader import StreamReader

from outrider_recorder import metadata, ride
from outrider_recorder.damage import DAMAGE
from outrider_recorder.segment import PART, Message, Segment, Topic


def salvage(path: Path) -> Iterator[Message]:
    """Yield every message of an MCAP file, whole or torn, up to the first damage."""
    schemas: dict[int, Schema] = {}
    topics: dict[int, Topic] = {}
    with path.open('rb') as file, contextlib.suppress(*DAMAGE):
        for record in StreamReader(file, validate_crcs=True, record_size_limit=256 << 20).records:
            if isinstance(record, Schema):
                schemas[record.id] = record
            elif isinstance(record, Channel):
                schema = schemas[record.schema_id]
                topics[record.id] = Topic(record.topic, schema.name, schema.data.decode(),
                                          record.metadata.get('offered_qos_profiles', ''))
            elif isinstance(record, McapMessage):
                yield Message(topics[record.channel_id], record.sequence, record.log_time, record.publish_time,
                              record.data)


def repair_segment(part: Path) -> int:
    """Finish the torn segment `part`; return its message count. Raises OSError, RuntimeError; then `part` stays."""
    final = part.with_name(part.name.removesuffix(PART))
    if final.exists():  # the power went again between the last two steps below
        part.unlink()
        return describe(final).messages
    workshop = part.with_name('.repair')
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(mode=ride.FOLDER_MODE)
    try:
        segment = Segment(workshop, int(final.stem.removeprefix('segment_')))
        for message in salvage(part):
            segment.write(message)
        segment.finish()
        segment.keep()
        if sum(1 for _ in salvage(segment.path)) != segment.messages:
            raise RuntimeError('the copy does not read back')
        os.rename(segment.path, final)
        ride.sync_folder(final.parent)
        part.unlink()
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return segment.messages


def describe(path: Path) -> metadata.Kept:
    """Return what metadata.yaml says of a finished segment, from its summary."""
    with path.open('rb') as file:
        summary = make_reader(file).get_summary()
    if summary is None or summary.statistics is None:
        raise RuntimeError(f'{path.name} has no summary')
    counts = summary.statistics.channel_message_counts
    topics = []
    for channel in summary.channels.values():
        schema = summary.schemas[channel.schema_id]
        topics.append(Topic(channel.topic, schema.name, schema.data.decode(),
                            channel.metadata.get('offered_qos_profiles', '')))
    return metadata.Kept(path.name, summary.statistics.message_start_time, summary.statistics.message_end_time,
                         {channel.topic: counts.get(channel.id, 0) for channel in summary.channels.values()},
                         tuple(topics))


def repair_ride(folder: Path) -> list[str]:
    """Finish every torn segment of one ride and rewrite its metadata; return one sentence per segment."""
    said = []
    for part in sorted(folder.glob(f'segment_*.mcap{PART}')):
        if part.is_symlink() or ride.is_locked(part):
            continue
        try:
            said.append(f'{folder.name}: {part.name} repaired, {repair_segment(part)} messages')
        except (OSError, RuntimeError) as error:
            said.append(f'{folder.name}: {part.name} left as it is ({error}); it is readable to its last whole chunk')
    if said:
        with contextlib.suppress(OSError, RuntimeError):
            metadata.write(folder, [describe(path) for path in sorted(folder.glob('segment_*.mcap'))])
    return said


def main(arguments: list[str] | None = None) -> int:
    """Repair every ride in the folder named."""
    folder = Path((sys.argv[1:] if arguments is None else arguments)[0])
    said = [line for each in ride.all_rides(folder) for line in repair_ride(each)]
    for line in said:
        print(line, flush=True)
    return int(any('left as it is' in line for line in said))


if __name__ == '__main__':
    sys.exit(main())
