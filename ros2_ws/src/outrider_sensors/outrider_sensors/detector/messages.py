"""Messages in and out: camera geometry and depth images as numbers, boxes and places as vision_msgs."""

from __future__ import annotations

from typing import Any

import numpy as np
from sensor_msgs.msg import CameraInfo, Image
from vision_msgs.msg import (
    Detection2D,
    Detection2DArray,
    Detection3D,
    Detection3DArray,
    ObjectHypothesisWithPose,
)

from outrider_sensors.camera.pinhole import Pinhole
from outrider_sensors.detector.errors import PictureError
from outrider_sensors.detector.found import Found
from outrider_sensors.detector.places import Depth, Places

_TURN = 1e6  # rad^2: which way it faces is not told


def seconds(header: Any) -> float:
    """Return a header's stamp."""
    return float(header.stamp.sec + header.stamp.nanosec * 1e-9)


def pinhole(info: CameraInfo, size_px: tuple[int, int]) -> Pinhole | None:
    """Return the geometry of a picture of `size_px` (width, height), None where the message tells none."""
    k = [info.k[0], info.k[4], info.k[2], info.k[5]]
    if not (np.isfinite(k).all() and min(k[:2]) > 0.0 and info.width and info.height):
        return None
    across, down = size_px[0] / info.width, size_px[1] / info.height
    return Pinhole(*size_px, k[0] * across, k[1] * down, k[2] * across, k[3] * down)


def depth(message: Image, info: CameraInfo) -> Depth | None:
    """Return a depth image, None without geometry. Raises PictureError."""
    camera = pinhole(info, (message.width, message.height))
    if message.encoding not in ('16UC1', 'mono16'):
        raise PictureError(f'depth image is {message.encoding[:20]}, expected 16UC1 in mm. Check its publisher.')
    held = len(message.data)
    if not message.width or message.step < 2 * message.width or held < message.height * message.step:
        raise PictureError(f'depth image holds {held} bytes, expected {message.height} rows of {message.step} for '
                           f'{message.width} columns. Check its publisher.')
    rows = np.frombuffer(message.data, np.uint8, message.height * message.step).reshape(message.height, message.step)
    mm = rows[:, :2 * message.width].view('>u2' if message.is_bigendian else '<u2')
    return Depth(seconds(message.header), mm, camera) if camera is not None else None


def boxes(header: Any, found: Found, where: Places | None) -> Detection2DArray:
    """Return the boxes of one picture under its own header, with their places where these are known."""
    rows = []
    for row, (left, top, right, bottom) in enumerate(found.edges_px.tolist()):
        one = Detection2D(header=header, results=[_said(found, row, where)])
        one.bbox.center.position.x, one.bbox.center.position.y = 0.5 * (left + right), 0.5 * (top + bottom)
        one.bbox.size_x, one.bbox.size_y = right - left, bottom - top
        rows.append(one)
    return Detection2DArray(header=header, detections=rows)


def bodies(header: Any, found: Found, where: Places) -> Detection3DArray:
    """Return the places of one picture's bodies; `id` says what told the distance: depth or size."""
    rows = []
    for row, (width, height) in enumerate(where.size_m.tolist()):
        said = _said(found, row, where)
        one = Detection3D(header=header, results=[said], id=where.sources[row])
        one.bbox.center = said.pose.pose
        one.bbox.size.x, one.bbox.size.y = width, height
        rows.append(one)
    return Detection3DArray(header=header, detections=rows)


def _said(found: Found, row: int, where: Places | None) -> ObjectHypothesisWithPose:
    said = ObjectHypothesisWithPose()
    said.hypothesis.class_id, said.hypothesis.score = found.kinds[row], float(found.scores[row])
    if where is not None:
        place = said.pose.pose.position
        place.x, place.y, place.z = where.xyz_m[row].tolist()
        whole = np.diag([0.0, 0.0, 0.0, _TURN, _TURN, _TURN])
        whole[:3, :3] = where.covariance_m2[row]
        said.pose.covariance = whole.reshape(-1)
    return said
