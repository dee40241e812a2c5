"""A RealSense D455 in shared memory that sees a test pattern: `fake_camera --feed FILE`.

A driver opens it as `feed:FILE`. Its device clock starts anywhere and runs at its own pace, as the camera's does. The
lines of realsense.py, written to the control FIFO, break it on purpose.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import select
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from outrider_sim.devices.camera_feed import Camera, pinhole
from outrider_sim.devices.camera_pattern import Pattern, accel_mps2, gyro_rad_s
from outrider_sim.devices.process import Control, own_arguments, size, stop_pipe
from outrider_sim.devices.realsense import CLOCK_DRIFT_PPM, CLOCK_OFFSET_S, D455_FIELD_DEG, STREAMS, RealSense

# A fake that was stopped for longer does not catch up in a burst: a camera gives images at its pace or never.
_STALL_S = {'colour': 0.2, 'depth': 0.2, 'gyro': 1.0, 'accel': 1.0}


class FakeCamera(RealSense):
    """The device before a test pattern. Times are CLOCK_MONOTONIC seconds."""

    def __init__(self, path: Path, camera: Camera, journal: TextIO | None, *, offset_s: float = 0.0,
                 drift_ppm: float = 0.0, clock_s: float = 0.0) -> None:
        """Plug it in at `clock_s`."""
        self._journal, self._first_s = journal, clock_s
        self._pattern = Pattern(camera.colour, camera.depth, camera.depth_unit_m, camera.baseline_m)
        self._counts = dict.fromkeys(STREAMS, 0)
        super().__init__(path, camera, offset_s=offset_s, drift_ppm=drift_ppm, begin_s=clock_s)

    def plug(self, now_s: float) -> None:
        """Power up at `now_s`: every stream begins anew."""
        super().plug(now_s)
        camera = self.camera
        rates = {'colour': camera.colour.fps if camera.colour else 0, 'depth': camera.depth.fps if camera.depth else 0,
                 'gyro': camera.gyro_hz, 'accel': camera.accel_hz}
        self._period_s = {name: 1.0 / rate for name, rate in rates.items() if rate}
        self._due_s = dict.fromkeys(self._period_s, now_s)

    def wake_s(self) -> float:
        """Return when something is due."""
        return min(self._due_s.values()) if self.back_s is None else self.back_s

    def step(self, now_s: float) -> None:
        """Give out what is due."""
        if self.back_s is not None:
            if now_s >= self.back_s:
                self.plug(now_s)
            return
        # In order of their times, so that the IMU's samples lie between the images as they were measured.
        while (name := min(self._due_s, key=self._due_s.__getitem__)) and self._due_s[name] <= now_s:
            due_s = self._due_s[name]
            if self.gives(name, due_s):
                self._give(name, due_s)
            late_s = now_s - due_s
            self._due_s[name] = due_s + self._period_s[name] if late_s < _STALL_S[name] else now_s

    def _give(self, name: str, taken_s: float) -> None:
        device_ns = self.device_ns(taken_s)
        t_s = taken_s - self._first_s
        number = self._counts[name]
        self._counts[name] += 1
        if name == 'gyro':
            self.feed.gyro(device_ns, gyro_rad_s(t_s))
        elif name == 'accel':
            self.feed.accel(device_ns, accel_mps2(t_s))
        elif name == 'colour':
            self.feed.colour(self._pattern.colour(t_s), device_ns)
        else:
            self.feed.depth(self._pattern.depth(t_s, number), device_ns)
        if self._journal and name in ('colour', 'depth', 'gyro'):
            taken_ns = time.time_ns() - time.monotonic_ns() + round(taken_s * 1e9)
            self._journal.write(json.dumps({'stream': name, 'number': number, 'taken_ns': taken_ns,
                                            'device_ns': device_ns}) + '\n')


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
    args = _arguments(own_arguments(argv))
    stop = stop_pipe()
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
        run(camera, control, stop)
    return 0


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='fake_camera', description='A RealSense D455 in shared memory.')
    parser.add_argument('--feed', type=Path, required=True, help='the file that a driver opens as feed:FILE')
    parser.add_argument('--size', type=size, default=(848, 480), metavar='WxH',
                        help='of both images (default 848x480)')
    parser.add_argument('--fps', type=int, default=30, help='images a second (default 30)')
    parser.add_argument('--no-colour', action='store_true', help='a camera without colour')
    parser.add_argument('--no-depth', action='store_true', help='a camera without depth')
    parser.add_argument('--no-imu', action='store_true', help='a camera without IMU')
    parser.add_argument('--usb', default='3.2', help='USB version that it tells (default 3.2)')
    parser.add_argument('--clock-offset', type=float, default=CLOCK_OFFSET_S, metavar='S',
                        help='its clock when it is started')
    parser.add_argument('--clock-drift', type=float, default=CLOCK_DRIFT_PPM, metavar='PPM',
                        help='how much faster its clock runs')
    parser.add_argument('--journal', type=Path, help='file for one JSON line a frame or gyro sample')
    parser.add_argument('--control', type=Path, help='FIFO that takes lines which break the device')
    args = parser.parse_args(given)
    if args.fps < 1:
        parser.error(f'--fps is {args.fps}, expected at least 1')
    if args.control and args.control.exists() and not args.control.is_fifo():
        parser.error(f'--control {args.control} is no FIFO')
    args.feed.parent.mkdir(parents=True, exist_ok=True)
    return args


if __name__ == '__main__':
    sys.exit(main())
