"""view: opens a ride in rerun, builds its .rrd first where there is none, draws it into a picture, or lists rides."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from outrider_bringup import paths, showing
from outrider_bringup.errors import UserError
from outrider_bringup.rides import listing
from outrider_bringup.rides.where import FORM
from outrider_recorder import ride
from outrider_recorder.errors import RideError

HELP = 'alone: the list of rides; with an id, or --newest: opens that ride'
GROUP = 'rides'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument('ride', nargs='?', help='id of the ride')
    what = parser.add_mutually_exclusive_group()
    what.add_argument('--newest', action='store_true', help='open the newest ride')
    what.add_argument('--list', action='store_true', help='list all rides and end (so does view alone)')
    what.add_argument('--where', metavar='Q', help=f'list those that fit, such as: {FORM}')
    parser.add_argument('--json', metavar='-', choices=('-',), help='print the list for a program, newest first')
    how = parser.add_mutually_exclusive_group()
    how.add_argument('--web', action='store_true', help='serve it and print the address (default)')
    how.add_argument('--native', action='store_true', help="open rerun's own window")
    how.add_argument('--png', metavar='FILE', type=Path, help='draw it into a picture, without a screen')
    parser.add_argument('--file', metavar='RRD', type=Path, help='open this file, as replay --through makes one')
    parser.add_argument('--address', metavar='A', default=showing.LOCAL,
                        help=f'of this machine, where it is served (default {showing.LOCAL}: nobody else sees it)')
    parser.add_argument('--at', metavar='S', type=float, help='with --png: seconds from the start; default: the middle')


def run(args: argparse.Namespace) -> int:
    """List, or open, serve or draw one ride."""
    rides = paths.rides()
    opens = args.ride or args.newest or args.web or args.native or args.png or args.at is not None or args.file
    if args.json:
        if opens:
            raise UserError('--json prints the list of rides and opens none. Run: ./outrider view --json -')
        print(json.dumps({'rides': listing.for_programs(rides, args.where)}))
        return 0
    if args.list or args.where is not None or not opens:
        return listing.show(rides, args.where)
    if args.file:
        return _show(args, showing.interpreter(), _file(args.file), args.file.name)
    try:
        folder = ride.find(rides, args.ride) if args.ride else _newest(rides)
    except RideError as error:
        raise UserError(str(error)) from None
    live = _live(folder)
    if live and not args.png and not args.native:
        print(f'{folder.name} is being recorded. Watch it: {live}')
        return 0
    python = showing.interpreter()
    return _show(args, python, folder / ride.RERUN_FILE if live else showing.built(python, folder), folder.name)


def _show(args: argparse.Namespace, python: Path, rrd: Path, name: str) -> int:
    if args.native:
        showing.window(python, rrd)
    if args.png:
        return showing.picture(python, rrd, args.png, args.at)
    return showing.serve(python, rrd, name, args.address)


def _file(path: Path) -> Path:
    if not path.is_file():
        raise UserError(f'{path} was not found, expected a file of rerun (.rrd)')
    with path.open('rb') as file:
        if file.read(4) != b'RRF2':
            raise UserError(f'{path} is no file of rerun 0.23 or later (.rrd). For a ride: ./outrider view RIDE')
    return path


def _newest(rides: Path) -> Path:
    every = ride.in_order(rides)
    if not every:
        raise UserError(f'no ride in {rides}. Make one: ./outrider demo')
    return every[-1][0]


def _live(folder: Path) -> str:
    """Return the live address where a bridge runs and this ride is open, else ''."""
    try:
        told = json.loads((paths.run_folder() / 'live.json').read_text())
        os.kill(int(told['pid']), 0)
        return str(told['web']) if ride.is_open(folder) else ''
    except (OSError, ValueError, KeyError, TypeError):
        return ''
