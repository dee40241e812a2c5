"""Messages of camera and detector as measurements."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, Image
from vision_msgs.msg import Detection2D, Detection2DArray, ObjectHypothesisWithPose

from outrider_perception.classes import NAMES
from outrider_perception.config import load
from outrider_perception.degraded import Degraded
from outrider_perception.eyes import DamagedError, Eyes, upright
from outrider_perception.measurements import SensorPose, upright_pose

CONFIG = load()

POSE = upright_pose(-0.9, 0.0, 0.86, math.pi)
# As the camera publishes it: optical axes (x right, y down, z ahead) of a camera that looks back.
TURN = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
OPTICAL = SensorPose(POSE.translation_m, POSE.rotation @ TURN)


def info(width: int, height: int, focal: float) -> CameraInfo:
    return CameraInfo(width=width, height=height,
                      k=[focal, 0.0, (width - 1) / 2, 0.0, focal, (height - 1) / 2, 0.0, 0.0, 1.0])


def depth_image(pixels: np.ndarray, encoding: str = '16UC1') -> Image:
    pixels = np.ascontiguousarray(pixels, dtype='<u2')
    return Image(height=pixels.shape[0], width=pixels.shape[1], step=2 * pixels.shape[1], encoding=encoding,
                 data=pixels.tobytes())


def post(width: int = 424, height: int = 240) -> np.ndarray:
    """A post half a metre wide, 5 m away, straight ahead, before nothing."""
    pixels = np.zeros((height, width), dtype=np.uint16)
    pixels[100:180, 202:223] = 5000
    return pixels


def detection(name: str, score: float, left: float, top: float, right: float, bottom: float) -> Detection2D:
    said = ObjectHypothesisWithPose()
    said.hypothesis.class_id, said.hypothesis.score = name, score
    made = Detection2D(results=[said])
    made.bbox.center.position.x, made.bbox.center.position.y = (left + right) / 2, (top + bottom) / 2
    made.bbox.size_x, made.bbox.size_y = right - left, bottom - top
    return made


def eyes() -> Eyes:
    made = Eyes(CONFIG.depth)
    made.colour_info(info(848, 480, 424.0))
    made.depth_info(info(424, 240, 212.0))
    return made


def test_optical_frame_becomes_one_that_looks_ahead() -> None:
    assert upright(OPTICAL).rotation == pytest.approx(POSE.rotation)


def test_depth_image_becomes_clusters() -> None:
    found = eyes().depth(1.0, depth_image(post()), POSE, 0.0, 0.0)
    assert found is not None
    assert found.xy_m == pytest.approx(np.array([[5.0, 0.0]]), abs=0.1)


def test_boxes_get_class_score_edges_and_the_depth_inside() -> None:
    made = eyes()
    made.depth(1.0, depth_image(post()), POSE, 0.0, 0.0)
    message = Detection2DArray(detections=[detection('person', 0.7, 404.0, 200.0, 446.0, 360.0),
                                           detection('motorbike', 0.5, 10.0, 200.0, 50.0, 260.0),
                                           detection('teapot', 0.5, 10.0, 200.0, 50.0, 260.0)])
    boxes = made.boxes(1.01, message, POSE)
    assert boxes is not None
    assert [NAMES[one] for one in boxes.class_ids.tolist()] == ['person', 'motorcycle', 'unknown']
    assert boxes.scores[0] == pytest.approx(0.7)
    assert boxes.edges_px[0] == pytest.approx([404.0, 200.0, 446.0, 360.0])
    assert boxes.depth_m == pytest.approx([5.0, np.nan, np.nan], nan_ok=True)


def test_depth_of_another_instant_is_not_used() -> None:
    made = eyes()
    made.depth(1.0, depth_image(post()), POSE, 0.0, 0.0)
    boxes = made.boxes(1.2, Detection2DArray(detections=[detection('person', 0.7, 404.0, 200.0, 446.0, 360.0)]), POSE)
    assert boxes is not None
    assert np.isnan(boxes.depth_m).all()


def test_without_geometry_there_is_no_measurement() -> None:
    blind = Eyes(CONFIG.depth)
    blind.colour_info(CameraInfo())
    assert blind.depth(1.0, depth_image(post()), POSE, 0.0, 0.0) is None
    assert blind.boxes(1.0, Detection2DArray(), POSE) is None


def test_empty_image_of_a_detector_is_a_measurement() -> None:
    boxes = eyes().boxes(1.0, Detection2DArray(), POSE)
    assert boxes is not None
    assert len(boxes.edges_px) == 0


def test_depth_that_cannot_be_read_is_named() -> None:
    with pytest.raises(DamagedError, match='16UC1'):
        eyes().depth(1.0, depth_image(post(), '32FC1'), POSE, 0.0, 0.0)
    short = depth_image(post())
    short.data = short.data[:-10]
    with pytest.raises(DamagedError, match='bytes'):
        eyes().depth(1.0, short, POSE, 0.0, 0.0)


def test_night_is_named_while_the_light_says_so_detector_or_not() -> None:
    senses = Degraded()
    assert 'night' not in senses.missing(0.0, ())
    senses.light(1.0, True)
    assert 'night' in senses.missing(1.5, ())
    assert 'camera' in senses.missing(1.5, ()), 'no detector looks at its images'
    assert 'night' not in senses.missing(2.5, ()), 'a light that is told no more is no word about it'
    senses.light(3.0, True)
    senses.light(3.5, False)
    assert 'night' not in senses.missing(3.6, ())
