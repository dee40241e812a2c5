"""What the tests of replay share: the recorded rides, copied, and changed by one thing each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcap.writer import CompressionType, Writer

from outrider_bringup.replay import bag
from outrider_recorder.segment import Message, Segment

RECORDED = Path(__file__).parent / 'recorded'


def copied(rides: Path, name: str) -> Path:
    """Copy a recorded ride into `rides`; return its folder."""
    shutil.copytree(RECORDED / name, rides / name)
    return rides / name


def rewritten(folder: Path, change: Callable[[Message], Message | None], name: str = 'segment_000.mcap') -> None:
    """Write the one segment of a ride again with each message changed, None: left out."""
    messages = [made for one in bag.read(folder / name) if (made := change(one)) is not None]
    (folder / name).unlink()
    segment = Segment(folder, int(name[8:11]))
    for message in messages:
        segment.write(message)
    segment.finish()
    segment.keep()


def foreign(path: Path, messages: list[Message], *, chunked: bool = True, library: str = 'rosbag2') -> Path:
    """Write a file as `ros2 bag record -s mcap` does: sequence 0 everywhere, zstd."""
    with path.open('wb') as file:
        writer = Writer(file, compression=CompressionType.ZSTD, use_chunking=chunked)
        writer.start(profile='ros2', library=library)
        known: dict[str, int] = {}
        for one in messages:
            if one.topic.name not in known:
                schema = writer.register_schema(one.topic.kind, 'ros2msg', one.topic.schema.encode())
                known[one.topic.name] = writer.register_channel(one.topic.name, 'cdr', schema,
                                                                {'offered_qos_profiles': one.topic.qos})
            writer.add_message(known[one.topic.name], one.log_ns, one.data, one.log_ns, 0)
        writer.finish()
    return path


def outrider(*words: Any, timeout_s: float = 90.0, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run([sys.executable, '-m', 'outrider_bringup', *map(str, words)], capture_output=True, text=True,
                          env={**os.environ, **env}, timeout=timeout_s, check=False)


def told(path: Path) -> Any:
    """Return what a JSON file holds."""
    return json.loads(path.read_text())
