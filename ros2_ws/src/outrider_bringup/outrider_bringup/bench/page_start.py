"""One `./outrider up bicycle --sim --lan`, as power-on starts it: from its start to the page that answers."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from outrider_alerts.door.pairings import Pairings
from outrider_bringup import paths
from outrider_bringup.errors import UserError

DOMAIN = 93
PORT = 8196
PATIENCE_S = 60.0  # issue: power-on to page
LOOK_S = 0.02
STOP_S = 10.0


def seconds() -> float:
    """Start it once, with a phone paired, and return the seconds until `GET /` is answered. Raises UserError."""
    with tempfile.TemporaryDirectory(prefix='outrider-bench-') as folder:
        pairings = Pairings(Path(folder) / 'state')
        pairings.pair(pairings.new_token(), 'bench')
        begun_s = time.monotonic()
        up = subprocess.Popen(
            [str(paths.checkout() / 'outrider'), 'up', 'bicycle', '--sim', '--lan', '--no-live', f'web_port:={PORT}'],
            env={**os.environ, 'OUTRIDER_RIDES': f'{folder}/rides', 'OUTRIDER_RUN': f'{folder}/run',
                 'OUTRIDER_STATE': f'{folder}/state', 'ROS_DOMAIN_ID': str(DOMAIN)},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not answers(PORT):
                if up.poll() is not None or time.monotonic() - begun_s > PATIENCE_S:
                    raise UserError(f'no page answered within {time.monotonic() - begun_s:.0f} s of the start. '
                                    'Run: ./outrider up bicycle --sim')
                time.sleep(LOOK_S)
            return time.monotonic() - begun_s
        finally:
            up.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                up.wait(STOP_S)


def answers(port: int, host: str = '127.0.0.1') -> bool:
    """Tell whether a page is served at `port`."""
    link = http.client.HTTPConnection(host, port, timeout=1.0)
    try:
        link.request('GET', '/')
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
