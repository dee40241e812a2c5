"""A RealSense D455 in shared memory that sees a test pattern: `fake_camera --feed FILE`.

A driver opens it as `feed:FILE`. Its device clock starts anywhere and runs at its own pace, as the camera's does.

Lines written to the control FIFO break it on purpose:

| line | what happens |
|---|---|
| unplug SECONDS | it vanishes; after SECONDS it is back, as after power-up |
| freeze SECONDS WHAT | it stays plugged in and gives out nothing; WHAT: all, colour, depth or imu |
| no_imu SECONDS | unplugged, and back without IMU, as on many Jetsons |
| usb VERSION SECONDS | unplugged, and back on another port: `usb 2.1 1` |
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
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from outrider_sim.devices.camera_feed import Camera, FeedWriter, pinhole
from outrider_sim.devices.camera_pattern import Pattern, accel_mps2, gyro_rad_s
from outrider_sim.devices.ti_radar import Control

STREAMS = ('colour', 'depth', 'gyro', 'accel')
FREEZES = {'all': STREAMS, 'colour': ('colour',), 'depth': ('depth',), 'imu': ('gyro', 'accel')}
D455_FIELD_DEG = 90.0, 87.0  # colour, depth: data sheet of the D400 family
# A fake that was stopped for longer does not catch up in a burst: a camera gives images at its pace or never.
_STALL_S = {'colour': 0.2, 'depth': 0.2, 'gyro': 1.0, 'accel': 1.0}


class FakeCamera:
    """The device. Times are CLOCK_MONOTONIC seconds; `offset_s` and `drift_ppm` tell its clock from the host's."""

    def __init__(self, path: Path, camera: Camera, journal: TextIO | None, *, offset_s: float = 0.0,
                 drift_ppm: float = 0.0, clock_s: float = 0.0) -> None:
        """Plug it in at `clock_s`."""
        self._path, self._camera, self._journal = path, camera, journal
        self._offset_s, self._pace, self._begin_s = offset_s, 1.0 + drift_ppm * 1e-6, clock_s
        self._pattern = Pattern(camera.colour, camera.depth, camera.depth_unit_m, camera.baseline_m)
        self._frozen_s = dict.fromkeys(STREAMS, 0.0)
        self._back_s: float | None = None
        self._counts = dict.fromkeys(STREAMS, 0)
        self._plug(clock_s)

    def _plug(self, now_s: float) -> None:
        camera = self._camera
        self._feed = FeedWriter(self._path, camera)
        self._back_s = None
        rates = {'colour': camera.colour.fps if camera.colour else 0, 'depth': camera.depth.fps if camera.depth else 0,
                 'gyro': camera.gyro_hz, 'accel': camera.accel_hz}
        self._period_s = {name: 1.0 / rate for name, rate in rates.items() if rate}
        self._due_s = dict.fromkeys(self._period_s, now_s)

    def unplug(self, back_s: float) -> None:
        """Vanish, to come back at `back_s`."""
        self.close()
        self._back_s = back_s

    def close(self) -> None:
        """Vanish for good."""
        self._feed.close()

    def wake_s(self) -> float:
        """Return when something is due."""
        return min(self._due_s.values()) if self._back_s is None else self._back_s

    def step(self, now_s: float) -> None:
        """Give out what is due."""
        if self._back_s is not None:
            if now_s >= self._back_s:
                self._plug(now_s)
            return
        # In order of their times, so that the IMU's samples lie between the images as they were measured.
        while (name := min(self._due_s, key=self._due_s.__getitem__)) and self._due_s[name] <= now_s:
            due_s = self._due_s[name]
            if due_s >= self._frozen_s[name]:
                self._give(name, due_s)
            late_s = now_s - due_s
            self._due_s[name] = due_s + self._period_s[name] if late_s < _STALL_S[name] else now_s

    def _give(self, name: str, taken_s: float) -> None:
        device_ns = round((self._offset_s + (taken_s - self._begin_s) * self._pace) * 1e9)
        t_s = taken_s - self._begin_s
        number = self._counts[name]
        self._counts[name] += 1
        if name == 'gyro':
            self._feed.gyro(device_ns, gyro_rad_s(t_s))
        elif name == 'accel':
            self._feed.accel(device_ns, accel_mps2(t_s))
        elif name == 'colour':
            self._feed.colour(self._pattern.colour(t_s), device_ns)
        else:
            self._feed.depth(self._pattern.depth(t_s, number), device_ns)
        if self._journal and name in ('colour', 'depth', 'gyro'):
            taken_ns = time.time_ns() - time.monotonic_ns() + round(taken_s * 1e9)
            self._journal.write(json.dumps({'stream': name, 'number': number, 'taken_ns': taken_ns,
                                            'device_ns': device_ns}) + '\n')

    def control(self, line: str, now_s: float) -> str:
        """Obey one line of the control FIFO; return '' or one sentence of what was wrong with it."""
        word, *rest = line.split() or ['']
        try:
            if word == 'unplug' and len(rest) == 1:
                self.unplug(now_s + float(rest[0]))
            elif word == 'no_imu' and len(rest) == 1:
                self._camera = replace(self._camera, gyro_hz=0, accel_hz=0)
                self.unplug(now_s + float(rest[0]))
            elif word == 'usb' and len(rest) == 2:
                self._camera = replace(self._camera, usb=rest[0])
                self.unplug(now_s + float(rest[1]))
            elif word == 'freeze' and len(rest) == 2 and rest[1] in FREEZES:
                self._frozen_s.update(dict.fromkeys(FREEZES[rest[1]], now_s + float(rest[0])))
            else:
                return f"control line '{line.strip()}' is not known. See the head of fake_camera.py."
        except ValueError:
            return f"control line '{line.strip()}' has no number where one is expected."
        return ''


def run(camera: FakeCamera, control: Control | None, stop_fd: int) -> None:
    """Serve until a byte comes on `stop_fd`."""
    fds = [stop_fd] + ([control.fd] if control else [])
    while True:
        ready, _, _ = select.select(fds, [], [], max(camera.wake_s() - time.monotonic(), 0.0))
        if stop_fd in ready:
            return
        now_s = time.monotonic()
        for line in control.lines() if control and control.fd in ready else ():
            wrong = camera.control(line, now_s)
            if wrong:
                print(f'fake_camera: {wrong}', file=sys.stderr, flush=True)
        camera.step(now_s)


def main(argv: list[str] | None = None) -> int:
    """Run the fake until SIGINT or SIGTERM; 0, or 2 with one sentence for a wrong argument."""
    given = sys.argv[1:] if argv is None else argv
    if '--ros-args' in given:  # started as a `node` of a launch file
        given = given[:given.index('--ros-args')]
    args = _arguments(given)
    stop_read, stop_write = os.pipe()
    os.set_blocking(stop_write, False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(stop_write)
    width, height = args.size
    images = [pinhole(width, height, args.fps, field) for field in D455_FIELD_DEG]
    device = Camera(None if args.no_colour else images[0], None if args.no_depth else images[1], usb=args.usb)
    if args.no_imu:
        device = replace(device, gyro_hz=0, accel_hz=0)
    with contextlib.ExitStack() as stack:
        journal = stack.enter_context(args.journal.open('a')) if args.journal else None
        camera = FakeCamera(args.feed, device, journal, offset_s=args.clock_offset, drift_ppm=args.clock_drift,
                            clock_s=time.monotonic())
        stack.callback(camera.close)
        control = Control(args.control) if args.control else None
        print(f'fake camera on {args.feed}', flush=True)
        run(camera, control, stop_read)
    return 0


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='fake_camera', description='A RealSense D455 in shared memory.')
    parser.add_argument('--feed', type=Path, required=True, help='the file that a driver opens as feed:FILE')
    parser.add_argument('--size', type=_size, default=(848, 480), metavar='WxH',
                        help='of both images (default 848x480)')
    parser.add_argument('--fps', type=int, default=30, help='images a second (default 30)')
    parser.add_argument('--no-colour', action='store_true', help='a camera without colour')
    parser.add_argument('--no-depth', action='store_true', help='a camera without depth')
    parser.add_argument('--no-imu', action='store_true', help='a camera without IMU')
    parser.add_argument('--usb', default='3.2', help='USB version that it tells (default 3.2)')
    parser.add_argument('--clock-offset', type=float, default=1000.0, metavar='S', help='its clock when it is started')
    parser.add_argument('--clock-drift', type=float, default=20.0, metavar='PPM', help='how much faster its clock runs')
    parser.add_argument('--journal', type=Path, help='file for one JSON line a frame or gyro sample')
    parser.add_argument('--control', type=Path, help='FIFO that takes lines which break the device')
    args = parser.parse_args(given)
    if args.fps < 1:
        parser.error(f'--fps is {args.fps}, expected at least 1')
    if args.control and args.control.exists() and not args.control.is_fifo():
        parser.error(f'--control {args.control} is no FIFO')
    args.feed.parent.mkdir(parents=True, exist_ok=True)
    return args


def _size(text: str) -> tuple[int, int]:
    width, x, height = text.partition('x')
    if not (x and width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"'{text}' is no size, expected for example 848x480")
    return int(width), int(height)


if __name__ == '__main__':
    sys.exit(main())
