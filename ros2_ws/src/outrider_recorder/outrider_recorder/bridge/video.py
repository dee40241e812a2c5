"""The colour pictures of a ride as an mp4, each shown for as long as it was true.

H.264 with the pictures' own times, so that a pause of the camera stays a pause. Pictures of hidden spans are left out.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from outrider_recorder import ride
from outrider_recorder.bridge.decode import Decoder
from outrider_recorder.bridge.tail import Item, Tail
from outrider_recorder.bridge.telling import Progress
from outrider_recorder.zones import within

IMAGE, ENDING = 'sensor_msgs/msg/CompressedImage', '/camera/color/compressed'
TICKS_HZ = 90_000
CODECS = ('libx264', 'h264', 'mpeg4')  # the first that this build of the library has
CLOCK_SET_NS = 2_000_000_000  # a stamp so far from its receipt is of a clock that was set meanwhile
QUALITY = {'crf': '23', 'preset': 'veryfast'}


class Video:
    """Takes pictures in their order; `close` finishes the file."""

    def __init__(self, path: Path) -> None:
        """Write to `path`, which is made with the first picture."""
        self._path = path
        self._container: Any = None
        self._stream: Any = None
        self._first_ns, self._last_tick = 0, -1
        self.frames = self.left_out = 0

    def add(self, at_ns: int, jpeg: bytes) -> None:
        """Add one picture; one that cannot be read, has another size or no new time is counted and left out."""
        picture = _decoded(jpeg)
        if picture is not None and self._container is None:
            self._begin(at_ns, picture)
        tick = round((at_ns - self._first_ns) * TICKS_HZ * 1e-9)
        if picture is None or self._size(picture) != (self._stream.width, self._stream.height) \
                or tick <= self._last_tick:
            self.left_out += 1
            return
        frame = picture.reformat(width=self._stream.width, height=self._stream.height, format='yuv420p')
        frame.pts, frame.time_base = tick, Fraction(1, TICKS_HZ)
        self._container.mux(self._stream.encode(frame))
        self._last_tick, self.frames = tick, self.frames + 1

    def close(self) -> None:
        """Finish the file."""
        if self._container is not None:
            self._container.mux(self._stream.encode(None))
            self._container.close()

    def _begin(self, at_ns: int, picture: Any) -> None:
        self._container = av.open(str(self._path), 'w', format='mp4', options={'movflags': '+faststart'})
        name = next(codec for codec in CODECS if codec in av.codecs_available)
        self._stream = self._container.add_stream(name, rate=30, options=QUALITY if name == CODECS[0] else {})
        self._stream.width, self._stream.height = self._size(picture)
        self._stream.pix_fmt = 'yuv420p'
        self._stream.codec_context.time_base = Fraction(1, TICKS_HZ)
        self._first_ns = at_ns

    @staticmethod
    def _size(picture: Any) -> tuple[int, int]:
        return picture.width & ~1, picture.height & ~1  # halved colour needs even sides


def _decoded(jpeg: bytes) -> Any | None:
    try:
        with av.open(io.BytesIO(jpeg), format='mjpeg') as one:
            return next(one.decode(video=0))
    except (av.error.FFmpegError, StopIteration, ValueError):
        return None


def export(folder: Path, target: Path, hidden: Sequence[tuple[int, int]], progress: Callable[[float], None]) -> Video:
    """Write the pictures of a ride, less the hidden spans (receipt, ns), into `target`. Raises OSError."""
    size = ride.size(folder)
    tail, decoder, video = Tail(folder), Decoder(), Video(target)
    try:
        while items := tail.poll():
            for item in items:
                _take(video, decoder, item, hidden)
            progress(min(1.0, tail.position / max(size, 1)))
    finally:
        tail.close()
        video.close()
    return video


def _take(video: Video, decoder: Decoder, item: Item, hidden: Sequence[tuple[int, int]]) -> None:
    if item.kind != IMAGE or not item.topic.endswith(ENDING) or within(hidden, item.log_ns):
        return
    message = decoder.decode(item)
    if message is None:
        video.left_out += 1
        return
    is_true = abs(item.log_ns - item.publish_ns) < CLOCK_SET_NS
    video.add(item.publish_ns if is_true else item.log_ns, bytes(message.data))


def main() -> int:
    """`python -m outrider_recorder.bridge.video RIDE TARGET < hidden spans as JSON`: write it, with progress."""
    hidden = [(int(begin), int(end)) for begin, end in json.load(sys.stdin)]
    os.umask(0o077)
    try:
        made = export(Path(sys.argv[1]), Path(sys.argv[2]), hidden, Progress())
    except (OSError, av.error.FFmpegError) as error:
        print(f'failed {getattr(error, "strerror", None) or error}', flush=True)
        return 1
    print(f'frames {made.frames} left_out {made.left_out}', flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
