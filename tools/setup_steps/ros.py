"""The ROS 2 of a machine: its environment, as its own setup file makes it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Mapping

from .command import MARK, StepError


def source(setup_file: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment after bash has sourced `setup_file` in `environment`; raise StepError when it fails."""
    script = f'set +u; . "{setup_file}" >/dev/null && env -0'
    done = subprocess.run(['bash', '--noprofile', '--norc', '-c', script], env=dict(environment),
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        lines = done.stderr.decode(errors='replace').strip().splitlines()
        raise StepError(f'sourcing {setup_file} failed: {lines[-1] if lines else done.returncode}')
    pairs = (item.partition('=') for item in done.stdout.decode(errors='replace').split('\0') if item)
    return {key: value for key, _, value in pairs if key not in ('_', 'SHLVL', 'PWD', 'OLDPWD', MARK)}


def has_package(name: str, environment: Mapping[str, str]) -> bool:
    """Tell whether a ROS package is in one of the prefixes of `environment`."""
    return any((Path(prefix) / 'share' / name / 'package.xml').is_file()
               for prefix in environment.get('AMENT_PREFIX_PATH', '').split(':') if prefix)
