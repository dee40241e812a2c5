"""What a bicycle's sensors say, as bytes at their rates, each message stamped when it is published: `--journal F`.

| topic | a second | bytes |
|---|---|---|
| camera/color/compressed | 30 | 51 kB, which do not pack, as a JPEG of 848x480 at quality 80 |
| camera/depth/image | 30 | 424x240 of a wall with the errors of a stereo camera |
| radar/points | 20 | 40 points |
| imu/data | 400 | |

At SIGTERM the journal holds the stamps of all that was published, ns since the epoch, by topic.
"""

from __future__ import annotations

import argparse
import functools
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from numpy.typing import NDArray
from rclpy.duration import Duration
from rclpy.qos import QoSProfile
from rclpy.serialization import serialize_message
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import CompressedImage, Image, Imu, PointCloud2, PointField

from outrider_sim.devices.camera_feed import pinhole
from outrider_sim.devices.camera_pattern import Pattern

WIDTH, HEIGHT = 424, 240
JPEG_BYTES, POINTS = 51_000, 40
VARIANTS = 30  # different contents, in turn
SETTLE_S = 2.0
HISTORY_S = 2  # as the camera's driver keeps for a recorder that the host kept waiting
_STAMP = struct.Struct('<iI')
_AT = 4  # behind the encapsulation: the stamp of the header


def colour(rng: np.random.Generator, number: int) -> CompressedImage:
    """Return an image of bytes that do not pack."""
    return CompressedImage(format='jpeg', data=rng.bytes(JPEG_BYTES))


def depth(rng: np.random.Generator, number: int) -> Image:
    """Return what a stereo camera sees of a wall."""
    wall: NDArray[np.uint16] = _wall().depth(number / 30, number)
    return Image(height=HEIGHT, width=WIDTH, encoding='16UC1', step=2 * WIDTH, data=wall.tobytes())


def radar(rng: np.random.Generator, number: int) -> PointCloud2:
    """Return points in the form of the radar's node."""
    fields = [PointField(name=name, offset=4 * place, datatype=PointField.FLOAT32, count=1)
              for place, name in enumerate(('x', 'y', 'z', 'velocity', 'snr'))]
    return PointCloud2(height=1, width=POINTS, fields=fields, point_step=20, row_step=20 * POINTS, is_dense=True,
                       data=rng.standard_normal((POINTS, 5)).astype(np.float32).tobytes())


def imu(rng: np.random.Generator, number: int) -> Imu:
    """Return a sample at rest."""
    sample = Imu()
    noise = rng.standard_normal(6)
    sample.angular_velocity.x, sample.angular_velocity.y, sample.angular_velocity.z = (0.01 * noise[:3]).tolist()
    sample.linear_acceleration.x, sample.linear_acceleration.y, sample.linear_acceleration.z = noise[3:].tolist()
    return sample


@functools.cache
def _wall() -> Pattern:
    return Pattern(None, pinhole(WIDTH, HEIGHT, 30, 90.0), 0.001, 0.095)


VIDEO = {'camera/color/compressed': (CompressedImage, colour, 30), 'camera/depth/image': (Image, depth, 30)}
REST = {'radar/points': (PointCloud2, radar, 20), 'imu/data': (Imu, imu, 400)}


class Stream:
    """One topic: publishes the next message when it is due."""

    def __init__(self, node: Any, topic: str, kind: Any, make: Any, rate: int, begin_ns: int) -> None:
        """Make its messages beforehand: publishing must cost no more than a driver's."""
        rng = np.random.default_rng(rate)
        self._publisher = node.create_publisher(kind, topic, QoSProfile(depth=HISTORY_S * rate))
        self._bytes = [bytearray(serialize_message(make(rng, number))) for number in range(VARIANTS)]
        self._period_ns, self.due_ns = 1_000_000_000 // rate, begin_ns
        self.stamps: list[int] = []

    def publish(self, now_ns: int) -> None:
        """Publish one message, stamped with the system clock."""
        data = self._bytes[len(self.stamps) % VARIANTS]
        stamp_ns = time.time_ns()
        _STAMP.pack_into(data, _AT, *divmod(stamp_ns, 1_000_000_000))
        self._publisher.publish(bytes(data))
        self.stamps.append(stamp_ns)
        self.due_ns = max(self.due_ns + self._period_ns, now_ns - self._period_ns)

    def settle(self) -> None:
        """Wait until whoever listens has the last message too: a publisher that is gone repeats nothing."""
        self._publisher.wait_for_all_acked(Duration(seconds=SETTLE_S))

    @property
    def heard(self) -> bool:
        """Return whether somebody listens."""
        return bool(self._publisher.get_subscription_count())


def main(argv: list[str] | None = None) -> int:
    """Publish until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--journal', type=Path, required=True)
    parser.add_argument('--no-video', action='store_true')
    given = parser.parse_args(argv)
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('sensors', start_parameter_services=False)
    wanted = REST if given.no_video else {**VIDEO, **REST}
    begin_ns = time.monotonic_ns()
    streams = {topic: Stream(node, topic, kind, make, rate, begin_ns) for topic, (kind, make, rate) in wanted.items()}
    while not asked and not all(stream.heard for stream in streams.values()):
        time.sleep(0.02)
    print('heard', flush=True)
    begin_ns = time.monotonic_ns()
    for stream in streams.values():
        stream.due_ns = begin_ns
    while not asked:
        stream = min(streams.values(), key=lambda one: one.due_ns)
        now_ns = time.monotonic_ns()
        if stream.due_ns > now_ns:
            time.sleep((stream.due_ns - now_ns) * 1e-9)
            now_ns = time.monotonic_ns()
        stream.publish(now_ns)
    journal: dict[str, Any] = {topic.replace('/', '.'): np.array(stream.stamps) for topic, stream in streams.items()}
    np.savez(given.journal, **journal)
    for stream in streams.values():
        stream.settle()
    node.destroy_node()
    rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
