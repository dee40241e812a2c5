"""One `./outrider demo` in a process and folders of its own, as a user starts it; returns its figures."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from outrider_bringup import paths
from outrider_bringup.errors import UserError

DOMAIN = 94
PORT = 8194
START_AND_END_S = 60.0


def figures(seconds: float) -> dict[str, Any]:
    """Play `seconds` of the demo and return the bare figures of its table. Raises UserError where it fails."""
    with tempfile.TemporaryDirectory(prefix='outrider-bench-') as folder:
        report = Path(folder) / 'demo.json'
        demo = subprocess.Popen(
            [str(paths.checkout() / 'outrider'), 'demo', '--seconds', f'{seconds:g}', '--json', str(report),
             '--domain', str(DOMAIN), '--web-port', str(PORT)],
            env={**os.environ, 'OUTRIDER_RIDES': f'{folder}/rides', 'OUTRIDER_RUN': f'{folder}/run'},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            output, _ = demo.communicate(timeout=seconds + START_AND_END_S)
        finally:
            with contextlib.suppress(ProcessLookupError):
                demo.send_signal(signal.SIGINT)
            demo.wait()
        if demo.returncode != 0 or not report.exists():
            last = output.strip().splitlines()[-1:] or ['nothing']
            raise UserError(f'the demo ended with {demo.returncode} and said: {last[0]} Run: ./outrider demo')
        merged: dict[str, Any] = {}
        for row in json.loads(report.read_text(encoding='utf-8'))['rows']:
            merged |= row
        return merged
