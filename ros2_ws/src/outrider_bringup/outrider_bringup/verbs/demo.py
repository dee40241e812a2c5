"""`outrider demo`: thirty seconds that need nothing."""

from __future__ import annotations

import argparse
import math
import os
import time
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.demo.processes import started_ago_s
from outrider_bringup.errors import UserError
from outrider_bringup.loading import loading

HELP = 'a real radar recording, a car from behind, a ramp that stops: one ride, nothing needed'
GROUP = 'go'
DOMAIN = 90  # apart from what the user runs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument('--seconds', type=float, help='how long it plays (default 30, with --tour 120)')
    parser.add_argument('--tour', action='store_true', help='two minutes: the recording whole, six roads, the ramp')
    parser.add_argument('--json', type=Path, metavar='F', help='write the closing table to F')
    parser.add_argument('--web-port', type=int, default=8000, metavar='P',
                        help='of the page (default 8000); the live view takes the next')
    parser.add_argument('--domain', type=int, default=DOMAIN, metavar='D', help=f'ROS domain (default {DOMAIN})')


def run(args: argparse.Namespace) -> int:
    """Play the demo. Return 0 when all that must hold held."""
    began_s = time.monotonic() - started_ago_s(os.getpid())
    seconds = args.seconds if args.seconds is not None else 120.0 if args.tour else 30.0
    if not (math.isfinite(seconds) and seconds > 0):
        raise UserError(f'--seconds is {seconds:g}, expected more than 0. Try: ./outrider demo --seconds 30')
    if args.json is not None and not args.json.absolute().parent.is_dir():
        raise UserError(f'--json {args.json} lies in no folder that exists. Make it, or choose another file.')
    with loading():
        from outrider_bringup.demo import claim
        from outrider_bringup.demo.acts import ACTS, TOUR
        from outrider_bringup.demo.options import Options
        from outrider_bringup.demo.play import Player

    _nobody_drives()
    run_folder = paths.run_folder() / 'demo'
    with claim.folder(run_folder) as lock, claim.domain(args.domain) as domain:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
        options = Options(paths.checkout() / 'launch' / 'bicycle.launch.yaml', paths.rides(), run_folder, domain,
                          web_port=args.web_port, holds=(lock,))
        return Player(options, seconds, began_s, TOUR if args.tour else ACTS).play(args.json)


def _nobody_drives() -> None:
    """Refuse while a real machine is driven from here: a simulated one beside it is mistaken for it."""
    from outrider_drive.port import real_ports_held

    held = real_ports_held()
    if held:
        port, process = held[0]
        raise UserError(f'process {process} drives a real machine on {port}, and a demo drives a simulated one beside '
                        f'it. Stop that one first: kill {process}')
