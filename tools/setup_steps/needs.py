"""What only root can install: the compiler, CMake, Python's headers and venv, missing ROS packages."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from pathlib import Path
from typing import Mapping
from xml.etree import ElementTree

from .pythons import Python
from .ros import has_package

OLDEST_CMAKE = (3, 21)  # the first whose CMAKE_PROJECT_INCLUDE and DEFER do what tools/wheel_includes.cmake needs


# What tests use: the simulated Mega 2560, its compiler, the unit tests' header; a browser to look at pages.
TEST_TOOLS = (
    ('/usr/bin/avr-g++', 'gcc-avr'),
    ('/usr/bin/avr-size', 'binutils-avr'),
    ('/usr/lib/avr/include/avr/io.h', 'avr-libc'),
    ('/usr/include/simavr/sim_avr.h', 'libsimavr-dev'),
    ('/usr/include/doctest/doctest.h', 'doctest-dev'),
    ('/usr/bin/chromium', 'chromium'),
)


def missing_test_tools(at: Path = Path('/')) -> list[str]:
    """Return the Debian packages that the tests lack in the file system `at`."""
    return [package for path, package in TEST_TOOLS if not (at / path.lstrip('/')).exists()]


# What a wheel needs of the machine: librealsense speaks USB through it.
LIBRARIES = (('libusb-1.0.so.0', 'libusb-1.0-0'),)


def missing_libraries(libraries: tuple[tuple[str, str], ...] = LIBRARIES) -> list[str]:
    """Return the Debian packages of the shared libraries that the machine cannot load."""
    return [package for library, package in libraries if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_tools(python: Python | None) -> list[str]:
    """Return the Debian packages of build tools that are really missing."""
    packages = []
    if not shutil.which('g++') and not shutil.which('c++'):
        packages.append('g++')
    if not shutil.which('make'):
        packages.append('make')
    if cmake_version() < OLDEST_CMAKE:
        packages.append('cmake')
    if python is None:
        packages += ['python3', 'python3-venv', 'python3-dev']
    else:
        # The system's Python names its packages after itself; another one (pyenv, conda) has both within it.
        if not python.has_venv:
            packages.append(f'python{python.short}-venv')
        if not python.has_headers:
            packages.append(f'python{python.short}-dev')
    return packages


def cmake_version() -> tuple[int, int]:
    """Return the version of the cmake on the PATH, (0, 0) when there is none."""
    if not shutil.which('cmake'):
        return (0, 0)
    said = subprocess.run(['cmake', '--version'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL, check=False).stdout.decode(errors='replace')
    found = re.search(r'version (\d+)\.(\d+)', said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def missing_ros_packages(root: Path, distro: str, environment: Mapping[str, str]) -> list[str]:
    """Return the Debian packages of the ROS packages that ours name and the system's ROS has not."""
    ours = {folder.name for folder in (*(root / 'ros2_ws/src').iterdir(), *(root / 'tools/underlay').iterdir())}
    wanted = set()
    for manifest in (*(root / 'ros2_ws/src').glob('*/package.xml'), *(root / 'tools/underlay').glob('*/package.xml')):
        for tag in ElementTree.parse(manifest).getroot():
            if tag.tag.endswith('depend') and tag.text and not tag.text.startswith('python3-'):
                wanted.add(tag.text.strip())
    lacking = sorted(name for name in wanted - ours if not has_package(name, environment))
    return [f'ros-{distro}-{name.replace("_", "-")}' for name in lacking]


def advice(packages: list[str]) -> str:
    """Return the one sentence for whoever is not root."""
    names = ' '.join(packages)
    if shutil.which('apt-get'):
        return f'missing on this machine: {names}. Run: sudo apt-get install {names}'
    return (f"missing on this machine: {names} (the names are Debian's). "
            'Install them with your package manager, then run make setup.')
