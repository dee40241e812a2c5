"""The pictures of a recording through the present detector, and what it says beside what was said when it was recorded.

Looked at is every picture that the recorded detector looked at, by its stamp: which ones it had time for is none of
this code's doing. Where none was recorded, as many as a detector would have looked at by its max_fps.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CompressedImage
from vision_msgs.msg import Detection2DArray

from outrider_bringup.errors import UserError
from outrider_bringup.replay import start
from outrider_bringup.replay.bag import Bag
from outrider_bringup.replay.boxes import Box, Looks
from outrider_bringup.replay.eye_setup import Setup
from outrider_bringup.replay.feed import Asked, Feed, stamp_ns
from outrider_bringup.replay.outputs import as_sent
from outrider_bringup.replay.pace import Stepped
from outrider_perception import front
from outrider_recorder.segment import Message
from outrider_sensors.detector import messages
from outrider_sensors.detector.engine import PictureError
from outrider_sensors.detector.eye import Eye
from outrider_sensors.detector.newest import Pace

PICTURES = 'camera/color/compressed'
KINDS = {PICTURES: CompressedImage, front.DETECTIONS: Detection2DArray}
TAKES_NS = 60_000_000  # from a picture to its boxes, where no detector was recorded: as on the computer of a rig


@dataclass
class Now:
    """What the detector says now. `instead`: by stamp; `extra`: with the time of receipt, where none was recorded."""

    instead: dict[int, Any] = field(default_factory=dict)
    extra: deque[tuple[int, Any]] = field(default_factory=deque)

    def due(self, received_ns: int) -> Iterator[tuple[int, Any]]:
        """Yield what comes before an input that was received then."""
        while self.extra and self.extra[0][0] <= received_ns:
            yield self.extra.popleft()


class Look:
    """One pass over the pictures."""

    def __init__(self, bag: Bag, prefix: str, eye: Eye, setup: Setup, compare_from_ns: int) -> None:
        """`prefix` is the namespace of the camera; stamps from `compare_from_ns` on are compared."""
        self._bag, self._eye, self._compare_from_ns = bag, eye, compare_from_ns
        self._names = {prefix + topic: topic for topic in KINDS}
        self._clock, self._feed, self._pace = Stepped(bag.info), Feed([PICTURES]), Pace(setup.max_fps)
        self._told: dict[int, Any] = {}  # recorded detections by stamp, until their picture has come
        self.recorded = prefix + front.DETECTIONS in bag.topics()
        self.now, self.looks = Now(), Looks(self._clock.system_ns(bag.first_ns), setup.least)
        self.pictures = self.missing = self.blind = 0
        self._was_blind = False
        self.ms: list[float] = []          # of each look, the JPEG read included
        self.kinds: Counter[str] = Counter()
        self.seconds = 0.0                 # from the first to the last of them

    def all(self, from_ns: int, to_ns: int, progress: Any) -> None:
        """Look at what was received between; `progress` takes 0..1. Raises UserError."""
        first_ns = 0
        for message in self._bag.messages(from_ns):
            if message.log_ns > to_ns:
                break
            topic = self._names.get(message.topic.name)
            if topic is None or message.log_ns < from_ns:
                continue
            start.as_here(self._bag, message.topic)
            first_ns = first_ns or message.log_ns
            self.seconds = (message.log_ns - first_ns) * 1e-9
            self._take(topic, message)
            self._pairs()
            progress((message.log_ns - from_ns) / max(1, to_ns - from_ns))
        self._pairs(to_the_end=True)

    def _take(self, topic: str, message: Message) -> None:
        stamp = stamp_ns(message.data)
        if topic == front.DETECTIONS:
            self._told[stamp] = deserialize_message(message.data, Detection2DArray)
            self._feed.asks([Asked(PICTURES, 0, stamp, 0, True, '', message.log_ns)], message.log_ns)
        elif self.recorded:
            self._feed.heard(PICTURES, message)
        elif self._pace.due(stamp * 1e-9):
            said = self._look(message)
            if said is not None:
                self.now.extra.append((self._clock.system_ns(message.log_ns) + TAKES_NS, said))

    def _pairs(self, *, to_the_end: bool = False) -> None:
        for asked, message in self._feed.pairs(to_the_end=to_the_end):
            stamp = asked.measured_ns
            was = self._told.pop(stamp, None)
            if message is None or was is None:
                self.missing += message is None
                continue
            said = self._look(message)
            if said is not None:
                self.now.instead[stamp] = said
            if stamp >= self._compare_from_ns:
                self.looks.picture(stamp, boxes_of(was), None if said is None else boxes_of(said))

    def _look(self, message: Message) -> Any | None:
        """Return what is said of one picture as a subscriber gets it; None where nothing is said of it."""
        picture = deserialize_message(message.data, CompressedImage)
        began = time.perf_counter()
        try:
            decoded = self._eye.decode(memoryview(picture.data))
            look = self._eye.look(decoded, messages.seconds(picture.header), None, ())
            blind = look.blind
        except PictureError as error:
            blind = str(error)
        if blind:
            if not self._was_blind:  # once for all that follow
                at_ns = stamp_ns(message.data) - self._clock.system_ns(self._bag.first_ns)
                self.looks.result.tell(at_ns * 1e-9, blind)
            self.blind, self._was_blind = self.blind + 1, True
            return None
        self.pictures, self._was_blind = self.pictures + 1, False
        self.ms.append((time.perf_counter() - began) * 1e3)
        self.kinds.update(look.found.kinds)
        return as_sent(messages.boxes(picture.header, look.found, None))


def boxes_of(message: Any) -> list[Box]:
    """Return the boxes of a Detection2DArray, of each its likeliest class."""
    found = []
    for one in message.detections:
        best = max(one.results, key=lambda said: said.hypothesis.score, default=None)
        x, y = one.bbox.center.position.x, one.bbox.center.position.y
        half_x, half_y = one.bbox.size_x / 2, one.bbox.size_y / 2
        found.append(Box((x - half_x, y - half_y, x + half_x, y + half_y),
                         best.hypothesis.class_id if best else '', best.hypothesis.score if best else 0.0))
    return found


def prefix_of(bag: Bag) -> str:
    """Return the namespace of the pictures, '/' at its end. Raises UserError where there are none."""
    names = sorted((name for name, topic in bag.topics().items() if topic.kind == 'sensor_msgs/msg/CompressedImage'
                    and name.endswith(f'/{PICTURES}')), key=lambda name: (len(name), name))
    if not names:
        raise UserError(f'{bag.name} holds no {PICTURES}, so there is nothing to look at. Choose a ride with a camera: '
                        './outrider view --list')
    return names[0][:-len(PICTURES)]
