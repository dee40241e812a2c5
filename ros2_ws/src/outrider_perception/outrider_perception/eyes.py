"""Messages of the camera and of a detector as measurements; it remembers the geometry and the last depth images."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from vision_msgs.msg import Detection2DArray

from outrider_perception.arrays import Floats
from outrider_perception.box_depth import box_depth
from outrider_perception.classes import NAMES
from outrider_perception.depth_image import Pinhole, find_clusters
from outrider_perception.measurements import Boxes, DepthClusters, SensorPose
from outrider_perception.settings import DepthSettings

_KEPT = 8              # depth images: a detector answers within half a second
_CLASSES = {name: number for number, name in enumerate(NAMES)}
# Names of COCO that are ours by another word.
_CLASSES |= {'motorbike': _CLASSES['motorcycle'], 'pedestrian': _CLASSES['person'], 'van': _CLASSES['car'],
             'train': _CLASSES['unknown']}
# An optical frame is x right, y down, z ahead (REP 103); measurements are x ahead, y left, z up.
_OPTICAL = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])


class DamagedError(ValueError):
    """A message that cannot be read; one sentence."""


def upright(optical: SensorPose) -> SensorPose:
    """Return the pose with x ahead of a camera whose optical frame sits at `optical`."""
    return SensorPose(optical.translation_m, optical.rotation @ _OPTICAL)


class Eyes:
    """Knows the newest geometry of both streams; `depth` and `boxes` make measurements."""

    def __init__(self, settings: DepthSettings) -> None:
        """Start without geometry: nothing can be measured yet."""
        self._settings = settings
        self._colour: CameraInfo | None = None
        self._depth: CameraInfo | None = None
        self._images: deque[tuple[float, NDArray[np.uint16], Pinhole]] = deque(maxlen=_KEPT)
        self.dark = False

    def colour_info(self, message: CameraInfo) -> None:
        """Take the geometry of the images that the detector sees."""
        self._colour = message if _usable(message) else None

    def depth_info(self, message: CameraInfo) -> None:
        """Take the geometry of the depth images."""
        self._depth = message if _usable(message) else None

    def depth(self, stamp_s: float, message: Image, pose: SensorPose, roll_rad: float,
              pitch_rad: float) -> DepthClusters | None:
        """Return the near clusters, None while the geometry is not known. Raises DamagedError."""
        if self._depth is None:
            return None
        if message.encoding not in ('16UC1', 'mono16'):
            raise DamagedError(f'depth image is {message.encoding}, expected 16UC1 in mm. Check its publisher.')
        order = '>u2' if message.is_bigendian else '<u2'
        held = len(message.data)
        if message.step < 2 * message.width or held < message.height * message.step or not message.width:
            raise DamagedError(f'depth image holds {held} bytes, expected {message.height} rows of {message.step} for '
                               f'{message.width} columns. Check its publisher.')
        rows = np.frombuffer(message.data, dtype=np.uint8, count=message.height * message.step)
        full = rows.reshape(message.height, message.step)[:, :2 * message.width].view(order)
        every = max(1, round(message.width / self._settings.columns))
        image = np.ascontiguousarray(full[::every, ::every], dtype=np.uint16)
        camera = _pinhole(self._depth, message.width, every)
        self._images.append((stamp_s, image, camera))
        return find_clusters(image, camera, pose, stamp_s, self._settings, roll_rad, pitch_rad)

    def boxes(self, stamp_s: float, message: Detection2DArray, pose: SensorPose) -> Boxes | None:
        """Return a detector's boxes with the depth inside them, None while the geometry is not known."""
        if self._colour is None:
            return None
        camera, rows = self._colour, message.detections
        edges = np.array([_edges(one.bbox) for one in rows]).reshape(-1, 4)
        best = [max(one.results, key=lambda said: said.hypothesis.score, default=None) for one in rows]
        said = np.array([_CLASSES.get(one.hypothesis.class_id, 0) if one else 0 for one in best], dtype=np.int64)
        scores = np.array([one.hypothesis.score if one else 0.0 for one in best], dtype=np.float64)
        return Boxes(stamp_s, pose, (camera.k[0], camera.k[4]), (camera.k[2], camera.k[5]),
                     (camera.width, camera.height), edges, said, scores, self._depths(stamp_s, edges, camera),
                     self.dark)

    def _depths(self, stamp_s: float, edges: Floats, colour: CameraInfo) -> Floats:
        """Return the depth in each box by the image taken with it; depth is aligned, but may be decimated."""
        near = [(abs(then_s - stamp_s), image, camera) for then_s, image, camera in self._images]
        off_s, image, camera = min(near, key=lambda one: one[0], default=(np.inf, None, None))
        if image is None or camera is None or off_s > self._settings.same_image_s:
            return np.full(len(edges), np.nan)
        share = np.array([camera.fx / colour.k[0], camera.fy / colour.k[4]] * 2)
        centre, colour_centre = np.array([camera.cx, camera.cy] * 2), np.array([colour.k[2], colour.k[5]] * 2)
        return box_depth(image, centre + (edges - colour_centre) * share, self._settings)


def _usable(info: CameraInfo) -> bool:
    numbers = np.array([info.k[0], info.k[4], info.k[2], info.k[5]])
    return bool(np.isfinite(numbers).all() and info.k[0] > 0.0 and info.k[4] > 0.0 and info.width and info.height)


def _pinhole(info: CameraInfo, width: int, every: int) -> Pinhole:
    """Return the geometry of every so many-th pixel of an image `width` wide, whose info may be of another size."""
    share = width / info.width / every
    return Pinhole(info.k[0] * share, info.k[4] * share, info.k[2] * share, info.k[5] * share)


def _edges(box: Any) -> list[float]:
    u, v = box.center.position.x, box.center.position.y
    return [u - 0.5 * box.size_x, v - 0.5 * box.size_y, u + 0.5 * box.size_x, v + 0.5 * box.size_y]
