"""`outrider calibrate camera-radar`: the radar's yaw against the camera, from a person who walks before both."""

from __future__ import annotations

import argparse
import math
from typing import Any

import numpy as np

from outrider_bringup.calibrate.outcome import Figure, RigFile, finish
from outrider_bringup.calibrate.rig_edit import Edit
from outrider_bringup.errors import UserError
from outrider_node import frames
from outrider_sensors.calibration.camera_radar import compare
from outrider_sensors.calibration.errors import CalibrationError
from outrider_sensors.calibration.pairing import Scan
from outrider_sensors.calibration.walker import DepthWalk, Lens, Sightings

HELP = "the radar's yaw against the camera, from a person who walks before both, with a corner reflector at best"
RIG, SECONDS = 'bicycle', 60.0
GUIDE = """Stand the machine still. Nobody else moves in the view; walls and cars are 2 m away from the walk.
One person walks to and fro, slowly, from edge to edge of the camera's view, 3 m, 5 m and 7 m away, for {seconds:.0f} s.
With a corner reflector: before the chest."""
START = './outrider up bicycle'
_POINT_BYTES = 20


def add_arguments(group: argparse._ArgumentGroup) -> None:
    """It has no words of its own."""


def run(args: argparse.Namespace) -> int:
    """Watch the walk, compare, show. Raises UserError."""
    from outrider_bringup.calibrate.hearing import Hearing

    rig = RigFile(args.rig or RIG)
    yaw_deg = rig.number('radar', 'mount_rpy_deg', 2)
    seconds = args.seconds or SECONDS
    print(GUIDE.format(seconds=seconds), flush=True)
    walk = Walk()
    with Hearing() as hearing:
        walk.subscribe(hearing)
        hearing.listen(seconds, walk.line)
        radar, optics = hearing.place(frames.RADAR), hearing.place(walk.camera_frame)
    _same_way(radar, optics)
    seen = walk.sightings()
    try:
        found = compare(Sightings(seen.t_s, optics.apply(seen.xyz_m)), walk.scans, radar.translation_m, radar.rotation)
    except CalibrationError as error:
        raise UserError(f'camera-radar: {error}') from None
    new_deg = math.remainder(yaw_deg + found.yaw_deg, 360.0)
    (low, high), (near, far) = found.bearings_deg, found.ranges_m
    figures = [
        Figure('radar yaw off by', found.yaw_deg, found.yaw_error_deg, 'deg', 2, '> 0: further left than its mount'),
        Figure('camera later by', 1e3 * found.delay_s, 1e3 * found.delay_error_s, 'ms', 0, 'by stamps, not written'),
        Figure('radar further left by', 100.0 * found.offset_m, 100.0 * found.offset_error_m, 'cm', 1, 'not written'),
    ]
    print(f'{found.pairs} pairs, bearings {low:.0f} to {high:.0f} degrees, {near:.1f} to {far:.1f} m, residual '
          f'{found.residual_deg:.1f} degrees.\nA radar without elevation tells neither pitch nor roll nor height.')
    return finish(args, figures, rig, [Edit('radar', 'mount_rpy_deg', f'{new_deg:.2f}', 2)],
                  differs=rig.mount_differs('radar', radar))


class Walk:
    """Collects what both saw; times in seconds after the first message."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.scans: list[Scan] = []
        self.camera_frame = ''
        self._depth: DepthWalk | None = None
        self._begin_s: float | None = None

    def subscribe(self, hearing: Any) -> None:
        """Hear depth, its geometry and the radar."""
        from sensor_msgs.msg import CameraInfo, Image, PointCloud2

        hearing.hear(CameraInfo, 'camera/depth/camera_info', self._geometry, START)
        hearing.hear(Image, 'camera/depth/image', self._picture, START)
        hearing.hear(PointCloud2, 'radar/points', self._scan, START)

    def sightings(self) -> Sightings:
        """Return the person in the camera's optical axes."""
        return self._depth.sightings() if self._depth else Sightings(np.zeros(0), np.zeros((0, 3)))

    def line(self) -> str:
        """Say what is seen now."""
        place = self._depth.newest() if self._depth else None
        person = 'nobody seen' if place is None else (
            f'person {math.hypot(place[0], place[2]):.1f} m away, '
            f'{abs(math.degrees(math.atan2(place[0], place[2]))):.0f} deg {"right" if place[0] > 0 else "left"} in the '
            'picture')
        return f'depth {self._depth.count if self._depth else 0} pictures   radar {len(self.scans)} scans   {person}'

    def _time(self, header: Any) -> float:
        from outrider_bringup.calibrate.hearing import stamp_s

        at_s = stamp_s(header)
        self._begin_s = at_s if self._begin_s is None else self._begin_s
        return at_s - self._begin_s

    def _geometry(self, message: Any) -> None:
        if self._depth is None:
            self.camera_frame = message.header.frame_id
            self._depth = DepthWalk(Lens(message.k[0], message.k[4], message.k[2], message.k[5]))

    def _picture(self, message: Any) -> None:
        if message.encoding != '16UC1':
            raise UserError(f"camera/depth/image is '{message.encoding}', expected 16UC1 in mm.")
        if self._depth is not None:
            rows = np.frombuffer(message.data, np.uint16).reshape(message.height, -1)
            self._depth.add(self._time(message.header), rows[:, :message.width])

    def _scan(self, message: Any) -> None:
        if message.point_step != _POINT_BYTES:
            raise UserError(f'radar/points has {message.point_step} bytes a point, expected {_POINT_BYTES}: x, y, z, '
                            'velocity, snr.')
        points = np.frombuffer(message.data, np.float32).reshape(-1, 5)
        self.scans.append(Scan(self._time(message.header), points.copy()))


def _same_way(radar: frames.Pose, optics: frames.Pose) -> None:
    """Refuse where camera (its third axis looks ahead) and radar (its first one) look different ways."""
    apart_deg = math.degrees(math.acos(min(max(float(radar.rotation[:, 0] @ optics.rotation[:, 2]), -1.0), 1.0)))
    if apart_deg > 45.0:
        raise UserError(f'camera-radar: by their mounts camera and radar look {apart_deg:.0f} degrees apart, expected '
                        'the same way. Correct mount_rpy_deg in the rig file.')
