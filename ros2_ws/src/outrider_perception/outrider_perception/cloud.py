"""PointCloud2 by its fields, without ROS: any order, offset and float width; x, y, z and velocity must be there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from outrider_perception.arrays import Floats

_KINDS = {1: 'i1', 2: 'u1', 3: 'i2', 4: 'u2', 5: 'i4', 6: 'u4', 7: 'f4', 8: 'f8'}  # sensor_msgs/PointField
_NEEDED = ('x', 'y', 'z', 'velocity')


class Field(Protocol):
    """One sensor_msgs/PointField."""

    name: str
    offset: int
    datatype: int


class Cloud(Protocol):
    """What is read of a sensor_msgs/PointCloud2."""

    fields: Sequence[Field]
    point_step: int
    row_step: int
    width: int
    height: int
    is_bigendian: bool
    data: Any


class CloudError(ValueError):
    """A cloud that cannot be read; one sentence."""


def read_points(cloud: Cloud) -> tuple[Floats, Floats, Floats]:
    """Return x, y, z (n, 3), velocity (n,) and snr (n,; 0 where the field is missing) of every point.

    Raises CloudError where a field is missing or the data are shorter than width, height and point_step say.
    """
    order = '>' if cloud.is_bigendian else '<'
    kinds = {f.name: (order + _KINDS[f.datatype], f.offset) for f in cloud.fields if f.datatype in _KINDS}
    missing = [name for name in _NEEDED if name not in kinds]
    if missing:
        raise CloudError(f'point cloud has fields {sorted(kinds)}, expected x, y, z and velocity. '
                         f'Publish {", ".join(missing)} too.')
    names = [name for name in (*_NEEDED, 'snr') if name in kinds]
    try:
        kind = np.dtype({'names': names, 'formats': [kinds[name][0] for name in names],
                         'offsets': [kinds[name][1] for name in names], 'itemsize': cloud.point_step})
        rows = np.frombuffer(cloud.data, dtype=np.uint8)
        step = cloud.width * cloud.point_step if cloud.height == 1 else cloud.row_step
        if len(rows) < cloud.height * step or step < cloud.width * cloud.point_step:
            raise CloudError(f'point cloud holds {len(rows)} bytes, expected {cloud.height * step} for '
                             f'{cloud.width} x {cloud.height} points. Check its publisher.')
        packed = rows[:cloud.height * step].reshape(cloud.height, step)[:, :cloud.width * cloud.point_step]
        points = np.ascontiguousarray(packed).reshape(-1).view(kind)
    except CloudError:
        raise
    except ValueError as error:
        raise CloudError(f'point cloud has an impossible layout ({error}). Check its publisher.') from None
    columns = {name: points[name].astype(np.float64) for name in names}
    return (np.stack([columns['x'], columns['y'], columns['z']], axis=1), columns['velocity'],
            columns.get('snr', np.zeros(len(points))))
