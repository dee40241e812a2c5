"""Frames as a TI mmWave demo writes them on its data port. The fake's own encoder: it shares nothing with the driver.

Recorded points are inverted to the integers that the chip sent: 1/512 m, the FFT's bins, the linear peak value.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

MAGIC = bytes((2, 1, 4, 3, 6, 5, 8, 7))
SDK1_VERSION, SDK3_VERSION = 0x01020003, 0x03060200
XWR1443, XWR1642, XWR6843 = 0xA1443, 0xA1642, 0xA6843
PACKET_MULTIPLE = 32
RECORDED_Q = 9
# The `range` field of the recording: bin number x c fs / (2 S nADC).
RECORDED_RANGE_STEP_M = 0.04357672
RECORDED_ZERO_DOPPLER_BIN = 8
_DETECTED = np.dtype([('range', '<u2'), ('doppler', '<i2'), ('peak', '<u2'), ('x', '<i2'), ('y', '<i2'), ('z', '<i2')])


def frame(number: int, tlvs: list[tuple[int, bytes]], points: int, *, version: int = SDK1_VERSION,
          platform: int = XWR1443, padding: int = 0) -> bytes:
    """Return a whole packet: header (36 bytes on xWR14xx, else 40), TLVs, padding to a multiple of 32.

    `padding` is the byte that fills: a real device sends whatever lay in its memory.
    """
    body = b''.join(struct.pack('<II', kind, len(value)) + value for kind, value in tlvs)
    subframe = b'' if platform & 0xFFFF == 0x1443 else bytes(4)
    length = 36 + len(subframe) + len(body)
    total = -(-length // PACKET_MULTIPLE) * PACKET_MULTIPLE
    header = MAGIC + struct.pack('<7I', version, total, platform, number & 0xFFFFFFFF, number * 20_000_000 & 0xFFFFFFFF,
                                 points, len(tlvs))
    return header + subframe + body + bytes([padding]) * (total - length)


def sdk1(number: int, points: NDArray[np.void], *, platform: int = XWR1443, padding: int = 0) -> bytes:
    """Return the packet of recorded `points` (radhar.POINT) on SDK 1/2; without points it has no TLV at all."""
    if not len(points):
        return frame(number, [], 0, platform=platform, padding=padding)
    sent = np.empty(len(points), _DETECTED)
    per_m = 1 << RECORDED_Q
    sent['range'] = np.rint(points['range'] / RECORDED_RANGE_STEP_M)
    sent['doppler'] = points['doppler_bin'] - RECORDED_ZERO_DOPPLER_BIN
    sent['peak'] = np.rint(10 ** (points['intensity_db'] / 10) - 1)
    # ROS x forward, y left, z up -> TI x right, y forward, z up
    sent['x'] = np.rint(-points['y'] * per_m)
    sent['y'] = np.rint(points['x'] * per_m)
    sent['z'] = np.rint(points['z'] * per_m)
    value = struct.pack('<HH', len(points), RECORDED_Q) + sent.tobytes()
    return frame(number, [(1, value)], len(points), platform=platform, padding=padding)


def scan(number: int, points: NDArray[np.void], q: int, *, platform: int = XWR1443, padding: int = 0) -> bytes:
    """Return the packet of a scan of the world (world.radar POINT: bins as they are) on SDK 1/2, metres in 1/2^q."""
    if not len(points):
        return frame(number, [], 0, platform=platform, padding=padding)
    sent = np.empty(len(points), _DETECTED)
    sent['range'], sent['doppler'] = points['range_bin'], points['doppler_bin']
    # The demo sends the magnitude of the angle spectrum: 10 log10 of it is half of the dB of power. One count is the
    # noise: with that a person of the recording is as strong as the radar equation says.
    sent['peak'] = np.clip(np.rint(10 ** (points['snr_db'] / 20)), 0, 65535)
    # ROS x forward, y left, z up -> TI x right, y forward, z up
    for name, metres in (('x', -points['y']), ('y', points['x']), ('z', points['z'])):
        sent[name] = np.clip(np.rint(metres * (1 << q)), -32768, 32767)
    return frame(number, [(1, struct.pack('<HH', len(points), q) + sent.tobytes())], len(points), platform=platform,
                 padding=padding)


def sdk3(number: int, points: NDArray[np.void], *, platform: int = XWR6843, padding: int = 0) -> bytes:
    """Return the packet of `points` on SDK 3: float32 in TLV 1, strength and noise in 0.1 dB in TLV 7."""
    if not len(points):
        return frame(number, [], 0, version=SDK3_VERSION, platform=platform, padding=padding)
    metres = np.stack([-points['y'], points['x'], points['z'], points['velocity']], axis=1).astype('<f4')
    strength = np.stack([np.rint(points['intensity_db'] * 10), np.full(len(points), 300)], axis=1).astype('<i2')
    return frame(number, [(1, metres.tobytes()), (7, strength.tobytes())], len(points), version=SDK3_VERSION,
                 platform=platform, padding=padding)
