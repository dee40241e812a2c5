"""Chooses the Python that the environments are made from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Iterable, NamedTuple

from .machine import NEWEST, OLDEST

_PROBE = """
import importlib.util, json, os, sys, sysconfig
print(json.dumps([os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable), sys.version_info[:2],
    importlib.util.find_spec('ensurepip') is not None,
    os.path.isfile(os.path.join(sysconfig.get_path('include'), 'Python.h'))]))
"""


class Python(NamedTuple):
    """An interpreter: its real path, (major, minor), and whether it can make environments and compile against."""

    path: str
    version: tuple[int, int]
    has_venv: bool
    has_headers: bool

    @property
    def fits(self) -> bool:
        """Tell whether its version is one that Outrider runs on."""
        return OLDEST <= self.version <= NEWEST

    @property
    def complete(self) -> bool:
        """Tell whether it can be used as it is."""
        return self.fits and self.has_venv and self.has_headers

    @property
    def short(self) -> str:
        """Return its version as 3.11."""
        return '{}.{}'.format(*self.version)


def probe(path: str) -> Python | None:
    """Ask an interpreter what it is; None when it does not answer."""
    try:
        answer = subprocess.run([path, '-E', '-s', '-c', _PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                stdin=subprocess.DEVNULL, timeout=20, check=True).stdout
        real, version, has_venv, has_headers = json.loads(answer)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return Python(real, (version[0], version[1]), has_venv, has_headers)


def candidates(root: str) -> list[str]:
    """Return interpreters in the order of preference: python3 on the PATH, the system's, then named ones."""
    named = [f'python3.{minor}' for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = [getattr(sys, '_base_executable', None) or sys.executable, os.path.join(root, 'usr/bin/python3')]
    return found + [path for path in map(shutil.which, named) if path]


def choose(paths: Iterable[str]) -> tuple[Python | None, list[Python]]:
    """Return the first complete Python, else the first whose version fits, else None; and all that answered."""
    seen: list[Python] = []
    for path in dict.fromkeys(paths):
        python = probe(path) if os.access(path, os.X_OK) else None
        if python is None:
            continue
        if python.complete:
            return python, [*seen, python]
        seen.append(python)
    return next((python for python in seen if python.fits), None), seen


def of_stamp(path: str, short: str) -> Python | None:
    """Return the Python that an environment was made from, without starting it, when it is still there."""
    if not path or not os.access(path, os.X_OK):
        return None
    major, _, minor = short.partition('.')
    return Python(path, (int(major), int(minor)), True, True)
