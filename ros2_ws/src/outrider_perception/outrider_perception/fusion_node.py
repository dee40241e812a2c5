"""The fusion node: radar, camera, depth and the own motion in, tracks and hazards out. It holds no rule (front.py)."""

from __future__ import annotations

import sys
import time
from collections import deque
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from geometry_msgs.msg import TwistWithCovarianceStamped
from outrider_interfaces.msg import (
    ClosePass,
    FusionInputs,
    FusionSnapshot,
    HazardArray,
    MotorState,
    RadarInfo,
    TrackArray,
)
from sensor_msgs.msg import CameraInfo, Illuminance, Image, Imu, PointCloud2
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2DArray

from outrider_node import Diagnosis, OutriderNode, qos, run_node
from outrider_node.errors import NodeError
from outrider_node.frames import BASE
from outrider_perception import front
from outrider_perception.config import Config, ConfigError, load
from outrider_perception.front import Front
from outrider_perception.parameters import FOLDER, parameters, with_values

_STEPS_KEPT = 600  # step times behind the percentiles: 20..30 s

HEARS: tuple[tuple[str, Any, Any], ...] = (
    (front.FRAMES, TFMessage, qos.STATIC_FRAMES),
    (front.RADAR_INFO, RadarInfo, qos.STATE),
    (front.RADAR, PointCloud2, qos.SENSOR),
    (front.IMU, Imu, qos.IMU),
    (front.GPS, TwistWithCovarianceStamped, qos.SENSOR),
    (front.MOTORS, MotorState, qos.STATE),
    (front.COLOUR_INFO, CameraInfo, qos.SENSOR),
    (front.DEPTH_INFO, CameraInfo, qos.SENSOR),
    (front.DEPTH, Image, qos.SENSOR),
    (front.DETECTIONS, Detection2DArray, qos.SENSOR),
    (front.LIGHT, Illuminance, qos.STATE),
)
SAYS: tuple[tuple[str, Any, Any], ...] = (
    (front.TRACKS, TrackArray, qos.SENSOR),
    (front.HAZARDS, HazardArray, qos.SENSOR),
    (front.PASSES, ClosePass, qos.EVENT),
    (front.INPUTS, FusionInputs, qos.SENSOR),
    (front.SNAPSHOT, FusionSnapshot, qos.EVENT),
)


class Fusion(OutriderNode):
    """Advances on messages, never on timers."""

    _config: Config

    def __init__(self) -> None:
        """Declare parameters, subscribe, publish."""
        super().__init__('fusion')
        self._config = with_values(self._config, self.values())
        self._front = Front(self._config)
        self._heard_ns: int | None = None
        self._step_ms: deque[float] = deque(maxlen=_STEPS_KEPT)
        self._says = {topic: self.create_publisher(kind, topic, profile) for topic, kind, profile in SAYS}
        for topic, kind, profile in HEARS:
            self.create_subscription(kind, topic, partial(self._on, topic), profile)
        self.diagnose('fusion', self._diagnosis)

    def _declare(self) -> None:
        overrides = self._parameter_overrides
        folder = FOLDER.check(overrides[FOLDER.name].value if FOLDER.name in overrides else FOLDER.default)
        try:
            self._config = load(Path(str(folder)) if folder else None)
        except ConfigError as error:
            raise NodeError(str(error).removeprefix('perception: ')) from None
        self.PARAMETERS = parameters(self._config)
        super()._declare()

    def _on(self, topic: str, message: Any) -> None:
        now_ns = self.get_clock().now().nanoseconds
        if topic == front.RADAR:
            self._heard_ns = now_ns
        before, started = self._front.steps, time.perf_counter_ns()
        for name, said in self._front.take(topic, message, now_ns):
            self._says[name].publish(said)
        if self._front.steps != before:
            self._step_ms.append((time.perf_counter_ns() - started) * 1e-6)
        for complaint in self._front.complaints:
            self.get_logger().warning(complaint)
        self._front.complaints.clear()

    def _diagnosis(self) -> Diagnosis:
        known = self._front
        values: dict[str, object] = dict(known.counts)
        if self._step_ms:
            p50, p99 = np.percentile(self._step_ms, [50, 99])
            values |= {'step_p50_ms': f'{p50:.2f}', 'step_p99_ms': f'{p99:.2f}'}
        values |= {f'total_{name}': count for name, count in sorted(known.tracker.totals.items())}
        if self._heard_ns is None:
            return Diagnosis('warn', 'No radar yet: expected radar/points. Run: ./outrider doctor radar', values)
        silent_s = (self.get_clock().now().nanoseconds - self._heard_ns) * 1e-9
        if silent_s > self._config.motion.memory_s:
            return Diagnosis('error', f'No radar for {silent_s:.0f} s. Run: ./outrider doctor radar', values)
        if known.waiting_for:
            return Diagnosis('warn', f'Waiting for {BASE} <- {known.waiting_for} on /tf_static; its driver publishes '
                             'it from mount_xyz_m and mount_rpy_deg.', values)
        if known.damaged:
            return Diagnosis('error', ' '.join(known.damaged.values()), values)
        return Diagnosis('ok', f'{known.counts.get("tracks", 0)} tracks', values)


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop."""
    sys.exit(run_node(Fusion, args=args))


if __name__ == '__main__':
    main()
