"""Stands in for the rest of the rig on its topics: says the same again and again, in its own thread."""

from __future__ import annotations

import math
import threading
import time
from typing import Any

BEAT_S = 0.1


class Teller:
    """Publishes alerts, and what else it was given, every 100 ms, until told otherwise."""

    def __init__(self) -> None:
        import rclpy
        from outrider_interfaces.msg import AlertArray
        from rclpy.executors import SingleThreadedExecutor

        from outrider_node import qos

        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self.node = rclpy.create_node('teller', context=self.context)
        self._executor = SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self.node)
        self._lock = threading.Lock()
        self._others: dict[str, tuple[Any, Any]] = {}
        self._alerts: list[Any] | None = []
        self.heartbeat = 0
        self.sent: dict[int, float] = {}  # heartbeat: unix ms
        self._publisher = self.node.create_publisher(AlertArray, 'alerts', qos.STATE)
        self._over = threading.Event()
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._run, self._executor.spin)]
        for thread in self._threads:
            thread.start()

    def alerts(self, *alerts: Any) -> None:
        """Say these from now on, at once; none: all is clear."""
        with self._lock:
            self._alerts = list(alerts)
        self._tell()

    def fall_silent(self) -> float:
        """Say no alerts any more, as a dead alerter; return the time of the last ones, unix s."""
        with self._lock:
            self._alerts = None
            return self.sent[self.heartbeat] / 1000

    def also(self, topic: str, message: Any, profile: Any) -> None:
        """Say this too, with a new stamp each time."""
        with self._lock:
            known = self._others.get(topic)
            publisher = known[0] if known else self.node.create_publisher(type(message), topic, profile)
            self._others[topic] = (publisher, message)

    def close_topic(self, topic: str) -> None:
        """Say this no more."""
        with self._lock:
            del self._others[topic]

    def _run(self) -> None:
        while not self._over.wait(BEAT_S):
            self._tell()
            with self._lock:
                others = list(self._others.values())
            for publisher, message in others:
                message.header.stamp = self.node.get_clock().now().to_msg()
                publisher.publish(message)

    def _tell(self) -> None:
        from outrider_interfaces.msg import AlertArray

        with self._lock:
            if self._alerts is None:
                return
            now = self.node.get_clock().now().to_msg()
            for alert in self._alerts:
                alert.since = alert.oldest_measurement = now
            self.heartbeat += 1
            self.sent[self.heartbeat] = time.time() * 1000
            array = AlertArray(heartbeat=self.heartbeat, alerts=self._alerts)
            array.header.stamp = now
            self._publisher.publish(array)

    def close(self) -> None:
        """End the thread and the node."""
        self._over.set()
        self._executor.shutdown()
        for thread in self._threads:
            thread.join()
        self.node.destroy_node()
        self.context.try_shutdown()


def alert(row: str, word: str = '', side: str = 'behind', distance_m: float = math.nan, ttc_s: float = math.nan,
          what: str = '') -> Any:
    """Return an Alert of the table's row, as the alerter fills it."""
    from outrider_interfaces.msg import Alert

    from outrider_alerts import table

    found = table.load().rows[row]
    words = {'word': word, 'side': table.load().sides[side], 'what': what}
    return Alert(name=row, priority=min(found.priority, 255), text=found.text.format(**words).capitalize(),
                 word=found.word.format(**words), level=table.LEVELS.index(found.level), tone=found.tone,
                 shape=found.shape, side=table.SIDES.index(side), distance_m=distance_m,
                 closing_speed_mps=distance_m / ttc_s, time_to_collision_s=ttc_s, hold_s=found.hold_s)
