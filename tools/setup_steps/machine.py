"""What machine this is, and the one sentence for a machine on which Outrider cannot run.

Parsed by Python 3.6 too (JetPack 4 has it): the sentence must come, not a syntax error.
"""

import os
import platform
import re
import sys

OLDEST = (3, 10)
NEWEST = (3, 14)
# Newest first: the order in which a release is taken when a machine has several.
RELEASES = ('kilted', 'jazzy', 'humble')


class Machine:
    """What was found; `root` is the folder that /opt and /etc are looked up in."""

    def __init__(self, system, arch, libc, os_release, tegra, ros, root='/', python=(3, 10)):
        self.system = system
        self.arch = arch
        self.libc = libc
        self.os_release = os_release
        self.tegra = tegra
        self.ros = ros
        self.root = root
        self.python = python

    @property
    def is_arm(self):
        """Tell whether this is a 64-bit or 32-bit ARM."""
        return self.arch.startswith(('aarch64', 'arm'))


def observe(environ):
    """Return the Machine this runs on; OUTRIDER_SETUP_ROOT replaces / in every path that is looked at."""
    root = environ.get('OUTRIDER_SETUP_ROOT') or '/'
    uname = platform.uname()
    release = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', _read(os.path.join(root, 'etc/os-release')), re.MULTILINE))
    found = tuple(name for name in RELEASES
                  if os.path.isfile(os.path.join(root, 'opt/ros', name, 'setup.bash')))
    return Machine(system=uname.system, arch=uname.machine, libc=platform.libc_ver()[0], os_release=release,
                   tegra=_read(os.path.join(root, 'etc/nv_tegra_release')), ros=found, root=root,
                   python=sys.version_info[:2])


def choose_ros(machine, environ):
    """Return the release to use: the one in ROS_DISTRO where it is installed, else the newest, else None."""
    wanted = environ.get('ROS_DISTRO', '')
    if wanted in machine.ros:
        return wanted
    return machine.ros[0] if machine.ros else None


def refusal(machine):
    """Return why Outrider cannot run on this machine, as one sentence with what to do, or None."""
    if machine.system == 'Darwin':
        return ('macOS cannot run ROS 2 from wheels (they are for Linux on x86-64). '
                'Use a Linux machine, or a virtual one with Ubuntu 24.04.')
    if machine.system.startswith(('Windows', 'MSYS', 'MINGW', 'CYGWIN')):
        return (f'Windows is not supported (seen: {machine.system}). In WSL it works: wsl --install -d Ubuntu-24.04, '
                'clone the project there, make demo.')
    if machine.system != 'Linux':
        return f'seen {machine.system}, expected Linux. Use a machine with Ubuntu 24.04 or Debian 12.'
    if 'R32' in machine.tegra or (machine.is_arm and machine.os_release.get('VERSION_ID') == '18.04'):
        return ('this is an old Jetson (JetPack 4, Ubuntu 18.04), and no ROS 2 from Humble on runs on it. '
                'Use a Jetson Orin with JetPack 6 or newer.')
    if not machine.ros:
        if machine.is_arm:
            return ('an ARM machine needs the ROS 2 of its system, and '
                    f'{machine.root}opt/ros has no humble, jazzy or kilted. '
                    'Install one (docs.ros.org, Installation), then run make setup again.')
        if machine.arch not in ('x86_64', 'AMD64'):
            return (f'seen a processor {machine.arch}, expected x86_64 (or ARM with ROS 2 installed). '
                    'Use another machine.')
        if machine.libc != 'glibc':
            return ('ROS 2 from wheels needs glibc, which this Linux ({}) does not use. '
                    'Use Debian 12, Ubuntu 22.04 or newer.'.format(machine.os_release.get('ID', 'unknown')))
    return None


def old_python(version):
    """Return the sentence for a machine whose newest Python is `version`, a (major, minor)."""
    return ('seen Python {}.{}, expected {}.{} to {}.{}. Use Debian 12, Ubuntu 22.04 or newer, '
            'or install a newer python3 with venv and headers.'.format(*(tuple(version) + OLDEST + NEWEST)))


def bad_folder(path):
    """Return why nothing can be built in `path`, or None: colcon, CMake and shebang lines split such paths."""
    odd = re.search(r'[\s:;,"\'\\$&|<>*?()`#%]', path)
    if not odd:
        return None
    return ('the folder {!r} has {} in its name, which CMake and colcon cannot take. '
            'Move the checkout to a plain path.'.format(path, 'a space' if odd.group() == ' ' else repr(odd.group())))


def _read(path):
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            return file.read()
    except OSError:
        return ''
