"""view: opens a ride in rerun, builds its .rrd first where there is none, draws it into a picture, or lists rides."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from outrider_bringup import paths
from outrider_bringup.errors import UserError
from outrider_recorder import bridge_launcher, metadata, ride
from outrider_recorder.errors import RideError

HELP = 'open the newest ride, or the one named; --list for all'
GROUP = 'rides'
# What the list counts: the topic by which each device is known, under any namespace.
DEVICES = {'radar': '/radar/points', 'camera': '/camera/color/compressed', 'depth': '/camera/depth/image',
           'imu': '/imu/data', 'gps': '/gps/fix', 'drive': '/drive/state'}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument('ride', nargs='?', help='id of the ride; default: the newest')
    parser.add_argument('--list', action='store_true', help='list all rides and end')
    how = parser.add_mutually_exclusive_group()
    how.add_argument('--web', action='store_true', help='serve it on 127.0.0.1 and print the address (default)')
    how.add_argument('--native', action='store_true', help="open rerun's own window")
    how.add_argument('--png', metavar='FILE', type=Path, help='draw it into a picture, without a screen')
    parser.add_argument('--at', metavar='S', type=float, help='with --png: seconds from the start; default: the middle')


def run(args: argparse.Namespace) -> int:
    """List, or open, serve or draw one ride."""
    rides = paths.rides()
    if args.list:
        return _list(rides)
    try:
        folder = ride.find(rides, args.ride) if args.ride else _newest(rides)
    except RideError as error:
        raise UserError(str(error)) from None
    rrd = folder / ride.RERUN_FILE
    live = _live(folder)
    if live and not args.png and not args.native:
        print(f'{folder.name} is being recorded. Watch it: {live}')
        return 0
    python = bridge_launcher.interpreter(os.environ)
    if python is None:
        raise UserError('rerun is not set up (no .venv-rerun), so no ride can be shown here. Run: make setup')
    if not live and _is_old(folder):
        _build(python, folder)
    if args.native:
        command = [str(python.parent / 'rerun'), str(rrd)]
        os.execve(command[0], command, bridge_launcher.clean(os.environ))
    if args.png:
        at = ['--at', str(args.at)] if args.at is not None else []
        code = _bridge(python, '--serve', str(rrd), '--png', str(args.png), *at)
        if code == 0:
            print(f'drawn: {args.png}')
        return code
    return _serve(python, folder)


def _newest(rides: Path) -> Path:
    every = ride.all_rides(rides)
    if not every:
        raise UserError(f'no ride in {rides}. Make one: ./outrider demo')
    return every[-1]


def _live(folder: Path) -> str:
    """Return the live address where a bridge runs and this ride is open, else ''."""
    try:
        told = json.loads((paths.run_folder() / 'live.json').read_text())
        os.kill(int(told['pid']), 0)
        return str(told['web']) if ride.is_open(folder) else ''
    except (OSError, ValueError, KeyError, TypeError):
        return ''


def _segments(folder: Path) -> list[Path]:
    return sorted(folder.glob('segment_*.mcap*'))


def _is_old(folder: Path) -> bool:
    """Return whether the .rrd is missing, or a segment was written to after it."""
    rrd = folder / ride.RERUN_FILE
    newest = max((path.stat().st_mtime for path in _segments(folder)), default=0.0)
    return not rrd.is_file() or rrd.stat().st_mtime < newest


def _bridge(python: Path, *arguments: str) -> int:
    return subprocess.run([str(python), '-m', 'outrider_recorder.bridge', '--run', str(paths.run_folder()), *arguments],
                          env=bridge_launcher.clean(os.environ), check=False).returncode


def _build(python: Path, folder: Path) -> None:
    if not _segments(folder):
        raise UserError(f'{folder.name} holds no segment, so nothing can be shown. Run: ./outrider view --list')
    command = [str(python), '-m', 'outrider_recorder.bridge', '--build', str(folder)]
    said = ''
    with subprocess.Popen(command, env=bridge_launcher.clean(os.environ), stdout=subprocess.PIPE, text=True) as work:
        assert work.stdout is not None
        for said in work.stdout:
            if said.startswith('progress') and sys.stdout.isatty():
                part = float(said.split()[1])
                print(f'\rbuilding {folder.name}  [{"#" * int(part * 30):<30}] {part:4.0%}', end='', flush=True)
    if sys.stdout.isatty():
        print()
    if work.returncode:
        raise UserError(f'{folder.name} could not be built: {said.strip() or "no word of why"}')
    count = int(said.split()[1])
    print(f'built {folder / ride.RERUN_FILE} from {count} messages')


def _serve(python: Path, folder: Path) -> int:
    paths.run_folder().mkdir(parents=True, exist_ok=True)
    command = [str(python), '-m', 'outrider_recorder.bridge', '--run', str(paths.run_folder()),
               '--serve', str(folder / ride.RERUN_FILE)]
    with subprocess.Popen(command, env=bridge_launcher.clean(os.environ), stdout=subprocess.PIPE, text=True) as work:
        assert work.stdout is not None
        try:
            for line in work.stdout:
                if line.startswith('serving '):
                    print(f'{folder.name}: {line.split()[1]}   Ctrl+C ends', flush=True)
                else:
                    print(line, end='', file=sys.stderr)
        except KeyboardInterrupt:
            work.terminate()
            return 0
        return work.wait()


def _list(rides: Path) -> int:
    every = ride.all_rides(rides)
    if not every:
        print(f'no ride in {rides}. Make one: ./outrider demo')
        return 0
    print(f'{"ride":24} {"length":>8} {"size":>9} {"marks":>5}  state and messages')
    for folder in every:
        try:
            print(_row(folder, ride.read_info(folder)))
        except RideError as error:
            print(f'{folder.name:24} {error}')
    print(f'in {rides}')
    return 0


def _row(folder: Path, info: dict[str, Any]) -> str:
    size = sum(path.stat().st_size for path in _segments(folder))
    marks = folder / ride.MARKS_FILE
    count = len(marks.read_text().splitlines()) if marks.is_file() else 0
    stop_ns = info.get('stop_ns')
    if stop_ns is None and ride.is_open(folder):
        state, stop_ns = 'recording', time.time_ns()
    else:
        state = info.get('alarm') or 'whole' if stop_ns else 'cut off; readable to its last half second'
        stop_ns = stop_ns or int(max((path.stat().st_mtime_ns for path in _segments(folder)), default=0))
    minutes, seconds = divmod(max(0, stop_ns - int(info.get('start_ns', stop_ns))) // 1_000_000_000, 60)
    return f'{folder.name:24} {minutes:>5}:{seconds:02d} {size / 1e6:>6.1f} MB {count:>5}  {state}{_holds(folder)}'


def _holds(folder: Path) -> str:
    """Return how many messages of each device the ride holds."""
    counts = metadata.counts(folder)
    found = ((name, sum(count for known, count in counts.items() if known.endswith(topic)))
             for name, topic in DEVICES.items())
    told = ', '.join(f'{name} {count}' for name, count in found if count)
    return f': {told}' if told else ''
