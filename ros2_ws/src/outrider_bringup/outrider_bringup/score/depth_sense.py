"""The depth camera of one run: the image that the simulated device paints, through the fusion's own eyes.

What a model of clusters would leave out decides a clearance: glass without depth, a flank seen edge on, the image's
edge through a body that is abeam. The image is that of the device's default size, and is looked at as `Eyes` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from outrider_bringup.score.readings import Floats, GyroReading
from outrider_perception.box_depth import box_depth
from outrider_perception.config import load
from outrider_perception.depth_image import Pinhole, find_clusters
from outrider_perception.measurements import DepthClusters, SensorPose
from outrider_sim.devices.camera_feed import pinhole
from outrider_sim.devices.realsense import D455_FIELD_DEG
from outrider_sim.devices.world_faults import Faults
from outrider_sim.devices.world_ride import PathRide
from outrider_sim.world import pinhole as world_pinhole
from outrider_sim.world.camera import DepthPainter, View
from outrider_sim.world.eye import eye_of
from outrider_sim.world.places import Mount
from outrider_sim.world.stress import Stress

SIZE = 424, 240       # of the simulated device (world.py)
LOST = 0.05           # share of images that show nothing, for each 1 of misses above 1,
TOGETHER_S = 0.3      # for so long one after the other
_NORMAL = NormalDist()

Image = NDArray[np.uint16]


class DepthSense:
    """One depth camera on one run; ask in order of time."""

    def __init__(self, ride: PathRide, stress: Stress, mount: Mount, fps: float) -> None:
        """Prepare the painter of a camera that truly sits at `mount`."""
        scenario = ride.world.scenario
        stream = pinhole(*SIZE, round(fps), D455_FIELD_DEG[1])
        view = View(stream.width, stream.height, stream.fx, stream.fy, stream.ppx, stream.ppy)
        self._settings = load().depth
        self._every = max(1, round(stream.width / self._settings.columns))
        self._camera = Pinhole(*(one / self._every for one in (stream.fx, stream.fy, stream.ppx, stream.ppy)))
        self._painter, self._ride, self._mount = DepthPainter(ride.world, view, scenario.seed), ride, mount
        self._faults = Faults(scenario, 'depth')
        self._lost, self._keep = LOST * (stress.misses - 1.0), math.exp(-1.0 / (fps * TOGETHER_S))
        self._random, self._luck = np.random.default_rng([scenario.seed, 0x646570]), 0.0
        self._last: Image | None = None

    def image(self, told_s: float) -> Image | None:
        """Return the decimated image in mm that is told at `told_s`, None for nothing."""
        self._luck = self._keep * self._luck + math.sqrt(1.0 - self._keep ** 2) * float(self._random.standard_normal())
        if self._faults.acts(told_s, 'drop', 'die'):
            return None
        if self._last is None or not self._faults.at(told_s, 'freeze'):
            snapshot = self._ride.snapshot(self._faults.measured_s(told_s), told_s)
            seen = self._painter.depth(snapshot, eye_of(snapshot.rider, self._mount))
            self._last = np.ascontiguousarray(seen[::self._every, ::self._every])
            if _NORMAL.cdf(self._luck) < self._lost:
                self._last = np.zeros_like(self._last)
        return self._last

    def clusters(self, image: Image, pose: SensorPose, stamp_s: float, lean: tuple[float, float]) -> DepthClusters:
        """Return what stands near in an image, seen by a rig that knows its `lean`: roll and pitch, rad."""
        return find_clusters(image, self._camera, pose, stamp_s, self._settings, *lean)

    def inside(self, image: Image, colour: world_pinhole.Pinhole, edges_px: Floats) -> Floats:
        """Return the depth (n,) in boxes (n, 4) of the `colour` image, NaN where there is none."""
        centre = np.array([self._camera.cx, self._camera.cy] * 2)
        off = edges_px - np.array(colour.centre_px * 2)
        return box_depth(image, centre + off * (self._camera.fx / colour.focal_px), self._settings)


class Leans:
    """What the rig knows of its lean at an instant, by what its IMU has told until then."""

    def __init__(self, told: Sequence[GyroReading]) -> None:
        """Take the IMU's readings in order."""
        self._stamps_s = np.array([one.stamp_s for one in told])
        self._arrivals_s = np.array([one.arrival_s for one in told])
        self._lean = [(one.roll_rad, one.pitch_rad) for one in told]

    def at(self, stamp_s: float, now_s: float) -> tuple[float, float]:
        """Return roll and pitch at `stamp_s` as known at `now_s`, level where nobody told."""
        heard = int(np.searchsorted(self._arrivals_s, now_s, side='right'))
        if not heard:
            return 0.0, 0.0
        return self._lean[int(np.abs(self._stamps_s[:heard] - stamp_s).argmin())]
