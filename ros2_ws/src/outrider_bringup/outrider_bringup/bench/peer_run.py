"""Starts Stone Soup where it lives: in an environment that set-up makes when it is asked to, with files in and out."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_bringup import paths
from outrider_bringup.errors import UserError
from outrider_recorder.bridge_launcher import FOREIGN

LONGEST_S = 1800.0


def prepare() -> None:
    """Make the environment, which takes seconds the first time. Raises UserError where it cannot be made."""
    setup = subprocess.run([paths.checkout() / 'tools' / 'setup', '--peer', '--quiet'], stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, check=False)
    if setup.returncode:
        said = setup.stderr.strip().splitlines() or ['nothing']
        raise UserError(f'Stone Soup could not be set up: tools/setup --peer ended with {setup.returncode} and said: '
                        f'{said[-1]}')


def ask(what: str, given: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Return Stone Soup's answer (peer_stonesoup.py) to the arrays `given`. Raises UserError where none comes."""
    root = paths.checkout()
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    with tempfile.TemporaryDirectory(prefix='outrider-peer-') as folder:
        source, target = Path(folder) / 'in.npz', Path(folder) / 'out.npz'
        np.savez(source, **given)
        try:
            done = subprocess.run([root / '.venv-peer' / 'bin' / 'python',
                                   Path(__file__).with_name('peer_stonesoup.py'), what, source, target], env=kept,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                                  timeout=LONGEST_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UserError(f'Stone Soup did not answer ({error}). Run: tools/setup --peer') from None
        if done.returncode:
            said = done.stderr.strip().splitlines() or ['nothing']
            raise UserError(f'Stone Soup ended with {done.returncode} and said: {said[-1]}. Run: tools/setup --peer')
        with np.load(target) as opened:
            return dict(opened)
