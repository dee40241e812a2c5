import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_node.frames import FrameTree, quaternion_from_rpy_deg, rotation_from_quaternion

ANGLE = st.floats(-180, 180)


def test_a_rear_sensor_sees_threats_at_negative_x():
    tree = FrameTree()
    tree.set('base_link', 'radar_link', [-0.9, 0.0, 0.8], quaternion_from_rpy_deg([0, 0, 180]))
    pose = tree.lookup('base_link', 'radar_link')
    np.testing.assert_allclose(pose.apply(np.array([[10.0, 1.0, 0.0]])), [[-10.9, -1.0, 0.8]], atol=1e-12)


def test_roll_pitch_yaw_turn_as_rep_103_says():
    turned = rotation_from_quaternion(quaternion_from_rpy_deg([0, 90, 0])) @ np.array([1.0, 0, 0])
    np.testing.assert_allclose(turned, [0, 0, -1], atol=1e-12)  # positive pitch: nose down
    turned = rotation_from_quaternion(quaternion_from_rpy_deg([90, 0, 90])) @ np.array([0, 1.0, 0])
    np.testing.assert_allclose(turned, [0, 0, 1], atol=1e-12)  # roll first, then yaw


@given(ANGLE, ANGLE, ANGLE)
def test_every_rotation_is_rigid(roll, pitch, yaw):
    rotation = rotation_from_quaternion(quaternion_from_rpy_deg([roll, pitch, yaw]))
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert math.isclose(np.linalg.det(rotation), 1.0, abs_tol=1e-9)


def test_chains_are_walked_both_ways_and_through_a_common_ancestor():
    tree = FrameTree()
    tree.set('odom', 'base_link', [1, 2, 0], quaternion_from_rpy_deg([0, 0, 90]))
    tree.set('base_link', 'radar_link', [0, 0, 1], quaternion_from_rpy_deg([0, 0, 180]))
    tree.set('base_link', 'camera_link', [1, 0, 1], quaternion_from_rpy_deg([0, 0, 0]))
    point = np.array([[1.0, 2.0, 3.0]])
    there = tree.lookup('camera_link', 'radar_link').apply(point)
    np.testing.assert_allclose(there, [[-2.0, -2.0, 3.0]], atol=1e-12)
    np.testing.assert_allclose(tree.lookup('radar_link', 'camera_link').apply(there), point, atol=1e-12)
    np.testing.assert_allclose(tree.lookup('odom', 'radar_link').apply(point), [[3.0, 1.0, 4.0]], atol=1e-12)


def test_what_is_not_known_is_none_and_a_loop_ends():
    tree = FrameTree()
    assert tree.lookup('base_link', 'radar_link') is None
    tree.set('a', 'b', [0, 0, 0], [0, 0, 0, 1])
    tree.set('b', 'a', [0, 0, 0], [0, 0, 0, 1])
    assert tree.lookup('base_link', 'a') is None
    assert tree.lookup('b', 'a') is not None


@pytest.mark.parametrize('bad', [[0, 0, 0, 0], [math.nan, 0, 0, 1]])
def test_a_quaternion_without_direction_is_refused(bad):
    with pytest.raises(ValueError, match='no direction'):
        FrameTree().set('a', 'b', [0, 0, 0], bad)
