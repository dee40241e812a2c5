"""What the demo's own node hears of the ramp."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from outrider_interfaces.msg import DriveState, MotorState, RelayState

from outrider_bringup.demo.ride import COMMANDS, STATES
from outrider_bringup.demo.skater import Sight
from outrider_node import qos

TOPICS = (('drive/state', DriveState), ('motors/state', MotorState), ('relays/state', RelayState))


class DriveEars:
    """Hears the three states of a machine that drives, in the thread of the node's executor."""

    def __init__(self, node: Any) -> None:
        """Subscribe with `node`."""
        self._node = node
        self.last: dict[str, Any] = {}
        self._stamps: dict[str, list[int]] = {f'/{topic}': [] for topic, _ in TOPICS}
        for topic, kind in TOPICS:
            node.create_subscription(kind, topic, partial(self._hear, topic), qos.STATE)

    def is_recorded(self) -> bool:
        """Tell whether the recorder listens to all that the table will look for in its ride."""
        return all(any(heard_by.node_name == 'recorder' for heard_by in
                       self._node.get_subscriptions_info_by_topic(topic.lstrip('/')))
                   for topic in (*STATES, *COMMANDS))

    def _hear(self, topic: str, message: Any) -> None:
        self.last[topic] = message
        stamp = message.header.stamp
        self._stamps[f'/{topic}'].append(int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec))

    def heard(self, since_ns: int, until_ns: int) -> dict[str, Counter[int]]:
        """Return how often each stamp between the two (host clock) came, by topic."""
        return {topic: Counter(stamp for stamp in stamps[:] if since_ns <= stamp <= until_ns)
                for topic, stamps in self._stamps.items()}

    def sight(self) -> Sight:
        """Return what a person would see."""
        drive, motors, relays = (self.last.get(topic) for topic, _ in TOPICS)
        if drive is None:
            return Sight()
        speed_mps = 0.0
        if motors is not None and motors.erpm_per_mps:
            speed_mps = max(map(float, motors.erpm), key=abs) / motors.erpm_per_mps
        return Sight(
            int(drive.state), frozenset(map(int, drive.refusals)), tuple(drive.refusal_texts),
            speed_mps,
            int(relays.jack) if relays is not None and relays.present else 0,
            relays is not None and relays.present and relays.jack_limit_fitted[0] and relays.jack_limit_open[0])

    @property
    def battery_v(self) -> float:
        """The battery's voltage, 0 where it is not known."""
        drive = self.last.get('drive/state')
        return float(drive.battery_v) if drive is not None else 0.0
