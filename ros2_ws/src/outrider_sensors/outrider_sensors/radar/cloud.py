"""Points -> sensor_msgs/PointCloud2. The message is made once; a frame changes its stamp, its width and its bytes."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField

from outrider_sensors.radar.points import COLUMNS

POINT_STEP = 4 * len(COLUMNS)


class CloudMessage:
    """A PointCloud2 that is filled again and again. Not for two threads at once."""

    def __init__(self, frame_id: str) -> None:
        """Lay out the fields: float32 at offsets 0, 4, 8, 12, 16, little-endian."""
        self._cloud = PointCloud2(height=1, is_bigendian=False, is_dense=True, point_step=POINT_STEP)
        self._cloud.header.frame_id = frame_id
        self._cloud.fields = [PointField(name=name, offset=4 * place, datatype=PointField.FLOAT32, count=1)
                              for place, name in enumerate(COLUMNS)]

    def fill(self, points: NDArray[np.float32], stamp_ns: int) -> Any:
        """Make the message say `points`, (n, 5) and C-contiguous, and return it. The next call changes it."""
        cloud = self._cloud
        cloud.header.stamp.sec, cloud.header.stamp.nanosec = divmod(stamp_ns, 1_000_000_000)
        cloud.width = len(points)
        cloud.row_step = POINT_STEP * len(points)
        # An array.array is taken over as it is; any other sequence would be checked byte by byte.
        cloud.data = array('B', points.tobytes())
        return cloud
