"""The detector node: pictures and depth in; boxes, places, markers, outrider/detector out. It holds no rule (eye.py).

One thread looks, always at the newest picture. Where none comes, or nothing can be seen in it, nothing is published:
that silence is what the fusion calls a lost camera.
"""

from __future__ import annotations

import array
import os
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_srvs.srv import SetBool
from vision_msgs.msg import Detection2DArray, Detection3DArray
from visualization_msgs.msg import MarkerArray

from outrider_node import Diagnosis, NodeError, OutriderNode, Param, qos, run_node
from outrider_sensors.detector import messages
from outrider_sensors.detector.debug import drawn
from outrider_sensors.detector.engine import CHOICES, DetectorError, PictureError, default_weights, load
from outrider_sensors.detector.eye import Eye, Look
from outrider_sensors.detector.health import LEVELS, Health
from outrider_sensors.detector.kinds import NAMES, class_scores
from outrider_sensors.detector.markers import markers
from outrider_sensors.detector.newest import Newest, Pace
from outrider_sensors.detector.places import Depth
from outrider_sensors.detector.sizes import load_sizes

POLL_S = 0.5    # the looker sleeps on its slot; this only bounds it
NICE = 10       # of the looker: a warning by radar must not wait for a look
_DEPTHS = 6     # kept: a look is done within 0.4 s at 15/s


class DetectorNode(OutriderNode):
    """One camera's detector."""

    PARAMETERS = (
        Param('weights', '', '', 'file of the weights: .onnx, .pt or .engine; empty: those of the project'),
        Param('engine', 'auto', '', 'what runs them; auto: onnxruntime for .onnx, ultralytics for .pt and .engine',
              choices=CHOICES),
        Param('max_fps', 10.0, '1/s', 'pictures that are looked at, at most', minimum=0.1, maximum=120.0, live=True),
        Param('kinds', list(NAMES), '', 'classes that are told'),
        Param('least_score', 0.25, '', 'boxes less sure than this are left out', minimum=0.01, maximum=1.0),
        Param('class_scores', [''], '', "the same for some classes, as 'person:0.3'"),
        Param('threads', 1, '', 'of the net on the processor', minimum=1, maximum=64),
        Param('simulated', False, '', "the pictures are the simulator's, for which the weights of the project are"),
        Param('markers', True, '', 'publish detections/markers for viewers'),
    )

    def __init__(self, **kwargs: Any) -> None:
        """Load the weights, listen, begin to look. Raises NodeError."""
        super().__init__('detector', **kwargs)
        try:
            self._eye = self._make_eye()
        except DetectorError as error:
            self.destroy_node()
            raise NodeError(f'detector: {error}') from None
        ours = not self.value('weights') and not self.value('simulated')
        self._health, self._pace = Health(strange=ours), Pace(self.value('max_fps'))
        self._slot: Newest[CompressedImage] = Newest()
        self._colour_info: CameraInfo | None = None
        self._depth_info: CameraInfo | None = None
        self._depths: deque[Depth] = deque(maxlen=_DEPTHS)
        self._complaint = ''
        self._failure: BaseException | None = None
        self._ending = False
        self._boxes = self.create_publisher(Detection2DArray, 'detections', qos.SENSOR)
        self._bodies = self.create_publisher(Detection3DArray, 'detections_3d', qos.SENSOR)
        self._markers = self.create_publisher(MarkerArray, 'detections/markers', qos.VIEW)
        self._debugs = self.create_publisher(CompressedImage, 'detections/debug', qos.VIEW)
        for kind, topic, take in ((CompressedImage, 'camera/color/compressed', self._hear_picture),
                                  (CameraInfo, 'camera/color/camera_info', self._hear_colour_info),
                                  (Image, 'camera/depth/image', self._hear_depth),
                                  (CameraInfo, 'camera/depth/camera_info', self._hear_depth_info)):
            self.create_subscription(kind, topic, take, qos.VIEW)
        self.create_service(SetBool, 'detector/enable', self._enable)
        self.diagnose('detector', self._diagnosis)
        self._looker = threading.Thread(target=self._guarded, name='detector looker', daemon=True)
        self._looker.start()

    def _make_eye(self) -> Eye:
        given = self.value('weights')
        scores = class_scores(self.value('class_scores'), self.value('least_score'))
        engine = load(Path(given).expanduser() if given else default_weights(), engine=self.value('engine'),
                      least_score=scores, kinds=[kind for kind in self.value('kinds') if kind],
                      threads=self.value('threads'))
        return Eye(engine, load_sizes())

    def _hear_picture(self, message: CompressedImage) -> None:
        self._health.tally.seen += 1
        self._health.came_s = time.monotonic()
        self._pace.per_s = self.value('max_fps')
        if self._health.enabled and self._pace.due(messages.seconds(message.header)):
            self._slot.put(message)
            self._health.tally.dropped = self._slot.dropped

    def _hear_colour_info(self, message: CameraInfo) -> None:
        self._colour_info = message

    def _hear_depth_info(self, message: CameraInfo) -> None:
        self._depth_info = message

    def _hear_depth(self, message: Image) -> None:
        if self._depth_info is None or not self._health.enabled:
            return
        try:
            depth = messages.depth(message, self._depth_info)
        except PictureError as error:
            self._complain(str(error))
            return
        if depth is not None:
            self._depths.append(depth)

    def _enable(self, request: Any, response: Any) -> Any:
        self._health.enabled = request.data
        response.success, response.message = True, f'detector: is switched {"on" if request.data else "off"}.'
        self.get_logger().info(response.message.removeprefix('detector: '))
        return response

    def _guarded(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        try:
            while not self._ending:
                message = self._slot.take(POLL_S)
                if message is not None and self._health.enabled:
                    self._look(message)
        except Exception as failure:  # a dead looker must not look like an empty road: the diagnosis raises it
            self._failure = failure

    def _look(self, message: CompressedImage) -> None:
        health, tally, began_s = self._health, self._health.tally, time.monotonic()
        stamp_s, info = messages.seconds(message.header), self._colour_info
        try:
            picture = self._eye.decode(memoryview(message.data))
            camera = messages.pinhole(info, picture.size_px) if info is not None else None
            look = self._eye.look(picture, stamp_s, camera, tuple(self._depths))
        except PictureError as error:
            tally.damaged += 1
            health.damage = str(error)
            self._complain(health.damage)
            return
        health.damage, health.blindness, health.has_info = '', look.blind, camera is not None
        if look.blind:
            tally.blind += 1
            self._complain(look.blind)
            return
        self._publish(message.header, look)
        self._complaint = ''
        tally.looked += 1
        tally.spent_s += time.monotonic() - began_s
        tally.boxes = len(look.found)
        tally.by_depth = look.where.sources.count('depth') if look.where is not None else 0
        health.depth_age_s = look.where.depth_age_s if look.where is not None else float('nan')

    def _publish(self, header: Any, look: Look) -> None:
        if self._ending:
            return
        self._boxes.publish(messages.boxes(header, look.found, look.where))
        if look.where is not None:
            if self._bodies.get_subscription_count():
                self._bodies.publish(messages.bodies(header, look.found, look.where))
            if self.value('markers') and self._markers.get_subscription_count():
                self._markers.publish(markers(header, look.found, look.where))
        if self._debugs.get_subscription_count():
            jpeg = drawn(look.picture.rgb, look.small(), look.where)
            self._debugs.publish(CompressedImage(header=header, format='rgb8; jpeg compressed bgr8',
                                                 data=array.array('B', jpeg)))

    def _complain(self, sentence: str) -> None:
        """Say it once until something is well again."""
        if sentence != self._complaint:
            self._complaint = sentence
            self.get_logger().warning(sentence)

    def _diagnosis(self) -> Diagnosis:
        if isinstance(self._failure, DetectorError):
            raise NodeError(f'detector: {self._failure}')
        if self._failure is not None:
            raise self._failure
        engine = self._eye.engine
        state, sentence, values = self._health.tell(time.monotonic())
        return Diagnosis(LEVELS[state], sentence, {
            **values, 'engine': engine.name, 'weights': engine.weights.name,
            'net': 'x'.join(map(str, engine.size_px)), 'kinds': ' '.join(engine.kinds)})

    def close(self) -> None:
        """End the looker."""
        self._ending = True
        self._slot.close()
        self._looker.join()


def main() -> None:
    """Entry point `ros2 run outrider_sensors detector`."""
    sys.exit(run_node(DetectorNode))


if __name__ == '__main__':
    main()
