"""A bare ROS 2 hop between two processes: what any chain of nodes pays once. `python -m outrider_bringup.bench.hop`.

The message is a PointCloud2 as large as the radar's median frame; each is stamped just before it is published.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_bringup.errors import UserError

POINTS, POINT_BYTES = 23, 20
RATE_HZ = 30.0
START_S = 15.0


def publish(count: int) -> None:
    """Publish `count` stamped messages at RATE_HZ once somebody listens, then wait for the last to be taken."""
    import rclpy
    from rclpy.signals import SignalHandlerOptions
    from sensor_msgs.msg import PointCloud2

    from outrider_node import qos

    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)  # SIGTERM ends it at once
    node = rclpy.create_node('hop')
    publisher = node.create_publisher(PointCloud2, 'hop', qos.SENSOR)
    message = PointCloud2(height=1, width=POINTS, point_step=POINT_BYTES, row_step=POINTS * POINT_BYTES,
                          data=bytes(POINTS * POINT_BYTES))
    end = time.monotonic() + START_S
    while publisher.get_subscription_count() == 0 and time.monotonic() < end:
        time.sleep(0.01)
    due = time.monotonic()
    for _ in range(count):
        due += 1 / RATE_HZ
        time.sleep(max(0.0, due - time.monotonic()))
        now = time.time_ns()
        message.header.stamp.sec, message.header.stamp.nanosec = now // 1_000_000_000, now % 1_000_000_000
        publisher.publish(message)
    while publisher.get_subscription_count() and time.monotonic() < due + 1.0:
        time.sleep(0.01)
    node.destroy_node()
    rclpy.try_shutdown()


def measure(count: int, warm_up: int, domain: int, say: Callable[[str], None]) -> NDArray[np.float64]:
    """Return `count` delays in ms, after `warm_up` more. Raises UserError where messages do not come."""
    import rclpy
    from rclpy.signals import SignalHandlerOptions
    from sensor_msgs.msg import PointCloud2

    from outrider_node import qos
    from outrider_node.run import executor_named

    delays: list[float] = []

    def hear(message: Any) -> None:
        now = time.time_ns()
        delays.append((now - message.header.stamp.sec * 1_000_000_000 - message.header.stamp.nanosec) / 1e6)

    rclpy.init(domain_id=domain, signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('hop_end')
    node.create_subscription(PointCloud2, 'hop', hear, qos.SENSOR)
    executor = executor_named('auto')
    executor.add_node(node)
    whole = count + warm_up
    other = subprocess.Popen([sys.executable, '-m', __name__, str(whole)], stdin=subprocess.DEVNULL,
                             env={**os.environ, 'ROS_DOMAIN_ID': str(domain)})
    try:
        end = time.monotonic() + START_S + 1.5 * whole / RATE_HZ
        while len(delays) < whole and other.poll() is None and time.monotonic() < end:
            executor.spin_once(timeout_sec=0.1)
            if len(delays) % 30 == 0:
                say(f'{len(delays)}/{whole} messages of the bare hop')
    finally:
        node.destroy_node()
        executor.shutdown()
        rclpy.try_shutdown()
        other.terminate()
        other.wait()
    if len(delays) < whole:
        raise UserError(f'{len(delays)} of {whole} messages of a bare ROS 2 hop came. Run: ./outrider doctor')
    return np.array(delays[warm_up:])


if __name__ == '__main__':
    publish(int(sys.argv[1]))
