"""Listens to every topic for a moment: rate, age of the newest message, who publishes, one message."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.serialization import deserialize_message
from rclpy.signals import SignalHandlerOptions

from outrider_node import qos

HIDDEN = ('/rosout', '/parameter_events')
SELF = 'outrider_topics'
FEW = 10


@dataclass
class Heard:
    """A topic as it was heard; times in seconds on CLOCK_MONOTONIC."""

    name: str
    type: str
    publishers: list[str]
    subscribers: int
    arrivals_s: list[float] = field(default_factory=list)
    newest: bytes | None = None
    readable: bool = True  # False: its type is not built here
    since_s: float = field(default_factory=time.monotonic)
    until_s: float = 0.0

    @property
    def rate_hz(self) -> float | None:
        """Return messages a second, None with fewer than two."""
        count = len(self.arrivals_s)
        if count < 2:
            return None
        # Few messages may come in one burst (three nodes' diagnostics); many tell their own period.
        span_s = self.arrivals_s[-1] - self.arrivals_s[0]
        return (count - 1) / span_s if count >= FEW and span_s > 0 else count / max(self.until_s - self.since_s, 1e-3)

    @property
    def named(self) -> bool:
        """Tell whether discovery knows the names of all publishers yet."""
        return not any('UNKNOWN' in name for name in self.publishers)

    def message(self) -> Any:
        """Return the newest message, None where none came."""
        return None if self.newest is None else deserialize_message(self.newest, get_message(self.type))


def get_message(name: str) -> Any:
    """Return the class of `package/msg/Name`. Raises ModuleNotFoundError, AttributeError, ValueError where none is."""
    package, kind, simple = name.split('/')
    return getattr(importlib.import_module(f'{package}.{kind}'), simple)


def listen(seconds: float, only: str | None = None, enough: Callable[[Heard], bool] | None = None) -> list[Heard]:
    """Return all topics with a publisher (or only `only`), heard for `seconds`, or until `enough` says so of it."""
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node(SELF, start_parameter_services=False)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    heard: dict[str, Heard] = {}
    end_s = time.monotonic() + seconds
    try:
        while time.monotonic() < end_s:
            _join(node, heard, only)
            turn_s = min(end_s, time.monotonic() + 0.2)
            while time.monotonic() < turn_s:
                executor.spin_once(timeout_sec=0.05)
            if only and enough and only in heard and heard[only].named and enough(heard[only]):
                break
        for topic in heard.values():
            topic.until_s = time.monotonic()
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown()
    return [heard[name] for name in sorted(heard)]


def _join(node: Any, heard: dict[str, Heard], only: str | None) -> None:
    for name, types in node.get_topic_names_and_types():
        if only not in (None, name) or (only is None and name in HIDDEN):
            continue
        offers = [offer for offer in node.get_publishers_info_by_topic(name) if offer.node_name != SELF]
        if not offers:
            continue
        publishers = sorted({f'{offer.node_namespace.rstrip("/")}/{offer.node_name}' for offer in offers})
        subscribers = sum(offer.node_name != SELF for offer in node.get_subscriptions_info_by_topic(name))
        if name in heard:
            heard[name].publishers, heard[name].subscribers = publishers, subscribers
            continue
        topic = heard[name] = Heard(name, types[0], publishers, subscribers)
        try:
            kind = get_message(topic.type)
        except (AttributeError, ModuleNotFoundError, ValueError):
            topic.readable = False
            continue
        node.create_subscription(kind, name, _note(topic), qos.to_record(offers, 50), raw=True)


def _note(topic: Heard) -> Callable[[bytes], None]:
    def arrived(raw: bytes) -> None:
        topic.arrivals_s.append(time.monotonic())
        topic.newest = raw

    return arrived
