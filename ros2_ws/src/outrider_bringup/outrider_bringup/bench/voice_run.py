"""The page of the bench: its node, a governor, phones and strangers as real processes, on a domain of their own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from outrider_alerts.door.pairings import Pairings
from outrider_bringup.bench import subjects
from outrider_bringup.demo import claim
from outrider_bringup.demo.processes import Ledger, snapshot
from outrider_bringup.errors import UserError

DOMAIN = 90
LOOK_S, START_S, STOP_S = 20.0, 30.0, 5.0
BEAT_S = 0.05  # between alerts; on a ride 0.1
LOAD = 'outrider_bringup.bench.voice_load'


def look_s() -> float:
    """Return for how many seconds is looked on: 20, or what `bench --seconds` says."""
    return float(os.environ.get(subjects.SECONDS) or LOOK_S)


class Stage:
    """The processes; every one ends with the stage."""

    def __init__(self, folder: Path, domain: int) -> None:
        """Run in `folder`, heard by nobody outside `domain`."""
        self.folder, self.domain, self.port = folder, domain, 0
        self._env = {**os.environ, 'ROS_DOMAIN_ID': str(domain), 'OUTRIDER_STATE': str(folder / 'state'),
                     'OUTRIDER_RIDES': str(folder / 'rides'), 'OUTRIDER_RUN': str(folder), 'PYTHONUNBUFFERED': '1'}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start the page. Raises UserError."""
        self.spawn('page', 'outrider_alerts.page_node', '--ros-args', '-p', 'port:=0', '-p', 'rig:=ramp',
                   until='answers at ')
        found = re.search(r'answers at http://[\d.]+:(\d+)', self.said('page'))
        assert found is not None
        self.port = int(found[1])

    def spawn(self, name: str, module: str, *words: str, until: str = '', told: str = '') -> None:
        """Start one; wait until it says `until`; write `told` to it. Raises UserError."""
        with (self.folder / f'{name}.log').open('wb') as log:
            process = subprocess.Popen([sys.executable, '-m', module, *words], stdin=subprocess.PIPE, stdout=log,
                                       stderr=subprocess.STDOUT, env=self._env, start_new_session=True)
        self._running[name] = process
        assert process.stdin is not None
        process.stdin.write(told.encode() + b'\n')
        process.stdin.close()
        end = time.monotonic() + START_S
        while until not in self.said(name):
            if process.poll() is not None or time.monotonic() > end:
                last = (self.said(name).splitlines() or ['not a word'])[-1]
                raise UserError(f'the {name} does not get going: {last}')
            time.sleep(0.02)

    def said(self, name: str) -> str:
        """Return what one has said."""
        return (self.folder / f'{name}.log').read_text(errors='replace')

    def end(self, name: str) -> Any:
        """End one; return the JSON of its last line. Raises UserError."""
        process = self._running.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
            return json.loads(self.said(name).splitlines()[-1])
        except (subprocess.TimeoutExpired, ValueError, IndexError):
            process.kill()
            raise UserError(f'the {name} did not end well: {self.said(name)[-200:]!r}. Start again.') from None

    def cookies(self, count: int) -> list[str]:
        """Pair that many phones, as phones do."""
        door, found = Pairings(self.folder / 'state'), []
        for number in range(count):
            answer, _ = self.post('/api/pair', {'token': door.new_token(), 'name': f'phone {number}'})
            cookie = re.search(r'outrider=([^;]+)', answer.getheader('set-cookie') or '')
            if cookie is None:
                raise UserError(f'a phone was not paired ({answer.status}). Start again.')
            found.append(cookie[1])
        return found

    def post(self, path: str, body: dict[str, Any], cookie: str = '') -> tuple[http.client.HTTPResponse, bytes]:
        """Post on a connection of its own; return the answer and its body."""
        link = http.client.HTTPConnection('127.0.0.1', self.port, timeout=STOP_S)
        host = f'127.0.0.1:{self.port}'
        link.request('POST', path, json.dumps(body), {'Host': host, 'Origin': f'http://{host}', 'Cookie':
                                                      f'outrider={cookie}'})
        answer = link.getresponse()
        told = answer.read()
        link.close()
        return answer, told

    def percent(self, name: str, seconds: float, say: Callable[[str], None]) -> float:
        """Let `seconds` pass; return what one uses of a core, per cent."""
        pid, ledger = self._running[name].pid, Ledger()
        end = time.monotonic() + seconds
        ledger.take(time.monotonic(), [snapshot()[pid]])
        while (left_s := end - time.monotonic()) > 0:
            say(f'{left_s:.0f} s to go')
            time.sleep(min(left_s, 1.0))
        ledger.take(time.monotonic(), [snapshot()[pid]])
        return ledger.percent(os.sysconf('SC_CLK_TCK'))

    def kill(self) -> None:
        """Leave nothing behind."""
        for process in self._running.values():
            process.kill()
            process.wait()


@contextlib.contextmanager
def stage(say: Callable[[str], None]) -> Iterator[Stage]:
    """Run the page for somebody who measures. Raises UserError."""
    with tempfile.TemporaryDirectory(prefix='outrider-bench-') as folder, claim.domain(DOMAIN) as own:
        made = Stage(Path(folder), own)
        try:
            say('starting the page')
            made.start()
            yield made
        finally:
            made.kill()


def delays_ms(stage: Stage, cookie: str, seconds: float, say: Callable[[str], None]) -> list[float]:
    """Publish alerts for `seconds`; return how long each took to a phone's socket, ms. Raises UserError.

    One that a newer one overtook (a phone gets the newest there is) came when the newer one came.
    """
    import rclpy
    from outrider_interfaces.msg import AlertArray
    from rclpy.signals import SignalHandlerOptions
    from websockets.sync.client import connect
    from websockets.typing import Origin

    from outrider_node import qos

    came: list[tuple[int, float]] = []  # heartbeat, s
    sent: dict[int, float] = {}
    host = f'127.0.0.1:{stage.port}'

    def hear() -> None:
        with contextlib.suppress(Exception):  # whatever ends the socket ends the hearing
            for said in link:
                alerts = json.loads(said).get('alerts')
                if alerts:
                    came.append((alerts['heartbeat'], time.monotonic()))

    rclpy.init(domain_id=stage.domain, signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('bench_alerter')
    try:
        publisher = node.create_publisher(AlertArray, 'alerts', qos.STATE)
        with connect(f'ws://{host}/ws/state', origin=Origin(f'http://{host}'),
                     additional_headers={'Cookie': f'outrider={cookie}'}) as link:
            ear = threading.Thread(target=hear, daemon=True)
            ear.start()
            end = time.monotonic() + START_S
            while not came and time.monotonic() < end:  # until the two have found each other
                publisher.publish(_alerts(AlertArray, 0))
                time.sleep(BEAT_S)
            count = max(1, round(seconds / BEAT_S))
            for number in range(1, count + 1):
                sent[number] = time.monotonic()
                publisher.publish(_alerts(AlertArray, number))
                say(f'{number}/{count} alerts')
                time.sleep(BEAT_S)
            time.sleep(1.0)
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    return known_ms(sent, came)


def known_ms(sent: Mapping[int, float], came: Iterable[tuple[int, float]]) -> list[float]:
    """Return how long after it was sent (number: s) each number or a newer one had come, ms. Pure. Raises UserError."""
    delays, waiting = [], sorted(sent)
    for number, at in came:
        while waiting and waiting[0] <= number:
            delays.append((at - sent[waiting.pop(0)]) * 1000.0)
    if waiting:
        raise UserError(f'the last {len(waiting)} of {len(sent)} alerts did not come. Run: ./outrider doctor')
    return delays


def _alerts(kind: Any, number: int) -> Any:
    now = time.time_ns()
    message = kind(heartbeat=number)
    message.header.stamp.sec, message.header.stamp.nanosec = now // 1_000_000_000, now % 1_000_000_000
    return message


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile. Raises UserError without values."""
    if not values:
        raise UserError('nothing was measured. Run: ./outrider doctor')
    return sorted(values)[min(len(values) - 1, int(percent / 100 * len(values)))]
