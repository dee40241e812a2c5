"""Points as the device sends them -> rows of x, y, z, velocity, snr. Pure, and for many frames at once.

TI's axes are x right, y forward, z up; ours x forward, y left, z up (REP 103).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

COLUMNS = ('x', 'y', 'z', 'velocity', 'snr')
SDK1_BYTES, SDK3_BYTES = 12, 16  # of one point
Rows = tuple[NDArray[np.float32], NDArray[np.bool_] | None]  # (n, 5); which rows make sense, None where all do

_SDK1 = np.dtype([('range', '<u2'), ('doppler', '<i2'), ('peak', '<u2'), ('x', '<i2'), ('y', '<i2'), ('z', '<i2')])
# snr in dB by peakVal: 10 log10(peakVal + 1), which inverts the recording's driver to the last bit.
_SNR_DB = (10.0 * np.log10(np.arange(65536) + 1.0)).astype(np.float32)


class Limits(NamedTuple):
    """What the configuration says of SDK 1/2 indices: the Doppler step, and how far indices can go."""

    velocity_step_mps: float
    range_bins: int
    doppler_half: int


def from_fixed_point(bodies: list[bytes], q: int, limits: Limits) -> Rows:
    """SDK 1/2: {u16 rangeIdx, i16 dopplerIdx, u16 peakVal, i16 x, y, z}, metres = int / 2^q, peakVal linear."""
    raw = np.frombuffer(bodies[0] if len(bodies) == 1 else b''.join(bodies), _SDK1)
    block = np.empty((len(raw), 5), np.float32)
    scale = np.float32(1.0 / (1 << q))
    np.multiply(raw['y'], scale, out=block[:, 0])
    np.multiply(raw['x'], -scale, out=block[:, 1])
    np.multiply(raw['z'], scale, out=block[:, 2])
    # dtype named: numpy 1 would multiply in float32
    np.multiply(raw['doppler'], limits.velocity_step_mps, out=block[:, 3], dtype=np.float64, casting='same_kind')
    block[:, 4] = _SNR_DB[raw['peak']]
    good = (raw['range'] < limits.range_bins) & (np.abs(raw['doppler'], dtype=np.int32) <= limits.doppler_half)
    return block, None if good.all() else good


def from_floats(bodies: list[tuple[bytes, bytes]]) -> Rows:
    """SDK 3: f32 x, y, z, velocity, and beside them {i16 snr, i16 noise} in 0.1 dB; snr is 0 where a frame has none."""
    raw = np.frombuffer(b''.join(body for body, _ in bodies), '<f4').reshape(-1, 4)
    block = np.empty((len(raw), 5), np.float32)
    block[:, 0] = raw[:, 1]
    # Not np.negative: numpy 2.4.6 reads the wrong elements from strided float32 into a strided `out`.
    with np.errstate(invalid='ignore'):  # a damaged float may be a signalling NaN: refused below
        np.multiply(raw[:, 0], np.float32(-1), out=block[:, 1])
    block[:, 2:4] = raw[:, 2:4]
    at = 0
    for body, side_info in bodies:
        begin, at = at, at + len(body) // SDK3_BYTES
        side = np.frombuffer(side_info, '<i2')
        block[begin:at, 4] = side[::2] * np.float32(0.1) if len(side) else 0.0
    good = np.isfinite(raw).all(axis=1)
    return block, None if good.all() else good
