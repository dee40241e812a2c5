"""A recording read once, from its first message to its last, into its story. Pictures are kept only beside a pass."""

from __future__ import annotations

import functools
import math
from collections import deque
from collections.abc import Callable
from typing import Any

from rclpy.serialization import deserialize_message

from outrider_bringup.replay import kinds
from outrider_bringup.replay.bag import Bag
from outrider_bringup.replay.start import layout
from outrider_bringup.rides.story import EPISODE_NS, SILENT_NS, Episode, Health, Pass, Story
from outrider_recorder import ride
from outrider_recorder.schema import SchemaError, Schemas
from outrider_recorder.segment import Message, Topic
from outrider_recorder.zones import Fix

SENSORS = (('radar', '/radar/points'), ('camera', '/camera/color/compressed'), ('depth', '/camera/depth/image'),
           ('detector', '/detections'), ('imu', '/imu/data'), ('gps', '/gps/fix'), ('hazards', '/hazards'),
           ('motors', '/motors/state'), ('relays', '/relays/state'))
STILLS_NS = 6_000_000_000    # a pass is told when it is over: so long the pictures before it are kept
STILL_NS = 300_000_000       # how far a still may be from the closest instant
SPEED_NS = 200_000_000       # one speed is kept of each
NO_FIX = -1                  # NavSatStatus.STATUS_NO_FIX
Progress = Callable[[float], None]
message_class = functools.lru_cache(maxsize=256)(kinds.message_class)


class Reader:
    """Takes messages in the order in which they were recorded."""

    def __init__(self, story: Story) -> None:
        """Fill `story`."""
        self._story = story
        self._health: dict[str, Health] = {}
        self._newest: dict[str, int] = {}
        self._stills: deque[tuple[int, bytes]] = deque()
        self._open: dict[int, Episode] = {}
        self._degraded: dict[str, tuple[int, int]] = {}
        self._hazards_ns: int | None = None
        self._alarm = ''
        self._by_gps: list[tuple[int, float]] = []  # for rides whose fusion told none
        self._others: dict[tuple[str, str], bool] = {}
        self._takes: dict[str, Callable[[Message, Any], None]] = {
            'sensor_msgs/msg/NavSatFix': self._fix, 'outrider_interfaces/msg/TrackArray': self._tracks,
            'geometry_msgs/msg/TwistWithCovarianceStamped': self._velocity,
            'outrider_interfaces/msg/HazardArray': self._hazards, 'outrider_interfaces/msg/ClosePass': self._pass,
            'outrider_interfaces/msg/RecorderState': self._recorder}

    def take(self, message: Message) -> None:
        """Take the next message; one whose bytes do not hold together is counted and left out."""
        name, kind = message.topic.name, message.topic.kind
        for sensor, ending in SENSORS:
            if name.endswith(ending):
                health = self._health.setdefault(name, Health(sensor, name))
                health.hear(message.log_ns, message.sequence, self._newest.get(name))
                self._newest[name] = message.sequence
        if kind == 'sensor_msgs/msg/CompressedImage':
            self._keep_still(message)
        take = self._takes.get(kind)
        if take is not None and self._is_ours(message.topic):
            decoded = decode(message)
            if decoded is not None:
                take(message, decoded)

    def _is_ours(self, topic: Topic) -> bool:
        """Return whether a recorded type has the fields that it has here; another version's is told once."""
        key = topic.kind, topic.schema
        if key not in self._others:
            try:
                self._others[key] = layout(topic.schema) == layout(Schemas().text(topic.kind))
            except SchemaError:
                self._others[key] = False
            if not self._others[key]:
                self._story.missing.append(f'{topic.name} is of another version, whose {topic.kind} has other fields, '
                                           'so it is left out.')
        return self._others[key]

    def finish(self) -> None:
        """Close what is open."""
        story = self._story
        story.speeds = story.speeds or self._by_gps
        story.episodes += self._open.values()
        story.episodes.sort(key=lambda one: (one.begin_ns, one.track))
        for name, (begin, end) in self._degraded.items():
            story.degraded.setdefault(name, []).append((begin, end))
        order = [sensor for sensor, _ in SENSORS]
        story.health = sorted(self._health.values(), key=lambda one: (order.index(one.name), one.topic))
        if self._hazards_ns is not None and story.last_ns - self._hazards_ns > SILENT_NS:
            story.silences.append((self._hazards_ns, story.last_ns))
        for one in story.passes:
            one.fix = story.fix_at(one.at_ns)

    def _keep_still(self, message: Message) -> None:
        self._stills.append((message.log_ns, message.data))
        while self._stills and message.log_ns - self._stills[0][0] > STILLS_NS:
            self._stills.popleft()

    def _fix(self, message: Message, fix: Any) -> None:
        if fix.status.status > NO_FIX and math.isfinite(fix.latitude) and math.isfinite(fix.longitude):
            self._story.fixes.append(Fix(message.log_ns, fix.latitude, fix.longitude))
            self._story.altitudes_m.append(fix.altitude)

    def _tracks(self, message: Message, tracks: Any) -> None:
        if tracks.ego_velocity_valid:
            self._speed(self._story.speeds, message.log_ns, math.hypot(tracks.ego_velocity.x, tracks.ego_velocity.y))

    def _velocity(self, message: Message, velocity: Any) -> None:
        if message.topic.name.endswith('/gps/velocity'):
            linear = velocity.twist.twist.linear
            self._speed(self._by_gps, message.log_ns, math.hypot(linear.x, linear.y))

    @staticmethod
    def _speed(speeds: list[tuple[int, float]], at_ns: int, mps: float) -> None:
        if math.isfinite(mps) and (not speeds or at_ns - speeds[-1][0] >= SPEED_NS):
            speeds.append((at_ns, mps))

    def _hazards(self, message: Message, hazards: Any) -> None:
        now, story = message.log_ns, self._story
        if 'radar' not in hazards.degraded:  # without it what is not listed may be there: NO DATA
            if self._hazards_ns is not None and now - self._hazards_ns > SILENT_NS:
                story.silences.append((self._hazards_ns, now))
            self._hazards_ns = now
        for name in hazards.degraded:
            begin, end = self._degraded.get(name, (now, now))
            if now - end > SILENT_NS:
                story.degraded.setdefault(name, []).append((begin, end))
                begin = now
            self._degraded[name] = begin, now
        for hazard in hazards.hazards:
            self._hazard(now, hazard)

    def _hazard(self, now: int, hazard: Any) -> None:
        known = self._open.get(hazard.track_id)
        if known is not None and now - known.end_ns > EPISODE_NS:
            self._story.episodes.append(self._open.pop(hazard.track_id))
            known = None
        if known is None:
            known = self._open[hazard.track_id] = Episode(
                hazard.track_id, now, now, hazard.level, hazard.class_id, hazard.side, hazard.distance_m,
                hazard.closing_speed_mps)
        known.go_on(now, hazard.level)
        known.kind = hazard.class_id or known.kind
        if hazard.distance_m < known.nearest_m:
            known.nearest_m, known.side = hazard.distance_m, hazard.side
        known.closing_mps = max(known.closing_mps, hazard.closing_speed_mps)

    def _pass(self, message: Message, told: Any) -> None:
        # Stamps are of the system's clock, which may have been set meanwhile; receipts are one unbroken clock.
        stamp = told.header.stamp.sec * 1_000_000_000 + told.header.stamp.nanosec
        at_ns = stamp if 0 <= message.log_ns - stamp <= STILLS_NS else message.log_ns
        night = self._degraded.get('night', (0, 0))[1] >= at_ns - SILENT_NS
        self._story.passes.append(Pass(at_ns, told.track_id, told.class_id, told.side, told.clearance_m,
                                       told.clearance_sigma_m, told.speed_mps, told.closing_speed_mps, night,
                                       self._still(at_ns)))

    def _still(self, at_ns: int) -> bytes:
        nearest = min(self._stills, key=lambda one: abs(one[0] - at_ns), default=None)
        if nearest is None or abs(nearest[0] - at_ns) > STILL_NS:
            return b''
        image = deserialize_message(nearest[1], message_class('sensor_msgs/msg/CompressedImage'))
        return bytes(image.data) if 'jp' in image.format.lower() else b''

    def _recorder(self, message: Message, state: Any) -> None:
        if state.alarm and state.alarm != self._alarm:
            self._story.alarms.append((message.log_ns, state.alarm))
        self._alarm = state.alarm


def decode(message: Message) -> Any | None:
    """Return the message of serialised bytes, None where they do not hold together or its type is not installed."""
    kind = message_class(message.topic.kind)
    if kind is None:
        return None
    try:
        return deserialize_message(message.data, kind)
    except Exception:  # rclpy raises what its generated code met; one message is left out, not the ride
        return None


def read(bag: Bag, progress: Progress = lambda _: None) -> Story:
    """Return the story of a recording. Raises UserError where a file cannot be read."""
    clock = ride.clock_of(bag.info)
    offset = clock.get('offset_ns', 0)
    story = Story(bag.name, bag.info, bag.first_ns, bag.last_ns, offset if isinstance(offset, int) else None)
    reader, told_ns = Reader(story), bag.first_ns
    span_ns = max(1, bag.last_ns - bag.first_ns)
    for message in bag.messages():
        reader.take(message)
        if message.log_ns - told_ns > 1_000_000_000:
            told_ns = message.log_ns
            progress((told_ns - bag.first_ns) / span_ns)
    reader.finish()
    story.missing = [*bag.complaints, *story.missing, *missing(bag.info, story)]
    return story


def missing(info: dict[str, Any], story: Story) -> list[str]:
    """Return what is not in a ride, and why: one sentence each."""
    told = []
    for gap in info.get('gaps') or []:
        if isinstance(gap, dict) and isinstance(gap.get('log_ns_from'), int) and isinstance(gap.get('log_ns_to'), int):
            told.append(f'{(gap["log_ns_to"] - gap["log_ns_from"]) * 1e-9:.0f} s were not recorded: '
                        f'{gap.get("why") or "no word of why"}.')
    deleted = info.get('deleted')
    if isinstance(deleted, list) and deleted:
        told.append(f'{len(deleted)} segments were taken by the quota.')
    if info.get('stop_ns') is None and info.get('format') is not None:
        told.append('It was cut off (power, or the recorder was killed); it is whole up to its last half second.')
    for health in story.health:
        if health.lost:
            told.append(f'{health.lost} messages of {health.topic} were not recorded.')
    if not story.fixes:
        told.append('GPS told no position, so there is no map.')
    if not any(health.name == 'camera' for health in story.health):
        told.append('No camera was recorded, so there are no stills.')
    return told
