"""`python -m outrider_recorder.bridge`: follow rides as they are written, or build, serve or picture one."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

LOCAL = '127.0.0.1'


def _say(text: str) -> None:
    print(f'bridge: {text}', flush=True)


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='bridge', description=__doc__)
    parser.add_argument('--rides', type=Path, help='folder of rides to watch')
    parser.add_argument('--run', type=Path, help='folder for live.json and the log of the viewer')
    parser.add_argument('--web-port', type=int, default=8001, help='page of the viewer; the next free one is taken')
    parser.add_argument('--grpc-port', type=int, default=9876, help='data of the viewer; the next free one is taken')
    parser.add_argument('--no-live', action='store_true', help='write the .rrd only')
    parser.add_argument('--build', type=Path, metavar='RIDE', help='build the .rrd of this ride folder and end')
    parser.add_argument('--out', type=Path, metavar='RRD', help='with --build: where to; default its ride.rrd')
    parser.add_argument('--beside', type=Path, metavar='DIR', help='with --build: a segment with what a replay said')
    parser.add_argument('--from-ns', type=int, default=0, help='with --build: receipt of the first message drawn')
    parser.add_argument('--to-ns', type=int, default=1 << 63, help='with --build: receipt of the last message drawn')
    parser.add_argument('--address', default=LOCAL, help=f'where the viewer listens (default {LOCAL}: this machine)')
    parser.add_argument('--serve', type=Path, metavar='RRD', help='serve this file until a signal')
    parser.add_argument('--png', type=Path, metavar='FILE', help='with --serve: draw it into a picture and end')
    parser.add_argument('--at', type=float, default=None, help='with --png: seconds from the start; default the end')
    # Launch files start this as a node, and nodes are given ROS arguments.
    own = argv[:argv.index('--ros-args')] if '--ros-args' in argv else argv
    return parser.parse_args(own)


def _follow(given: argparse.Namespace, stop: threading.Event) -> int:
    from outrider_recorder.bridge.finding import rig_of
    from outrider_recorder.bridge.follow import follow
    from outrider_recorder.bridge.live import Live
    from outrider_recorder.bridge.server import AddressError, Server
    from outrider_recorder.bridge.sink import live_sink

    server = None
    if not given.no_live:
        given.run.mkdir(parents=True, exist_ok=True)
        try:
            server = Server(given.web_port, given.grpc_port, given.run / 'viewer.log', address=given.address)
        except AddressError as error:
            _say(f'{error} No live view; the ride is drawn into its file all the same.')
    try:
        live_of = None
        if server is not None and server.ready():
            address = server.data
            server.tell(given.run / 'live.json')
            _say(f'live view {server.page}')

            def live_of(ride: str) -> Live:
                return Live(lambda: live_sink(ride, address, rig_of(given.rides / ride)))
        follow(given.rides, stop, live_of, _say)
    finally:
        if server is not None:
            (given.run / 'live.json').unlink(missing_ok=True)
            server.stop()
    return 0


def _build(given: argparse.Namespace) -> int:
    from outrider_recorder import ride
    from outrider_recorder.bridge.build import build
    from outrider_recorder.bridge.telling import Progress

    target = given.out or given.build / ride.RERUN_FILE
    count, not_drawn = build(given.build, target, Progress(), given.beside, (given.from_ns, given.to_ns))
    for kind, number in not_drawn.items():
        print(f'{number} messages of {kind} are not drawn: damaged, or of another version', flush=True)
    print(f'built {count} messages', flush=True)
    return 0


def _serve(given: argparse.Namespace) -> int:
    from outrider_recorder.bridge.server import AddressError, Server

    try:
        server = Server(given.web_port, given.grpc_port, given.run / 'viewer.log', (given.serve,), given.address)
    except AddressError as error:
        print(f'refused {error}', flush=True)
        return 2
    try:
        if not server.ready():
            _say(f'the viewer did not start. See {given.run / "viewer.log"}')
            return 1
        print(f'serving {server.page}', flush=True)
        return server.wait()
    finally:
        server.stop()


def main(argv: list[str] | None = None) -> int:
    """Do one of the above; a signal ends it cleanly."""
    given = _arguments(sys.argv[1:] if argv is None else argv)
    os.umask(0o077)  # rides are private, and so is what is made of them
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set() if given.rides else sys.exit(0))
    try:
        if given.build:
            return _build(given)
        if given.serve and given.png:
            from outrider_recorder.bridge.picture import draw

            return draw(given.serve, given.png, given.at, _say)
        if given.serve:
            return _serve(given)
        return _follow(given, stop)
    except OSError as error:
        _say(f'stopped, {error.strerror or error} ({error.filename or given.rides}). The record is not touched.')
        return 1


if __name__ == '__main__':
    code = main()
    sys.stdout.flush()
    os._exit(code)  # a stalled viewer would hold rerun's own flush at exit for ever
