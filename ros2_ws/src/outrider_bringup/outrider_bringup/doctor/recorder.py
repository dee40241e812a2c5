"""Can rides be written and shown on this machine?"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.doctor.check import Check, Result
from outrider_recorder import bridge_launcher, clock

# An hour of the bicycle without video is about 0.1 GB, with video 6.
LOW_BYTES, LEAST_BYTES = 5 << 30, 500 << 20
RERUN = '0.41.0'


def _rides() -> Result:
    folder = paths.rides()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b'outrider')
            os.fsync(file.fileno())
    except OSError as error:
        return Result('fail', f'{folder}: {error.strerror}', 'a folder that can be written',
                      f'chown $USER {folder}')
    return Result('ok', str(folder))


def _space() -> Result:
    folder = paths.rides()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    seen = f'{free / 1e9:.1f} GB free'
    if free < LEAST_BYTES:
        return Result('fail', seen, f'at least {LEAST_BYTES / 1e9:.1f} GB', f'du -sh {paths.rides()}/* | sort -h')
    if free < LOW_BYTES:
        return Result('warn', seen, f'{LOW_BYTES / 1e9:.0f} GB for an hour with video',
                      f'du -sh {paths.rides()}/* | sort -h')
    return Result('ok', seen)


def _clock() -> Result:
    source = clock.evidence(time.time_ns())
    if source:
        return Result('ok', f'{time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())} UTC, vouched for by: {source}')
    return Result('warn', 'nothing vouches for the date: rides are called boot-<n> until GPS or network tell it',
                  'a network, GPS, or a clock with a battery', 'timedatectl')


def _rerun() -> Result:
    python = bridge_launcher.interpreter(os.environ)
    if python is None:
        return Result('warn', 'no rerun environment: rides are recorded, not shown', f'rerun {RERUN} in .venv-rerun',
                      f'make -C {paths.checkout()} setup')
    ask = 'from importlib.metadata import version as v; print(v("rerun-sdk"), v("rosbags"), v("mcap"))'
    answer = subprocess.run([str(python), '-c', ask], env=bridge_launcher.clean(os.environ), capture_output=True,
                            text=True, timeout=20, check=False)
    found = answer.stdout.split()
    if not found or found[0] != RERUN:
        return Result('warn', f'rerun {found[0]}' if found else f'{python} has no rerun', f'rerun {RERUN}',
                      f'make -C {paths.checkout()} setup')
    return Result('ok', f'rerun {found[0]}, rosbags {found[1]}, mcap {found[2]}')


def _draws() -> Result:
    if shutil.which('ffmpeg') and any(Path('/usr/share/vulkan/icd.d').glob('*.json')):
        return Result('ok', 'vulkan and ffmpeg')
    return Result('warn', 'vulkan driver or ffmpeg missing: no pictures (view --png)', 'both',
                  'apt-get install mesa-vulkan-drivers ffmpeg')


CHECKS = (
    Check('rides folder', 'recorder', _rides),
    Check('disk space', 'recorder', _space),
    Check('date', 'recorder', _clock),
    Check('rerun', 'recorder', _rerun),
    Check('pictures', 'recorder', _draws),
)
