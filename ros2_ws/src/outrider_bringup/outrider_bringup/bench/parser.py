"""How fast radar frames are read, beside numpy alone on the same bytes in the same run."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

import numpy as np

from outrider_bringup.bench.figure import Figure, Measured
from outrider_sensors.radar.frames import FrameParser
from outrider_sim.devices import radhar, ti_frames

POINTS = 64
FRAMES = 2000
ROUNDS = 5
READ_BYTES = 4096  # what one read of a USB serial port or a pty gives at most
LEAST_FRAMES_PER_S, MOST_TIMES_PEER = 20_000.0, 4.0
_POINT = np.dtype([('range', '<u2'), ('doppler', '<i2'), ('peak', '<u2'), ('x', '<i2'), ('y', '<i2'), ('z', '<i2')])
_POINTS_AT = 36 + 8 + 4  # header, TLV head, count and Q


def _stream() -> tuple[bytes, int]:
    """Return FRAMES packets of POINTS recorded points each, and the size of one."""
    points = np.concatenate(radhar.load())
    packets = [ti_frames.sdk1(number, np.roll(points, -number)[:POINTS]) for number in range(FRAMES)]
    return b''.join(packets), len(packets[0])


def _best_s(work: Callable[[], int]) -> float:
    best = float('inf')
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        done = work()
        best = min(best, time.perf_counter() - begin)
        if done != FRAMES * POINTS:
            raise RuntimeError(f'{done} points came out of {FRAMES * POINTS}')
    return best


def _parse(stream: bytes, chunk: int) -> Callable[[], int]:
    def work() -> int:
        parser = FrameParser(radhar.VELOCITY_STEP_MPS, 256, 16)
        return sum(len(frame.points) for at in range(0, len(stream), chunk)
                   for frame in parser.feed(stream[at:at + chunk], 0))
    return work


def _peer(stream: bytes, size: int) -> Callable[[], int]:
    """Numpy alone: told where each frame is, one np.frombuffer, and the same five columns out of it."""
    def work() -> int:
        done = 0
        for at in range(0, len(stream), size):
            count, q = struct.unpack_from('<HH', stream, at + _POINTS_AT - 4)
            raw = np.frombuffer(stream, _POINT, count, at + _POINTS_AT)
            rows = np.empty((count, 5), np.float32)
            rows[:, 0] = raw['y'] / (1 << q)
            rows[:, 1] = raw['x'] / -(1 << q)
            rows[:, 2] = raw['z'] / (1 << q)
            rows[:, 3] = raw['doppler'] * radhar.VELOCITY_STEP_MPS
            rows[:, 4] = 10 * np.log10(raw['peak'] + 1.0)
            done += len(rows)
        return done
    return work


def _view(stream: bytes, size: int) -> Callable[[], int]:
    """No work at all: a view of each frame's points, no column read."""
    def work() -> int:
        return sum(len(np.frombuffer(stream, _POINT, POINTS, at + _POINTS_AT)) for at in range(0, len(stream), size))
    return work


def speed(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Frames a second on one core, one frame a read: the slowest way, and that of a live radar."""
    say(f'{FRAMES} frames of {POINTS} points')
    stream, size = _stream()
    alone, together = _best_s(_parse(stream, size)), _best_s(_parse(stream, READ_BYTES))
    return (Measured(FRAMES / alone, f'one frame a read; {FRAMES / together:.0f} in reads of {READ_BYTES} bytes',
                     extra={'frames_per_s_in_4096_byte_reads': FRAMES / together}),)


def ratio(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Time of the parser, one frame a read, over numpy's into the same columns; the bare view is told too."""
    say('numpy alone on the same bytes')
    stream, size = _stream()
    parser, peer, view = _best_s(_parse(stream, size)), _best_s(_peer(stream, size)), _best_s(_view(stream, size))
    return (Measured(parser / peer, f'{parser / FRAMES * 1e6:.1f} us a frame; a view that reads nothing '
                     f'{view / FRAMES * 1e6:.2f} us', 'us by numpy alone', peer / FRAMES * 1e6,
                     extra={'view_us': view / FRAMES * 1e6}),)


FIGURES = (
    Figure((f'radar parser, {POINTS} points',), ('frames/s',), (LEAST_FRAMES_PER_S,), '>=', speed,
           about='one core', group='parser'),
    Figure(('radar parser beside bare np.frombuffer',), ('times its time',), (MOST_TIMES_PEER,), '<=', ratio,
           about='the same bytes', group='parser'),
)
