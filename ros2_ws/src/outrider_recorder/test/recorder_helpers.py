"""Helpers of these tests: messages with known content, MCAP read by its own library, programs run beside rerun."""

from __future__ import annotations

import array
import contextlib
import json
import os
import resource
import signal
import subprocess
from pathlib import Path

from mcap.reader import make_reader
from mcap.stream_reader import StreamReader
from outrider_interfaces.msg import Hazard, HazardArray, RecorderState, Track, TrackArray
from sensor_msgs.msg import PointCloud2, PointField

from outrider_node import qos
from outrider_recorder import bridge_launcher
from outrider_recorder.schema import Schemas
from outrider_recorder.segment import Topic

# Every row of a finished recording by entity, components as they are called in rerun.
READ_RRD = """
import json, sys
import rerun.chunk as chunk
found = {}
for piece in chunk.RrdReader(sys.argv[1]).stream():
    batch = piece.to_record_batch()
    names = [name for name in batch.schema.names if name not in ('rerun.controls.RowId', 'time')]
    rows = batch.select(names).to_pylist()
    times = batch.column('time').cast('int64').to_pylist() if 'time' in batch.schema.names else [0] * len(rows)
    found.setdefault(str(piece.entity_path), []).extend({'time': t, **row} for t, row in zip(times, rows))
print(json.dumps(found, default=repr))
"""

BUILD = 'import sys; from outrider_recorder.bridge.__main__ import main; main(sys.argv[1:])'
# The names of the views and pages of every layout that was sent, each as a list.
READ_LAYOUTS = """
import json, sys
import rerun.chunk as chunk
reader, layouts = chunk.RrdReader(sys.argv[1]), []
for store in reader.blueprints():
    names = []
    for piece in reader.stream(store=store):
        batch = piece.to_record_batch()
        for name in batch.schema.names:
            if name.endswith(':display_name'):
                names += [one for row in batch.column(name).to_pylist() for one in row or []]
    layouts.append(names)
print(json.dumps(layouts))
"""

FIELDS = [PointField(name=name, offset=4 * i, datatype=PointField.FLOAT32, count=1)
          for i, name in enumerate(('x', 'y', 'z', 'velocity', 'snr'))]


def stamped(message, number, frame):
    message.header.stamp.sec, message.header.stamp.nanosec = 1_700_000_000 + number // 30, number % 30 * 33_000_000
    message.header.frame_id = frame
    return message


def cloud(number):
    count = number % 7  # empty ones too
    floats = array.array('f', [number + k / 8 for k in range(count * 5)])
    message = PointCloud2(height=1, width=count, fields=FIELDS, point_step=20, row_step=20 * count, is_dense=True)
    message.data = array.array('B', floats.tobytes())
    return stamped(message, number, 'radar_link')


def tracks(number):
    message = TrackArray(ego_velocity_valid=True, degraded=['camera'])
    for k in range(number % 4):
        track = Track(id=k, class_id=Track.CLASS_CAR, length_m=4.4, width_m=1.8, height_m=1.5, heading_rad=0.25)
        track.position.x, track.position.y, track.position.z = -10.0 - number - k, 1.5, 0.75
        track.velocity_over_ground.x = 16.5
        message.tracks.append(track)
    return stamped(message, number, 'base_link')


def hazards(number):
    message = HazardArray(hazards=[Hazard(track_id=0, level=number % 4, distance_m=10.0)] if number % 3 else [])
    return stamped(message, number, 'base_link')


def only(rides):
    (folder,) = rides.iterdir()
    return folder


def state_of(ros):
    return ros.collect(RecorderState, 'recorder/state', qos.STATE)


def ends(process, number=signal.SIGINT):
    process.signal(number)
    assert process.wait(5.0) == 0, process.output


def settled(ros):
    """Wait until the recorder has said its state twice more: all that was sent before has been taken."""
    states = state_of(ros)
    ros.until(lambda: len(states) >= 3, 'three states')  # the first may be an old one


@contextlib.contextmanager
def full_after(folder, size):
    """Make `folder` hold `size` bytes at most; yields a function that does it to a process by its pid.

    A small disk of its own where mounting is allowed; elsewhere a limit on file size, which ends in the same errors.
    """
    mount = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}', 'tmpfs', str(folder)], capture_output=True,
                           check=False)
    if mount.returncode == 0:
        try:
            yield lambda pid: None
        finally:
            subprocess.run(['umount', '-l', str(folder)], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda pid: resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def make_topic(name='/count', kind='std_msgs/msg/UInt32'):
    return Topic(name, kind, Schemas().text(kind))


def messages(path: Path, topic: str) -> list:
    """Every message record of `topic` in a finished segment."""
    with path.open('rb') as file:
        return [message for _, _, message in make_reader(file).iter_messages(topics=[topic], log_time_order=False)]


def streamed(path: Path) -> dict[str, list[int]]:
    """Sequences by topic of a segment that may be torn, read as far as it goes."""
    found: dict[str, list[int]] = {}
    channels = {}
    with path.open('rb') as file:
        try:
            for record in StreamReader(file, validate_crcs=True).records:
                if type(record).__name__ == 'Channel':
                    channels[record.id] = record.topic
                elif type(record).__name__ == 'Message':
                    found.setdefault(channels[record.channel_id], []).append(record.sequence)
        except Exception as error:  # a torn end
            found['torn'] = [type(error).__name__]
    return found


def in_rerun(program: str, *arguments: object) -> str:
    """Run `program` in rerun's environment and return what it prints."""
    python = bridge_launcher.interpreter(os.environ)
    assert python, 'set-up makes the rerun environment; run: make setup'
    done = subprocess.run([str(python), '-c', program, *map(str, arguments)], capture_output=True, text=True,
                          env=bridge_launcher.clean(os.environ), timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_rrd(path: Path) -> dict[str, list]:
    """Return the rows of an .rrd file by entity."""
    return json.loads(in_rerun(READ_RRD, path))


def layouts_of(path: Path) -> list[set[str]]:
    """Return the names of views and pages of every layout in an .rrd file."""
    return [set(names) for names in json.loads(in_rerun(READ_LAYOUTS, path))]
