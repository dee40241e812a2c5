"""Publishes a recording and its time to whoever listens on a ROS domain of its own."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock

from outrider_bringup.errors import UserError
from outrider_bringup.replay import allowed, kinds, quality
from outrider_bringup.replay.bag import Bag
from outrider_bringup.replay.pace import Pace, Stepped
from outrider_recorder.segment import Message, Topic

ACKED_S = 1.0
LISTEN_S, MOST_LISTEN_S = 1.0, 6.0  # nodes that wait find the publishers one by one; none says when it is ready
TICK_S, CLOCK_S = 0.02, 0.01
TF_STATIC = '/tf_static'

Tick = Callable[[Pace, int], bool]


class Player:
    """Holds a publisher for each topic that may be published."""

    def __init__(self, bag: Bag, domain: int, *, simulated: bool) -> None:
        """Offer the topics of `bag`. Raises UserError where none can be published."""
        self._bag, self._stepped = bag, Stepped(bag.info)
        wanted, self.held_back = allowed.published(list(bag.topics().values()), simulated=simulated)
        self._context = Context()
        rclpy.init(args=[], context=self._context, domain_id=domain)
        self._node = rclpy.create_node('replay', context=self._context, start_parameter_services=False)
        self._publishers: dict[str, Any] = {}
        self._latched: dict[str, int] = {}  # topic: how many late joiners are given
        self.unknown: list[Topic] = []
        for topic in wanted:
            self._offer(topic)
        self._clock = self._node.create_publisher(Clock, allowed.CLOCK, QoSProfile(
            depth=1, reliability=ReliabilityPolicy.BEST_EFFORT))
        self._told_ns, self.sent, self.ended = -1, 0, False
        if not self._publishers:
            self.close()
            raise UserError(f'{bag.name} holds no topic that can be published here. See its topics: ros2 bag info')

    def _offer(self, topic: Topic) -> None:
        kind = kinds.message_class(topic.kind)
        if kind is None:
            self.unknown.append(topic)
            return
        profile = quality.profile(topic.qos, latched_name=topic.name.endswith(TF_STATIC))
        try:
            self._publishers[topic.name] = self._node.create_publisher(kind, topic.name, profile)
        except Exception:  # a name that ROS does not allow: rclpy and rcl each raise their own
            self.unknown.append(topic)
            return
        if profile.durability == DurabilityPolicy.TRANSIENT_LOCAL:
            self._latched[topic.name] = profile.depth

    @property
    def topics(self) -> int:
        """Return how many topics are published."""
        return len(self._publishers)

    @property
    def listeners(self) -> int:
        """Return how many subscriptions have been found."""
        return sum(publisher.get_subscription_count() for publisher in self._publishers.values())

    def play(self, from_ns: int, to_ns: int, speed: float, tick: Tick) -> bool:
        """Publish what was received from `from_ns` to `to_ns`; return False where `tick` ended it.

        `tick(pace, now_ns)` is called at least every TICK_S and returns whether to go on.
        """
        self._told_ns = -1
        if not self._let_find(from_ns, Pace(from_ns, speed, time.monotonic()), tick):
            return False
        pace, before, ticked_s = Pace(from_ns, speed, time.monotonic()), self._before(), time.monotonic()
        for message in self._bag.messages(from_ns):
            if message.topic.name not in self._publishers:
                continue
            if message.log_ns < from_ns:
                if message.topic.name in before:
                    before[message.topic.name].append(message)
                continue
            for one in (held for kept in before.values() for held in kept):
                self._send(one)
            before = {}
            if message.log_ns > to_ns:
                break
            while (wait_s := pace.wait_s(message.log_ns, time.monotonic())) > 0.0 or (
                    time.monotonic() - ticked_s > TICK_S):
                time.sleep(max(0.0, min(wait_s, CLOCK_S)))
                ticked_s = time.monotonic()
                self._tell(min(pace.at(ticked_s), message.log_ns), pace)
                if not tick(pace, min(pace.at(ticked_s), message.log_ns)):
                    return False
            self._tell(message.log_ns, pace)
            self._send(message)
        end_ns = min(to_ns, self._bag.last_ns)
        self._tell(end_ns, pace)
        return tick(pace, end_ns)

    def _let_find(self, from_ns: int, pace: Pace, tick: Tick) -> bool:
        """Let time stand until for LISTEN_S nobody more has found the publishers."""
        heard, since_s = -1, time.monotonic()
        end_s = since_s + (MOST_LISTEN_S if not self.sent else 0.0)
        while time.monotonic() < min(end_s, since_s + LISTEN_S):
            if heard != self.listeners:
                heard, since_s = self.listeners, time.monotonic()
            self._told_ns = -1
            self._tell(from_ns, pace)
            if not tick(pace, from_ns):
                return False
            time.sleep(TICK_S)
        return True

    def _before(self) -> dict[str, deque[Message]]:
        """Return a place for what a node that joins at the beginning would get of earlier messages."""
        return {name: deque(maxlen=depth) for name, depth in self._latched.items()}

    def close(self) -> None:
        """Take everything back, once whoever listens has the last of it or ACKED_S have gone by."""
        end_s = time.monotonic() + ACKED_S
        for publisher in self._publishers.values():
            left_s = end_s - time.monotonic()
            if left_s > 0.0:
                publisher.wait_for_all_acked(Duration(nanoseconds=round(left_s * 1e9)))
        self._node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def _send(self, message: Message) -> None:
        self._publishers[message.topic.name].publish(message.data)
        self.sent += 1

    def _tell(self, log_ns: int, pace: Pace) -> None:
        """Publish the time, at most every CLOCK_S of it."""
        if self._told_ns >= 0 and 0 <= log_ns - self._told_ns < CLOCK_S * 1e9 * min(1.0, pace.speed):
            return
        self._told_ns = log_ns
        system_ns = max(0, self._stepped.system_ns(log_ns))
        clock = Clock()
        clock.clock.sec, clock.clock.nanosec = system_ns // 1_000_000_000, system_ns % 1_000_000_000
        self._clock.publish(clock)
