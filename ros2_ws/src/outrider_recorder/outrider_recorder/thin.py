"""Every n-th pixel of each row and column of a serialised depth image, and the lens that belongs to it.

sensor_msgs/Image and CameraInfo in CDR (OMG DDS-XTypes 1.3, 7.4.1, plain CDR version 1): values are aligned to their
own size, counted from behind the four bytes of the encapsulation. Pixel 0 is kept, so that the intrinsics are divided
by n, as the camera's driver does where it decimates itself. What is no such message is returned as it came.
"""

from __future__ import annotations

import struct

import numpy as np

ENCAPSULATION = 4
BYTES_A_PIXEL = {'16UC1': 2, 'mono16': 2, '32FC1': 4}


class _Cursor:
    """Walks through a CDR message; raises struct.error or ValueError beyond its end."""

    def __init__(self, data: bytes) -> None:
        if len(data) < ENCAPSULATION or data[0] != 0 or data[1] > 1:
            raise ValueError('no plain CDR')
        self.data, self.order, self.at = data, '<' if data[1] else '>', ENCAPSULATION

    def align(self, size: int) -> int:
        """Move to the next multiple of `size`; return the place."""
        self.at += -(self.at - ENCAPSULATION) % size
        return self.at

    def u32(self) -> int:
        (value,) = struct.unpack_from(f'{self.order}I', self.data, self.align(4))
        self.at += 4
        return int(value)

    def text(self) -> str:
        length = self.u32()
        self.at += length
        if self.at > len(self.data):
            raise ValueError('a text beyond the end')
        return self.data[self.at - length:self.at].rstrip(b'\0').decode('ascii', 'replace')

    def header(self) -> None:
        self.at += 8
        self.text()


def every_of(width: int, height: int, most: tuple[int, int]) -> int:
    """Return n: every n-th pixel of `width` x `height` fits into `most` (width, height)."""
    return max(1, -(-width // most[0]), -(-height // most[1]))


def image(data: bytes, most: tuple[int, int]) -> bytes:
    """Return the Image with at most `most` (width, height) pixels; other encodings than depth stay whole."""
    try:
        cursor = _Cursor(data)
        cursor.header()
        cursor.align(4)
        size_at = cursor.at
        height, width = cursor.u32(), cursor.u32()
        every, pixel = every_of(width, height, most), BYTES_A_PIXEL.get(cursor.text(), 0)
        cursor.at += 1
        step_at = cursor.align(4)
        step, length = cursor.u32(), cursor.u32()
        if every == 1 or not pixel or step < width * pixel or length < step * height:
            return data
        rows = np.frombuffer(data, np.uint8, step * height, cursor.at).reshape(height, step)
        kept = rows[::every, :width * pixel].reshape(-1, width, pixel)[:, ::every]
    except (struct.error, ValueError):
        return data
    made = bytearray(data[:cursor.at]) + kept.tobytes()
    struct.pack_into(f'{cursor.order}II', made, size_at, kept.shape[0], kept.shape[1])
    struct.pack_into(f'{cursor.order}II', made, step_at, kept.shape[1] * pixel, kept.size)
    return bytes(made) + bytes(-len(made) % 4)


def camera_info(data: bytes, most: tuple[int, int]) -> bytes:
    """Return the CameraInfo of the image that `image()` makes of one of its size."""
    try:
        cursor = _Cursor(data)
        cursor.header()
        cursor.align(4)
        size_at = cursor.at
        height, width = cursor.u32(), cursor.u32()
        every = every_of(width, height, most)
        cursor.text()
        count = cursor.u32()
        lens_at = cursor.align(8) + 8 * count
        made = bytearray(data)
        struct.pack_into(f'{cursor.order}II', made, size_at, -(-height // every), -(-width // every))
        matrices = list(struct.unpack_from(f'{cursor.order}30d', data, lens_at))
    except (struct.error, ValueError):
        return data
    # K is 3 x 3, then R, which has no unit, then P, 3 x 4: pixels in the first two rows, all but the row's own 0 or 1.
    for index in (*range(6), *range(18, 26)):
        matrices[index] /= every
    struct.pack_into(f'{cursor.order}30d', made, lens_at, *matrices)
    return bytes(made)
