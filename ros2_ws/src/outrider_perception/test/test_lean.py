"""A radar on a machine that leans: where its points are on the ground."""

from __future__ import annotations

import math

import numpy as np
import pytest

from outrider_perception.lean import bearings, leaned
from outrider_perception.measurements import upright_pose

REAR = upright_pose(-0.9, 0.0, 0.8, math.pi)


def test_level_rig_leaves_the_pose_as_it_is() -> None:
    assert leaned(REAR, 0.0, 0.0) is REAR


def test_leaning_right_moves_the_sensor_to_the_right_and_down() -> None:
    there = leaned(REAR, math.radians(15.0), 0.0)
    assert there.translation_m == pytest.approx([-0.9, -0.8 * math.sin(math.radians(15.0)),
                                                 0.8 * math.cos(math.radians(15.0))])


@pytest.mark.parametrize('roll_deg', [-20.0, -5.0, 0.0, 5.0, 20.0])
@pytest.mark.parametrize('pitch_deg', [-3.0, 0.0, 3.0])
@pytest.mark.parametrize('place', [(-10.0, 0.0), (-20.0, 3.0), (-30.0, -8.0), (-6.0, 4.0)])
def test_bearing_of_what_stands_at_the_usual_height_is_right_whatever_the_lean(roll_deg: float, pitch_deg: float,
                                                                               place: tuple[float, float]) -> None:
    pose = leaned(REAR, math.radians(roll_deg), math.radians(pitch_deg))
    away = np.array([*place, 0.6]) - pose.translation_m
    reach = np.linalg.norm(away)
    sine = away @ pose.rotation[:, 1] / reach  # all that a row of antennas measures
    found = bearings(np.array([reach]), np.array([sine]), pose, 0.6)
    assert found[0] == pytest.approx(math.atan2(away[1], away[0]), abs=0.002)


def test_ignoring_a_lean_would_be_wrong_by_degrees() -> None:
    pose = leaned(REAR, math.radians(20.0), 0.0)
    away = np.array([-6.0, 4.0, 0.1]) - pose.translation_m
    reach = np.linalg.norm(away)
    sine = away @ pose.rotation[:, 1] / reach
    true = math.atan2(away[1], away[0])
    naive = bearings(np.array([reach]), np.array([sine]), REAR, 0.6)[0]
    right = bearings(np.array([reach]), np.array([sine]), pose, 0.6)[0]
    assert abs(naive - true) > math.radians(3.0)
    assert abs(right - true) < 0.5 * abs(naive - true), 'what is left: it stands at 0.1 m, not at 0.6'
