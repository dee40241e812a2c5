"""A recorded ride with pictures in it, and what a detector said of them: made from the golden one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from outrider_interfaces.msg import TrackArray
from rclpy.serialization import deserialize_message, serialize_message
from replay_helpers import RECORDED
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Header

from made_net import GREEN, RED, make, picture
from outrider_bringup.replay import bag, golden, start
from outrider_bringup.replay.feed import Asked
from outrider_perception.config import Config
from outrider_recorder.schema import Schemas
from outrider_recorder.segment import Message, Topic
from outrider_sensors.camera.jpeg import encode
from outrider_sensors.detector import messages
from outrider_sensors.detector.engine import load
from outrider_sensors.detector.eye import Eye
from outrider_sensors.detector.sizes import load_sizes

SIZE, FRAME = (424, 240), 'camera_color_optical_frame'
FX, CX, CY = 212.0, 211.5, 119.5
EYE_AT = (-0.9, 0.86)       # m, x and z of the camera, which looks back
BOX_PX = 24.0               # the net's boxes are all of one size: a car 13 m away
LOOKED_M = (11.0, 16.0)     # where a car is about as large as that
PICTURES, BOXES = '/camera/color/compressed', '/detections'
TAKES_NS = 60_000_000
EVERY_NS = 100_000_000


def net(path: Path, *, car: str = 'car', box_px: float = BOX_PX) -> Path:
    """A net that takes what is red for a `car`, and what is green for a bicycle."""
    return make(path, size_px=SIZE, box_px=box_px, names={0: car, 1: 'person', 2: 'bicycle'})


def patch(x_m: float, y_m: float) -> tuple[int, int]:
    """Left and top, in whole cells of the net, of the cell in which the middle of a car there is seen."""
    ahead = -(x_m - EYE_AT[0])
    u, v = CX + FX * y_m / ahead, CY + FX * (EYE_AT[1] - 0.75) / ahead
    return int(u // 8 * 8), int(v // 8 * 8)


def seen(message: Any) -> Any:
    """The picture of a moment: green in a corner, and red where the nearest body is, if it is as far as that."""
    patches = [(16, 16, 24, 24, GREEN)]
    for track in message.tracks:
        low, high = LOOKED_M
        if -high < track.position.x < -low:
            left, top = patch(track.position.x, track.position.y)
            patches.append((left, top, left + 8, top + 8, RED))
    made = picture(SIZE, *patches)
    made[200:] = np.linspace(0, 255, SIZE[0], dtype=np.uint8)[None, :, None]  # a picture all of one grey shows nothing
    return made


def make_ride(rides: Path, weights: Path, name: str = 'mine') -> Path:
    """Write a ride of this code: the golden one with a picture each 0.1 s and what `weights` say of it."""
    source, schemas = bag.find(RECORDED, 'golden'), Schemas()
    inputs, lines, config = blind(source)
    eye, told, asked = Eye(load(weights), load_sizes()), [], []
    pictures = taken(source)
    for message in pictures:
        taken_at = deserialize_message(message.data, CompressedImage)
        look = eye.look(eye.decode(memoryview(taken_at.data)), 0.0, None, ())
        kind, received_ns = 'vision_msgs/msg/Detection2DArray', message.log_ns + TAKES_NS
        told.append(Message(Topic(BOXES, kind, schemas.text(kind)), len(told), received_ns, message.publish_ns,
                            serialize_message(messages.boxes(taken_at.header, look.found, None))))
        asked.append(Asked('detections', 0, message.publish_ns, received_ns, True, '', received_ns))
    made = golden.answered([*inputs, *told], sorted([*lines, *asked], key=lambda one: one.received_ns), config)
    whole = sorted([*made, *pictures], key=lambda message: message.log_ns)
    golden.write(whole, golden.facts(source.info), rides / name)
    return rides / name


def blind(source: bag.Bag) -> tuple[list[Message], list[Asked], Config]:
    """Return inputs, journal and numbers of a ride as if no detector had looked."""
    inputs = [one for one in golden.kept(source.messages(), thin=False) if one.topic.name != BOXES]
    lines = [one for one in golden.journal(source) if f'/{one.topic}' != BOXES]
    return inputs, lines, start.configured(source, start.look(source, None))


def taken(source: bag.Bag) -> list[Message]:
    """Return a picture of each 0.1 s of the golden ride."""
    pictures: list[Message] = []
    due_ns, schemas = 0, Schemas()
    for message in source.messages():
        if message.topic.name != '/tracks' or message.log_ns < due_ns:
            continue
        due_ns = message.log_ns + EVERY_NS
        tracks = deserialize_message(message.data, TrackArray)
        header = Header(stamp=tracks.header.stamp, frame_id=FRAME)
        at_ns = header.stamp.sec * 1_000_000_000 + header.stamp.nanosec
        jpeg = encode(seen(tracks), 95)
        topic = Topic(PICTURES, 'sensor_msgs/msg/CompressedImage', schemas.text('sensor_msgs/msg/CompressedImage'))
        pictures.append(Message(topic, len(pictures), message.log_ns, at_ns,
                                serialize_message(CompressedImage(header=header, format='jpeg', data=jpeg))))
    return pictures
