"""metadata.yaml: what makes a ride folder a rosbag2 bag, in version 5, which every release from Humble on reads."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcap.reader import make_reader

from outrider_recorder.damage import DAMAGE
from outrider_recorder.ride import METADATA_FILE, segments, write_atomic
from outrider_recorder.segment import PART, Topic


@dataclass(frozen=True)
class Kept:
    """What a bag must know of one kept segment. Times in ns since the epoch, receipt."""

    file: str
    first_ns: int
    last_ns: int
    counts: dict[str, int]
    topics: tuple[Topic, ...]

    @property
    def messages(self) -> int:
        """Return the number of messages in it."""
        return sum(self.counts.values())


def text(segments: Sequence[Kept]) -> str:
    """Return metadata.yaml for `segments` in order. JSON is YAML: every value is quoted by its rules."""
    counts: Counter[str] = Counter()
    topics: dict[str, Topic] = {}
    for segment in segments:
        counts.update(segment.counts)
        topics.update({topic.name: topic for topic in segment.topics})
    filled = [segment for segment in segments if segment.messages]
    start_ns = min((segment.first_ns for segment in filled), default=0)
    end_ns = max((segment.last_ns for segment in filled), default=0)
    information = {
        'version': 5,
        'storage_identifier': 'mcap',
        'relative_file_paths': [segment.file for segment in segments],
        'duration': {'nanoseconds': end_ns - start_ns},
        'starting_time': {'nanoseconds_since_epoch': start_ns},
        'message_count': sum(counts.values()),
        'topics_with_message_count': [
            {'topic_metadata': {'name': topic.name, 'type': topic.kind, 'serialization_format': 'cdr',
                                'offered_qos_profiles': topic.qos},
             'message_count': counts[topic.name]} for topic in topics.values()],
        'compression_format': '',
        'compression_mode': '',
        'files': [{'path': segment.file,
                   'starting_time': {'nanoseconds_since_epoch': segment.first_ns},
                   'duration': {'nanoseconds': segment.last_ns - segment.first_ns},
                   'message_count': segment.messages} for segment in segments],
    }
    return 'rosbag2_bagfile_information:\n' + ''.join(
        f'  {key}: {json.dumps(value)}\n' for key, value in information.items())


def write(folder: Path, segments: Sequence[Kept]) -> None:
    """Replace the folder's metadata.yaml. Raises OSError."""
    write_atomic(folder / METADATA_FILE, text(segments))


def describe(path: Path) -> Kept:
    """Return what metadata.yaml says of a finished segment, from its summary. Raises OSError, RuntimeError."""
    try:
        with path.open('rb') as file:
            summary = make_reader(file).get_summary()
    except DAMAGE as error:
        raise RuntimeError(f'{path.name} is damaged ({error})') from None
    if summary is None or summary.statistics is None:
        raise RuntimeError(f'{path.name} has no summary')
    counts = summary.statistics.channel_message_counts
    topics = []
    for channel in summary.channels.values():
        schema = summary.schemas[channel.schema_id]
        topics.append(Topic(channel.topic, schema.name, schema.data.decode(),
                            channel.metadata.get('offered_qos_profiles', '')))
    return Kept(path.name, summary.statistics.message_start_time, summary.statistics.message_end_time,
                {channel.topic: counts.get(channel.id, 0) for channel in summary.channels.values()}, tuple(topics))


def rewrite(folder: Path, known: Mapping[str, Kept] | None = None) -> None:
    """Write metadata.yaml anew for the finished segments that lie in `folder`; `known` saves reading. Raises OSError.

    Segments come and go: a repair finishes one, a quota takes another. One that cannot be read is left out.
    """
    found = []
    for path in segments(folder):
        if path.suffix != PART:
            with contextlib.suppress(OSError, RuntimeError):
                found.append((known or {}).get(path.name) or describe(path))
    write(folder, found)


def counts(folder: Path) -> dict[str, int]:
    """Return the number of messages by topic in the kept segments; empty where metadata.yaml does not tell."""
    begin = '  topics_with_message_count: '
    try:
        told = (folder / METADATA_FILE).read_text(encoding='utf-8').splitlines()
        entries = json.loads(next(line for line in told if line.startswith(begin))[len(begin):])
        return {str(entry['topic_metadata']['name']): int(entry['message_count']) for entry in entries}
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return {}
