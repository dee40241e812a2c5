"""The voice's own figures: an alert's way to a phone, the e-stop's way to the governor under load, the page's cost."""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Callable

from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.voice_run import LOAD, Stage, delays_ms, look_s, percentile, stage
from outrider_bringup.errors import UserError

ALERT_P50_MS, ALERT_P99_MS, STOP_P99_MS, CPU_PERCENT = 40.0, 120.0, 150.0, 40.0
TAPS, HOSTILE_HZ, PHONES = 200, 500.0, 4
LEAST_HZ = 0.9 * HOSTILE_HZ  # a flood thinner than this proves nothing


def alerts(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Measure alerts from publish() to the bytes at a phone's socket."""
    with stage(say) as made:
        found = delays_ms(made, made.cookies(1)[0], look_s(), say)
    return tuple(Measured(percentile(found, percent), f'{len(found)} alerts, worst {max(found):.1f} ms',
                          extra={'samples': len(found), 'worst': max(found)}) for percent in (50, 99))


def stops(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Tap the e-stop under load; time each until the page answers that the governor has latched."""
    with stage(say) as made:
        cookies = made.cookies(PHONES + 1)
        made.spawn('governor', 'outrider_drive.governor.node', '--ros-args', '-p',
                   f'lock_file:={made.folder / "governor.lock"}')
        _load(made, cookies[:PHONES], 'stalls')
        _until_latched(made, cookies[-1])
        made.spawn('flood', LOAD, 'flood', str(made.port), str(HOSTILE_HZ), until='begins')
        found = []
        for number in range(TAPS):
            say(f'{number}/{TAPS} taps')
            time.sleep(random.uniform(0.02, 0.1))
            found.append(_tap(made, cookies[-1]))
        flood, phones = made.end('flood'), made.end('phones')
    if flood['rate_hz'] < LEAST_HZ:
        raise UserError(f'{flood["rate_hz"]:g} hostile requests a second came about here, expected {HOSTILE_HZ:g}. '
                        'Stop what else runs.')
    detail = (f'{TAPS} taps, worst {max(found):.0f} ms; {flood["rate_hz"]:.0f} hostile requests/s, {PHONES} phones, '
              f'one stalled')
    return (Measured(percentile(found, 99), detail,
                     extra={'samples': TAPS, 'worst': max(found), 'p50': percentile(found, 50),
                            'hostile_hz': flood['rate_hz'], 'pictures_hz': min(phones['pictures_hz'])}),)


def cost(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Measure the page's processor while four phones look at pictures."""
    with stage(say) as made:
        _load(made, made.cookies(PHONES))
        time.sleep(1.0)
        percent = made.percent('page', look_s(), say)
        phones = made.end('phones')
    slowest = min(phones['pictures_hz'])
    return (Measured(percent, f'{PHONES} phones, {slowest:.1f} pictures/s to the slowest',
                     extra={'pictures_hz': slowest}),)


def _load(made: Stage, cookies: list[str], *words: str) -> None:
    made.spawn('camera', LOAD, 'camera')
    made.spawn('phones', LOAD, 'phones', str(made.port), *words, until='begins', told=json.dumps(cookies))


def _latched(made: Stage, cookie: str) -> bool:
    try:
        return bool(json.loads(made.post('/api/estop', {}, cookie)[1]).get('latched'))
    except (OSError, http.client.HTTPException):
        return False


def _until_latched(made: Stage, cookie: str) -> None:
    end = time.monotonic() + 20.0
    while not _latched(made, cookie):
        if time.monotonic() > end:
            raise UserError('the governor does not latch. Run: ./outrider doctor')
        time.sleep(0.1)


def _tap(made: Stage, cookie: str) -> float:
    """Tap once; return how long it took, ms; one that is not confirmed is asked again, as the page does."""
    at = time.monotonic()
    while not _latched(made, cookie):
        if time.monotonic() - at > 5.0:
            raise UserError('a tap was not confirmed within 5 s. Run: ./outrider doctor')
    return (time.monotonic() - at) * 1000.0


FIGURES = (
    Figure(('alert to phone p50', 'alert to phone p99'), ('ms', 'ms'), (ALERT_P50_MS, ALERT_P99_MS), '<=', alerts,
           about='published until it is at the socket of a phone; --seconds, else 20 s', group='voice'),
    Figure(('e-stop tap to latched p99',), ('ms',), (STOP_P99_MS,), '<=', stops,
           about=f'{TAPS} taps until the governor answers, beside {PHONES} phones with video, one of them stalled, and '
           f'{HOSTILE_HZ:.0f} hostile requests a second; 30 s', group='voice'),
    Figure(('page processor, four phones with video',), ('% of a core',), (CPU_PERCENT,), '<=', cost,
           about='15 pictures a second of 60 kB to each; --seconds, else 20 s', group='voice'),
)
