"""Builds the ROS workspace and writes the environment in which it runs."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Mapping

from . import ros
from .command import Runner, StepError
from .stamps import contents, digest, listing

# Variables of a sourced workspace that say nothing to a running program.
_NOISE = ('COLCON_', 'CMAKE_', 'PKG_CONFIG', 'AMENT_CURRENT', 'OUTRIDER_', 'UV_', 'PIP_')


class Workspace:
    """The sources, and where one environment's build of them lies."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.sources = root / 'ros2_ws' / 'src'
        self.underlay = root / 'tools' / 'underlay'
        main = name == 'main'
        self.build = root / 'ros2_ws' / 'build' if main else root / '.build' / name / 'build'
        self.install = root / 'ros2_ws' / 'install' if main else root / '.build' / name / 'install'
        self.log = root / 'ros2_ws' / 'log' if main else root / '.build' / name / 'log'

    def packages(self) -> list[Path]:
        """Return the folders of all packages of the workspace."""
        return sorted(manifest.parent for manifest in self.sources.glob('*/package.xml'))

    def message_packages(self, base: Mapping[str, str]) -> list[Path]:
        """Return the folders with messages to build: ours, and of the underlay what `base` lacks."""
        ours = [folder for folder in self.packages() if (folder / 'CMakeLists.txt').is_file()]
        return ours + [manifest.parent for manifest in sorted(self.underlay.glob('*/package.xml'))
                       if not ros.has_package(manifest.parent.name, base)]

    def message_inputs(self, base: Mapping[str, str]) -> str:
        """Return the digest of everything that compiled messages come from."""
        return digest(text for folder in self.message_packages(base) for text in (folder.name, contents(
            [*folder.glob('*.*'), *folder.glob('msg/*'), *folder.glob('srv/*'), *folder.glob('action/*')])))

    def node_inputs(self) -> str:
        """Return the digest of what a symlinked install does not follow by itself: manifests and lists of files."""
        parts = [listing(self.root / 'launch'), listing(self.root / 'config')]
        for folder in self.packages():
            parts += [folder.name, contents(path for path in (folder / name for name in (
                'package.xml', 'setup.py', 'setup.cfg')) if path.is_file()), listing(folder)]
        return digest(parts)

    def colcon(self, runner: Runner, python: Path, log: Path, env: Mapping[str, str], packages: list[Path]) -> None:
        """Build `packages`; editing Python afterwards needs no other build."""
        self.build.mkdir(parents=True, exist_ok=True)
        runner.run([str(python), '-m', 'colcon', '--log-base', str(self.log), 'build',
                    '--merge-install', '--symlink-install',
                    '--build-base', str(self.build), '--install-base', str(self.install),
                    '--base-paths', str(self.sources), str(self.underlay),
                    '--packages-select', *(folder.name for folder in packages),
                    '--cmake-args', f'-DCMAKE_PROJECT_INCLUDE={self.root}/tools/wheel_includes.cmake',
                    f'-DPython3_EXECUTABLE={python}', '-DBUILD_TESTING=OFF'], log, env, self.root)

    def clean(self) -> None:
        """Remove the build: it was made for another Python, another folder, or never finished."""
        for folder in (self.build, self.install, self.log):
            shutil.rmtree(folder, ignore_errors=True)

    def forget(self, packages: list[Path]) -> None:
        """Remove the build folders of node packages: they take a second each and a killed build may be half there."""
        for folder in packages:
            shutil.rmtree(self.build / folder.name, ignore_errors=True)

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return the environment after the workspace's own setup file was sourced over `base`."""
        setup_file = self.install / 'local_setup.bash'
        if not setup_file.is_file():
            raise StepError(f'colcon wrote no {setup_file}')
        return ros.source(setup_file, base)


def with_wheels(after: Mapping[str, str], venv: Path) -> dict[str, str]:
    """Return `after` with what the wheels' bootstrapper would set by starting every process a second time.

    It would also set it once only: a process started from another one, with its own LD_LIBRARY_PATH, would go without.
    """
    hidden = sorted(str(folder) for folder in venv.glob('lib/python3*/site-packages/ros_*.libs'))
    paths = [part for part in after.get('LD_LIBRARY_PATH', '').split(':') if part]
    return {**after, 'LD_LIBRARY_PATH': ':'.join([*paths, str(venv / 'lib'), *hidden]),
            '_ROS_WHEELS_BOOTSTRAP_COMPLETE': '1'}


def environment_file(workspace: Workspace, before: Mapping[str, str], after: Mapping[str, str],
                     distro: str, python: Path, viewer: Path) -> str:
    """Return the text of outrider_env.sh: what sourcing ROS and the workspace changes, as plain assignments."""
    root = shlex.quote(str(workspace.root))
    lines = [
        '# Written by tools/setup; sourced by tools/env.sh.',
        f'if [ "$(cd -P "$OUTRIDER_ROOT" && pwd)" != {root} ]; then',
        f'  echo "outrider: set up in {workspace.root}, found in $OUTRIDER_ROOT. '
        'Run: make -C $OUTRIDER_ROOT setup" >&2',
        '  return 3',
        'fi',
        f'export ROS_DISTRO={distro}',
        f'export OUTRIDER_PYTHON={shlex.quote(str(python))}',
        f'export OUTRIDER_RERUN_PYTHON={shlex.quote(str(viewer))}',
    ]
    for key in sorted(after):
        if after[key] == before.get(key) or key in ('ROS_DISTRO', 'PATH') or key.startswith(_NOISE):
            continue
        value = after[key].strip(':') if key.endswith('PATH') else after[key]  # an empty part would be this folder
        lines.append(f'export {key}={shlex.quote(value)}')
    theirs = before.get('PATH', '').split(':')
    new = [part for part in after['PATH'].split(':') if part not in theirs]
    lines.append(f'export PATH={":".join(shlex.quote(part) for part in new)}:"$PATH"')
    return '\n'.join(lines) + '\n'
