"""A TI mmWave radar on two ptys that plays the recorded walk: `fake_ti_radar --link-dir DIR`.

A driver finds DIR/radar_cli and DIR/radar_data and cannot tell them from an IWR1443 with TI's demo: nothing comes
until a valid configuration was sent and sensorStart answered `Done`, and sensorStop ends it. What nobody reads is lost.

Lines written to the control FIFO break it on purpose:

| line | what happens |
|---|---|
| unplug SECONDS | both ptys are closed and their links removed; after SECONDS it is back, as after power-up |
| hang [COMMAND] | from now on (or from that command on) it echoes at most and answers nothing, until unplugged |
| drop N, flip N, double N | N bytes in the middle of the next frame are lost, inverted or sent twice |
| empty N | the next N frames have no points |
| pause SECONDS | no frames for so long; the sensor is told nothing and the recording waits |
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import TextIO

import numpy as np

from outrider_sim.devices import radhar, ti_frames
from outrider_sim.devices.ptys import Pty, claim
from outrider_sim.devices.ti_cli import CommandPort

# start, idle, ADC start, ramp end, slope, samples, sample rate: by their places in profileCfg
_RECORDED_PROFILE = {1: 77, 2: 7, 3: 7, 4: 57.14, 7: 70, 9: 240, 10: 4884}
_NO_POINTS = np.empty(0, radhar.POINT)


def damage(kind: str, count: int, packet: bytes) -> bytes:
    """Return `packet` with `count` bytes in its middle lost ('drop'), inverted ('flip') or doubled ('double')."""
    begin = max((len(packet) - count) // 2, 0)
    middle = packet[begin:begin + count]
    changed = {'drop': b'', 'flip': bytes(byte ^ 0xFF for byte in middle), 'double': middle * 2}[kind]
    return packet[:begin] + changed + packet[begin + count:]


class FakeRadar:
    """The device: two ptys, a command port, a recording, a journal. Times are CLOCK_MONOTONIC seconds."""

    def __init__(self, link_dir: Path, recording: Path | None, period_s: float, loop: bool,
                 journal: TextIO | None) -> None:
        """Load the recording and plug the device in."""
        self._frames = radhar.load(recording)
        self._link_dir, self._period_s, self._loop, self._journal = link_dir, period_s, loop, journal
        self._next = 0  # frame of the recording
        self._number = 0  # frame number on the wire
        self._due_s = 0.0
        self._back_s: float | None = None
        self._damage: tuple[str, int] | None = None
        self._empty = 0
        self.lost_bytes = 0
        self.hold: Path | None = None  # while this file exists the recording waits
        self.plug()

    def plug(self) -> None:
        """Power up: new ptys, nothing configured."""
        self.cli, self.data = Pty(self._link_dir / 'radar_cli'), Pty(self._link_dir / 'radar_data')
        self.port = CommandPort()
        self._back_s = None

    def unplug(self, back_s: float) -> None:
        """Vanish, to come back at `back_s`."""
        self.close()
        self._back_s = back_s

    def close(self) -> None:
        """Close both ptys and remove the links."""
        if self._back_s is None:
            self.cli.close()
            self.data.close()

    def wake_s(self) -> float | None:
        """Return when something is due, None where only the driver can cause anything."""
        if self._back_s is not None:
            return self._back_s
        return self._due_s if self.port.streaming and self._next < len(self._frames) else None

    def readable(self) -> list[int]:
        """Return the descriptors to wait on: only commands come in."""
        return [] if self._back_s is not None else [self.cli.fd]

    def step(self, now_s: float) -> None:
        """Answer what was typed and send what is due."""
        if self._back_s is not None:
            if now_s >= self._back_s:
                self.plug()
            return
        typed = self.cli.read()
        if typed:
            streamed = self.port.streaming
            self.cli.write(self.port.type(typed))
            if self.port.streaming and not streamed:
                self._due_s = now_s + self._period_s
                self._warn_of_another_chirp()
        due = self.wake_s()
        if due is not None and now_s >= due and self.hold is not None and self.hold.exists():
            self._due_s = now_s + self._period_s
        elif due is not None and now_s >= due:
            self._send()
            # Absolute deadlines: no drift. A fake that was stopped for long does not catch up in a burst.
            self._due_s = due + self._period_s if now_s - due < 1.0 else now_s + self._period_s

    def _warn_of_another_chirp(self) -> None:
        profile = self.port.configured['profileCfg']
        if any(profile[place] != f'{value:g}' for place, value in _RECORDED_PROFILE.items()):
            print('fake_ti_radar: the recording was made with the chirp of config/radar/radhar.cfg; with this one the '
                  'driver scales its velocities wrongly. Send radhar.cfg.', file=sys.stderr, flush=True)

    def _send(self) -> None:
        points = self._frames[self._next]
        if self._empty:
            points, self._empty = _NO_POINTS, self._empty - 1
        self._number += 1
        packet = ti_frames.sdk1(self._number, points)
        if self._damage:
            packet, self._damage = damage(*self._damage, packet), None
        self.lost_bytes += len(packet) - self.data.write(packet)
        if self._journal:
            self._journal.write(json.dumps({'frame': self._number, 'written_ns': time.time_ns(),
                                            'points': len(points)}) + '\n')
            self._journal.flush()
        self._next += 1
        if self._loop:
            self._next %= len(self._frames)

    def control(self, line: str, now_s: float) -> str:
        """Obey one line of the control FIFO; return '' or one sentence of what was wrong with it."""
        word, *rest = line.split() or ['']
        try:
            if word == 'unplug' and len(rest) == 1:
                self.unplug(now_s + float(rest[0]))
            elif word == 'pause' and len(rest) == 1:
                self._due_s = max(self._due_s, now_s) + float(rest[0])
            elif word == 'hang' and len(rest) <= 1:
                self.port.hangs_on = rest[0] if rest else 'all'
            elif word in ('drop', 'flip', 'double') and len(rest) == 1:
                self._damage = (word, int(rest[0]))
            elif word == 'empty' and len(rest) == 1:
                self._empty = int(rest[0])
            else:
                return f"control line '{line.strip()}' is not known. See the head of ti_radar.py."
        except ValueError:
            return f"control line '{line.strip()}' has no number where one is expected."
        return ''


class Control:
    """The reading end of a FIFO that outlives its writers."""

    def __init__(self, path: Path) -> None:
        """Make the FIFO where it is missing and open it without waiting for a writer."""
        if not path.exists():
            os.mkfifo(path)
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)  # a writer of its own: no end of file between writers
        self._rest = ''

    def lines(self) -> list[str]:
        """Return the whole lines that have come."""
        with contextlib.suppress(BlockingIOError):
            self._rest += os.read(self.fd, 4096).decode('ascii', 'replace')
        *lines, self._rest = self._rest.split('\n')
        return lines


def run(radar: FakeRadar, control: Control | None, stop_fd: int) -> None:
    """Serve until a byte comes on `stop_fd`."""
    extra = [stop_fd] + ([control.fd] if control else [])
    while True:
        wake_s = radar.wake_s()
        wait_s = None if wake_s is None else max(wake_s - time.monotonic(), 0.0)
        ready, _, _ = select.select(radar.readable() + extra, [], [], wait_s)
        if stop_fd in ready:
            return
        now_s = time.monotonic()
        radar.step(now_s)
        if control and control.fd in ready:
            for line in control.lines():
                wrong = radar.control(line, now_s)
                if wrong:
                    print(f'fake_ti_radar: {wrong}', file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> int:
    """Run the fake until SIGINT or SIGTERM; 0, or 2 with one sentence for a wrong argument."""
    given = sys.argv[1:] if argv is None else argv
    if '--ros-args' in given:  # started as a `node` of a launch file
        given = given[:given.index('--ros-args')]
    parser = argparse.ArgumentParser(prog='fake_ti_radar', description='A TI mmWave radar on two ptys.')
    parser.add_argument('--link-dir', type=Path, required=True, help='folder for the links radar_cli and radar_data')
    parser.add_argument('--play', type=Path, help='recording in the format of RadHAR, gzipped (default: the own one)')
    parser.add_argument('--rate', type=float, default=1.0, help='how much faster than the recording (default 1)')
    parser.add_argument('--loop', action='store_true', help='start again at the end, else fall silent')
    parser.add_argument('--journal', type=Path, help='file for one JSON line a frame')
    parser.add_argument('--hold', type=Path, metavar='FILE', help='no frame is sent while FILE exists')
    parser.add_argument('--control', type=Path, help='FIFO that takes lines which break the device')
    args = parser.parse_args(given)
    if not args.rate > 0:
        parser.error(f'--rate is {args.rate:g}, expected more than 0')
    if args.play and not args.play.is_file():
        parser.error(f'--play {args.play} is no file')
    if args.control and args.control.exists() and not args.control.is_fifo():
        parser.error(f'--control {args.control} is no FIFO')
    lock = claim(args.link_dir)
    if lock is None:
        parser.error(f'--link-dir {args.link_dir} is used by another fake radar; end that one or name another folder')
    stop_read, stop_write = os.pipe()
    os.set_blocking(stop_write, False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(stop_write)
    with contextlib.ExitStack() as stack:
        stack.enter_context(lock)
        journal = stack.enter_context(args.journal.open('a')) if args.journal else None
        radar = FakeRadar(args.link_dir, args.play, radhar.FRAME_PERIOD_S / args.rate, args.loop, journal)
        radar.hold = args.hold
        stack.callback(radar.close)
        control = Control(args.control) if args.control else None
        print(f'fake radar on {args.link_dir}/radar_cli and {args.link_dir}/radar_data', flush=True)
        run(radar, control, stop_read)
    return 0


if __name__ == '__main__':
    sys.exit(main())
