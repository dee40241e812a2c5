"""An alert's whole way: from publish() to the frame in which a real Chromium has painted it."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from outrider_alerts.door.pairings import Pairings
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.voice_chromium import Chromium, Session
from outrider_bringup.bench.voice_run import START_S, Stage, look_s, percentile, stage
from outrider_bringup.errors import UserError

P50_MS, P99_MS = 40.0, 120.0
EVERY_S = 0.05  # between alerts; on a ride 0.1
LOST = 0.05  # of all, that may be overtaken by the next before they are painted
LEVEL_CAUTION = 1
SHOWN = 'JSON.stringify(window.shown ?? [])'


def shown(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Measure alerts, each other than the one before, from publish() until they are painted."""
    with stage(say) as made, _phone(made) as page:
        found = _delays_ms(made, page, say)
    return tuple(Measured(percentile(found, percent), f'{len(found)} alerts, worst {max(found):.1f} ms',
                          extra={'samples': len(found), 'worst': max(found)}) for percent in (50, 99))


@contextlib.contextmanager
def _phone(made: Stage) -> Iterator[Session]:
    """A paired browser on the page, told to keep when what was painted."""
    browser = Chromium(made.folder / 'chromium')
    try:
        page = Session(browser.target(apart=False))
        page.call('Page.enable')
        host = f'http://127.0.0.1:{made.port}'
        token = Pairings(made.folder / 'state').new_token()
        _open(page, f'{host}/pair#t={token}', 'document.body.dataset.view === "ramp"')
        _open(page, f'{host}/?measure', 'document.body.dataset.view === "ramp" && Boolean(window.shown)')
        yield page
        page.close()
    finally:
        browser.close()


def _open(page: Session, address: str, until: str) -> None:
    page.call('Page.navigate', url=address)
    end = time.monotonic() + START_S
    while not _evaluate(page, until):
        if time.monotonic() > end:
            raise UserError(f'the page is not there after {START_S:g} s. Run: ./outrider doctor')
        time.sleep(0.05)


def _evaluate(page: Session, script: str) -> Any:
    return page.call('Runtime.evaluate', expression=script, returnByValue=True)['result'].get('value')


def _delays_ms(made: Stage, page: Session, say: Callable[[str], None]) -> list[float]:
    """Return how long each alert took to the screen, ms. Raises UserError."""
    import rclpy
    from outrider_interfaces.msg import Alert, AlertArray
    from rclpy.signals import SignalHandlerOptions

    from outrider_node import qos

    sent: dict[int, float] = {}
    rclpy.init(domain_id=made.domain, signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('bench_alerter')

    def publish(number: int) -> None:
        now = node.get_clock().now().to_msg()
        alert = Alert(name='warn', text='Car left, comes close', word='CAR', level=LEVEL_CAUTION, tone='caution',
                      shape='triangle', side=1, distance_m=20.0 - number % 40 / 4, closing_speed_mps=5.0,
                      time_to_collision_s=4.0 - number % 40 / 20, since=now, oldest_measurement=now, hold_s=0.5)
        message = AlertArray(heartbeat=number, alerts=[alert])
        message.header.stamp = now
        sent[number] = time.time() * 1000.0
        publisher.publish(message)

    try:
        publisher = node.create_publisher(AlertArray, 'alerts', qos.STATE)
        end = time.monotonic() + START_S
        while _evaluate(page, SHOWN) == '[]' and time.monotonic() < end:  # until the two have found each other
            publish(0)
            time.sleep(EVERY_S)
        sent.clear()
        count = max(1, round(look_s() / EVERY_S))
        for number in range(1, count + 1):
            publish(number)
            say(f'{number}/{count} alerts')
            time.sleep(EVERY_S)
        time.sleep(1.0)
        came: dict[int, float] = {}
        for number, at_ms in json.loads(_evaluate(page, SHOWN)):
            came.setdefault(number, at_ms)
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    found = [came[number] - at_ms for number, at_ms in sent.items() if number in came]
    if len(found) < (1.0 - LOST) * len(sent):
        raise UserError(f'{len(sent) - len(found)} of {len(sent)} alerts were not painted. Stop what else runs.')
    return found


FIGURES = (
    Figure(('alert to screen p50', 'alert to screen p99'), ('ms', 'ms'), (P50_MS, P99_MS), '<=', shown,
           about='published until Chromium has painted it, 20 a second; --seconds, else 20 s', group='voice'),
)
