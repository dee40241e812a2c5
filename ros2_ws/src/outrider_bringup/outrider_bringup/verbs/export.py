"""export: a ride as files that other programs read, and that may be given away: GPX, CSV, mp4."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from outrider_bringup.errors import UserError

if TYPE_CHECKING:
    from outrider_bringup.rides.cut import Shown

HELP = 'a ride as GPX, CSV and mp4, to give away'
GROUP = 'rides'
KINDS = ('gpx', 'csv', 'mp4')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument('ride', nargs='?', help='id of a ride (default: the newest), or path of a rosbag2 in MCAP')
    for kind, what in zip(KINDS, ('the way', 'way, hazards, close passes', 'what the camera saw'), strict=True):
        parser.add_argument(f'--{kind}', action='store_true', help=f'{what} (none named: all three)')
    parser.add_argument('--out', type=Path, metavar='DIR', help='folder to write to (default: ./export_<id>)')


def run(args: argparse.Namespace) -> int:
    """Write what is asked for. Raises UserError."""
    from outrider_bringup.rides import story_of, tables

    wanted = [kind for kind in KINDS if getattr(args, kind)] or list(KINDS)
    folder, shown = story_of.shown(args.ride)
    out: Path = args.out or Path(f'export_{shown.story.name}')
    story, files = shown.story, dict[str, str]()
    if 'gpx' in wanted and shown.ways:
        files['way.gpx'] = tables.gpx(shown)
    elif 'gpx' in wanted:
        print('no position may be told or is known, so there is no GPX', file=sys.stderr)
    if 'csv' in wanted:
        files |= {'way.csv': tables.way_csv(story), 'hazards.csv': tables.hazards_csv(story),
                  'passes.csv': tables.passes_csv(story)}
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in files.items():
            _write(out / name, text)
    except OSError as error:
        raise UserError(f'{out} cannot be written ({error.strerror}). Name another folder with --out') from None
    made = list(files)
    if 'mp4' in wanted:
        made += _video(folder, out / 'camera.mp4', shown)
    print(f'{out}/   {", ".join(made) or "nothing to write"}')
    if folder is not None and shown.hidden:
        print('cut near privacy zones; the segments of the ride itself are not', file=sys.stderr)
    return 0


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, 'w', encoding='utf-8', newline='') as file:
        file.write(text)


def _video(folder: Path | None, target: Path, shown: Shown) -> list[str]:
    from outrider_bringup.rides import story_of
    from outrider_recorder import bridge_launcher

    python = bridge_launcher.interpreter(os.environ)
    if folder is None or python is None:
        why = 'it is no ride of ours' if folder is None else 'rerun is not set up (no .venv-rerun). Run: make setup'
        print(f'no mp4: {why}', file=sys.stderr)
        return []
    bar, said = story_of.Bar('writing pictures'), ''
    target.unlink(missing_ok=True)
    command = [str(python), '-m', 'outrider_recorder.bridge.video', str(folder), str(target)]
    with subprocess.Popen(command, env=bridge_launcher.clean(os.environ), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as work:
        assert work.stdin is not None
        assert work.stdout is not None
        with work.stdin:
            json.dump(shown.hidden, work.stdin)
        for said in work.stdout:
            if said.startswith('progress'):
                bar(float(said.split()[1]))
    bar.end()
    words = said.split()
    if work.returncode or words[:1] != ['frames']:
        raise UserError(f'{target} could not be written: {said.strip() or "no word of why"}')
    if int(words[3]):
        print(f'{words[3]} pictures could not be used and are left out', file=sys.stderr)
    if not int(words[1]):
        print('no mp4: no picture may be shown or was recorded', file=sys.stderr)
        return []
    return [target.name]
