"""report: one page about a ride, that opens anywhere and asks nobody."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from outrider_bringup.errors import UserError

HELP = 'one page about a ride: map, hazards, close passes, sensors'
GROUP = 'rides'
REPORT_FILE = 'report.html'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument('ride', nargs='?', help='id of a ride (default: the newest), or path of a rosbag2 in MCAP')
    parser.add_argument('--out', type=Path, metavar='F', help=f'where to write it (default: {REPORT_FILE} in the ride)')


def run(args: argparse.Namespace) -> int:
    """Read the ride, write the page. Raises UserError."""
    from outrider_bringup.rides import page, story_of
    from outrider_recorder import inside, ride

    folder, shown = story_of.shown(args.ride)
    target = args.out or (folder / REPORT_FILE if folder else Path(f'{shown.story.name}.html'))
    text = page.page(shown)
    try:
        if args.out is None and folder is not None:
            with inside.opened(folder.parent, folder.name):
                ride.write_atomic(target, text)
        else:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, ride.FILE_MODE)
            with open(descriptor, 'w', encoding='utf-8') as file:
                file.write(text)
    except OSError as error:
        raise UserError(f'{target} cannot be written ({error.strerror}). Name another with --out') from None
    for sentence in shown.story.missing:
        print(sentence, file=sys.stderr)
    print(f'{target}   {len(shown.story.passes)} close passes, {len(text) / 1e6:.1f} MB')
    return 0


