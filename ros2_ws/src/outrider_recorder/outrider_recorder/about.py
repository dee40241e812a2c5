"""What ride.json says of the machine, the code and the settings a ride was made with."""

from __future__ import annotations

import hashlib
import os
import platform
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

LARGEST_FILE = 1 << 20
# What names a processor and its abilities in /proc/cpuinfo, on x86 and on ARM.
_MODEL = ('model name', 'CPU part', 'Model')
_FEATURES = ('flags', 'Features')


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


def processor(cpuinfo: Path = Path('/proc/cpuinfo')) -> dict[str, Any]:
    """Return model, number of cores and a digest of the abilities of the processor: numpy computes by them."""
    told: dict[str, str] = {}
    try:
        for line in cpuinfo.read_text(encoding='utf-8', errors='replace').splitlines():
            key, _, value = line.partition(':')
            told.setdefault(key.strip(), value.strip())
    except OSError:
        pass
    model = next((told[key] for key in _MODEL if key in told), platform.processor() or platform.machine())
    features = ' '.join(sorted(next((told[key] for key in _FEATURES if key in told), '').split()))
    return {'model': model, 'cores': os.cpu_count() or 0, 'features': hashlib.sha256(features.encode()).hexdigest()}


def lock(root: str) -> str:
    """Return the SHA-256 over all lock files of the checkout at `root`, '' where there are none."""
    files = sorted(Path(root, 'tools', 'locks').glob('*.txt')) if root else []
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b'\0' + path.read_bytes())
    return digest.hexdigest() if files else ''


def machine(root: str) -> dict[str, Any]:
    """Return what does not change while a recorder runs. A replay compares with it (bit by bit, or within limits)."""
    return {
        'version': version(root),
        'host': socket.gethostname(),
        'machine': platform.machine(),
        'cpu': processor(),
        'python': platform.python_version(),
        'numpy': np.__version__,
        'ros_distro': os.environ.get('ROS_DISTRO', ''),
        'lock': lock(root),
    }
