"""A GPS receiver on a pty, riding in a circle: `fake_gps --link PATH`.

It cannot be told from a u-blox NEO-M9N: CFG-VALSET sets its rate, up to 25 Hz. What nobody reads is lost. The lines of
ubx_gps.py, written to the control FIFO, break it on purpose.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import select
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from outrider_sim.devices.process import Control, own_arguments, stop_pipe
from outrider_sim.devices.ubx_gps import UbxGps
from outrider_sim.world.gps import Gps
from outrider_sim.world.imu import GRAVITY_MPS2
from outrider_sim.world.motion import Floats

RADIUS_M, SPEED_MPS = 100.0, 5.5
LATENCY_NS = 40_000_000  # from the instant of a fix to its first byte, about what a NEO-M9N takes
LATE_NS = 1_000_000_000  # a fake that was stopped for so long does not catch up in a burst


@dataclass(frozen=True)
class Circle:
    """A ride to the left in a circle, for anybody without a world: poses at times (n,)."""

    x: Floats
    y: Floats
    z: Floats
    heading: Floats
    roll: Floats
    pitch: Floats


def circle(t_s: Floats) -> Circle:
    """Return the poses at `t_s`."""
    angle, still = SPEED_MPS / RADIUS_M * t_s, np.zeros_like(t_s)
    lean = -math.atan(SPEED_MPS**2 / RADIUS_M / GRAVITY_MPS2)
    return Circle(RADIUS_M * np.sin(angle), RADIUS_M * (1.0 - np.cos(angle)), still, angle, still + lean, still)


def run(device: UbxGps, seed: int, control: Control | None, stop_fd: int) -> None:
    """Serve until a byte comes on `stop_fd`."""
    begin_ns, utc_begin_ns = _now_ns(), time.time_ns()
    receiver = Gps(seed, sky=lambda t_s: device.sees_sky(begin_ns + round(t_s * 1e9)))

    def next_ns(after_ns: int) -> int:  # receivers measure when UTC is a whole multiple of the period
        return after_ns + device.period_ns - (utc_begin_ns + after_ns - begin_ns) % device.period_ns

    measured_ns = next_ns(begin_ns)
    while True:
        due_ns = measured_ns + LATENCY_NS
        if device.back_ns is not None:
            due_ns = min(due_ns, device.back_ns)
        waiting = [stop_fd] + ([control.fd] if control else []) + ([device.pty.fd] if device.pty else [])
        ready, _, _ = select.select(waiting, [], [], max(due_ns - _now_ns(), 0) * 1e-9)
        if stop_fd in ready:
            return
        now_ns, period_ns = _now_ns(), device.period_ns
        device.serve(now_ns)
        if control and control.fd in ready:
            for line in control.lines():
                wrong = device.control(line, now_ns)
                if wrong:
                    print(f'fake_gps: {wrong}', file=sys.stderr, flush=True)
        if now_ns >= measured_ns + LATENCY_NS:
            passed_ns = measured_ns - begin_ns
            device.send(receiver.fix(circle, passed_ns * 1e-9), (utc_begin_ns + passed_ns) * 1e-9, now_ns)
            measured_ns = next_ns(measured_ns if now_ns - measured_ns < LATE_NS else now_ns)
        elif device.period_ns != period_ns:
            measured_ns = next_ns(now_ns)


def _now_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def main(argv: list[str] | None = None) -> int:
    """Run the fake until SIGINT or SIGTERM; 0, or 2 with one sentence for a wrong argument."""
    parser = argparse.ArgumentParser(prog='fake_gps', description='A u-blox receiver on a pty.')
    parser.add_argument('--link', type=Path, required=True, help='where the link to the port is placed')
    parser.add_argument('--rate', type=float, default=10.0, help='fixes a second at first (default 10)')
    parser.add_argument('--factory', action='store_true', help='as delivered: NMEA once a second, no NAV-PVT')
    parser.add_argument('--seed', type=int, default=1, help='of drift and noise (default 1)')
    parser.add_argument('--journal', type=Path, help='file for one JSON line a fix')
    parser.add_argument('--control', type=Path, help='FIFO that takes lines which break the device')
    args = parser.parse_args(own_arguments(argv))
    if not 0.1 <= args.rate <= 25.0:
        parser.error(f'--rate is {args.rate:g}, expected 0.1 to 25')
    if args.seed < 0:
        parser.error(f'--seed is {args.seed}, expected 0 or more')
    if not args.link.parent.is_dir():
        parser.error(f'--link {args.link} lies in no folder')
    if args.control and args.control.exists() and not args.control.is_fifo():
        parser.error(f'--control {args.control} is no FIFO')
    stop = stop_pipe()
    with contextlib.ExitStack() as stack:
        journal = stack.enter_context(args.journal.open('a')) if args.journal else None
        device = UbxGps(args.link, rate_hz=args.rate, factory=args.factory, journal=journal)
        stack.callback(device.unplug)
        control = Control(args.control) if args.control else None
        print(f'fake GPS on {args.link}', flush=True)
        run(device, args.seed, control, stop)
    return 0


if __name__ == '__main__':
    sys.exit(main())
