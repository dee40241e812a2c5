"""`outrider calibrate level`: roll and pitch of the camera with its IMU, on a machine that stands level."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from outrider_bringup.calibrate.outcome import Figure, RigFile, finish
from outrider_bringup.calibrate.rig_edit import Edit
from outrider_bringup.errors import UserError
from outrider_node import frames
from outrider_sensors.calibration import level
from outrider_sensors.calibration.errors import CalibrationError

HELP = 'roll and pitch of the camera with its IMU, on a machine that stands level and still'
RIG, SECONDS = 'bicycle', 10.0
GUIDE = """Stand the machine on a stand, upright and level by a spirit level: its lean goes into the result in full.
Let nobody touch it for {seconds:.0f} s."""
START = './outrider up bicycle'


def add_arguments(group: argparse._ArgumentGroup) -> None:
    """It has no words of its own."""


def run(args: argparse.Namespace) -> int:
    """Listen to gravity, show. Raises UserError."""
    from sensor_msgs.msg import Imu

    from outrider_bringup.calibrate.hearing import Hearing

    rig = RigFile(args.rig or RIG)
    old = [rig.number('camera', 'mount_rpy_deg', place) for place in range(2)]
    seconds = args.seconds or SECONDS
    print(GUIDE.format(seconds=seconds), flush=True)
    stand = Stand()
    with Hearing() as hearing:
        hearing.hear(Imu, 'imu/data', stand.take, START)
        hearing.listen(seconds, stand.line)
        camera, imu = hearing.place(frames.CAMERA), hearing.place(stand.frame, frames.CAMERA)
    try:
        t_s, gyro, accel = stand.samples()
        found = level.measure(t_s, gyro @ imu.rotation.T, accel @ imu.rotation.T)
    except CalibrationError as error:
        raise UserError(f'level: {error}') from None
    figures = [Figure('roll', found.roll_deg, found.error_deg, 'deg', note=f'the file says {old[0]:g}'),
               Figure('pitch', found.pitch_deg, found.error_deg, 'deg', note=f'the file says {old[1]:g}')]
    print(f'{found.samples} samples in {found.seconds:.1f} s, noise alone {found.noise_deg:.3f} deg; the rest is what '
          'an accelerometer may be biased by.\nGravity does not tell yaw.')
    return finish(args, figures, rig, [Edit('camera', 'mount_rpy_deg', f'{found.roll_deg:.2f}', 0),
                                       Edit('camera', 'mount_rpy_deg', f'{found.pitch_deg:.2f}', 1)],
                  differs=rig.mount_differs('camera', camera))


class Stand:
    """Collects the samples of imu/data."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.frame = ''
        self._rows: list[tuple[float, ...]] = []

    def take(self, message: Any) -> None:
        """Keep one."""
        from outrider_bringup.calibrate.hearing import stamp_s

        self.frame = message.header.frame_id
        rate, felt = message.angular_velocity, message.linear_acceleration
        self._rows.append((stamp_s(message.header), rate.x, rate.y, rate.z, felt.x, felt.y, felt.z))

    def samples(self) -> tuple[Any, Any, Any]:
        """Return times (n,), rates (n, 3) rad/s, accelerations (n, 3) m/s^2."""
        rows = np.array(self._rows, dtype=np.float64).reshape(-1, 7)
        return rows[:, 0], rows[:, 1:4], rows[:, 4:7]

    def line(self) -> str:
        """Say how it goes."""
        newest = self._rows[-1] if self._rows else (0.0,) * 7
        return f'imu {len(self._rows)} samples   feels {np.linalg.norm(newest[4:7]):.2f} m/s^2'
