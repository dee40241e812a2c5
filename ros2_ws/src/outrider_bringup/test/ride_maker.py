"""Rides as a recorder leaves them, out of messages that are made here: for the tests of what is made of rides."""

import io
import math

from builtin_interfaces.msg import Time
from geometry_msgs.msg import TwistWithCovarianceStamped
from outrider_interfaces.msg import ClosePass, Hazard, HazardArray, TrackArray
from PIL import Image
from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage, NavSatFix

from outrider_recorder import metadata, ride
from outrider_recorder.schema import Schemas
from outrider_recorder.segment import Message, Segment, Topic

START_NS = 1_795_297_444_000_000_000  # 2026-11-21T21:44:04Z
HOME = (52.5, 13.4)
M_PER_DEG = 111_195.0


def jpeg(brightness, size=(64, 48)):
    """Return a picture of one grey."""
    written = io.BytesIO()
    Image.new('RGB', size, (brightness,) * 3).save(written, 'JPEG')
    return written.getvalue()


class Maker:
    """Writes a ride of one segment."""

    def __init__(self, rides, name, **info):
        self.folder = ride.create(rides, name)
        self._segment, self._schemas, self._counts = Segment(self.folder, 0), Schemas(), {}
        self._info = {'format': 1, 'ride': name, 'rig': 'bicycle', 'start_ns': START_NS,
                      'clock': {'offset_ns': 0, 'source': 'network'}, **info}

    def put(self, topic, message, at_s, schema=None):
        """Record one message that is received at `at_s`; `schema`: another definition than the one here."""
        package = type(message).__module__.split('.')[0]
        kind = f'{package}/msg/{type(message).__name__}'
        at_ns = START_NS + round(at_s * 1e9)
        if hasattr(message, 'header'):
            message.header.stamp = Time(sec=at_ns // 10**9, nanosec=at_ns % 10**9)
        number = self._counts[topic] = self._counts.get(topic, -1) + 1
        self._segment.write(Message(Topic(topic, kind, schema or self._schemas.text(kind)), number, at_ns, at_ns,
                                    serialize_message(message)))

    def skip(self, topic, count):
        """Let the sequence of a topic leave out so many."""
        self._counts[topic] = self._counts.get(topic, -1) + count

    def end(self, seconds):
        """Finish the ride."""
        self._segment.finish()
        self._segment.keep()
        metadata.rewrite(self.folder)
        ride.write_info(self.folder, {**self._info, 'stop_ns': START_NS + round(seconds * 1e9)})
        return self.folder


def fix(east_m, north_m=0.0, status=0):
    """Return a position so far from HOME."""
    latitude, longitude = HOME
    message = NavSatFix()
    message.status.status = status
    message.latitude = latitude + north_m / M_PER_DEG
    message.longitude = longitude + east_m / M_PER_DEG / math.cos(math.radians(latitude))
    message.altitude = 34.0
    return message


def hazards(*told, degraded=()):
    """Return an array of (track, level, distance, closing)."""
    message = HazardArray(degraded=list(degraded))
    for track, level, distance, closing in told:
        message.hazards.append(Hazard(track_id=track, level=level, distance_m=distance, closing_speed_mps=closing,
                                      class_id=1, side=1))
    return message


def close_pass(track, clearance, kind=1, side=1):
    """Return a close pass."""
    return ClosePass(track_id=track, clearance_m=clearance, clearance_sigma_m=0.2, speed_mps=16.0,
                     closing_speed_mps=11.0, class_id=kind, side=side)


def picture(brightness):
    """Return a compressed image."""
    return CompressedImage(format='jpeg', data=jpeg(brightness))


def moving(mps):
    """Return tracks of nobody, from a rig that moves."""
    message = TrackArray(ego_velocity_valid=True)
    message.ego_velocity.x = mps
    return message


def velocity(mps):
    """Return a speed of GPS."""
    message = TwistWithCovarianceStamped()
    message.twist.twist.linear.x = mps
    return message


def a_ride(rides, name='a', seconds=40, night=False, clearance=0.8, **info):
    """Make a ride at 5 m/s that leaves HOME eastwards: an alert at 10 s, a pass at 15 s, pictures each 0.5 s."""
    made = Maker(rides, name, **info)
    degraded = ('night',) if night else ()
    for step in range(seconds * 10):
        at_s = step / 10
        made.put('/hazards', hazards(*([(7, 3 if at_s > 13 else 2, 20.0 - at_s, 11.0)] if 10 <= at_s <= 15 else []),
                                     degraded=degraded), at_s)
        made.put('/tracks', moving(5.0), at_s)
        made.put('/gps/fix', fix(5.0 * at_s), at_s)
        if step % 5 == 0:
            made.put('/camera/color/compressed', picture(40 + step % 200), at_s)
        if step == 150:
            made.put('/close_passes', close_pass(7, clearance), at_s)
    return made.end(seconds)
