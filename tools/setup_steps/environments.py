"""Makes the Python environments and installs the locks into them."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Mapping

from .command import Runner, StepError
from .pythons import Python
from .stamps import Stamp


class Installer:
    """Installs locks: with uv, which fetches in parallel, and with pip where uv cannot (a mirror only pip knows)."""

    def __init__(self, root: Path, runner: Runner, python: Python, log: Path) -> None:
        self._root = root
        self._runner = runner
        self._python = python
        self._log = log
        self._home = root / '.build' / 'uv'
        self._lock = threading.Lock()  # two environments are made at once, uv itself is installed once

    @property
    def uv(self) -> Path:
        """Return where uv lies once prepare() has run."""
        return self._home / 'bin' / 'uv'

    def prepare(self) -> None:
        """Install uv itself, from its lock; raise StepError when the package index cannot be reached."""
        with self._lock:
            self._prepare()

    def _prepare(self) -> None:
        stamp = Stamp(self._home / 'outrider.json')
        lock = self._root / 'tools' / 'locks' / 'uv.txt'
        key = f'{self._python.path} {lock.read_text()}'
        if stamp.holds(key) and self.uv.is_file():
            return
        shutil.rmtree(self._home, ignore_errors=True)
        self._runner.run([self._python.path, '-m', 'venv', str(self._home)], self._log)
        self._runner.run([str(self._home / 'bin' / 'python'), '-m', 'pip', 'install', '--quiet', '--retries', '2',
                          '--disable-pip-version-check', '--no-deps', '--requirement', str(lock)], self._log)
        stamp.write(key)

    def install(self, environment: Path, lock: Path, index: str = '') -> None:
        """Install every package of `lock`, exactly and nothing else, and compile it to bytecode.

        What an `index` beside the usual one has is taken from there; out of its reach pip takes what it knows of.
        """
        python = str(environment / 'bin' / 'python')
        more = ['--extra-index-url', index] if index else []
        if os.environ.get('OUTRIDER_SETUP_INSTALLER') != 'pip':
            try:
                self._runner.run([str(self.uv), 'pip', 'install', '--quiet', '--no-progress', '--no-deps',
                                  '--compile-bytecode', '--python', python, *more, '--requirement', str(lock)],
                                 self._log, self.uv_environment())
                return
            except StepError as failed:
                if str(failed) == 'interrupted':
                    raise
        self._runner.run([python, '-m', 'ensurepip'], self._log)
        self._runner.run([python, '-m', 'pip', 'install', '--quiet', '--retries', '2', '--no-deps',
                          '--disable-pip-version-check', *more, '--requirement', str(lock)], self._log)

    def uv_environment(self) -> Mapping[str, str]:
        """Return uv's environment: cache and Pythons inside .build, so that `make clean` leaves nothing behind."""
        build = self._root / '.build'
        return self._runner.clean_environment(UV_CACHE_DIR=str(build / 'cache'),
                                              UV_PYTHON_INSTALL_DIR=str(build / 'python'), UV_HTTP_TIMEOUT='30',
                                              UV_SYSTEM_CERTS='1')


def make_environment(folder: Path, python: Python, runner: Runner, log: Path, over_system: bool = False,
                     constraint: Path | None = None) -> None:
    """Make an empty environment in place of whatever lies there; `constraint` then binds pip within it."""
    shutil.rmtree(folder, ignore_errors=True)
    options = ['--system-site-packages'] if over_system else ['--without-pip']
    runner.run([python.path, '-m', 'venv', *options, str(folder)], log)
    if constraint:
        (folder / 'pip.conf').write_text(f'[install]\nconstraint = {constraint}\n')


def make_newer_environment(folder: Path, python: Python, installer: Installer, runner: Runner, log: Path) -> None:
    """Make an empty environment with Python >= 3.11, uv's own where the machine's is older."""
    if python.version >= (3, 11):
        make_environment(folder, python, runner, log)
        return
    shutil.rmtree(folder, ignore_errors=True)
    runner.run([str(installer.uv), 'venv', '--quiet', '--no-progress', '--python', '3.12', '--python-preference',
                'managed', str(folder)], log, installer.uv_environment())
