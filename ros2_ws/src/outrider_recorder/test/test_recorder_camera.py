"""The recorder beside the real camera node and the fake camera at full size: nothing is lost on the way."""

import json
import signal

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from recorder_helpers import ends, messages, only, settled, state_of

from outrider_node import qos

IMAGES = {'/camera/color/compressed': 'colour', '/camera/depth/image': 'depth'}
SAMPLES = {'/imu/data': 'gyro'}
LARGEST_PSS_MB = 200.0  # 90 without a backlog; a queue that only grew would pass this in a few seconds


def pss_mb(pid):
    with open(f'/proc/{pid}/smaps_rollup') as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith('Pss:')) / 1024


def stamps(folder, topic):
    return [message.publish_time for path in sorted(folder.glob('*.mcap')) for message in messages(path, topic)]


def test_every_image_and_every_sample_between_the_first_and_the_last_is_in_the_ride(recorder, ros, rides, spawn,
                                                                                    tmp_path):
    feed, journal = tmp_path / 'feed', tmp_path / 'journal'
    process = recorder('segment_s:=3.0')
    camera = spawn('--ros-args', '-p', f'source:=feed:{feed}', module='outrider_sensors.camera.node')
    diagnosed = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
    ros.until(lambda: any(one.name == 'outrider/camera' for said in diagnosed for one in said.status), 'the node')
    settled(ros)
    fake = spawn('--feed', feed, '--journal', journal, module='outrider_sim.devices.fake_camera')
    states = state_of(ros)
    ros.until(lambda: states and states[-1].messages_written > 4000, '8 s of 30 images and 400 samples a second', 60.0)
    used_mb = pss_mb(process.popen.pid)
    fake.signal(signal.SIGTERM)
    fake.wait()
    settled(ros)
    camera.signal(signal.SIGTERM)
    camera.wait()
    ends(process)
    info = json.loads((only(rides) / 'ride.json').read_text())
    assert (info['lost'], info['dropped'], info['alarm']) == (0, 0, '')
    taken = [json.loads(line) for line in journal.read_text().splitlines()]
    for topic, stream in {**IMAGES, **SAMPLES}.items():
        own = np.array([entry['taken_ns'] for entry in taken if entry['stream'] == stream])
        kept = np.array(stamps(only(rides), topic))
        assert np.all(np.diff(kept) > 0)
        # By then the driver knows the camera's clock well enough to tell neighbours apart.
        settled_half = kept[len(kept) // 2:]
        places = np.abs(own[None, :] - settled_half[:, None]).argmin(axis=1)
        assert np.all(np.diff(places) == 1), f'{topic} has gaps'
        first = places[-1] - len(kept) + 1  # counted back, so that the first half has no gaps either
        assert first >= 0
        assert -0.02 < (kept[0] - own[first]) * 1e-9 < 0.5
    assert stamps(only(rides), '/camera/color/image') == []
    assert len(stamps(only(rides), '/camera/color/camera_info')) == len(stamps(only(rides), '/camera/color/compressed'))
    assert used_mb < LARGEST_PSS_MB
    print(f'recorder {used_mb:.0f} MB PSS, {info["bytes"] / 1e6:.1f} MB written, {info["messages"]} messages')


@pytest.mark.parametrize(('name', 'recorded'), [('camera/color/image', False), ('rear/camera/color/image', False),
                                                ('camera/depth/image', True)])
def test_raw_colour_is_left_out_and_raw_depth_is_kept(recorder, ros, rides, name, recorded):
    from sensor_msgs.msg import Image

    publisher = ros.node.create_publisher(Image, name, qos.STATE)
    publisher.publish(Image(height=1, width=1, step=2, data=b'\1\2'))
    process = recorder()
    if recorded:
        ros.matched(publisher)
    settled(ros)
    assert publisher.get_subscription_count() == int(recorded)
    ends(process)
    assert len(messages(only(rides) / 'segment_000.mcap', f'/{name}')) == int(recorded)
