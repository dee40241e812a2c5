"""Points of a moving machine, against closed forms."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from outrider_sim.world import motion


@dataclass
class Poses:
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    heading: np.ndarray
    roll: np.ndarray
    pitch: np.ndarray


def poses(t, **given):
    return Poses(**{name: given.get(name, 0.0) + np.zeros_like(t)
                    for name in ('x', 'y', 'z', 'heading', 'roll', 'pitch')})


def circle(t, radius=30.0, speed=5.5):
    angle = speed / radius * t
    return poses(t, x=radius * np.sin(angle), y=radius * (1 - np.cos(angle)), heading=angle)


T = np.linspace(0.0, 3.0, 31)


def test_angles_follow_rep_103():
    turned = motion.rotations(poses(np.zeros(1), heading=math.pi / 2))[0]
    assert turned @ [1, 0, 0] == pytest.approx([0, 1, 0])  # heading > 0: to the left
    assert motion.rotations(poses(np.zeros(1), roll=0.1))[0] @ [0, 1, 0] == pytest.approx(
        [0, math.cos(0.1), math.sin(0.1)])  # roll > 0: the left side rises
    assert (motion.rotations(poses(np.zeros(1), pitch=0.1))[0] @ [1, 0, 0])[2] < 0  # pitch > 0: the nose sinks


def test_rotations_are_rotations():
    some = motion.rotations(poses(T, heading=2 * T, roll=np.sin(T), pitch=0.3 * np.cos(T)))
    assert np.allclose(some @ np.swapaxes(some, 1, 2), np.eye(3), atol=1e-12)
    assert np.allclose(np.linalg.det(some), 1.0)


def test_point_on_a_circle_has_v_and_v_squared_over_r():
    lever = np.array([0.0, 2.0, 0.0])  # two metres nearer to the centre of a left turn
    speed = np.linalg.norm(motion.velocity(circle, T, lever), axis=1)
    pull = np.linalg.norm(motion.acceleration(circle, T, lever), axis=1)
    assert speed == pytest.approx(5.5 * 28 / 30, rel=1e-5)
    assert pull == pytest.approx((5.5 / 30)**2 * 28, rel=1e-5)


def test_sway_moves_a_high_point_sideways():
    size, omega, height = math.radians(3), 2 * math.pi * 0.8, 0.8
    felt = motion.acceleration(lambda t: poses(t, roll=size * np.sin(omega * t)), T, np.array([0, 0, height]))
    # y = -h sin(roll), for small angles h A w^2 sin(w t).
    assert felt[:, 1] == pytest.approx(height * size * omega**2 * np.sin(omega * T), abs=5e-3)


@pytest.mark.parametrize(('angle', 'axis'), [('roll', 0), ('pitch', 1), ('heading', 2)])
def test_turn_rate_about_each_axis(angle, axis):
    expected = np.zeros((len(T), 3))
    expected[:, axis] = 0.7
    assert motion.turn_rate(lambda t: poses(t, **{angle: 0.7 * t}), T) == pytest.approx(expected, abs=1e-5)


def test_turn_rate_of_a_leaning_machine_splits_between_yaw_and_pitch():
    lean, yaw_rate = -0.3, 0.4
    rate = motion.turn_rate(lambda t: poses(t, roll=lean, heading=yaw_rate * t), T)
    assert rate == pytest.approx(np.tile([0, yaw_rate * math.sin(lean), yaw_rate * math.cos(lean)], (len(T), 1)),
                                 abs=1e-5)


def test_difference_loses_what_its_head_says():
    omega = 2 * math.pi * 0.8
    rate = motion.turn_rate(lambda t: poses(t, roll=0.05 * np.sin(omega * t)), np.zeros(1))[0, 0]
    assert rate == pytest.approx(0.05 * omega * (1 - (omega * motion.H_S)**2 / 6), rel=1e-6)
