"""The relay controller as a process: `fake_relay_board --link PATH`. Its own firmware, native, with jack and steering.

The jack's limit switches and the e-stop are fitted. The control FIFO takes the native board's own words
(firmware/native/README.md), and two more: `unplug` takes the cable out, and with it the board's power; `plug PATH`
gives both back, under the name PATH.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

from outrider_sim.devices.jack import Jack
from outrider_sim.devices.machine_state import StateWriter
from outrider_sim.devices.ptys import control_fifo
from outrider_sim.devices.relay_board import BoardError, native
from outrider_sim.devices.steer import Steer

FITTED = 0x13  # both switches of the jack, e-stop
TICK_S = 0.005
_JACK = {'jack U on': 1, 'jack D on': -1, 'jack U off': 0, 'jack D off': 0}
_STEER = {'steer L on': 1, 'steer R on': -1, 'steer L off': 0, 'steer R off': 0}


class FakeRelayBoard:
    """One board, its jack and its steering. Call serve() often."""

    def __init__(self, command: list[str], link: Path, journal: TextIO | None, travel_s: float, up: bool,
                 state: StateWriter | None = None) -> None:
        """Power up and plug in."""
        self._command, self._journal, self._state = command, journal, state
        self.jack, self.steer = Jack(travel_s, _now(), up=up), Steer(_now())
        self._board: subprocess.Popen[bytes] | None = None
        self._link = link
        self.plug(link)

    def plug(self, link: Path) -> None:
        """Start the board under the name `link`."""
        self.unplug()
        self._link, self._said = link, b''
        self._told = {'jack_upper': False, 'jack_lower': False}
        self._board = subprocess.Popen([*self._command, '--link', str(link), '--with-parent'],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._tell_switches()

    def unplug(self) -> None:
        """Take cable and power away: whatever was on is off."""
        if self._board is None:
            return
        self._board.kill()
        self._board.wait()
        for pipe in (self._board.stdin, self._board.stdout):
            assert pipe is not None
            pipe.close()
        self._board = None
        self._link.unlink(missing_ok=True)
        self.jack.drive(0, _now())
        self.steer.drive(0, _now())

    def fds(self) -> list[int]:
        """Return what to watch."""
        return [] if self._board is None or self._board.stdout is None else [self._board.stdout.fileno()]

    def serve(self, readable: bool) -> bool:
        """Let both actuators move and hear the board, which said something if `readable`; return whether it lives."""
        if self._board is not None and readable:
            assert self._board.stdout is not None
            data = os.read(self._board.stdout.fileno(), 4096)
            if not data:
                return False
            *lines, self._said = (self._said + data).split(b'\n')
            for line in lines:
                self._heard(line.decode('ascii', 'replace').partition(' ')[2])
        now = _now()
        self.jack.advance(now)
        self.steer.advance(now)
        if self._state is not None:
            self._state.actuators(now, self.jack.height, self.steer.angle_rad, self.steer.rate_radps)
        self._tell_switches()
        return True

    def control(self, line: str) -> None:
        """Do what one control line says; what the board does not know it says itself."""
        words = line.split()
        if words[:1] == ['unplug']:
            self.unplug()
        elif words[:1] == ['plug'] and len(words) == 2:
            self.plug(Path(words[1]))
        else:
            self._say(line.strip())

    def _heard(self, what: str) -> None:
        now = _now()
        if what in _JACK:
            self.jack.drive(_JACK[what], now)
        elif what in _STEER:
            self.steer.drive(_STEER[what], now)
        if self._journal is not None and what.endswith((' on', ' off')):
            print(json.dumps({'ns': now, 'what': what}), file=self._journal, flush=True)

    def _tell_switches(self) -> None:
        for name, is_open in (('jack_upper', self.jack.upper_open), ('jack_lower', self.jack.lower_open)):
            if self._board is not None and is_open != self._told[name]:
                self._told[name] = is_open
                self._say(f'limit {name} {"open" if is_open else "closed"}')

    def _say(self, words: str) -> None:
        if self._board is not None and self._board.stdin is not None:
            self._board.stdin.write(words.encode() + b'\n')
            self._board.stdin.flush()


def _now() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def run(board: FakeRelayBoard, stop_fd: int, control: int) -> int:
    """Serve until a byte comes on `stop_fd`; return the exit code."""
    text = ''
    while True:
        pipes = board.fds()
        ready = select.select([stop_fd, *([] if control < 0 else [control]), *pipes], [], [], TICK_S)[0]
        if stop_fd in ready:
            return 0
        if not board.serve(any(pipe in ready for pipe in pipes)):
            print('fake_relay_board: the board ended by itself. See what it said above.', file=sys.stderr, flush=True)
            return 1
        if control in ready:
            *lines, text = (text + os.read(control, 4096).decode('ascii', 'replace')).split('\n')
            for line in filter(str.strip, lines):
                board.control(line)


def main(argv: list[str] | None = None) -> int:
    """Run the fake until SIGINT or SIGTERM; 0, 1 when the board ends, 2 with a sentence for what cannot be."""
    given = sys.argv[1:] if argv is None else argv
    if '--ros-args' in given:  # started as a `node` of a launch file
        given = given[:given.index('--ros-args')]
    parser = argparse.ArgumentParser(prog='fake_relay_board', description='The relay controller on a pty.')
    parser.add_argument('--link', type=Path, required=True, help='where the link to the port is placed')
    parser.add_argument('--control', type=Path, help='FIFO for control lines; made where it is missing')
    parser.add_argument('--journal', type=Path, help='one JSON line a relay edge: ns (CLOCK_BOOTTIME), what')
    parser.add_argument('--state', type=Path, help='file of jack and steering for a world that reads it '
                        '(machine_state.py)')
    parser.add_argument('--travel', type=float, default=2.0, help='of the jack from end to end, s (default 2)')
    parser.add_argument('--jack', choices=('up', 'down'), default='down', help='where it begins (default down)')
    args = parser.parse_args(given)
    if not args.link.parent.is_dir():
        parser.error(f'--link {args.link} lies in no folder')
    if args.state and not args.state.parent.is_dir():
        parser.error(f'--state {args.state} lies in no folder')
    if not args.travel > 0:
        parser.error(f'--travel is {args.travel:g}, expected more than 0')
    try:
        command = native(Path(os.environ.get('OUTRIDER_ROOT', '.')) / 'firmware', fitted=FITTED)
    except (BoardError, OSError) as error:
        print(f'fake_relay_board: {error}', file=sys.stderr)
        return 2
    stop_read, stop_write = os.pipe()
    os.set_blocking(stop_write, False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(stop_write)
    journal = args.journal.open('a') if args.journal else None
    control = control_fifo(args.control) if args.control else -1
    state = StateWriter(args.state) if args.state else None
    board = FakeRelayBoard(command, args.link, journal, args.travel, args.jack == 'up', state)
    print(f'fake relay board on {args.link}', flush=True)
    try:
        return run(board, stop_read, control)
    finally:
        board.unplug()
        if state is not None:
            state.close()
        if journal is not None:
            journal.close()


if __name__ == '__main__':
    sys.exit(main())
