"""What the driver that runs says of itself on /diagnostics, for checks that must not take its device away."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

WAIT_S = 4.0


class Said(NamedTuple):
    """The newest diagnosis of one device: sentence and values."""

    message: str
    values: dict[str, str]


def by_driver(device: str, wait_s: float = WAIT_S) -> Said | None:
    """Return what `outrider/<device>` says in this ROS domain, None where nobody does within `wait_s`."""
    import rclpy
    from diagnostic_msgs.msg import DiagnosticArray
    from rclpy.executors import SingleThreadedExecutor

    from outrider_node import qos

    said: list[Any] = []
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('outrider_doctor', context=context)
    node.create_subscription(
        DiagnosticArray, '/diagnostics',
        lambda array: said.extend(status for status in array.status if status.name == f'outrider/{device}'), qos.EVENT)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    end = time.monotonic() + wait_s
    while not said and time.monotonic() < end:
        executor.spin_once(timeout_sec=0.1)
    executor.shutdown()
    node.destroy_node()
    context.try_shutdown()
    return Said(said[-1].message, {pair.key: pair.value for pair in said[-1].values}) if said else None
