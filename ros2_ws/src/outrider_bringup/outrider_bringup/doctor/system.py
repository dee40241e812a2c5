"""Is the ground sound: Python, ROS, workspace, shared memory, transport profile, priority, disk, the one ROS domain?"""

from __future__ import annotations

import importlib
import os
import platform
import resource
import shutil
import sys
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.doctor.check import Check, Result

RELEASES = ('humble', 'jazzy', 'kilted')
PACKAGES = ('outrider_interfaces', 'outrider_sensors', 'outrider_perception', 'outrider_recorder', 'outrider_bringup')
# Each of six nodes really allocates 1 MB and some files beside it; containers have 64 MB in all.
SHM_LEAST, SHM_GOOD = 16 << 20, 48 << 20
DISK_LEAST = 1 << 30
SHM = Path('/dev/shm')


def python() -> Result:
    """The interpreter that set-up chose, not another one that happens to be first on PATH."""
    seen = f'Python {platform.python_version()} ({sys.executable})'
    chosen = os.environ.get('OUTRIDER_PYTHON', '')
    if chosen and Path(chosen).resolve() != Path(sys.executable).resolve():
        return Result('fail', seen, chosen, 'start everything with ./outrider')
    return Result('ok', seen)


def ros() -> Result:
    """A release that the nodes were written for, and rclpy that loads."""
    release = os.environ.get('ROS_DISTRO', '')
    if release not in RELEASES:
        return Result('fail', f'ROS_DISTRO is {release or "not set"}', ', '.join(RELEASES), _setup())
    try:
        importlib.import_module('rclpy')
    except ImportError as error:
        return Result('fail', f'ROS 2 {release}, but rclpy does not load: {error}', 'rclpy', _setup())
    return Result('ok', f'ROS 2 {release}')


def workspace() -> Result:
    """Every package built and in the index, messages that load, sources not newer than what was generated."""
    prefixes = [Path(part) for part in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if part]
    index = 'share/ament_index/resource_index/packages'
    missing = [name for name in PACKAGES if not any((prefix / index / name).is_file() for prefix in prefixes)]
    if missing:
        return Result('fail', f'not built: {", ".join(missing)}', 'all packages', _setup())
    try:
        importlib.import_module('outrider_interfaces.msg')
    except ImportError as error:
        return Result('fail', f'messages do not load: {error}', 'generated messages', _setup())
    return Result('ok', f'{len(PACKAGES)} packages in {prefixes[0]}')


def shared_memory() -> Result:
    """Free bytes where Fast DDS keeps its segments."""
    try:
        free = shutil.disk_usage(SHM).free
    except OSError as error:
        return Result('fail', f'{SHM}: {error.strerror}', 'a tmpfs', f'mount -t tmpfs -o size=64m tmpfs {SHM}')
    seen = f'{free / 1e6:.0f} MB free in {SHM}'
    tidy = f'stop all ROS nodes, then: rm -f {SHM}/fast*_* {SHM}/sem.fast*_*'
    if free < SHM_LEAST:
        return Result('fail', seen, f'{SHM_LEAST >> 20} MB', f'{tidy} (in a container: --shm-size 256m)')
    if free < SHM_GOOD:
        return Result('warn', seen, f'{SHM_GOOD >> 20} MB', f'{tidy} (in a container: --shm-size 256m)')
    return Result('ok', seen)


def profile() -> Result:
    """The Fast DDS profile, by the variable that this release reads."""
    release = os.environ.get('ROS_DISTRO', '')
    variable = ('FASTRTPS' if release in ('humble', 'jazzy') else 'FASTDDS') + '_DEFAULT_PROFILES_FILE'
    named = os.environ.get(variable, '')
    rmw = os.environ.get('RMW_IMPLEMENTATION', '')
    if rmw and rmw != 'rmw_fastrtps_cpp':
        return Result('warn', f'RMW_IMPLEMENTATION is {rmw}: our profiles and tests are for Fast DDS',
                      'rmw_fastrtps_cpp', 'unset RMW_IMPLEMENTATION')
    if not named:
        return Result('warn', f'{variable} is not set: nodes start with 0.5 MB segments and slow discovery',
                      'config/fastdds/small.xml', 'start everything with ./outrider')
    if not Path(named).is_file():
        return Result('fail', f'{variable} names {named}, which is not there', 'config/fastdds/small.xml',
                      f'unset {variable} OUTRIDER_FASTDDS')
    return Result('ok', f'{Path(named).name} by {variable}')


def alone() -> Result:
    """Nothing leaves the machine."""
    release = os.environ.get('ROS_DISTRO', '')
    domain = os.environ.get('ROS_DOMAIN_ID', '0') or '0'
    if release == 'humble':
        local = os.environ.get('ROS_LOCALHOST_ONLY') == '1'
    else:
        local = os.environ.get('ROS_AUTOMATIC_DISCOVERY_RANGE', '') in ('LOCALHOST', 'OFF')
    if not domain.isdigit() or int(domain) > 101:
        return Result('fail', f'ROS_DOMAIN_ID is {domain}', '0 to 101', 'export ROS_DOMAIN_ID=0')
    if not local:
        return Result('warn', f'domain {domain}, other machines on the network can join', 'this machine only',
                      'unset ROS_AUTOMATIC_DISCOVERY_RANGE ROS_LOCALHOST_ONLY')
    return Result('ok', f'domain {domain}, this machine only')


def priority() -> Result:
    """May nodes run before busy neighbours? A limit of 0 means not."""
    realtime = resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
    nice = 20 - resource.getrlimit(resource.RLIMIT_NICE)[0]
    if os.geteuid() == 0 or realtime != 0:
        return Result('ok', 'realtime priority is allowed')
    if nice < 0:
        return Result('ok', f'nice down to {nice} is allowed')
    # 50 Hz writer beside two busy loops: period error p99 6.6 ms at default priority, 1.0 at nice -10.
    return Result('warn', 'neither realtime priority nor negative nice is allowed: busy neighbours delay nodes by '
                          'several ms', 'rtprio 20 or nice -10',
                  f'sudo {paths.checkout()}/tools/allow_priority   # then log in again')


def cores() -> Result:
    """Two cores carry the bicycle's nodes; one does not carry recorder and viewer beside them."""
    count = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    if count < 2:
        return Result('warn', f'{count} core', '2 cores or more', './outrider up bicycle --no-live')
    if load > 1.5 * count:
        return Result('warn', f'{count} cores, load {load:.1f}', f'load below {1.5 * count:.0f}', 'top')
    return Result('ok', f'{count} cores, load {load:.1f}')


def disk() -> Result:
    """Room where this checkout lies."""
    free = shutil.disk_usage(paths.checkout()).free
    if free < DISK_LEAST:
        return Result('fail', f'{free / 1e9:.1f} GB free at {paths.checkout()}', f'{DISK_LEAST / 1e9:.1f} GB', 'df -h')
    return Result('ok', f'{free / 1e9:.0f} GB free at {paths.checkout()}')


def run_folder() -> Result:
    """The folder of pseudo-terminals, locks and addresses can be written."""
    folder = paths.run_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f'.doctor_{os.getpid()}'
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Result('fail', f'{folder}: {error.strerror}', 'a folder that can be written',
                      f'sudo chown -R $USER {folder}')
    return Result('ok', str(folder))


def _setup() -> str:
    return f'make -C {paths.checkout()} setup'


CHECKS = (
    Check('python', 'system', python),
    Check('ros', 'system', ros),
    Check('workspace', 'system', workspace),
    Check('shared memory', 'system', shared_memory),
    Check('fast dds profile', 'system', profile),
    Check('network', 'system', alone),
    Check('priority', 'system', priority),
    Check('cores', 'system', cores),
    Check('disk', 'system', disk),
    Check('run folder', 'system', run_folder),
)
