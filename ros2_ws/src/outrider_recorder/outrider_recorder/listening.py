"""Raw subscriptions to everything that is published, each as strong as its publishers allow."""

from __future__ import annotations

import fnmatch
import importlib
import struct
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from outrider_node import qos
from outrider_recorder import offered
from outrider_recorder.clock import RideClock
from outrider_recorder.profile import Selection
from outrider_recorder.schema import SchemaError, Schemas
from outrider_recorder.segment import Message, Topic

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks

LOOK_S = 0.25  # how often the graph is looked at: a new topic is recorded at most this late
# A second of the fastest topic (IMU, 400 Hz); images come at 30 Hz and cost memory.
DEPTH, DEPTH_IMAGES = 500, 40
# Several nodes speak on it, each of its own frames only: more than the newest must be kept.
TF_STATIC, TF_STATIC_HEADS = '/tf_static', 100
# Who latches one message has others replaced before a listener that has just been found gets them; DDS calls them lost.
JOIN_S = 1.0

_STAMP = {0: struct.Struct('>iI'), 1: struct.Struct('<iI')}


def stamp_ns(data: bytes) -> int:
    """Return the time at the start of a CDR message in ns, or 0 where it holds none."""
    if len(data) < 12:
        return 0
    seconds, nanoseconds = _STAMP[data[1] & 1].unpack_from(data, 4)
    return seconds * 1_000_000_000 + nanoseconds if seconds > 0 else 0


class _Heard:
    """One topic as it is being listened to."""

    def __init__(self, topic: Topic, profile: QoSProfile, stamped: bool, heads: int) -> None:
        self.topic, self.profile, self.stamped = topic, profile, stamped
        self.heads: deque[Message] = deque(maxlen=heads)
        self.sequence = 0
        self.subscription: Any = None
        self.joined_s = time.monotonic()  # the newest publisher, as far as is known here
        self.doubted: list[tuple[float, int]] = []  # losses that may be such: when, how many


class Listening:
    """Finds topics, subscribes, and hands each message to `hand_on`; keeps the newest transient-local ones."""

    def __init__(self, node: Node, exclude: Sequence[str], selection: Selection, clock: RideClock,
                 hand_on: Callable[[Message], None]) -> None:
        """`exclude` holds names or patterns like /camera/*; hidden topics (_name) are never recorded."""
        self._node, self._exclude, self._hand_on = node, tuple(exclude), hand_on
        self._selection, self._clock = selection, clock
        self._schemas = Schemas()
        self._heard: dict[str, _Heard] = {}
        self._offers: dict[str, int] = {}
        self._lost = 0
        self.refused: dict[str, str] = {}
        # On the steady clock: the system's may be set under us.
        node.create_timer(LOOK_S, self.look, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self.look()

    @property
    def lost(self) -> int:
        """Return how many messages were published and did not come here."""
        return self._lost + sum(count for heard in list(self._heard.values()) for at_s, count in list(heard.doubted)
                                if abs(at_s - heard.joined_s) > JOIN_S)

    @property
    def topics(self) -> int:
        """Return the number of topics subscribed to."""
        return len(self._heard)

    def heads(self) -> Iterable[Message]:
        """Return the transient-local messages that a late joiner would get now."""
        return [message for heard in list(self._heard.values()) for message in list(heard.heads)]

    def look(self) -> None:
        """Subscribe to what is new; weaken a subscription that a new publisher cannot satisfy."""
        self._settle()
        for name, kinds in self._node.get_topic_names_and_types():
            if name in self.refused or self._is_excluded(name):
                continue
            if self._node.count_publishers(name) != self._offers.get(name, 0):
                offers = self._node.get_publishers_info_by_topic(name)
                # Those that are judged now: the count may be ahead of them. 0 too: who comes back may offer less.
                self._offers[name] = len(offers)
                self._hear(name, kinds[0], offers)

    def _is_excluded(self, name: str) -> bool:
        hidden = any(part.startswith('_') for part in name.split('/'))
        named = any(fnmatch.fnmatchcase(name, pattern) for pattern in self._exclude)
        return hidden or named or not self._selection.wants(name)

    def _hear(self, name: str, kind: str, offers: Sequence[Any]) -> None:
        if not offers:
            return
        depth = DEPTH_IMAGES if kind.endswith('Image') else DEPTH
        profile = qos.to_record(offers, depth)
        known = self._heard.get(name)
        if known:
            known.joined_s = time.monotonic()
        if known and _as_weak(known.profile, profile):
            return
        try:
            package, _, short = kind.split('/')
            message_class = getattr(importlib.import_module(f'{package}.msg'), short)
            topic = Topic(name, kind, self._schemas.text(kind), offered.text(offers))
            stamped = self._schemas.begins_with_stamp(kind)
        except (ImportError, AttributeError, ValueError, SchemaError):
            self.refused[name] = kind
            self._node.get_logger().warning(
                f'{name} is not recorded: {kind} is not installed here. Build its package and start again.')
            return
        latched = profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
        heads = (TF_STATIC_HEADS if name == TF_STATIC else len(offers)) if latched else 0
        heard = _Heard(topic, profile, stamped, heads)
        if known:
            heard.sequence = known.sequence
            heard.heads.extend(known.heads)
        self._heard[name] = heard
        heard.subscription = self._node.create_subscription(
            message_class, name, lambda data: self._receive(heard, data), profile, raw=True,
            event_callbacks=SubscriptionEventCallbacks(
                message_lost=lambda event: self._count_lost(heard, event.total_count_change)))
        if known:
            self._node.destroy_subscription(known.subscription)

    def _receive(self, heard: _Heard, data: bytes) -> None:
        now_ns = self._clock.now_ns()
        taken = self._selection.taken(heard.topic.name, data, now_ns)
        if taken is None:
            return
        message = Message(heard.topic, heard.sequence, now_ns,
                          (stamp_ns(data) if heard.stamped else 0) or now_ns, taken)
        heard.sequence += 1
        if heard.heads.maxlen:
            heard.heads.append(message)
        self._hand_on(message)

    def _count_lost(self, heard: _Heard, count: int) -> None:
        if heard.heads.maxlen:
            heard.doubted.append((time.monotonic(), count))
        else:
            self._lost += count

    def _settle(self) -> None:
        """Decide about losses of which it is known by now whether somebody had just joined."""
        now_s = time.monotonic()
        for heard in self._heard.values():
            while heard.doubted and now_s - heard.doubted[0][0] > 2 * JOIN_S:
                at_s, count = heard.doubted.pop(0)
                self._lost += count if abs(at_s - heard.joined_s) > JOIN_S else 0


def _as_weak(present: QoSProfile, wanted: QoSProfile) -> bool:
    """Return whether `present` matches every publisher that `wanted` matches."""
    reliability: bool = (present.reliability == ReliabilityPolicy.BEST_EFFORT
                   or wanted.reliability == ReliabilityPolicy.RELIABLE)
    durability: bool = (present.durability == DurabilityPolicy.VOLATILE
                  or wanted.durability == DurabilityPolicy.TRANSIENT_LOCAL)
    return reliability and durability
