"""A TI mmWave radar on two ptys that plays the recorded walk: `fake_ti_radar --link-dir DIR`.

A driver finds DIR/radar_cli and DIR/radar_data and cannot tell them from an IWR1443 with TI's demo: nothing comes
until a valid configuration was sent and sensorStart answered `Done`, and sensorStop ends it. What nobody reads is lost.
The lines of ti_device.py, written to the control FIFO, break it on purpose; while it pauses the recording waits.
"""

from __future__ import annotations

import argparse
import contextlib
import select
import sys
import time
from pathlib import Path
from typing import TextIO

import numpy as np

from outrider_sim.devices import radhar, ti_frames
from outrider_sim.devices.process import Control, own_arguments, stop_pipe
from outrider_sim.devices.ptys import claim
from outrider_sim.devices.ti_device import TiRadar

# start, idle, ADC start, ramp end, slope, samples, sample rate: by their places in profileCfg
_RECORDED_PROFILE = {1: 77, 2: 7, 3: 7, 4: 57.14, 7: 70, 9: 240, 10: 4884}
_NO_POINTS = np.empty(0, radhar.POINT)


class FakeRadar(TiRadar):
    """The device with a recording in front of it. Times are CLOCK_MONOTONIC seconds."""

    def __init__(self, link_dir: Path, recording: Path | None, period_s: float, loop: bool,
                 journal: TextIO | None) -> None:
        """Load the recording and plug the device in."""
        self._frames = radhar.load(recording)
        self._period_s, self._loop = period_s, loop
        self._next = 0  # frame of the recording
        self._number = 0  # frame number on the wire
        self._due_s = 0.0
        self.hold: Path | None = None  # while this file exists the recording waits
        super().__init__(link_dir, journal)

    def wake_s(self) -> float | None:
        """Return when something is due, None where only the driver can cause anything."""
        if self.back_s is not None:
            return self.back_s
        return max(self._due_s, self.paused_s) if self.streaming and self._next < len(self._frames) else None

    def step(self, now_s: float) -> None:
        """Answer what was typed and send what is due."""
        if self.serve(now_s):
            self._due_s = now_s + self._period_s
            self._warn_of_another_chirp()
        due = self.wake_s()
        if due is None or self.back_s is not None or now_s < due:
            return
        if self.hold is not None and self.hold.exists():
            self._due_s = now_s + self._period_s
        else:
            self._send()
            # Absolute deadlines: no drift. A fake that was stopped for long does not catch up in a burst.
            self._due_s = due + self._period_s if now_s - due < 1.0 else now_s + self._period_s

    def _warn_of_another_chirp(self) -> None:
        profile = self.port.configured['profileCfg']
        if any(profile[place] != f'{value:g}' for place, value in _RECORDED_PROFILE.items()):
            print('fake_ti_radar: the recording was made with the chirp of config/radar/radhar.cfg; with this one the '
                  'driver scales its velocities wrongly. Send radhar.cfg.', file=sys.stderr, flush=True)

    def _send(self) -> None:
        points = _NO_POINTS if self.takes_empty() else self._frames[self._next]
        self._number += 1
        self.send(self._number, ti_frames.sdk1(self._number, points), len(points))
        self._next += 1
        if self._loop:
            self._next %= len(self._frames)


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
    parser = argparse.ArgumentParser(prog='fake_ti_radar', description='A TI mmWave radar on two ptys.')
    parser.add_argument('--link-dir', type=Path, required=True, help='folder for the links radar_cli and radar_data')
    parser.add_argument('--play', type=Path, help='recording in the format of RadHAR, gzipped (default: the own one)')
    parser.add_argument('--rate', type=float, default=1.0, help='how much faster than the recording (default 1)')
    parser.add_argument('--loop', action='store_true', help='start again at the end, else fall silent')
    parser.add_argument('--journal', type=Path, help='file for one JSON line a frame')
    parser.add_argument('--hold', type=Path, metavar='FILE', help='no frame is sent while FILE exists')
    parser.add_argument('--control', type=Path, help='FIFO that takes lines which break the device')
    args = parser.parse_args(own_arguments(argv))
    if not args.rate > 0:
        parser.error(f'--rate is {args.rate:g}, expected more than 0')
    if args.play and not args.play.is_file():
        parser.error(f'--play {args.play} is no file')
    if args.control and args.control.exists() and not args.control.is_fifo():
        parser.error(f'--control {args.control} is no FIFO')
    lock = claim(args.link_dir)
    if lock is None:
        parser.error(f'--link-dir {args.link_dir} is used by another fake radar; end that one or name another folder')
    stop = stop_pipe()
    with contextlib.ExitStack() as stack:
        stack.enter_context(lock)
        journal = stack.enter_context(args.journal.open('a')) if args.journal else None
        radar = FakeRadar(args.link_dir, args.play, radhar.FRAME_PERIOD_S / args.rate, args.loop, journal)
        radar.hold = args.hold
        stack.callback(radar.close)
        control = Control(args.control) if args.control else None
        print(f'fake radar on {args.link_dir}/radar_cli and {args.link_dir}/radar_data', flush=True)
        run(radar, control, stop)
    return 0


if __name__ == '__main__':
    sys.exit(main())
