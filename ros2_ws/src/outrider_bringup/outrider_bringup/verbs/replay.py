"""`outrider replay RIDE`: publish a recording again, or run it through the present code and compare."""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from outrider_bringup import paths
from outrider_bringup.errors import UserError

if TYPE_CHECKING:
    from outrider_bringup.replay.bag import Bag
    from outrider_bringup.replay.pace import Pace

HELP = 'publish a ride again, or run it --through perception or detector and compare'
GROUP = 'rides'
DOMAIN, SPARES = 85, (86, 87, 88, 89)  # apart from what the user runs
SPEEDS = (0.01, 100.0)
LOOK_S = 1.0
STAGES = ('perception', 'detector')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `replay`."""
    parser.add_argument('ride', nargs='?', help='id of a ride (default: the newest), or path of a rosbag2 in MCAP')
    parser.add_argument('--from', dest='begin', type=float, default=None, metavar='S', help='seconds from its start')
    parser.add_argument('--to', dest='end', type=float, default=None, metavar='S', help='seconds from its start')
    parser.add_argument('--speed', type=float, default=1.0, metavar='X', help='times real time (default 1)')
    parser.add_argument('--loop', action='store_true', help='again and again')
    parser.add_argument('--domain', type=int, metavar='D', help=f'ROS domain (default {DOMAIN}, or a free one)')
    parser.add_argument('--sim', action='store_true', help='the rig that listens is simulated: publish joy, drive, '
                                                           'follow, e-stop and relay topics too')
    parser.add_argument('--through', choices=STAGES, help='feed the present code what was recorded, and compare')
    parser.add_argument('--weights', type=Path, metavar='F', help='with --through detector: other weights than ours')
    parser.add_argument('--json', type=Path, metavar='F', help='with --through: write the comparison to F')
    parser.add_argument('--rrd', type=Path, metavar='F', help='with --through: recorded and new in one file for rerun '
                                                              '(default: replay.rrd in the run folder)')
    parser.add_argument('--no-rrd', action='store_true', help='with --through: compare only')


def run(args: argparse.Namespace) -> int:
    """Return 0 when it was played, or came out equal; 1 where it differs."""
    from outrider_bringup.replay import bag

    _check(args)
    recording = bag.find(paths.rides(), args.ride) if args.ride else bag.newest(paths.rides())
    for complaint in recording.complaints:
        print(complaint, file=sys.stderr)
    from_ns, to_ns = _span(args, recording)
    if args.through:
        for name in ('OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS'):
            os.environ[name] = '1'  # before numpy is imported: results are equal to the last bit
        return _through(args, recording, from_ns if args.begin else None, to_ns)
    return _publish(args, recording, from_ns, to_ns)


def _through(args: argparse.Namespace, recording: Bag, from_ns: int | None, to_ns: int) -> int:
    rrd = None if args.no_rrd else args.rrd or paths.run_folder() / 'replay.rrd'
    if args.through == 'detector':
        from outrider_bringup.replay.through_detector import detector

        return detector(recording, from_ns, to_ns, weights=args.weights, json_file=args.json, rrd=rrd)
    from outrider_bringup.replay.through import perception

    return perception(recording, from_ns, to_ns, json_file=args.json, rrd=rrd)


def _check(args: argparse.Namespace) -> None:
    low, high = SPEEDS
    if not low <= args.speed <= high:
        raise UserError(f'--speed is {args.speed:g}, expected {low:g} to {high:g}')
    for name, value in (('--from', args.begin), ('--to', args.end)):
        if value is not None and not (math.isfinite(value) and value >= 0.0):
            raise UserError(f'{name} is {value:g}, expected seconds from the start of the ride')
    if args.domain is not None and not 0 <= args.domain <= 232:
        raise UserError(f'--domain is {args.domain}, expected 0 to 232')
    given = [name for name, value in (('--loop', args.loop), ('--sim', args.sim), ('--domain', args.domain is not None),
                                      ('--speed', args.speed != 1.0)) if value]
    if args.through and given:
        raise UserError(f'{given[0]} is for publishing, and --through publishes nothing. Leave it out')
    only = [name for name, value in (('--json', args.json), ('--rrd', args.rrd), ('--no-rrd', args.no_rrd)) if value]
    if only and not args.through:
        raise UserError(f'{only[0]} goes with --through. Try: --through perception')
    if args.weights is not None and args.through != 'detector':
        raise UserError('--weights goes with --through detector. Try: --through detector')


def _span(args: argparse.Namespace, recording: Bag) -> tuple[int, int]:
    first, last = recording.first_ns, recording.last_ns
    from_ns = first + round((args.begin or 0.0) * 1e9)
    to_ns = last if args.end is None else min(last, first + round(args.end * 1e9))
    if from_ns >= to_ns:
        raise UserError(f'{recording.name} lasts {(last - first) / 1e9:.1f} s, so nothing lies between --from '
                        f'{args.begin or 0:g} and --to {(to_ns - first) / 1e9:g}')
    return from_ns, to_ns


def _publish(args: argparse.Namespace, recording: Bag, from_ns: int, to_ns: int) -> int:
    from outrider_bringup.demo import claim
    from outrider_bringup.replay.player import Player
    from outrider_bringup.replay.terminal import Keys, Progress

    _nobody_drives()
    wanted, spares = (DOMAIN, SPARES) if args.domain is None else (args.domain, ())
    stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _: stop.append(got))
    with claim.domain(wanted, spares=spares) as domain:
        player = Player(recording, domain, simulated=args.sim)
        progress = Progress(recording.name, from_ns, to_ns, recording.first_ns)
        looked_s = time.monotonic()

        def tick(pace: Pace, now_ns: int) -> bool:
            nonlocal looked_s
            if keys.spaces() % 2:
                pace.toggle(time.monotonic())
            if time.monotonic() - looked_s > LOOK_S:
                looked_s = time.monotonic()
                _nobody_drives()
            progress.show(pace, now_ns, player.sent)
            return not stop

        try:
            print(f'{recording.name}: {player.topics} topics and /clock on ROS domain {domain}. Others hear it with: '
                  f'ROS_DOMAIN_ID={domain} and use_sim_time:=true   Ctrl+C ends, space pauses', flush=True)
            _tell_left_out(player)
            with Keys(sys.stdin) as keys:
                while player.play(from_ns, to_ns, args.speed, tick) and args.loop:
                    pass
        finally:
            progress.end()
            player.close()
    print(f'{recording.name}: {player.sent} messages published')
    return 0


def _tell_left_out(player: object) -> None:
    held_back = sorted(topic.name for topic in getattr(player, 'held_back', ()))
    if held_back:
        print(f'not published, for they could move a machine (--sim, where it is simulated): {", ".join(held_back)}')
    for topic in getattr(player, 'unknown', ()):
        print(f'not published: {topic.name[:80]} ({topic.kind[:80]} is not built here)')


def _nobody_drives() -> None:
    """Refuse while a real machine is driven from here."""
    from outrider_drive.port import real_ports_held

    held = real_ports_held()
    if held:
        port, process = held[0]
        raise UserError(f'process {process} drives a real machine on {port}, and what is replayed could be taken for '
                        f'what it sees and is told. Stop that one first: kill {process}')
