"""A ride with camera, IMU and GPS through the bridge: every picture, the layout, twice the same."""

import json
import signal

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped
from rclpy.serialization import serialize_message
from recorder_helpers import BUILD, cloud, ends, in_rerun, layouts_of, make_topic, read_rrd
from sensor_msgs.msg import Image
from test_bridge_eyes import COLOUR, DEPTH, JPEG_BYTES, OPTICAL, info, jpeg
from test_bridge_motion import fix, imu, quaternion, speed
from tf2_msgs.msg import TFMessage

from outrider_recorder import ride
from outrider_recorder.recording import Recording
from outrider_recorder.segment import Message
from waiting import wait_until

BEGIN_NS = 1_700_000_000_000_000_000
FRAMES, IMUS = 45, 1200  # 3 s of 15 and 400 a second
KINDS = {'/tf_static': 'tf2_msgs/msg/TFMessage', '/camera/color/compressed': 'sensor_msgs/msg/CompressedImage',
         '/camera/color/camera_info': 'sensor_msgs/msg/CameraInfo', '/camera/depth/image': 'sensor_msgs/msg/Image',
         '/camera/depth/camera_info': 'sensor_msgs/msg/CameraInfo', '/imu/data': 'sensor_msgs/msg/Imu',
         '/gps/fix': 'sensor_msgs/msg/NavSatFix', '/gps/velocity': 'geometry_msgs/msg/TwistWithCovarianceStamped',
         '/radar/points': 'sensor_msgs/msg/PointCloud2'}
VIEWS = {'Camera': '/camera/color/compressed', 'Depth': '/camera/depth/image', 'Lean, °': '/imu/data',
         'Own speed, km/h': '/gps/velocity', 'Way': '/gps/fix'}


def mounts():
    """base_link -> camera_link, turned round -> the optical frame; the IMU likewise."""
    said = TFMessage()
    for parent, child, turn in (('base_link', 'camera_link', quaternion(0, 0, 180)),
                                ('camera_link', OPTICAL, quaternion(-90, 0, -90)),
                                ('camera_link', 'imu_link', (0.0, 0.0, 0.0, 1.0))):
        transform = TransformStamped(child_frame_id=child)
        transform.header.frame_id = parent
        transform.transform.translation.z = 0.9 if parent == 'base_link' else 0.0
        rotation = transform.transform.rotation
        rotation.x, rotation.y, rotation.z, rotation.w = turn
        said.transforms.append(transform)
    return said


def depth(number):
    values = np.full((120, 212), 1000 + number, np.uint16)
    message = Image(height=120, width=212, step=424, encoding='16UC1', data=values.tobytes())
    message.header.frame_id = OPTICAL
    return message


def course():
    """(topic, ns, message) of 3 s, in order."""
    said = [('/tf_static', 0, mounts())]
    for number in range(FRAMES):
        at_ns = number * 1_000_000_000 // 15
        said += [('/camera/color/compressed', at_ns, jpeg(JPEG_BYTES + bytes([number]))),
                 ('/camera/color/camera_info', at_ns, info()), ('/camera/depth/image', at_ns, depth(number)),
                 ('/camera/depth/camera_info', at_ns, info(212, 106.0)), ('/radar/points', at_ns, cloud(number))]
    said += [('/imu/data', number * 2_500_000, imu(*quaternion(-5, 0, 180))) for number in range(IMUS)]
    for number in range(30):
        at_ns = number * 100_000_000
        said += [('/gps/fix', at_ns, fix(50.0 + number * 1e-5, 8.0)), ('/gps/velocity', at_ns, speed(0.0, 10.0))]
    return sorted(said, key=lambda one: one[1])


def write(written, said, first=0):
    topics = {name: make_topic(name, kind) for name, kind in KINDS.items()}
    for number, (name, at_ns, message) in enumerate(said, first):
        written.put(Message(topics[name], number, BEGIN_NS + at_ns, BEGIN_NS + at_ns, serialize_message(message)))


def recorded(rides, said, name='a'):
    folder = ride.create(rides, name)
    ride.write_info(folder, {'start_ns': 0, 'stop_ns': 1, 'stop_utc': 'then'})
    written = Recording(folder)
    write(written, said)
    written.close()
    return folder


def by_time(found):
    """Rows of every entity in an order of their own; static ones too."""
    return {path: sorted(json.dumps(row, sort_keys=True) for row in rows) for path, rows in found.items()
            if not path.startswith('/__properties')}


def column(found, path, name):
    return [row[name][0] for row in sorted(found[path], key=lambda row: row['time']) if row.get(name)]


def test_every_picture_and_depth_stands_where_its_camera_is(rides):
    folder = recorded(rides, course())
    in_rerun(BUILD, '--build', folder)
    found = read_rrd(folder / 'ride.rrd')
    blobs = column(found, f'/{COLOUR}', 'EncodedImage:blob')
    assert [bytes(blob)[-1] for blob in blobs] == list(range(FRAMES))
    assert column(found, f'/{COLOUR}', 'EncodedImage:media_type') == ['image/jpeg'] * FRAMES
    depths = [np.frombuffer(bytes(data), np.uint16) for data in column(found, f'/{DEPTH}', 'DepthImage:buffer')]
    assert [int(values[0]) for values in depths] == [1000 + number for number in range(FRAMES)]
    assert {len(values) for values in depths} == {120 * 212}
    assert column(found, f'/{DEPTH}', 'DepthImage:meter') == [1000.0]
    assert column(found, f'/{COLOUR}', 'Pinhole:image_from_camera')[0][0] == 212.0
    assert column(found, f'/{DEPTH}', 'Pinhole:resolution') == [[212.0, 240.0]]
    place = f'/world/{OPTICAL}'
    assert column(found, place, 'Transform3D:translation')[-1] == pytest.approx([0.0, 0.0, 0.9])
    x, y, z, w = column(found, place, 'Transform3D:quaternion')[-1]
    ahead = (2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y))  # the optical axis, z
    assert ahead == pytest.approx((-1.0, 0.0, 0.0), abs=1e-6)  # it looks back
    assert column(found, '/plots/motion/roll', 'Scalars:scalars') == pytest.approx([5.0] * (3 * 40))
    assert column(found, '/plots/motion/speed', 'Scalars:scalars') == pytest.approx([36.0] * 30)
    assert column(found, '/map/here', 'GeoPoints:positions')[-1] == pytest.approx([50.00029, 8.0])


def test_a_ride_followed_as_it_grows_and_one_built_afterwards_are_the_same(rides, spawn, tmp_path):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {'start_ns': 0})
    written = Recording(folder, segment_s=0.6)
    follows = spawn('--rides', rides, '--run', tmp_path, '--no-live', module='outrider_recorder.bridge_launcher')
    follows.says('following')
    said = course()
    for part in range(3):  # several looks of the bridge, several segments
        first, end = (len(said) * which // 3 for which in (part, part + 1))
        wait_until((folder / 'ride.rrd').exists, 'the .rrd')
        size = (folder / 'ride.rrd').stat().st_size
        write(written, said[first:end], first)
        wait_until(lambda more=size + 10_000: (folder / 'ride.rrd').stat().st_size > more, 'more in the .rrd')
    written.close()
    follows.says('closed')
    ends(follows, signal.SIGTERM)
    grown = by_time(read_rrd(folder / 'ride.rrd'))
    in_rerun(BUILD, '--build', folder)
    assert grown == by_time(read_rrd(folder / 'ride.rrd'))


@pytest.mark.parametrize('missing', ['Camera', 'Depth', 'Way', 'all'])
def test_views_are_there_only_for_what_is_there(rides, missing):
    gone = set(VIEWS.values()) if missing == 'all' else {VIEWS[missing]}
    folder = recorded(rides, [one for one in course()[:400] if one[0] not in gone])
    in_rerun(BUILD, '--build', folder)
    shown = layouts_of(folder / 'ride.rrd')
    views = [{name for name in VIEWS if name in names} for names in shown]
    expected = set() if missing == 'all' else set(VIEWS) - {missing}
    assert max(views, key=len) == expected
    assert all('Road behind' in names for names in shown)
