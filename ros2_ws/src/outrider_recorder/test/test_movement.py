"""Movement, and what follows from it."""

import math

import pytest

from outrider_recorder.duty import MOVEMENT, PERSON, START, STOP, Duty
from outrider_recorder.movement import SOURCES, Movement


def told(movement, source, speed_mps, begin_s, end_s, every_s=0.1):
    count = round((end_s - begin_s) / every_s)
    for number in range(count + 1):
        now_s = begin_s + number * every_s
        movement.hear(source, speed_mps, now_s)
        if number % 10 == 0:
            movement.step(now_s)
    movement.step(end_s)


@pytest.mark.parametrize('source', SOURCES)
def test_each_source_alone_says_that_it_moves(source):
    movement = Movement()
    told(movement, source, SOURCES[source].speed_mps, 0.0, SOURCES[source].hold_s + 0.2)
    assert movement.moving


@pytest.mark.parametrize('source', SOURCES)
def test_slower_or_shorter_is_no_movement(source):
    movement = Movement()
    told(movement, source, SOURCES[source].speed_mps - 0.01, 0.0, 10.0)
    assert not movement.moving
    movement = Movement()
    told(movement, source, 9.0, 0.0, SOURCES[source].hold_s - 0.15, every_s=0.05)
    assert not movement.moving


def test_backwards_counts_and_no_number_does_not():
    movement = Movement()
    told(movement, 'wheels', -1.0, 0.0, 1.0)
    assert movement.moving
    movement = Movement()
    told(movement, 'gps', math.nan, 0.0, 9.0)
    assert movement.speaks(9.0) == []


def test_a_gap_in_what_a_source_says_begins_anew():
    movement = Movement()
    for now_s in (0.0, 3.0, 6.0):
        movement.hear('gps', 9.0, now_s)
        movement.step(now_s)
        assert not movement.moving


def test_standstill_is_counted_only_while_it_is_seen():
    movement = Movement()
    told(movement, 'gps', 5.0, 0.0, 10.0)
    assert (movement.moving, movement.still_s) == (True, 0.0)
    told(movement, 'gps', 0.1, 10.1, 40.1)
    seen_s = movement.still_s
    assert seen_s == pytest.approx(30.0, abs=1.2)
    for now_s in range(41, 141):  # the receiver is gone
        movement.step(float(now_s))
    assert movement.still_s == pytest.approx(seen_s, abs=2.1)
    told(movement, 'gps', 0.1, 141.0, 151.0)
    assert movement.still_s == pytest.approx(seen_s + 10.0, abs=3.2)


def test_one_that_moves_outweighs_one_that_stands():
    movement = Movement()
    for number in range(600):
        now_s = number * 0.1
        movement.hear('gps', 0.0, now_s)  # frozen in a tunnel
        movement.hear('wheels', 4.0, now_s)
        movement.step(now_s)
    assert movement.moving
    assert movement.still_s == 0.0


def test_what_a_suspended_machine_slept_through_is_no_standstill():
    movement = Movement()
    movement.hear('wheels', 0.0, 0.0)
    movement.step(0.0)
    movement.hear('wheels', 0.0, 3600.0)
    movement.step(3600.0)
    assert movement.still_s <= 5.0


def test_auto_begins_with_movement_and_ends_with_three_minutes_of_standstill():
    duty = Duty('auto', 180.0)
    assert duty.step(moving=False, still_s=0.0, open_by='') == ''
    assert duty.step(moving=True, still_s=0.0, open_by='') == START
    assert duty.step(moving=True, still_s=0.0, open_by=MOVEMENT) == ''
    assert duty.step(moving=False, still_s=179.9, open_by=MOVEMENT) == ''
    assert duty.step(moving=False, still_s=180.0, open_by=MOVEMENT) == STOP


@pytest.mark.parametrize('mode', ['start', 'manual'])
def test_the_other_modes_neither_begin_nor_end_by_movement(mode):
    duty = Duty(mode, 180.0)
    assert duty.step(moving=True, still_s=0.0, open_by='') == ''
    assert duty.step(moving=False, still_s=999.0, open_by=MOVEMENT) == ''


def test_a_person_s_ride_ends_by_a_person_s_word():
    duty = Duty('auto', 180.0)
    duty.person_started()
    assert duty.step(moving=False, still_s=999.0, open_by=PERSON) == ''


def test_after_a_person_s_stop_nothing_begins_until_a_whole_standstill_was_seen():
    duty = Duty('auto', 180.0)
    duty.person_stopped()
    assert not duty.by_itself
    assert duty.step(moving=True, still_s=0.0, open_by='') == ''
    assert duty.step(moving=False, still_s=100.0, open_by='') == ''
    assert duty.step(moving=True, still_s=0.0, open_by='') == ''
    assert duty.step(moving=False, still_s=180.0, open_by='') == ''
    assert duty.step(moving=True, still_s=0.0, open_by='') == START
    assert duty.by_itself


def test_in_manual_nothing_is_kept_without_a_person():
    assert not Duty('manual', 180.0).by_itself
