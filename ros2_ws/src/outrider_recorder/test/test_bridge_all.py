"""What the bridge draws of alerts, health, detections, doubt of places and replays; other versions, holes, links."""

import dataclasses
import math

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from outrider_interfaces.msg import Alert, AlertArray, DriveState, Hazard, HazardArray, MotorState, RelayState
from rclpy.serialization import serialize_message
from recorder_helpers import BUILD, cloud, in_rerun, layouts_of, make_topic, read_rrd, tracks
from vision_msgs.msg import Detection2D, Detection2DArray, ObjectHypothesisWithPose

from outrider_recorder import ride
from outrider_recorder.bridge.alerts import ALERTS, DIAGNOSTICS, Alerts
from outrider_recorder.bridge.beside import moved, place
from outrider_recorder.bridge.boxes import Boxes
from outrider_recorder.bridge.drive import MOTORS, RELAYS, STATE, Drive
from outrider_recorder.bridge.ellipse import ellipse
from outrider_recorder.bridge.finding import newest_open, rig_of
from outrider_recorder.bridge.rows import Batch
from outrider_recorder.bridge.tail import Item, Tail
from outrider_recorder.bridge.words import Words
from outrider_recorder.segment import Message, Segment

FRAME = 'camera_color_optical_frame'


def item(kind, topic='/x', at_ns=0, data=b'', schema=''):
    return Item(topic, kind, schema, 0, at_ns, at_ns, data)


def said(batch):
    return batch.rows['log'].columns['text'] if 'log' in batch.rows else []


def states(batch, path):
    return batch.rows[path].columns['state']


def test_alerts_are_a_bar_and_words_that_change_only_when_they_do():
    batch, alerts = Batch(), Alerts(Words())
    urgent = Alert(name='car', text='CAR left, 12 m', level=Alert.LEVEL_URGENT)
    caution = Alert(name='car', text='CAR behind', level=Alert.LEVEL_CAUTION)
    none = Alert(name='no_data', text='NO DATA from radar', level=Alert.LEVEL_NO_DATA)
    for number, one in enumerate(([], [caution], [caution], [urgent, caution], [none], [])):
        alerts.take(batch, item(ALERTS, at_ns=number), AlertArray(alerts=one))
    assert states(batch, 'alert') == ['clear', 'caution', 'urgent', 'NO DATA', 'clear']
    assert said(batch) == ['said: CAR behind', 'said: CAR left, 12 m', 'said: NO DATA from radar', 'said: all clear']
    assert batch.rows['log'].columns['level'] == ['WARN', 'ERROR', 'ERROR', 'INFO']


def test_each_device_has_a_bar_of_its_health_and_others_have_none():
    batch, alerts = Batch(), Alerts(Words())
    for number, level in enumerate((DiagnosticStatus.OK, DiagnosticStatus.OK, DiagnosticStatus.ERROR)):
        names = ('outrider/radar', 'outrider/a b/../c', 'theirs')
        status = [DiagnosticStatus(name=name, level=level) for name in names]
        alerts.take(batch, item(DIAGNOSTICS, at_ns=number), DiagnosticArray(status=status))
    assert states(batch, 'health/radar') == ['ok', 'error']
    assert batch.rows.keys() == {'health/radar', 'health/a_b/__/c'}


def test_all_refusals_are_told_beside_the_gravest():
    batch, drive = Batch(), Drive(Words())
    for refusals in (['Hold R1', 'Let go', 'RAMP DOWN'], ['Hold R1', 'Let go', 'RAMP DOWN'], ['Hold R1']):
        drive.take(batch, item(STATE), DriveState(state=1, refusal_texts=refusals))
    assert said(batch) == ['armed: Hold R1', 'refused too: Let go; RAMP DOWN']


def test_motors_and_relays_are_drawn_with_current_heat_supply_and_stop_input():
    batch, drive = Batch(), Drive(Words())
    drive.take(batch, item(MOTORS), MotorState(present=[True, False], current_motor_a=[12.5, 9.0],
                                               temperature_fet_c=[40.0, 50.0], erpm_per_mps=1.0))
    assert batch.rows['plots/drive/current_left'].columns['scalars'] == [12.5]
    assert batch.rows['plots/drive/heat_left'].columns['scalars'] == [40.0]
    assert 'plots/drive/current_right' not in batch.rows
    for master, is_open, present in ((True, False, True), (False, True, True), (False, True, False)):
        drive.take(batch, item(RELAYS), RelayState(present=present, master=master, estop_open=is_open))
    assert states(batch, 'drive/supply') == ['on', 'off', 'silent']
    assert states(batch, 'drive/estop') == ['closed', 'open', 'silent']


def test_boxes_of_a_detector_hang_in_the_picture_of_their_frame():
    batch, boxes = Batch(), Boxes()
    box = Detection2D()
    box.bbox.center.position.x, box.bbox.center.position.y, box.bbox.size_x, box.bbox.size_y = 100.0, 50.0, 40.0, 20.0
    for name, score in (('dog', 0.2), ('car', 0.75)):
        result = ObjectHypothesisWithPose()
        result.hypothesis.class_id, result.hypothesis.score = name, score
        box.results.append(result)
    seen = Detection2DArray(detections=[box, Detection2D()])
    seen.header.frame_id = FRAME
    boxes.take(batch, item('', '/detections'), seen)
    assert not batch
    boxes.picture(item('', '/camera/color/compressed'), seen)
    boxes.take(batch, item('', '/detections'), seen)
    rows = batch.rows[f'world/{FRAME}/camera/color/detections']
    assert rows.columns['labels'] == [['car 0.75', '']]
    assert rows.columns['centers'][0].tolist() == [[100.0, 50.0], [0.0, 0.0]]
    assert rows.columns['half_sizes'][0].tolist() == [[20.0, 10.0], [0.0, 0.0]]


@pytest.mark.parametrize('turn', [0.0, 0.6, 2.0])
def test_the_ellipse_of_a_place_is_two_sigma_of_its_covariance(turn):
    c, s = math.cos(turn), math.sin(turn)
    rotation = np.array([[c, -s], [s, c]])
    line = ellipse(5.0, -2.0, (rotation @ np.diag([4.0, 0.25]) @ rotation.T).ravel())
    off = (line[:, :2] - [5.0, -2.0]) @ rotation
    assert np.allclose((off[:, 0] / 4.0) ** 2 + (off[:, 1] / 1.0) ** 2, 1.0, atol=1e-4)
    assert np.allclose(line[0], line[-1], atol=1e-6)


@pytest.mark.parametrize('covariance', [[math.nan, 0, 0, 1], [-1, 0, 0, 1], [1e6, 0, 0, 1], [math.inf, 0, 0, 1]])
def test_what_is_no_covariance_or_knows_nothing_draws_no_ellipse(covariance):
    assert ellipse(0.0, 0.0, np.array(covariance, dtype=np.float64)) is None


def test_a_line_leads_to_the_nearest_edge_of_each_hazard(rides):
    message = HazardArray(hazards=[Hazard(level=2), Hazard(level=0), Hazard(level=3)])
    message.hazards[0].nearest_edge.x, message.hazards[2].nearest_edge.x = -8.0, math.nan
    folder = ride.create(rides, 'a')
    segment = Segment(folder, 0)
    segment.write(Message(make_topic('/hazards', 'outrider_interfaces/msg/HazardArray'), 0, 1, 1,
                          serialize_message(message)))
    segment.finish()
    segment.keep()
    in_rerun(BUILD, '--build', folder)
    (row,) = read_rrd(folder / 'ride.rrd')['/world/hazards']
    assert row['LineStrips3D:strips'] == [[[0.0, 0.0, pytest.approx(0.05)], [-8.0, 0.0, pytest.approx(0.05)]]]


def test_what_is_said_now_stands_in_a_tree_of_its_own_in_its_own_colour():
    batch = Batch()
    batch.of('world/tracks/box', 'boxes').add(1, 2, colors=np.array([1, 2], np.uint32), centers=[0, 0])
    batch.of('plots/distance', 'scalar').add(1, 1, scalars=3.0)
    batch.of('hazard', 'state').add(1, 1, state='warn')
    now = moved(batch)
    assert now.rows.keys() == {'world/now/tracks/box', 'plots/now/distance', 'now/hazard'}
    colours = now.rows['world/now/tracks/box'].columns['colors'][0]
    assert len(colours) == 2
    assert len(set(colours.tolist())) == 1
    assert now.rows['plots/now/distance'].columns == {'scalars': [3.0]}
    assert place('log') == 'now/log'


def test_a_message_with_other_fields_is_counted_and_the_rest_is_drawn(rides):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {'rig': 'ramp'})
    segment = Segment(folder, 0)
    old = make_topic('/motors/state', 'outrider_interfaces/msg/MotorState')
    old = dataclasses.replace(old, schema='uint32 speed')
    points = make_topic('/radar/points', 'sensor_msgs/msg/PointCloud2')
    segment.write(Message(old, 0, 1, 1, bytes([0, 1, 0, 0, 5, 0, 0, 0])))
    segment.write(Message(points, 0, 2, 2, bytes([0, 1, 0, 0])))
    segment.write(Message(points, 1, 3, 3, serialize_message(cloud(5))))
    segment.finish()
    segment.keep()
    out = in_rerun(BUILD, '--build', folder)
    for kind in ('outrider_interfaces/msg/MotorState', 'sensor_msgs/msg/PointCloud2'):
        assert f'1 messages of {kind} are not drawn: damaged, or of another version' in out
    found = read_rrd(folder / 'ride.rrd')
    assert '/world/radar_link/radar/points' in found
    assert rig_of(folder) == 'ramp'
    assert any('Road' in names for names in layouts_of(folder / 'ride.rrd'))


def filled(folder, number, count, begin, head=True):
    segment = Segment(folder, number)
    mounts = make_topic('/mounts', 'std_msgs/msg/UInt32')
    if head:
        segment.write(Message(mounts, 0, begin, begin, bytes([0, 1, 0, 0, 7, 0, 0, 0])))
    for which in range(count):
        at = begin + which
        segment.write(Message(make_topic(), at, at, at, bytes([0, 1, 0, 0, 1, 0, 0, 0])))
    segment.finish()
    segment.keep()


def test_a_ride_begins_where_its_quota_left_off_and_steps_over_holes(rides):
    folder = ride.create(rides, 'a')
    for number in (2, 3, 7):
        filled(folder, number, 5, number * 10)
    tail, items = Tail(folder), []
    while more := tail.poll():
        items += more
    tail.close()
    assert [(one.topic, one.sequence) for one in items] == [
        ('/mounts', 0), *(('/count', n) for begin in (20, 30, 70) for n in range(begin, begin + 5))]


def test_a_segment_that_is_a_link_is_not_followed(rides, tmp_path):
    elsewhere = tmp_path / 'elsewhere'
    elsewhere.mkdir()
    filled(elsewhere, 0, 3, 0)
    folder = ride.create(rides, 'a')
    (folder / 'segment_000.mcap').symlink_to(elsewhere / 'segment_000.mcap')
    assert Tail(folder).poll() == []


def test_a_chunk_that_claims_too_much_is_left_out(rides):
    folder = ride.create(rides, 'a')
    filled(folder, 0, 3, 0)
    path = folder / 'segment_000.mcap'
    data = bytearray(path.read_bytes())
    at = data.index(b'\x06', 8)  # the chunk record: opcode, length, start, end, uncompressed size
    data[at + 25:at + 33] = (1 << 40).to_bytes(8, 'little')
    path.write_bytes(data)
    assert Tail(folder).poll() == []


def test_of_many_rides_the_open_one_is_found(rides):
    for number in range(12):
        ride.write_info(ride.create(rides, f'closed-{number}'), {})
    assert newest_open(rides) is None
    folder = ride.create(rides, 'boot-1')
    ride.write_info(folder, {})
    segment = Segment(folder, 0)
    assert newest_open(rides) == folder
    segment.finish()
    segment.keep()
    assert newest_open(rides) is None


def test_each_kind_of_machine_has_its_layout(rides):
    for rig, page in (('bicycle', 'Road'), ('ramp', 'Drive')):
        folder = ride.create(rides, rig)
        ride.write_info(folder, {'rig': rig})
        segment = Segment(folder, 0)
        segment.write(Message(make_topic('/tracks', 'outrider_interfaces/msg/TrackArray'), 0, 1, 1,
                              serialize_message(tracks(2))))
        if rig == 'ramp':
            segment.write(Message(make_topic('/drive/state', 'outrider_interfaces/msg/DriveState'), 0, 2, 2,
                                  serialize_message(DriveState())))
        segment.finish()
        segment.keep()
        in_rerun(BUILD, '--build', folder)
        assert any(page in names for names in layouts_of(folder / 'ride.rrd'))
        outline = read_rrd(folder / 'ride.rrd')['/world/rig'][-1]['LineStrips3D:strips']
        widest = max(abs(y) for strip in outline for _, y, _ in strip)
        assert widest == pytest.approx(0.29 if rig == 'bicycle' else 0.3)
