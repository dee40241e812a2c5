"""One way to run a node, on every release and every executor, that ends within a second of a signal."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from outrider_node.errors import NodeError

EXIT_OK, EXIT_REFUSED = 0, 2
# A signal is seen when the executor comes back, so this bounds how long a node goes on after one.
SPIN_S = 0.1
EXECUTOR = 'OUTRIDER_EXECUTOR'  # of every node that does not ask for one: auto, events, single


def executor_named(name: str) -> Any:
    """Return an executor: 'events', 'single' or 'auto' (events where the release has it; half the CPU).

    Raises NodeError where 'events' is asked for and the release has none (Humble).
    """
    if name != 'single':
        try:
            from rclpy.experimental.events_executor import EventsExecutor
        except ImportError:
            if name == 'events':
                raise NodeError('this release of rclpy has no EventsExecutor. Use single or auto.') from None
        else:
            return EventsExecutor()
    return SingleThreadedExecutor()


class _Stop:
    """Remembers that SIGINT or SIGTERM came.

    rclpy's own handlers tear the context down under a running callback (an RCLError on one exit of twelve) and leave
    a closing node without its publishers; so they stay off, and the loop looks here.
    """

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def without_generator() -> None:
    """Keep the generator of message classes out of a process that only uses them. Call it before rclpy.init().

    rosidl_generator_py takes it along where it can be imported, and does without where not; its parser, lark, costs
    3 MB and 40 ms of every process.
    """
    sys.modules.setdefault('lark', None)  # type: ignore[arg-type]  # importlib: None means that it cannot be imported


def run_node(make: Callable[[], Node], *, executor: str = '', args: list[str] | None = None) -> int:
    """Make a node, spin it until SIGINT or SIGTERM, destroy it. Return the process's exit code.

    A NodeError, while the node is made or from a callback, is printed as its one sentence and gives 2. The node's
    `close()`, if it has one, runs before the node is destroyed, while its publishers still work.
    """
    without_generator()
    stop = _Stop()
    node = None
    spinner = None
    try:
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
        node = make()
        spinner = executor_named(executor or os.environ.get(EXECUTOR) or 'auto')
        spinner.add_node(node)
        gc.collect()
        gc.freeze()  # what lives now lives to the end: a later full collection need not walk it
        # A bounded spin_once is the one form that runs callbacks and sees signals on every executor.
        while not stop.asked:
            spinner.spin_once(timeout_sec=SPIN_S)
    except NodeError as error:
        print(error, file=sys.stderr, flush=True)
        return EXIT_REFUSED
    finally:
        if node is not None:
            close = getattr(node, 'close', None)
            if close is not None:
                close()
            node.destroy_node()
        if spinner is not None:
            spinner.shutdown()
        rclpy.try_shutdown()
    return EXIT_OK
