"""Class beliefs: Bayes over what a detector says, what is about, and how fast a body has been."""

from __future__ import annotations

import numpy as np
import pytest

from outrider_perception.classes import NAMES, Kind, bounded, by_height, by_motion, confusion, look, posterior
from outrider_perception.config import load

CONFIG = load()

TABLES = CONFIG.tracks.bodies.classes
CAR, TRUCK, SCOOTER, PERSON, DOG = (NAMES.index(name) for name in ('car', 'truck', 'scooter', 'person', 'dog'))


def after(said: list[int], score: float = 0.8, pace_mps: float = 0.0) -> np.ndarray:
    """Probabilities (9,) after looks."""
    beliefs = np.zeros((1, 9))
    for one in said:
        beliefs = bounded(TABLES, beliefs + look(TABLES, np.array([one]), np.array([score]), np.ones(1)))
    return posterior(TABLES, beliefs, np.array([pace_mps]))[0]


def test_table_is_one_of_probabilities() -> None:
    assert TABLES.table[:, 1:].sum(axis=1) == pytest.approx(1.0)
    assert (TABLES.table > 0.0).all()


def test_answers_that_nobody_names_stay_possible() -> None:
    kinds = dict.fromkeys(NAMES, Kind(0.1, 1.5, 0.2, 60.0, 10.0, {'bus': 0.5}))
    table = confusion(kinds, 0.002)
    assert table[CAR, NAMES.index('bus')] == pytest.approx(0.5, abs=0.01)
    assert table[CAR, DOG] == pytest.approx(0.002, rel=0.1)


def test_looks_that_agree_make_sure_and_one_that_does_not_changes_little() -> None:
    assert after([CAR] * 4)[CAR] > 0.99
    assert after([TRUCK] * 6).argmax() == TRUCK
    assert after([CAR] * 5 + [TRUCK])[CAR] > 0.9


def test_doubtful_look_says_less() -> None:
    assert after([TRUCK], score=0.9)[TRUCK] > after([TRUCK], score=0.3)[TRUCK]
    assert after([TRUCK], score=0.0) == pytest.approx(after([]))


def test_unnamed_look_says_nothing() -> None:
    assert after([0, 0]) == pytest.approx(after([]))


def test_nobody_walks_at_ten_metres_a_second() -> None:
    slow, fast = after([PERSON] * 3, pace_mps=1.5), after([PERSON] * 3, pace_mps=12.0)
    assert slow.argmax() == PERSON
    assert fast[PERSON] < 0.05
    assert fast[DOG] < 0.05
    assert (by_motion(TABLES, np.array([100.0])) > -np.inf).all()


def test_scooter_is_often_taken_for_a_person_and_its_speed_tells() -> None:
    looks = [PERSON, SCOOTER, PERSON]
    assert after(looks, pace_mps=7.0)[SCOOTER] > after(looks, pace_mps=1.5)[SCOOTER]


def test_class_that_was_wrong_can_come_back() -> None:
    assert after([CAR] * 200 + [TRUCK] * 12).argmax() == TRUCK


def test_heights_count_the_confusions_in() -> None:
    assert TABLES.inverse_height[CAR] == pytest.approx(1 / 1.5, rel=0.05)
    assert TABLES.inverse_height_sigma[TRUCK] > TABLES.inverse_height_sigma[CAR], 'every other truck is a car'
    assert (TABLES.inverse_height_sigma > 0.0).all()


def heard(height_m: float, sigma_m: float = 0.15) -> np.ndarray:
    """Log likelihoods (9,) of the classes for a body that seems so high."""
    return by_height(TABLES, np.array([height_m]), np.array([sigma_m]))[0]


@pytest.mark.parametrize(('height_m', 'likely', 'less'), [(3.2, TRUCK, CAR), (1.5, CAR, TRUCK), (0.6, DOG, PERSON)])
def test_height_tells_what_boxes_of_alike_looks_are(height_m: float, likely: int, less: int) -> None:
    assert heard(height_m)[likely] > heard(height_m)[less] + 2.0


def test_height_that_is_not_known_says_nothing_and_an_odd_one_little() -> None:
    assert heard(np.nan).tolist() == [0.0] * 9
    assert np.ptp(heard(40.0)) < 0.1
    assert np.ptp(heard(1.5, 50.0)) < 0.1
    assert np.isfinite(heard(1e9)).all()
