"""What a detector places in space, and markers: where they hang, what they say, how long they stand."""

import math

import numpy as np
import pytest
from geometry_msgs.msg import Point
from rclpy.serialization import serialize_message
from recorder_helpers import BUILD, in_rerun, make_topic, read_rrd
from vision_msgs.msg import Detection3D, Detection3DArray, ObjectHypothesisWithPose
from visualization_msgs.msg import Marker, MarkerArray

from outrider_recorder import ride
from outrider_recorder.bridge.rows import Batch
from outrider_recorder.bridge.solids import DETECTIONS, LEAST_HALF_M, MARKERS, MOST, Solids
from outrider_recorder.bridge.tail import Item
from outrider_recorder.segment import Message, Segment

FRAME = 'camera_color_optical_frame'
TOPIC = '/detections/markers'


def item(kind, topic, at_ns=0):
    return Item(topic, kind, '', 0, at_ns, at_ns, b'')


def body(name='car', score=0.75, at=(1.0, 0.5, 12.0), size=(1.8, 1.5, 4.4)):
    one = Detection3D()
    one.bbox.center.position.x, one.bbox.center.position.y, one.bbox.center.position.z = at
    one.bbox.size.x, one.bbox.size.y, one.bbox.size.z = size
    if name:
        result = ObjectHypothesisWithPose()
        result.hypothesis.class_id, result.hypothesis.score = name, score
        one.results.append(result)
    return one


def detections(*bodies):
    message = Detection3DArray(detections=list(bodies))
    message.header.frame_id = FRAME
    return message


def marker(number=0, kind=Marker.CUBE, *, life_s=0, action=Marker.ADD, text='', points=()):
    made = Marker(id=number, type=kind, action=action, text=text, points=[Point(x=x, y=y, z=z) for x, y, z in points])
    made.header.frame_id = FRAME
    made.pose.position.z, made.lifetime.sec = 5.0 + number, life_s
    made.color.r, made.color.a = 1.0, 0.5
    return made


def drawn(*messages):
    """The rows of all entities after one message a second."""
    batch, solids = Batch(), Solids()
    for second, markers in enumerate(messages):
        solids.take(batch, item(MARKERS, TOPIC, second * 1_000_000_000), MarkerArray(markers=markers))
    return {path.removeprefix(f'world/{FRAME}{TOPIC}/'): rows for path, rows in batch.rows.items()}


def test_bodies_of_a_detector_stand_in_the_frame_of_their_camera_with_class_score_and_distance():
    batch = Batch()
    Solids().take(batch, item(DETECTIONS, '/detections_3d', 7), detections(
        body(), body(name='', at=(0.0, 0.0, 3.2), size=(0.0, 0.0, 0.0))))
    rows = batch.rows[f'world/{FRAME}/detections_3d']
    assert (rows.kind, rows.times_ns) == ('boxes', [7])
    assert rows.columns['labels'] == [['car 0.75, 12 m', '3 m']]
    assert rows.columns['half_sizes'][0].tolist() == [pytest.approx(half) for half in ([0.9, 0.75, 2.2],
                                                                                        [LEAST_HALF_M] * 3)]
    assert rows.columns['quaternions'][0].tolist() == [[0.0, 0.0, 0.0, 1.0]] * 2


def test_an_empty_word_takes_the_bodies_away_and_one_without_a_place_is_not_drawn():
    batch, solids = Batch(), Solids()
    for number, bodies in enumerate(([body()], [body(at=(math.nan, 0.0, 0.0))], [])):
        solids.take(batch, item(DETECTIONS, '/detections_3d', number), detections(*bodies))
    assert batch.rows[f'world/{FRAME}/detections_3d'].lengths == [1, 0, 0]


def test_a_marker_stands_until_it_is_changed_deleted_or_its_life_is_over():
    found = drawn([marker(0), marker(1, life_s=1)], [marker(2)], [marker(2, text='b')],
                  [marker(0, action=Marker.DELETE)], [marker(action=Marker.DELETEALL)])
    assert found['box'].lengths == [2, 2, 2, 1, 0]
    assert found['box'].columns['labels'] == [['', ''], ['', ''], ['', 'b'], ['b'], []]


def test_lines_and_texts_are_drawn_in_the_marker_s_own_colour_and_place():
    pairs = [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (2.0, 0.0, 0.0), (3.0, 0.0, 0.0), (9.0, 9.0, 9.0)]
    turned = marker(0, Marker.LINE_STRIP, points=pairs[:2])
    turned.pose.orientation.z = turned.pose.orientation.w = math.sqrt(0.5)
    found = drawn([turned, marker(1, Marker.LINE_LIST, points=pairs), marker(2, Marker.TEXT_VIEW_FACING, text='car'),
                   marker(3, Marker.MESH_RESOURCE)])
    assert found.keys() == {'line', 'text'}
    strips = [np.round(strip, 3).tolist() for strip in found['line'].columns['strips'][0]]
    assert strips == [[[0.0, 0.0, 5.0], [0.0, 1.0, 5.0]], [[0.0, 0.0, 6.0], [1.0, 0.0, 6.0]],
                      [[2.0, 0.0, 6.0], [3.0, 0.0, 6.0]]]
    assert found['line'].columns['colors'][0].tolist() == [0xFF000080] * 3
    assert found['text'].columns['labels'] == [['car']]


def test_markers_without_end_are_bounded():
    assert drawn([marker(number) for number in range(MOST + 5)])['box'].lengths == [MOST]


def test_both_are_in_a_ride_s_file_for_rerun(rides):
    folder = ride.create(rides, 'a')
    segment = Segment(folder, 0)
    for number, (topic, kind, message) in enumerate((
            ('/detections_3d', DETECTIONS, detections(body())),
            ('/mine', MARKERS, MarkerArray(markers=[marker(), marker(1, Marker.LINE_STRIP, points=[(0., 0., 0.)] * 2),
                                                    marker(2, Marker.TEXT_VIEW_FACING, text='here')])))):
        segment.write(Message(make_topic(topic, kind), number, number + 1, number + 1, serialize_message(message)))
    segment.finish()
    segment.keep()
    in_rerun(BUILD, '--build', folder)
    found = read_rrd(folder / 'ride.rrd')
    (row,) = found[f'/world/{FRAME}/detections_3d']
    assert row['Boxes3D:labels'] == ['car 0.75, 12 m']
    assert found[f'/world/{FRAME}/mine/text'][0]['Points3D:labels'] == ['here']
    assert {f'/world/{FRAME}/mine/{kind}' for kind in ('box', 'line')} <= found.keys()
