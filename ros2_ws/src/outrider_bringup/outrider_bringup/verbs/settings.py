"""`outrider settings`: what a person chose on this computer; shows it, changes it, keeps the privacy zones."""

from __future__ import annotations

import argparse
import json

from outrider_bringup import paths
from outrider_bringup.errors import UserError
from outrider_bringup.up import settings
from outrider_recorder import zones
from outrider_recorder.errors import RideError

HELP = 'what you chose: when it records, units, volume, privacy zones; KEY VALUE changes it'
GROUP = 'go'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `settings`."""
    parser.add_argument('key', nargs='?', help=f'one of: {", ".join(settings.KEYS)}')
    parser.add_argument('value', nargs='?', help='what it shall be from now on')
    zone = parser.add_mutually_exclusive_group()
    zone.add_argument('--zone', nargs=4, metavar=('NAME', 'RADIUS_M', 'LAT', 'LON'),
                      help='cut this circle from every report, export and .rrd; the same name again moves it')
    zone.add_argument('--no-zone', metavar='NAME', help='cut it no longer')
    parser.add_argument('--json', metavar='-', choices=('-',), help='print what holds now for a program')


def run(args: argparse.Namespace) -> int:
    """Change what is asked, then show what holds. Raises UserError, with nothing changed."""
    where, rides = settings.folder(), paths.rides()
    if args.key is not None and args.value is None:
        settings.known(args.key)
        raise UserError(f'to what? Run: ./outrider settings {args.key} VALUE')
    values = settings.change(where, args.key, args.value) if args.key is not None else settings.read(where)
    try:
        if args.zone:
            zones.put(rides, zones.zone(*args.zone))
        elif args.no_zone is not None:
            zones.remove(rides, args.no_zone)
        circles = zones.read(rides).zones
    except RideError as error:
        raise UserError(str(error)) from None
    if args.json:
        # Where a zone lies is told to nobody who may only look at the settings.
        print(json.dumps({'settings': [one.told(values[one.key]) for one in settings.SETTINGS],
                          'zones': [{'name': one.name, 'radius_m': one.radius_m} for one in circles]}))
        return 0
    for one in settings.SETTINGS:
        print(f'{one.key:14} {values[one.key]!s:>6} {one.unit:2} {one.title.lower()}: {one.note}')
    for circle in circles:
        print(f'zone           {circle.radius_m:>6g} m  {circle.name}')
    print(f'They stand in {where / settings.FILE}, zones in {rides / zones.FILE}')
    return 0
