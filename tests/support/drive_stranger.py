"""Somebody in the ROS domain of a ramp: `drive_stranger.py SECONDS [--speak]` hears all he can and, if told, commands.

Prints one JSON line: topics that others publish, seen at any time, messages heard a topic, commands sent. The governor
id of his commands is STRANGER.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import rclpy
from geometry_msgs.msg import TwistStamped
from outrider_interfaces.msg import DriveCommand, DriveRequest, DriveState, MotorState, RelayCommand, RelayState
from outrider_interfaces.srv import EStop
from rclpy.executors import SingleThreadedExecutor

from outrider_node import boottime_ns, qos

STRANGER = 666
LOOK_EVERY = 25
HEARD = (('drive/state', DriveState, qos.STATE), ('motors/state', MotorState, qos.STATE),
         ('relays/state', RelayState, qos.STATE), ('drive/command', DriveCommand, qos.COMMAND),
         ('drive/request', DriveRequest, qos.COMMAND), ('relays/command', RelayCommand, qos.COMMAND))


def main(seconds: float, speaks: bool) -> None:
    rclpy.init()
    node = rclpy.create_node('stranger')
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    heard = {topic: 0 for topic, _, _ in HEARD}

    def hear(topic: str) -> Any:
        def count(message: Any) -> None:
            if getattr(message, 'governor_id', 0) != STRANGER and getattr(message, 'source', '') != 'stranger':
                heard[topic] += 1
        return count

    for topic, kind, profile in HEARD:
        node.create_subscription(kind, topic, hear(topic), profile)
    mouths = [(node.create_publisher(kind, topic, qos.COMMAND), make) for topic, kind, make in (
        ('drive/command', DriveCommand, lambda now, n: DriveCommand(
            boottime_ns=now, sequence=n, governor_id=STRANGER, mode=DriveCommand.MODE_DRIVE, speed_mps=1.0)),
        ('relays/command', RelayCommand, lambda now, n: RelayCommand(
            boottime_ns=now, sequence=n, governor_id=STRANGER, jack=1)),
        ('drive/request', DriveRequest, lambda now, n: DriveRequest(
            boottime_ns=now, sequence=n, source='stranger', deadman=True, speed_mps=1.0, estop=True)),
        ('cmd_vel', TwistStamped, lambda now, n: TwistStamped()))] if speaks else []
    service = node.create_client(EStop, 'drive/estop')
    own = {mouth.topic_name for mouth, _ in mouths}
    topics: set[str] = set()
    sent, end = 0, time.monotonic() + seconds
    due = time.monotonic()
    while (now_s := time.monotonic()) < end:
        if now_s >= due:
            due += 0.02
            sent += 1
            for mouth, make in mouths:
                mouth.publish(make(boottime_ns(), sent))
            if sent % LOOK_EVERY == 0:
                topics |= {name for name, _ in node.get_topic_names_and_types()
                           if node.count_publishers(name) > (name in own)}
        executor.spin_once(timeout_sec=0.005)
    print(json.dumps({'topics': sorted(topics), 'heard': heard, 'sent': sent if speaks else 0,
                      'estop_found': service.service_is_ready()}), flush=True)
    executor.shutdown()
    node.destroy_node()
    rclpy.try_shutdown()


if __name__ == '__main__':
    main(float(sys.argv[1]), '--speak' in sys.argv)
