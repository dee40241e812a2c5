"""One picture with its geometry and the depth taken with it: heard from a driver that runs, or of a camera opened."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from outrider_bringup.doctor.camera import look_through

if TYPE_CHECKING:
    from outrider_sensors.camera.pinhole import Pinhole
    from outrider_sensors.detector.eye import Eye
    from outrider_sensors.detector.pictures import Picture
    from outrider_sensors.detector.places import Depth

FIRST_S, REST_S = 4.0, 1.5  # until a picture comes; from then on until its geometry and depth are there too
ANSWER_S = 1.0
WHOLE_PX = (1 << 13, 1 << 13)  # a net so large takes every picture as it is


@dataclass(frozen=True)
class Shot:
    """`jpeg` as it came, or `rgb` (height, width, 3) as the camera gave it. `weights`: of the detector that runs."""

    stamp_s: float
    jpeg: bytes = b''
    rgb: NDArray[np.uint8] | None = None
    camera: Pinhole | None = None
    depths: tuple[Depth, ...] = ()
    weights: Path | None = None
    real: bool = False  # no simulated camera

    def picture(self, eye: Eye) -> Picture:
        """Return what the detector looks at. Raises PictureError."""
        from outrider_sensors.detector.pictures import Picture

        if self.rgb is None:
            return eye.decode(self.jpeg)
        return Picture(self.rgb, (self.rgb.shape[1], self.rgb.shape[0]))

    def whole(self) -> NDArray[np.uint8]:
        """Return the picture in full. Raises PictureError."""
        from outrider_sensors.detector.pictures import decode

        return self.rgb if self.rgb is not None else decode(self.jpeg, WHOLE_PX).rgb

    def seen_by(self, size_px: tuple[int, int]) -> Pinhole | None:
        """Return the geometry of a picture of that size (width, height), None where nobody told any."""
        camera = self.camera
        return camera if camera is not None and (camera.width, camera.height) == size_px else None


def opened(source: str, *, real: bool) -> Shot | None:
    """Open a camera for a moment; return a picture and the depth nearest to it, None where none came."""
    from outrider_sensors.detector.places import Depth

    seen = look_through(source, pictures=True)
    colour = seen.pictures.get('colour')
    if colour is None or seen.camera is None:
        return None
    depths = [Depth(image.stamp_ns * 1e-9, image.pixels, seen.depth_camera) for name, image in seen.pictures.items()
              if name == 'depth' and seen.depth_camera is not None]
    return Shot(colour.stamp_ns * 1e-9, rgb=colour.pixels, camera=seen.camera, depths=tuple(depths), real=real)


def heard(*, real: bool) -> Shot | None:
    """Listen to the driver that runs in this ROS domain; return its newest picture, None where none comes."""
    import rclpy
    from rclpy.executors import SingleThreadedExecutor
    from sensor_msgs.msg import CameraInfo, CompressedImage, Image

    from outrider_node import qos
    from outrider_sensors.detector import messages

    got: dict[str, Any] = {}
    depths: list[Any] = []
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('outrider_doctor_eye', context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    for kind, topic in ((CompressedImage, 'camera/color/compressed'), (CameraInfo, 'camera/color/camera_info'),
                        (CameraInfo, 'camera/depth/camera_info')):
        node.create_subscription(kind, topic, lambda message, topic=topic: got.__setitem__(topic, message), qos.VIEW)
    node.create_subscription(Image, 'camera/depth/image', depths.append, qos.VIEW)
    try:
        _spin(executor, lambda: 'camera/color/compressed' in got, FIRST_S)
        if 'camera/color/compressed' not in got:
            return None
        _spin(executor, lambda: len(got) == 3 and depths, REST_S)
        picture, info = got['camera/color/compressed'], got.get('camera/color/camera_info')
        stamp_s = messages.seconds(picture.header)
        known = got.get('camera/depth/camera_info')
        seen = [one for image in depths if known is not None and (one := messages.depth(image, known)) is not None]
        camera = messages.pinhole(info, (info.width, info.height)) if info is not None else None
        return Shot(stamp_s, jpeg=bytes(picture.data), camera=camera, depths=tuple(seen),
                    weights=_weights(node, executor), real=real)
    finally:
        executor.shutdown()
        node.destroy_node()
        context.try_shutdown()


def _weights(node: Any, executor: Any) -> Path | None:
    """Return what the running detector was given as weights, None where none runs or it has those of the project."""
    from rcl_interfaces.srv import GetParameters

    client = node.create_client(GetParameters, 'detector/get_parameters')
    if not client.service_is_ready():
        return None
    answer = client.call_async(GetParameters.Request(names=['weights']))
    _spin(executor, answer.done, ANSWER_S)
    given = answer.result().values[0].string_value if answer.done() and answer.result() else ''
    return Path(given).expanduser() if given else None


def _spin(executor: Any, done: Any, seconds: float) -> None:
    end_s = time.monotonic() + seconds
    while not done() and (left_s := end_s - time.monotonic()) > 0.0:
        executor.spin_once(timeout_sec=min(left_s, 0.1))
