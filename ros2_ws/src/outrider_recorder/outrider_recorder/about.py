"""What ride.json says of the machine, the code and the settings a ride was made with."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from outrider_recorder import ride

LARGEST_FILE = 1 << 20


def version(root: str) -> str:
    """Return what git calls the checkout at `root`, else the version of the installed package."""
    if root:
        try:
            asked = subprocess.run(['git', '-C', root, 'describe', '--always', '--dirty', '--tags'], timeout=5,
                                   capture_output=True, text=True, check=True)
        except (OSError, subprocess.SubprocessError):
            pass
        else:
            return asked.stdout.strip()
    from importlib import metadata

    try:
        return metadata.version('outrider_recorder')
    except metadata.PackageNotFoundError:
        return 'unknown'


def contents(paths: Iterable[str]) -> dict[str, str]:
    """Return the text of each file by its path; what cannot be read says so in its place."""
    texts = {}
    for name in paths:
        path = Path(name)
        try:
            texts[str(path)] = path.read_bytes()[:LARGEST_FILE].decode('utf-8', 'replace')
        except OSError as error:
            texts[str(path)] = f'(not readable: {error.strerror})'
    return texts


def first_words(name: str, note: str, start_ns: int, release: str, parameters: dict[str, Any],
                files: Iterable[str]) -> dict[str, Any]:
    """Return ride.json as it stands while the ride is open; `start_ns` since the epoch."""
    return {
        'format': ride.FORMAT,
        'ride': name,
        'note': note,
        'start_utc': ride.utc_text(start_ns),
        'start_ns': start_ns,
        'stop_utc': None,
        'version': release,
        'host': socket.gethostname(),
        'machine': platform.machine(),
        'python': platform.python_version(),
        'ros_distro': os.environ.get('ROS_DISTRO', ''),
        'parameters': parameters,
        'files': contents(files),
    }


def last_words(info: dict[str, Any], stop_ns: int, written: dict[str, Any]) -> dict[str, Any]:
    """Return ride.json of a closed ride."""
    return {**info, 'stop_utc': ride.utc_text(stop_ns), 'stop_ns': stop_ns, **written}
