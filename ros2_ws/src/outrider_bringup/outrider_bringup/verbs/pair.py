"""pair: lets one phone in. Prints a link and its QR code, good for ten minutes and one phone; lists and revokes phones.

Works with no stack running: the page reads what is written here at its next request.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import sys
import time
from typing import Any

from outrider_alerts.door import qr
from outrider_alerts.door.errors import DoorError
from outrider_alerts.door.hosts import split
from outrider_alerts.door.pairings import TOKEN_S, Pairings
from outrider_bringup.errors import UserError

HELP = 'let a phone in: a QR code and a link; --list and --revoke ID'
GROUP = 'go'
PORT = 8000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument('--list', action='store_true', help='the paired phones')
    what.add_argument('--revoke', type=int, metavar='ID', help='send this phone away; at once, and for good')
    parser.add_argument('--at', metavar='URL', default='', help='what the phone is to open instead of '
                        f'http://{_hostname()}.local:{PORT}, as https://name.of.a.tailnet')
    parser.add_argument('--json', action='store_true', help='print it for a program')


def run(args: argparse.Namespace) -> int:
    """Make a token, list, or revoke."""
    pairings = Pairings()
    try:
        if args.list:
            return _list(pairings, args.json)
        if args.revoke is not None:
            return _revoke(pairings, args.revoke, args.json)
        return _pair(pairings, _base(args.at), args.json)
    except DoorError as error:
        raise UserError(str(error)) from None


def _pair(pairings: Pairings, base: str, as_json: bool) -> int:
    link = f'{base}/pair#t={pairings.new_token()}'
    if as_json:
        print(json.dumps({'link': link, 'valid_s': TOKEN_S}))
        return 0
    code = qr.lines(link)
    if len(code[0]) <= shutil.get_terminal_size().columns and sys.stdout.isatty():
        print('\n'.join(code))
    print(f'{link}\n\n'
          f'Scan it, or open it on the phone: within {TOKEN_S / 60:.0f} minutes, by one phone. Show it to nobody.\n'
          'The phone must be in the same network as this machine, at best this machine in its hotspot, and the page\n'
          'open to it: ./outrider up bicycle --lan\n'
          f'Where {_hostname()}.local is not found: ./outrider pair --at http://ADDRESS:{PORT}\n'
          'Who is paired: ./outrider pair --list')
    return 0


def _list(pairings: Pairings, as_json: bool) -> int:
    phones = pairings.phones()
    if pairings.problem:
        raise UserError(pairings.problem)
    if as_json:
        print(json.dumps({'phones': [{'id': one.id, 'name': one.name, 'since': one.since_s,
                                      'last_seen': one.last_seen_s} for one in phones]}))
        return 0
    for one in phones:
        print(f'{one.id:4}  {one.name:40}  since {_day(one.since_s)}  seen {_day(one.last_seen_s)}')
    print(f'./outrider pair --revoke {phones[-1].id} sends the last one away.' if phones
          else 'No phone is paired. Run: ./outrider pair')
    return 0


def _revoke(pairings: Pairings, number: int, as_json: bool) -> int:
    if not pairings.revoke(number):
        raise UserError(f'no phone has the number {number}. See: ./outrider pair --list')
    told: dict[str, Any] = {'revoked': number}
    print(json.dumps(told) if as_json else f'Phone {number} is not paired any more. While the drive is armed it can '
          'still stop it.')
    return 0


def _base(url: str) -> str:
    """Return what the link begins with. Raises UserError."""
    if not url:
        return f'http://{_hostname()}.local:{PORT}'
    scheme, separator, host = url.rstrip('/').partition('://')
    if scheme not in ('http', 'https') or not separator or not split(host)[0]:
        raise UserError(f"--at is '{url}', expected an address like http://192.168.1.20:{PORT}")
    return f'{scheme}://{host}'


def _hostname() -> str:
    return socket.gethostname().partition('.')[0]


def _day(unix_s: float) -> str:
    return time.strftime('%Y-%m-%d', time.localtime(unix_s))
