"""What every test stands on: a ROS domain of its own per worker, real processes, waiting for events."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent
BEGAN_S = time.time()

# How long one example takes says how busy the machine is, and nothing of what is tested. CI plays the same examples
# each time: what a new one finds is for whoever works on the code.
settings.register_profile('outrider', deadline=None, derandomize='CI' in os.environ)
settings.load_profile('outrider')


def _domain() -> int:
    base = int(os.environ.get('OUTRIDER_TEST_DOMAIN', '20'))
    worker = os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw')
    return base + int(worker)


def pytest_configure(config: pytest.Config) -> None:
    os.environ['ROS_DOMAIN_ID'] = str(_domain())
    os.environ['ROS_PYTHON_CHECK_FIELDS'] = '1'
    os.environ.setdefault('OUTRIDER_ROOT', str(ROOT))


def pytest_sessionfinish() -> None:
    with contextlib.suppress(ImportError):  # nothing is built yet where portability is tested alone
        from outrider_bringup.faults import shm

        shm.clean(BEGAN_S)  # what killed processes left: thousands of segments a run


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from lanes import Lanes

    return Lanes(config, log)


class Process:
    """A real process in a session of its own, its output in a file."""

    def __init__(self, command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        self.log = log
        self._file = log.open('wb')
        self.popen = subprocess.Popen(command, stdout=self._file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                      env={**os.environ, 'PYTHONUNBUFFERED': '1', **(env or {})},
                                      start_new_session=True)

    @property
    def output(self) -> str:
        return self.log.read_text(errors='replace')

    def says(self, text: str, timeout_s: float = 20.0) -> None:
        """Wait until `text` stands in the output; fail with the output when it does not or the process ends."""
        end = time.monotonic() + timeout_s
        while text not in self.output:
            ended = self.popen.poll() is not None
            if (ended and text not in self.output) or time.monotonic() > end:
                pytest.fail(f'{"ended" if ended else f"{timeout_s:g} s went by"} without {text!r} in:\n{self.output}')
            time.sleep(0.01)

    def signal(self, number: int) -> None:
        self.popen.send_signal(number)

    def wait(self, timeout_s: float = 20.0) -> int:
        """Return the exit code; fail with the output when it does not end."""
        try:
            return self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            pytest.fail(f'still running after {timeout_s:g} s:\n{self.output}')

    def kill(self) -> None:
        """End the whole session, whatever state it is in."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self._file.close()


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start real processes: spawn(command...) or spawn(module='outrider_x.y', args...). All are killed at the end."""
    started: list[Process] = []

    def start(*command: str, module: str | None = None, env: dict[str, str] | None = None) -> Process:
        line = [str(part) for part in command]
        if module:
            line = [sys.executable, '-m', module, *line]
        process = Process(line, tmp_path / f'process_{len(started)}.log', env)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()


class Ros:
    """A plain rclpy node inside the test, with waiting instead of sleeping."""

    def __init__(self) -> None:
        import rclpy
        from rclpy.executors import SingleThreadedExecutor

        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self.node = rclpy.create_node('outrider_test', context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)

    def collect(self, kind: Any, topic: str, profile: Any, raw: bool = False) -> list[Any]:
        """Subscribe; return the list that grows with each message."""
        got: list[Any] = []
        self.node.create_subscription(kind, topic, got.append, profile, raw=raw)
        return got

    def until(self, true: Callable[[], Any], what: str, timeout_s: float = 20.0) -> Any:
        """Spin until `true` answers; fail, naming `what`, after `timeout_s`."""
        end = time.monotonic() + timeout_s
        while True:
            answer = true()
            if answer:
                return answer
            if time.monotonic() > end:
                pytest.fail(f'waited {timeout_s:g} s for {what}')
            self.executor.spin_once(timeout_sec=0.05)

    def matched(self, publisher: Any, timeout_s: float = 20.0) -> None:
        """Wait until somebody subscribes to `publisher`."""
        self.until(lambda: publisher.get_subscription_count() > 0, f'a subscriber of {publisher.topic_name}', timeout_s)

    def close(self) -> None:
        self.executor.shutdown()
        self.node.destroy_node()
        self.context.try_shutdown()


@pytest.fixture
def ros() -> Iterator[Ros]:
    """A node of the test's own on this worker's domain."""
    harness = Ros()
    yield harness
    harness.close()
