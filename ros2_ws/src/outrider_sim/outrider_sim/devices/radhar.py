"""The real radar recording that the project carries: nesl/RadHAR, one person walking (BSD-3, notice beside the data).

603 frames, 13,755 points, 30.0 frames/s, IWR1443 on SDK 1/2. The printed stamps come in bursts, so frames are played
at an even 1/30 s.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FRAME_PERIOD_S = 1 / 30
VELOCITY_STEP_MPS = 0.6146687  # per Doppler bin; negative = approaching
ZERO_DOPPLER_BIN = 8
POINT = np.dtype([('x', 'f8'), ('y', 'f8'), ('z', 'f8'), ('range', 'f8'), ('velocity', 'f8'), ('doppler_bin', 'i4'),
                  ('intensity_db', 'f8')])
_KEYS = {b'x': 0, b'y': 1, b'z': 2, b'range': 3, b'velocity': 4, b'doppler_bin': 5, b'intensity': 6}


def find_recording() -> Path:
    """Return where the recording lies: beside the source, or installed in the package's share."""
    beside = Path(__file__).resolve().parents[2] / 'data' / 'radhar_walk.txt.gz'
    if beside.exists():
        return beside
    from ament_index_python.packages import get_package_share_directory

    return Path(get_package_share_directory('outrider_sim')) / 'data' / 'radhar_walk.txt.gz'


def load(path: Path | None = None) -> list[NDArray[np.void]]:
    """Return the frames in order, each an array of POINT in ROS axes (x forward, y left, z up; m, m/s, dB)."""
    rows: list[tuple[float, ...]] = []
    starts: list[int] = []
    row: list[float] = [0.0] * len(_KEYS)
    with gzip.open(path or find_recording()) as lines:
        for line in lines:
            key, _, text = line.strip().partition(b':')
            if key == b'point_id':
                if int(text) == 0:
                    starts.append(len(rows))
            elif key in _KEYS and not line.startswith(b' '):
                row[_KEYS[key]] = float(text)
                if key == b'intensity':  # the last key of a point
                    rows.append(tuple(row))
    points = np.array(rows, dtype=POINT)
    return np.split(points, starts[1:])
