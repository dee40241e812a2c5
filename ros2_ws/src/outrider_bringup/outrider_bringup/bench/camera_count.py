"""Counts what a camera gave, by its journal, against what stands in the ride."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mcap.exceptions import McapError
from mcap.reader import make_reader
from numpy.typing import NDArray

from outrider_bringup.errors import UserError

DIAGNOSTICS = '/diagnostics'
TOPICS = {'colour': '/camera/color/compressed', 'depth': '/camera/depth/image', 'gyro': '/imu/data'}
NEAR_S = 0.5  # a stamp so far from every entry belongs to none
UNKNOWN_S = 3.0  # so long the camera's clock is still being found: stamps may lie nearer to a neighbour of their entry

Times = NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """One stream: `given` by the camera while the ride heard of it, of which `lost`; how late the stamps are."""

    given: int
    lost: int  # negative: more came than were given
    rate_hz: float
    late_p50_ms: float
    late_p99_ms: float


def tally(taken_ns: Times, stamps_ns: Times) -> Tally:
    """Lay rising `stamps_ns` (n,) over the rising times (m,) at which the camera took what they belong to.

    Judged is from the first stamp after UNKNOWN_S to the last one: as many stamps as entries must lie there. Raises
    UserError where stamps belong to nothing.
    """
    stamps_ns = stamps_ns[stamps_ns - stamps_ns[:1] >= UNKNOWN_S * 1e9]
    if len(stamps_ns) < 2 or len(taken_ns) < 2:
        raise UserError(f'{len(stamps_ns)} messages of {len(taken_ns)} came into the ride. Run: ./outrider doctor')
    after = np.clip(np.searchsorted(taken_ns, stamps_ns), 1, len(taken_ns) - 1)
    nearer = np.abs(taken_ns[after] - stamps_ns) < np.abs(taken_ns[after - 1] - stamps_ns)
    place = np.where(nearer, after, after - 1)
    late_ms = (stamps_ns - taken_ns[place]) * 1e-6
    if np.abs(late_ms).max() > NEAR_S * 1e3:
        raise UserError('stamps of the ride lie far from anything that the camera gave. Start again.')
    given = int(place[-1] - place[0]) + 1
    middle, most = np.percentile(np.abs(late_ms), (50, 99)).tolist()
    rate_hz = (len(stamps_ns) - 1) * 1e9 / float(stamps_ns[-1] - stamps_ns[0])
    return Tally(given, given - len(stamps_ns), rate_hz, middle, most)


def given(journal: Path) -> dict[str, Times]:
    """Return the times, ns of the host's clock, at which a fake camera took what it gave, by stream."""
    taken: dict[str, list[int]] = {name: [] for name in TOPICS}
    with journal.open() as lines:
        for line in lines:
            entry = json.loads(line)
            taken[entry['stream']].append(entry['taken_ns'])
    return {name: np.array(times, dtype=np.int64) for name, times in taken.items()}


def recorded(rides: Path, topics: Sequence[str]) -> dict[str, Times]:
    """Return the stamps of the messages of the one ride in `rides`, by topic, rising. Raises UserError."""
    stamps: dict[str, list[int]] = {topic: [] for topic in topics}
    for segment in sorted(rides.glob('*/*.mcap')):
        try:
            with segment.open('rb') as stream:
                reader: Any = make_reader(stream)
                for _, channel, message in reader.iter_messages(topics=topics, log_time_order=False):
                    stamps[channel.topic].append(message.publish_time)
        except (McapError, OSError, ValueError) as error:
            raise UserError(f'{segment.name} of the ride cannot be read ({error}). Start again.') from None
    return {topic: np.sort(np.array(times, dtype=np.int64)) for topic, times in stamps.items()}


def told(rides: Path) -> dict[str, int]:
    """Return who counted losses, by the last diagnosis of driver and recorder that stands in the ride."""
    from diagnostic_msgs.msg import DiagnosticArray
    from rclpy.serialization import deserialize_message

    last: dict[str, dict[str, str]] = {}
    for segment in sorted(rides.glob('*/*.mcap')):
        with segment.open('rb') as stream:
            reader: Any = make_reader(stream)
            for _, _, message in reader.iter_messages(topics=[DIAGNOSTICS], log_time_order=False):
                for status in deserialize_message(message.data, DiagnosticArray).status:
                    last[status.name] = {pair.key: pair.value for pair in status.values}
    camera, recorder = last.get('outrider/camera', {}), last.get('outrider/recorder', {})
    return {'lost before the driver': sum(int(value) for key, value in camera.items() if key.endswith(' lost')),
            'dropped by the driver': sum(int(value) for key, value in camera.items() if key.endswith(' dropped')),
            'lost on the topics': int(recorder.get('lost', 0)),
            'dropped by the recorder': int(recorder.get('dropped', 0))}
