"""A ride in rerun: its .rrd built where it is missing or old, then served, opened in a window or drawn."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.errors import UserError
from outrider_recorder import bridge_launcher, ride, zones
from outrider_recorder.errors import RideError

LOCAL = '127.0.0.1'
BAR = 30


def interpreter() -> Path:
    """Return rerun's Python. Raises UserError where it is not set up."""
    python = bridge_launcher.interpreter(os.environ)
    if python is None:
        raise UserError('rerun is not set up (no .venv-rerun), so no ride can be shown here. Run: make setup')
    return python


def built(python: Path, folder: Path) -> Path:
    """Return the .rrd of a ride, built first where it is missing or old. Raises UserError."""
    rrd = folder / ride.RERUN_FILE
    segments = ride.segments(folder)
    if not segments:
        raise UserError(f'{folder.name} holds no segment, so nothing can be shown. Run: ./outrider view --list')
    for complaint in complaints(folder):
        print(complaint, file=sys.stderr)
    hidden = folder.parent / zones.FILE  # what must not be seen any more is not
    if is_old(rrd, [*segments, hidden] if hidden.is_file() else segments):
        _build(python, folder)
    return rrd


def complaints(folder: Path) -> list[str]:
    """Return what is wrong with a ride, a sentence each. Raises UserError where it is of a later format."""
    from outrider_bringup.replay import bag

    try:
        return bag.opened(folder, ride.read_info(folder)).complaints
    except RideError as error:
        return [str(error)]


def is_old(rrd: Path, segments: list[Path]) -> bool:
    """Return whether the .rrd is missing, no file of its own, or older than one of what it is made from."""
    if rrd.is_symlink() or not rrd.is_file() or not rrd.stat().st_size:
        return True
    return rrd.stat().st_mtime < max(path.stat().st_mtime for path in segments)


def picture(python: Path, rrd: Path, png: Path, at_s: float | None) -> int:
    """Draw a file into a picture, without a screen; return an exit code."""
    at = ['--at', str(at_s)] if at_s is not None else []
    code = subprocess.run([*_bridge(python), '--serve', str(rrd), '--png', str(png), *at],
                          env=bridge_launcher.clean(os.environ), check=False).returncode
    if code == 0:
        print(f'drawn: {png}')
    return code


def window(python: Path, rrd: Path) -> None:
    """Become rerun's own window."""
    command = [str(python.parent / 'rerun'), str(rrd)]
    os.execve(command[0], command, bridge_launcher.clean(os.environ))


def serve(python: Path, rrd: Path, name: str, address: str) -> int:
    """Serve a file until Ctrl+C; return an exit code. Raises UserError where `address` is none of this machine."""
    paths.run_folder().mkdir(parents=True, exist_ok=True)
    command = [*_bridge(python), '--serve', str(rrd), '--address', address]
    refused = ''
    with subprocess.Popen(command, env=bridge_launcher.clean(os.environ), stdout=subprocess.PIPE, text=True) as work:
        assert work.stdout is not None
        try:
            for line in work.stdout:
                if line.startswith('serving '):
                    print(f'{name}: {line.split()[1]}   Ctrl+C ends', flush=True)
                elif line.startswith('refused '):
                    refused = line.partition(' ')[2].strip()
                else:
                    print(line, end='', file=sys.stderr)
        except KeyboardInterrupt:
            work.terminate()
            return 0
        code = work.wait()
    if refused:
        raise UserError(refused)
    return code


def _bridge(python: Path) -> list[str]:
    return [str(python), '-m', 'outrider_recorder.bridge', '--run', str(paths.run_folder())]


def _build(python: Path, folder: Path) -> None:
    command = [str(python), '-m', 'outrider_recorder.bridge', '--build', str(folder)]
    said, began_s = '', time.monotonic()
    with subprocess.Popen(command, env=bridge_launcher.clean(os.environ), stdout=subprocess.PIPE, text=True) as work:
        assert work.stdout is not None
        for said in work.stdout:
            if said.startswith('progress') and sys.stdout.isatty():
                part = float(said.split()[1])
                print(f'\rbuilding {folder.name}  [{"#" * int(part * BAR):<{BAR}}] {part:4.0%}', end='', flush=True)
            elif not said.startswith(('progress', 'built')):
                print(f'{folder.name}: {said.strip()}', file=sys.stderr)
    if sys.stdout.isatty():
        print()
    if work.returncode:
        raise UserError(f'{folder.name} could not be built: {said.strip() or "no word of why"}')
    took_s = time.monotonic() - began_s
    print(f'built {folder / ride.RERUN_FILE} from {int(said.split()[1])} messages in {took_s:.1f} s')
