"""`python -m outrider_bringup.faults.replay RUN`: records the drive's topics, then plays them again on the same domain.

What a forgotten `ros2 bag play --clock` beside a running ramp would do, at its worst: the commands are those of this
very governor, recorded a moment ago, for this very link epoch.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import deque
from pathlib import Path
from typing import Any

from outrider_bringup.faults.journals import Tail

KEPT = 50  # a second
PERIOD_S = 0.02
START = 'replay_start'


def journal_of(run: Path) -> Path:
    """Return the journal: `heard` (a driving command was recorded) or `begun`, with `ns` (CLOCK_BOOTTIME)."""
    return run / 'replay.jsonl'


def forget(run: Path) -> None:
    """Remove what an earlier replay left."""
    for stale in (run / START, journal_of(run)):
        stale.unlink(missing_ok=True)


def start(run: Path) -> None:
    """Let the replay begin."""
    (run / START).touch()


def has_heard(tail: Tail) -> bool:
    """Tell whether it has recorded, by the news in its journal."""
    return any('heard' in line for line in tail.news())


def has_begun(tail: Tail) -> bool:
    """Tell whether it plays, by the news in its journal."""
    return any('begun' in line for line in tail.news())


class Replay:
    """One node, for as long as the process lives."""

    def __init__(self, run: Path) -> None:
        """Record from now on."""
        import rclpy
        from outrider_interfaces.msg import DriveCommand, DriveRequest, OperatorState, RelayCommand
        from sensor_msgs.msg import Joy

        from outrider_node import qos

        self._run, self._journal = run, journal_of(run).open('a')
        self._kept: dict[str, deque[Any]] = {}
        self._turn = 0
        self._heard = False
        self._clock: Any = None
        self._node = rclpy.create_node('replay', start_parameter_services=False)
        self._publishers = {}
        for kind, topic in ((DriveCommand, 'drive/command'), (RelayCommand, 'relays/command'),
                            (DriveRequest, 'drive/request'), (OperatorState, 'operator'), (Joy, 'joy')):
            self._kept[topic] = deque(maxlen=KEPT)
            self._publishers[topic] = self._node.create_publisher(kind, topic, qos.COMMAND)
            self._node.create_subscription(kind, topic, lambda message, topic=topic: self._keep(topic, message),
                                           qos.COMMAND)
        self._node.create_timer(PERIOD_S, self._tick)

    def spin(self) -> None:
        """Run until a signal comes."""
        import rclpy

        stopped: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, frame: stopped.append(number))
        while not stopped:
            rclpy.spin_once(self._node, timeout_sec=0.1)

    def _keep(self, topic: str, message: Any) -> None:
        if self._clock is not None:
            return
        self._kept[topic].append(message)
        drives = topic == 'drive/command' and message.mode == message.MODE_DRIVE
        if drives and not self._heard and len(self._kept['drive/request']) > KEPT // 2:
            self._heard = True
            self._say('heard')

    def _tick(self) -> None:
        from rosgraph_msgs.msg import Clock

        if self._clock is None:
            if not (self._run / START).exists():
                return
            self._clock = self._node.create_publisher(Clock, '/clock', 10)
        for topic, kept in self._kept.items():
            if kept:
                self._publishers[topic].publish(kept[self._turn % len(kept)])
        then = self._kept['joy'][0].header.stamp if self._kept['joy'] else self._node.get_clock().now().to_msg()
        self._clock.publish(Clock(clock=then))
        if not self._turn:
            self._say('begun')
        self._turn += 1

    def _say(self, what: str) -> None:
        from outrider_node import boottime_ns

        self._journal.write(json.dumps({'ns': boottime_ns(), what: True}) + '\n')
        self._journal.flush()


def main() -> None:
    """Record, play, end with a signal."""
    import rclpy
    from rclpy.signals import SignalHandlerOptions

    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    Replay(Path(sys.argv[1])).spin()
    rclpy.try_shutdown()


if __name__ == '__main__':
    main()
