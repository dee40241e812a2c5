"""A recording through the present fusion: the journal's order, the front of the node, the outputs side by side."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from rclpy.serialization import deserialize_message

from outrider_bringup.errors import UserError
from outrider_bringup.replay import report, start
from outrider_bringup.replay.bag import Bag
from outrider_bringup.replay.both import Kept, build
from outrider_bringup.replay.compare import Comparison, Result
from outrider_bringup.replay.detect import Now
from outrider_bringup.replay.feed import Asked, Feed
from outrider_bringup.replay.outputs import TOLD, Outputs, as_sent
from outrider_bringup.replay.pace import Stepped
from outrider_perception import front
from outrider_perception.config import Config
from outrider_perception.fusion_node import HEARS, SAYS
from outrider_perception.snapshot import SnapshotError, code_version
from outrider_recorder import about
from outrider_recorder.segment import Message

KINDS = {topic: kind for topic, kind, _ in (*HEARS, *SAYS)}
IMAGES_KEPT = 8       # depth images that the eyes remember
BEHIND_NS = 5_000_000_000


def perception(bag: Bag, from_ns: int | None, to_ns: int, *, json_file: Path | None, rrd: Path | None) -> int:
    """Run, print, write; return 0 where it came out as recorded, 1 where not. Raises UserError."""
    began, config = prepared(bag, from_ns)
    run = Run(bag, began, config, to_ns)
    with Kept(rrd) as kept:
        result, facts = run.compared(kept)
        code = report.write(facts, result, json_file)
        if rrd is not None:
            build(bag, kept, rrd, began.read_from_ns, to_ns)
    return code


def prepared(bag: Bag, from_ns: int | None) -> tuple[start.Start, Config]:
    """Return where the fusion begins and its numbers; say what of these is of no use. Raises UserError."""
    seen, told = start.look(bag, from_ns), len(bag.complaints)
    config = start.configured(bag, seen)
    for complaint in dict.fromkeys(bag.complaints[told:]):
        print(complaint, file=sys.stderr)
    return start.find(seen, code_version(config), from_ns), config


def promised(bag: Bag, began: start.Start, run: Run) -> str:
    """Return why equality to the last bit is not to be expected, '' where it is."""
    if began.cold:
        return 'it began without a state'
    if run.unmended:
        return 'inputs are missing'
    if run.front.version not in began.look.versions:
        return 'made by other code of perception' if began.look.versions else 'no snapshot tells which code made it'
    return made_elsewhere(bag)


def made_elsewhere(bag: Bag) -> str:
    """Return in what the machine that made a ride was another one, '' where it was as this one is."""
    here, was = about.processor(), bag.info.get('cpu')
    if not isinstance(was, dict) or any(was.get(name) != here.get(name) for name in ('model', 'features')):
        return 'made on another processor' if was else 'nothing tells on which processor it was made'
    if (bag.info.get('lock') != about.lock(os.environ.get('OUTRIDER_ROOT', ''))
            or bag.info.get('numpy') != np.__version__):  # the lock has one for each release of ROS
        return 'made with other locked packages'
    return ''


class Run:
    """One pass over the recording."""

    def __init__(self, bag: Bag, began: start.Start, config: Config, to_ns: int, now: Now | None = None) -> None:
        """Make the chain; `now`: what a detector says now, in place of what was recorded."""
        self._eye = now or Now()
        self._bag, self._start, self._config, self._to_ns = bag, began, config, to_ns
        self.front = front.Front(config, snapshots=False)
        self.comparison = Comparison(Stepped(bag.info).system_ns(bag.first_ns))
        self._outputs = Outputs(self.comparison)
        self._feed = Feed([topic for topic, _, _ in HEARS], latched=(front.FRAMES, front.RADAR_INFO),
                          lists=(front.FRAMES,))
        self._images: deque[Message] = deque(maxlen=IMAGES_KEPT)
        self._statics: deque[tuple[str, Message]] = deque()  # of a ride whose journal has none: by receipt
        self._running, self._last, self._snapshot = False, 0, began.snapshot
        self._log_ns = self._told_ns = 0
        self._recorded = {topic for name, topic in self._names().items() if name in bag.topics()}
        self.missing: dict[str, int] = {}
        self.gaps = 0
        self.unmended = False  # something is missing, and no snapshot has followed
        self._first_ns = self._end_ns = 0

    @property
    def seconds(self) -> float:
        """Return how much of the ride was run."""
        return max(0.0, (self._end_ns - self._first_ns) * 1e-9)

    @property
    def left_out_s(self) -> float:
        """Return how much of it was left out, from a loss to the next snapshot."""
        return sum(last - first for first, last in self._outputs.holes) * 1e-9

    def compared(self, kept: Kept) -> tuple[Result, report.Facts]:
        """Run it; return what came of it. Raises UserError."""
        began_s = time.monotonic()
        self.all(kept)
        took_s, result = time.monotonic() - began_s, self.comparison.finish()
        if not any(row.recorded or row.new for name, row in result.rows.items() if name.startswith('frames')):
            raise UserError(f'{self._bag.name}: nothing is left to compare; without a state the first 10 s are not, '
                            'and it has none for this code. Choose an earlier --from')
        return result, report.Facts(self._bag.name, self._start, self.front.version, self.seconds, took_s, self.missing,
                                    self.gaps, self.left_out_s, promised(self._bag, self._start, self))

    def all(self, kept: Kept) -> None:
        """Run it. Raises UserError."""
        names = self._names()
        for message in self._bag.messages(self._start.read_from_ns):
            if message.log_ns > self._to_ns:
                break
            self._log_ns = max(self._log_ns, message.log_ns)
            topic = names.get(message.topic.name)
            if topic is None or topic == front.SNAPSHOT:
                continue
            start.as_here(self._bag, message.topic)
            if topic in TOLD:
                self._put('recorded', topic, self._decoded(topic, message))
            elif topic == front.INPUTS:
                said = self._decoded(topic, message)
                self._feed.asks([asked_of(one, message.log_ns) for one in said.inputs], message.log_ns)
            else:
                self._hear(topic, message)
            self._take(self._feed.pairs(), kept)
        self._take(self._feed.pairs(to_the_end=True), kept)
        self._outputs.finish()

    def _names(self) -> dict[str, str]:
        """Return the fusion's name of each topic by that in the recording."""
        return {topic if topic.startswith('/') else self._start.look.prefix + topic: topic for topic in KINDS}

    def _hear(self, topic: str, message: Message) -> None:
        if topic in start.STATICS and not self._start.look.notes_statics:
            self._statics.append((topic, message))
        else:
            self._feed.heard(topic, message)

    def _take(self, pairs: Iterable[tuple[Asked, Message | None]], kept: Kept) -> None:
        for asked, message in pairs:
            if (self._running or self._begin(asked)) and self._follow(asked, message):
                assert message is not None
                self._one(asked, message, kept)
            if asked.topic == front.DEPTH and message is not None:
                self._images.append(message)

    def _one(self, asked: Asked, message: Message, kept: Kept) -> None:
        """Take one input, and keep what is said to it."""
        self._first_ns, self._end_ns = self._first_ns or message.log_ns, message.log_ns
        while self._statics and self._statics[0][1].log_ns <= message.log_ns:
            topic, static = self._statics.popleft()
            self.front.take(topic, self._decoded(topic, static), static.log_ns)
        for received_ns, seen in self._eye.due(asked.received_ns):
            self._say(self.front.take(front.DETECTIONS, seen, received_ns), kept)
        seen = self._eye.instead.get(asked.measured_ns) if asked.topic == front.DETECTIONS else None
        self._say(self.front.take(asked.topic, seen or self._decoded(asked.topic, message), asked.received_ns), kept)
        self.front.complaints.clear()
        if asked.measured_ns >= self._start.compare_from_ns:
            self.comparison.decided(asked.measured_ns, asked.topic, asked.reason, self.front.reason)

    def _say(self, said: front.Said, kept: Kept) -> None:
        for topic, message in said:
            if topic in TOLD:
                now = as_sent(message)
                self._put('new', topic, now)
                kept.add(topic, now)
                self._told_ns = start.stamp_ns(now)

    def _begin(self, asked: Asked) -> bool:
        """Begin where it is time to; return whether this input is already one to take."""
        if asked.sequence == 1 and self._last and self._outputs.holes:  # the fusion began anew before its snapshot
            self._snapshot = None
            self._outputs.holes[-1] = (self._outputs.holes[-1][0], asked.measured_ns)
        snapshot = self._snapshot
        if snapshot is not None and asked.sequence <= snapshot.sequence:
            self._last = asked.sequence
            return False
        if snapshot is not None:
            try:
                self.front.go_on(bytes(snapshot.state), snapshot.sequence)
            except SnapshotError as error:
                raise UserError(f'{self._bag.name}: {error}') from None
            for image in self._images:
                self.front.show_again(self._decoded(front.DEPTH, image))
            self._last, self._snapshot = snapshot.sequence, None
        elif asked.sequence != 1 and self._start.look.notes_statics:
            for topic in start.STATICS:
                for static in self._feed.unasked(topic):
                    self.front.take(topic, self._decoded(topic, static), static.log_ns)
        self._running = True
        for _ in self._eye.due(asked.received_ns):  # what a detector would have said before
            continue
        return True

    def _follow(self, asked: Asked, message: Message | None) -> bool:
        """Begin anew where the fusion did; wait for the next snapshot where something was lost: False."""
        lost = message is None
        if asked.sequence == 1 and self._last:
            self.front = front.Front(self._config, snapshots=False)
        elif self._last and asked.sequence != self._last + 1:
            self.gaps, lost = self.gaps + 1, True
        self._last = asked.sequence
        if message is None:
            self.missing[asked.topic] = self.missing.get(asked.topic, 0) + 1
            if asked.topic not in self._recorded:  # a profile leaves it out: no snapshot mends that
                self.unmended = True
        if lost and not self.unmended:
            self._snapshot = start.next_snapshot(self._bag, self._start.look.prefix, self.front.version, asked.log_ns,
                                                 asked.sequence)
            self._running, self.unmended = self._snapshot is None, self._snapshot is None
            if self._snapshot is not None:
                self._outputs.holes.append((self._told_ns + 1, start.stamp_ns(self._snapshot)))
                self.front = front.Front(self._config, snapshots=False)
                return False
        return message is not None

    def _put(self, side: str, topic: str, message: Any) -> None:
        at_ns = start.stamp_ns(message)
        if at_ns >= self._start.compare_from_ns:
            self._outputs.put(side, topic, at_ns, message, self._log_ns)
            self._outputs.compare(self._log_ns - BEHIND_NS)

    def _decoded(self, topic: str, message: Message) -> Any:
        return deserialize_message(message.data, KINDS[topic])


def asked_of(line: Any, log_ns: int) -> Asked:
    """Return one FusionInput of a journal that was recorded at `log_ns`."""
    measured, received = line.measured, line.received
    return Asked(line.topic, line.sequence, measured.sec * 1_000_000_000 + measured.nanosec,
                 received.sec * 1_000_000_000 + received.nanosec, line.used, line.reason, log_ns)
