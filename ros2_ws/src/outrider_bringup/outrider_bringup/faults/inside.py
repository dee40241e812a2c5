"""`python -m outrider_bringup.faults.inside NODE RUN ARGS...`: the node itself, with points at which it can be hung.

The product has no such door: this wrapper stands in front of the node's own main(). Lines on RUN/inside_NODE_control,
`POINT SECONDS`, hang that point when it is passed next; RUN/inside_NODE.jsonl says when that began and ended.

| point | motors | governor |
|---|---|---|
| executor | before the executor's next turn | likewise |
| writer | after the judgement, before a driving frame leaves | after the decision, before a driving command leaves |
| reader | before the port is read | before a message is taken |
| gil | the interpreter's lock is held: no thread of Python runs | likewise |

With OUTRIDER_FAULTS_LISTENERS=N a governor says nothing before N have found its drive/command; the journal then tells
of its first command (point `first`).
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from outrider_node import boottime_ns

POINTS = ('executor', 'writer', 'reader', 'gil')
LISTENERS = 'OUTRIDER_FAULTS_LISTENERS'
FOUND_S = 0.2  # the listeners' own side of the discovery
SET_RPM_HEAD = b'\x02\x05\x08'


def command(node: str, run: Path) -> tuple[str, ...]:
    """Return what stands in place of the node's executable."""
    return sys.executable, '-m', __name__, node, str(run)


def control_of(run: Path, node: str) -> Path:
    """Return the FIFO for the lines."""
    return run / f'inside_{node}_control'


def journal_of(run: Path, node: str) -> Path:
    """Return the journal: `ns` (CLOCK_BOOTTIME), `point`, `hung` (true: it begins, false: it goes on)."""
    return run / f'inside_{node}.jsonl'


class Hangs:
    """Which point hangs next, and for how long."""

    def __init__(self, run: Path, node: str) -> None:
        """Make the FIFO where it is missing."""
        self._journal = journal_of(run, node).open('a')
        control = control_of(run, node)
        if not control.exists():
            os.mkfifo(control)
        self._lines = os.open(control, os.O_RDWR | os.O_CLOEXEC)
        self._due: dict[str, float] = {}
        self._usleep = ctypes.PyDLL(None).usleep  # PyDLL does not give the interpreter's lock away

    def listen(self) -> None:
        """Take lines from now on, on a thread of its own."""
        threading.Thread(target=self._listen, name='inside', daemon=True).start()

    def passing(self, point: str) -> None:
        """Hang here, if this point is due."""
        seconds = self._due.pop(point, 0.0)
        if seconds:
            self._hang(point, time.sleep, seconds)

    def _listen(self) -> None:
        text = ''
        while True:
            *lines, text = (text + os.read(self._lines, 4096).decode()).split('\n')
            for line in lines:
                point, seconds = line.split()
                if point == 'gil':
                    self._hang(point, self._usleep, int(float(seconds) * 1e6))
                else:
                    self._due[point] = float(seconds)

    def _hang(self, point: str, sleep: Callable[[Any], Any], how_long: float) -> None:
        self.say(point, True)
        sleep(how_long)
        self.say(point, False)

    def say(self, point: str, hung: bool) -> None:
        """Write a line into the journal."""
        self._journal.write(json.dumps({'ns': boottime_ns(), 'point': point, 'hung': hung}) + '\n')
        self._journal.flush()


class _Executor:
    """An executor that can be hung between two turns."""

    def __init__(self, inner: Any, hangs: Hangs) -> None:
        self._inner, self._hangs = inner, hangs

    def spin_once(self, timeout_sec: float) -> None:
        self._hangs.passing('executor')
        self._inner.spin_once(timeout_sec=timeout_sec)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def open_points(node: str, hangs: Hangs) -> None:
    """Put the points into the process. To be called before the node is imported."""
    from outrider_node import run

    named = run.executor_named

    def executor_named(name: str) -> Any:
        hangs.listen()  # here, so that it inherits the priority that the node has claimed
        return _Executor(named(name), hangs)

    run.executor_named = executor_named
    (_open_port if node == 'motors' else _open_topics)(hangs)


class _Quiet:
    """Says when a governor may begin to speak."""

    def __init__(self, listeners: int, hangs: Hangs) -> None:
        self._listeners, self._hangs = listeners, hangs
        self._found_s: float | None = None
        self.spoken = not listeners

    def over(self, publisher: Any) -> bool:
        if self.spoken:
            return True
        if publisher.get_subscription_count() < self._listeners:
            return False
        if self._found_s is None:
            self._found_s = time.monotonic()
        if time.monotonic() - self._found_s < FOUND_S:
            return False
        self._hangs.say('first', False)
        self.spoken = True
        return True


def _open_port(hangs: Hangs) -> None:
    from outrider_drive.port import OwnedPort

    write_now, read_now = OwnedPort.write_now, OwnedPort.read_now

    def write(port: OwnedPort, data: bytes) -> int:
        if data.startswith(SET_RPM_HEAD):
            hangs.passing('writer')
        return write_now(port, data)

    def read(port: OwnedPort, at_most: int) -> bytes:
        hangs.passing('reader')
        return read_now(port, at_most)

    OwnedPort.write_now, OwnedPort.read_now = write, read  # type: ignore[method-assign,assignment]


def _open_topics(hangs: Hangs) -> None:
    from outrider_interfaces.msg import DriveCommand, RelayCommand
    from rclpy.node import Node
    from rclpy.publisher import Publisher

    publish, create_subscription = Publisher.publish, Node.create_subscription
    quiet = _Quiet(int(os.environ.get(LISTENERS, '0')), hangs)

    def publish_command(publisher: Any, message: Any) -> None:
        if isinstance(message, DriveCommand) and not quiet.over(publisher):
            return
        if isinstance(message, RelayCommand) and not quiet.spoken:
            return
        if isinstance(message, DriveCommand) and message.mode == DriveCommand.MODE_DRIVE:
            hangs.passing('writer')
        publish(publisher, message)

    def subscribe(node: Any, kind: Any, topic: str, take: Callable[[Any], None], *more: Any, **named: Any) -> Any:
        def taken(message: Any) -> None:
            hangs.passing('reader')
            take(message)

        return create_subscription(node, kind, topic, taken, *more, **named)

    Publisher.publish, Node.create_subscription = publish_command, subscribe


def main() -> None:
    """Run the node with its points open."""
    node, run = sys.argv[1], Path(sys.argv[2])
    sys.argv = [node, *sys.argv[3:]]
    open_points(node, Hangs(run, node))
    importlib.import_module(f'outrider_drive.{node}.node').main()


if __name__ == '__main__':
    main()
