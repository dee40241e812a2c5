"""`outrider calibrate wheel`: the wheel's diameter, from a tape on the ground or from GPS."""

from __future__ import annotations

import argparse
import contextlib
import math
from typing import Any

import numpy as np

from outrider_bringup.calibrate.outcome import Figure, RigFile, finish
from outrider_bringup.calibrate.rig_edit import Edit
from outrider_bringup.errors import UserError
from outrider_sensors.calibration import wheel
from outrider_sensors.calibration.errors import CalibrationError

HELP = "the wheel's diameter: drive --distance M from mark to mark, or a minute under open sky with GPS"
RIG, TAPE_S, GPS_S = 'ramp', 120.0, 60.0
TAPE = """Stand the machine with a wheel's axle above the first mark. Drive straight to the second mark, {distance:g} m
ahead, stop there and let go: it ends by itself when the machine has stood for {rest:g} s."""
GPS = """Drive straight and evenly at walking pace or faster under open sky for {seconds:.0f} s; turns and stops in
between are left out. With a tape instead: --distance M"""
REST_S = 2.0
MOVED_M = 1.0
START_MOTORS = './outrider up ramp'
START_GPS = './outrider up ramp eyes:=true   # under open sky; or give --distance'
SAME_SHARE = 1e-3


def add_arguments(group: argparse._ArgumentGroup) -> None:
    """Declare the words of `calibrate wheel`."""
    group.add_argument('--distance', type=float, metavar='M', help='metres from mark to mark, by tape; without it GPS')


def run(args: argparse.Namespace) -> int:
    """Follow a drive, compare, show. Raises UserError."""
    from geometry_msgs.msg import TwistWithCovarianceStamped
    from outrider_interfaces.msg import MotorState

    from outrider_bringup.calibrate.hearing import Hearing

    rig = RigFile(args.rig or RIG)
    diameter_m = rig.number('motors', 'wheel_diameter_m')
    by_tape = args.distance is not None
    if by_tape and not wheel.LEAST_M <= args.distance <= 1000.0:
        raise UserError(f'--distance is {args.distance:g}, expected {wheel.LEAST_M:g} to 1000 m.')
    seconds = args.seconds or (TAPE_S if by_tape else GPS_S)
    print((TAPE if by_tape else GPS).format(distance=args.distance, rest=REST_S, seconds=seconds), flush=True)
    drive = Drive()
    with Hearing() as hearing:
        hearing.hear(MotorState, 'motors/state', drive.motors, START_MOTORS)
        if not by_tape:
            hearing.hear(TwistWithCovarianceStamped, 'gps/velocity', drive.gps, START_GPS)
        hearing.listen(seconds, drive.line, drive.rests if by_tape else lambda: False)
    try:
        wheels = drive.wheels()
        found = wheel.by_tape(wheels, args.distance) if by_tape else wheel.by_gps(wheels, *drive.ground())
    except CalibrationError as error:
        raise UserError(f'wheel: {error}') from None
    figures = [Figure('ground per wheel', found.ratio, found.error, '', 4,
                      f'{found.ground_m:.2f} m over ground for {found.wheels_m:.2f} m by the wheels'),
               Figure('wheel diameter', diameter_m * found.ratio, diameter_m * found.error, 'm', 4)]
    edits = [Edit('motors', 'wheel_diameter_m', f'{diameter_m * found.ratio:.4f}')]
    with contextlib.suppress(UserError):  # a rig without a governor's section
        rig.number('governor', 'wheel_diameter_m')
        edits.insert(0, Edit('governor', 'wheel_diameter_m', edits[0].text))
    return finish(args, figures, rig, edits, differs=_differs(rig, drive.erpm_per_mps))


def _differs(rig: RigFile, erpm_per_mps: float) -> str:
    """Return a sentence where the running motors reckon with another drivetrain than the file, '' where not."""
    poles, gear, diameter_m = (rig.number('motors', key) for key in ('pole_pairs', 'gear_ratio', 'wheel_diameter_m'))
    ours = 60.0 / (math.pi * diameter_m) * gear * poles
    if abs(ours - erpm_per_mps) <= SAME_SHARE * ours:
        return ''
    return (f'the running motors reckon {erpm_per_mps:.0f} eRPM for 1 m/s, {rig.path} says {ours:.0f}. Start them '
            'again with that file, or give --rig the file they run with.')


class Drive:
    """Collects what wheels and GPS say; times in seconds after the first message."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.erpm_per_mps = math.nan
        self._wheels: list[tuple[float, float, float]] = []
        self._ground: list[tuple[float, float, float]] = []
        self._begin_s: float | None = None
        self._way_m = 0.0
        self._stands_since_s = math.inf

    def motors(self, message: Any) -> None:
        """Keep one report of the motors."""
        if not any(message.present) or not message.erpm_per_mps > 0.0:
            return
        at_s = self._time(message.header)
        speeds = [erpm / message.erpm_per_mps if there else math.nan
                  for erpm, there in zip(message.erpm, message.present, strict=True)]
        if self._wheels and at_s <= self._wheels[-1][0]:
            return  # told twice
        self.erpm_per_mps = message.erpm_per_mps
        before_s = self._wheels[-1][0] if self._wheels else at_s
        self._wheels.append((at_s, speeds[0], speeds[1]))
        speed = abs(float(np.nanmean(speeds)))
        self._way_m += speed * (at_s - before_s)
        self._stands_since_s = min(self._stands_since_s, at_s) if speed <= wheel.STANDS_MPS else math.inf

    def gps(self, message: Any) -> None:
        """Keep one velocity."""
        linear = message.twist.twist.linear
        self._ground.append((self._time(message.header), linear.x, linear.y))

    def wheels(self) -> wheel.Wheels:
        """Return the reports of the motors."""
        rows = np.array(self._wheels, dtype=np.float64).reshape(-1, 3)
        return wheel.Wheels(rows[:, 0], rows[:, 1:])

    def ground(self) -> tuple[Any, Any]:
        """Return times (m,) and velocities east, north (m, 2) of GPS."""
        rows = np.array(self._ground, dtype=np.float64).reshape(-1, 3)
        return rows[:, 0], rows[:, 1:]

    def rests(self) -> bool:
        """Tell whether it has driven and stands again."""
        return bool(self._wheels and self._way_m > MOVED_M
                    and self._wheels[-1][0] - self._stands_since_s > REST_S)

    def line(self) -> str:
        """Say how it goes."""
        speed = float(np.nanmean(self._wheels[-1][1:])) if self._wheels else 0.0
        ground = f'   GPS {math.hypot(*self._ground[-1][1:]):.2f} m/s' if self._ground else ''
        return f'wheels {speed:.2f} m/s{ground}   {self._way_m:.2f} m by the wheels'

    def _time(self, header: Any) -> float:
        from outrider_bringup.calibrate.hearing import stamp_s

        at_s = stamp_s(header)
        self._begin_s = at_s if self._begin_s is None else self._begin_s
        return at_s - self._begin_s
