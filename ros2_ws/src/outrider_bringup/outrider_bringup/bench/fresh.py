"""A bare machine: from `make demo` in a fresh clone to the first track. Minutes, downloads; only when asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.demo.screen import FIRST_TRACK
from outrider_bringup.errors import UserError

LIMIT_S = 240.0
SECONDS = 10
KEPT = ('HOME', 'PATH', 'USER', 'LANG', 'TMPDIR', 'http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY',
        'NO_PROXY', 'PIP_INDEX_URL', 'PIP_CONFIG_FILE', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE')


def clean_environment(environment: dict[str, str]) -> dict[str, str]:
    """Return what a new login would have: no environment of ours, nor its folders on PATH."""
    root = str(paths.checkout())
    kept = {name: value for name, value in environment.items() if name in KEPT}
    folders = kept.get('PATH', os.defpath).split(':')
    return {**kept, 'PATH': ':'.join(folder for folder in folders if not folder.startswith(root))}


def measure(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Clone the checkout's last commit, type `make demo` there and wait for the first track."""
    with tempfile.TemporaryDirectory(prefix='outrider-fresh-') as folder:
        clone = Path(folder) / 'outrider'
        subprocess.run(['git', 'clone', '-q', str(paths.checkout()), str(clone)], check=True)
        begun = time.monotonic()
        make = subprocess.Popen(['make', '-C', str(clone), 'demo', f'SECONDS={SECONDS}'], start_new_session=True,
                                env=clean_environment(dict(os.environ)), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
        assert make.stdout is not None
        first, last = None, ''
        try:
            for line in make.stdout:
                last = line.strip() or last
                say(last)
                if first is None and FIRST_TRACK in line:
                    first = time.monotonic() - begun
            code = make.wait()
        finally:
            if make.poll() is None:
                os.killpg(make.pid, signal.SIGINT)
                make.wait()
    if first is None:
        raise UserError(f'make demo ended with {code} before a track came and said: {last}')
    return (Measured(first, 'one run; the package cache of this user may be warm', extra={'samples': 1}),)


FIGURES = (
    Figure(('bare machine to first track',), ('s',), (LIMIT_S,), '<=', measure,
           about='make demo in a fresh clone; minutes and downloads, only when named', group='fresh'),
)
