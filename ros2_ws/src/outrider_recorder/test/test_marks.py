from outrider_recorder.button import MARK, TOGGLE, Button
from outrider_recorder.marks import AutoMarks, segments_kept


def test_a_hazard_that_becomes_urgent_is_marked_once():
    auto = AutoMarks()
    assert auto.hazards([], 0.0) is None
    assert auto.hazards([7], 1.0) == 7
    assert auto.hazards([7], 20.0) is None
    assert auto.hazards([], 21.0) is None
    assert auto.hazards([7], 40.0) == 7


def test_an_urgent_alert_is_marked_when_it_comes():
    auto = AutoMarks()
    assert auto.alerts(['car'], 0.0) == 'car'
    assert auto.alerts(['car'], 20.0) is None
    assert auto.alerts(['car', 'truck'], 21.0) == 'truck'


def test_marks_keep_their_distance_in_time():
    auto = AutoMarks(min_gap_s=10.0)
    assert auto.hazards([1], 0.0) == 1
    assert auto.hazards([1, 2], 3.0) is None
    assert not auto.passed(5.0)
    assert auto.passed(10.0)
    assert auto.hazards([1, 2, 3], 15.0) is None


def test_a_marked_segment_and_the_one_before_are_kept():
    assert segments_kept([{'segment': 5}, {'segment': 0}, {'segment': 'x'}, {}, {'segment': True}]) == {4, 5, 0, -1}


def held(button, seconds, begin_s=0.0):
    said = []
    for number in range(round(seconds * 50) + 1):
        said.append(button.hear(True, begin_s + number / 50))
    said.append(button.hear(False, begin_s + seconds + 0.02))
    return [word for word in said if word]


def test_a_tap_marks_and_holding_toggles_once():
    button = Button()
    assert held(button, 0.3) == [MARK]
    assert held(button, 4.0, 10.0) == [TOGGLE]
    assert held(button, 1.5, 20.0) == []  # neither: a thumb that rests on it


def test_a_pad_that_fell_silent_while_held_says_nothing():
    button = Button()
    button.hear(True, 0.0)
    assert button.hear(True, 9.0) == ''
    assert button.hear(False, 19.0) == ''
