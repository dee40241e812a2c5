"""The short ride that the tests run through the present code, and its expected outputs: made anew in one command.

    python -m outrider_bringup.replay.golden            # outputs anew, from the inputs that are there
    python -m outrider_bringup.replay.golden --record   # the inputs too, from the simulated bicycle

The inputs stay in the journal's order; outputs, journal and snapshots are those of the present code. Whoever changes
what the fusion says makes it anew in the same commit, and the diff table of the commit before says what has changed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from rclpy.serialization import deserialize_message, serialize_message

from outrider_bringup import paths
from outrider_bringup.replay import bag, start
from outrider_bringup.replay.feed import Asked, Feed
from outrider_bringup.replay.outputs import TOLD
from outrider_bringup.replay.through import KINDS, asked_of
from outrider_perception import front
from outrider_perception.config import Config
from outrider_perception.fusion_node import HEARS
from outrider_recorder import about, metadata, ride
from outrider_recorder.schema import Schemas
from outrider_recorder.segment import Message, Segment, Topic

NAME, SCENARIO = 'golden', 'golden_scenario.yaml'
DEPTH_EVERY = 6       # images: a whole second of depth would be larger than all the rest
THINNED = tuple(f'/{topic}' for topic in (front.DEPTH, front.DEPTH_INFO, front.COLOUR_INFO))
BESIDE = ('/gps/fix',)  # for the map
AFTER_NS = 1_000      # an output is received after its input
RECORD_S = 120.0
LARGEST = 1_500_000


def folder() -> Path:
    """Return where it lies in the checkout."""
    return paths.checkout() / 'ros2_ws' / 'src' / 'outrider_bringup' / 'test' / 'recorded'


def kept(messages: Iterable[Message], *, thin: bool) -> list[Message]:
    """Return the inputs of a recording, and what is shown beside them; `thin`: with few depth images."""
    inputs = {topic if topic.startswith('/') else f'/{topic}' for topic, _, _ in HEARS}
    counts: dict[str, int] = {}
    chosen = []
    for message in messages:
        name = message.topic.name
        if name not in inputs and name not in BESIDE:
            continue
        counts[name] = counts.get(name, -1) + 1
        if thin and name in THINNED and counts[name] % DEPTH_EVERY:
            continue
        chosen.append(message)
    return chosen


def journal(source: bag.Bag) -> list[Asked]:
    """Return the whole journal of a ride."""
    lines = []
    for message in source.messages():
        if message.topic.name == f'/{front.INPUTS}':
            said = deserialize_message(message.data, KINDS[front.INPUTS])
            lines += [asked_of(one, message.log_ns) for one in said.inputs]
    return lines


def answered(inputs: list[Message], lines: list[Asked], config: Config) -> list[Message]:
    """Return `inputs` in the order of the journal with what the present code says to them."""
    feed = Feed([topic for topic, _, _ in HEARS], latched=(front.FRAMES, front.RADAR_INFO), lists=(front.FRAMES,))
    names = {topic if topic.startswith('/') else f'/{topic}': topic for topic, _, _ in HEARS}
    beside = [message for message in inputs if message.topic.name not in names]
    for one in inputs:
        if one.topic.name in names:
            feed.heard(names[one.topic.name], one)
    feed.asks(lines, 0)
    made, chain, schemas, at_ns, counts = list(beside), front.Front(config), Schemas(), 0, dict[str, int]()
    for asked, message in feed.pairs(to_the_end=True):
        if message is None:
            continue
        at_ns = max(at_ns + 1, message.log_ns)
        made.append(message._replace(log_ns=at_ns))
        for topic, said in chain.take(asked.topic, deserialize_message(message.data, KINDS[asked.topic]),
                                      asked.received_ns):
            kind = f'outrider_interfaces/msg/{type(said).__name__}'
            stamp = said.header.stamp
            counts[topic] = counts.get(topic, -1) + 1
            at_ns += AFTER_NS
            made.append(Message(Topic(f'/{topic}', kind, schemas.text(kind)), counts[topic], at_ns,
                                stamp.sec * 1_000_000_000 + stamp.nanosec, serialize_message(said)))
    return sorted(made, key=lambda message: message.log_ns)


def write(messages: list[Message], info: dict[str, Any], target: Path) -> None:
    """Write a ride of one segment whole, then put it in the place of the one that is there. Raises OSError."""
    workshop = Path(tempfile.mkdtemp(prefix='.golden-', dir=target.parent))
    try:
        segment, counts = Segment(workshop, 0), dict[str, int]()
        for message in messages:
            counts[message.topic.name] = counts.get(message.topic.name, -1) + 1
            segment.write(message._replace(sequence=counts[message.topic.name]))
        segment.finish()
        segment.keep()
        metadata.write(workshop, [metadata.Kept(segment.path.name, segment.first_ns, segment.last_ns,
                                                dict(segment.counts), tuple(segment.topics.values()))])
        ride.write_info(workshop, {**info, 'messages': segment.messages, 'bytes': segment.path.stat().st_size})
        workshop.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        workshop.rename(target)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def facts(info: dict[str, Any]) -> dict[str, Any]:
    """Return ride.json without what names a machine's paths or owner, with the present code, processor and lock."""
    files = info.get('files')
    root = os.environ.get('OUTRIDER_ROOT', '')
    names = ('format', 'start_utc', 'start_ns', 'stop_utc', 'stop_ns', 'rig', 'simulated')
    return {**{name: info[name] for name in names if name in info},
            'ride': NAME, 'note': 'a car from behind; inputs recorded from the simulated bicycle',
            'nodes': {name: values for name, values in (info.get('nodes') or {}).items() if name == '/fusion'},
            'files': {Path(name).name: text for name, text in files.items()} if isinstance(files, dict) else {},
            'version': about.version(root), 'cpu': about.processor(), 'numpy': np.__version__, 'lock': about.lock(root)}


def record(rides: Path) -> bag.Bag:
    """Record the scenario from the simulated bicycle. Raises UserError where nothing came of it."""
    command = [sys.executable, '-m', 'outrider_bringup', 'up', 'bicycle', '--sim', '--no-live', 'voice:=false',
               '--scenario', str(folder() / SCENARIO)]
    subprocess.run(command, env={**os.environ, 'OUTRIDER_RIDES': str(rides), 'OUTRIDER_RUN': str(rides / 'run')},
                   timeout=RECORD_S, check=False)
    return bag.newest(rides)


def make(source: bag.Bag, target: Path, *, thin: bool = False) -> int:
    """Write the golden ride from `source`; return its size in bytes. Raises UserError, OSError."""
    config = start.configured(source, start.look(source, None))
    messages = answered(kept(source.messages(), thin=thin), journal(source), config)
    said = sum(message.topic.name.removeprefix('/') in TOLD for message in messages)
    write(messages, facts(source.info), target)
    size = sum(path.stat().st_size for path in target.iterdir())
    print(f'{target}: {len(messages)} messages, {said} of them said by the fusion, {size} bytes')
    return size


def main() -> int:
    """Make it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--record', action='store_true', help='record the inputs anew from the simulated bicycle')
    given = parser.parse_args()
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix='outrider-golden-') as rides:
        source = record(Path(rides)) if given.record else bag.find(folder(), NAME)
        return int(make(source, folder() / NAME, thin=given.record) > LARGEST)


if __name__ == '__main__':
    sys.exit(main())
