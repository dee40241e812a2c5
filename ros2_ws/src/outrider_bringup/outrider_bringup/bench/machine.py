"""On what a figure was measured: version, machine, and how busy that was with something else."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PROC = Path('/proc')
LOOK_S = 1.0


def version(checkout: Path) -> str:
    """Return `git describe` of the checkout, '-dirty' with local changes; 'unknown' without git."""
    try:
        answer = subprocess.run(['git', '-C', str(checkout), 'describe', '--always', '--tags', '--dirty'],
                                capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return 'unknown'
    return answer.stdout.strip()


def cpu_model(cpuinfo: str) -> str:
    """Return the processor's name out of /proc/cpuinfo; ARM kernels give none, then the architecture."""
    found = re.search(r'^model name\s*:\s*(.+)$', cpuinfo, re.MULTILINE)
    return ' '.join(found[1].split()) if found else platform.machine()


def describe() -> dict[str, object]:
    """Return the machine for a program: processor, cores, memory, kernel, Python, ROS release."""
    pages = os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE')
    return {
        'cpu': cpu_model((PROC / 'cpuinfo').read_text()),
        'cores': len(os.sched_getaffinity(0)),
        'memory_gb': round(pages / 1e9, 1),
        'kernel': platform.release(),
        'python': platform.python_version(),
        'ros': os.environ.get('ROS_DISTRO', 'unknown'),
    }


def slug(machine: dict[str, object]) -> str:
    """Return a file name's worth of `machine`: processor and cores."""
    words = re.sub(r'\((?:r|tm)\)|\bcpu\b|@.*', ' ', str(machine['cpu']).lower())
    return f'{re.sub(r"[^a-z0-9]+", "-", words).strip("-")}-{machine["cores"]}'


def busy(before: str, after: str) -> float:
    """Return the per cent of the machine in use between two texts of /proc/stat (proc(5): jiffies since boot)."""
    first, second = ([int(field) for field in text.split('\n', 1)[0].split()[1:9]] for text in (before, after))
    spent = [late - early for early, late in zip(first, second, strict=True)]
    idle = spent[3] + spent[4]  # idle, waiting for a disk
    return 100 * (1 - idle / sum(spent)) if sum(spent) else 0.0


def busy_now(sleep: Callable[[float], None] = time.sleep) -> float:
    """Return the per cent of the machine that others use, watched for a second in which nothing of ours runs."""
    before = (PROC / 'stat').read_text()
    sleep(LOOK_S)
    return busy(before, (PROC / 'stat').read_text())
