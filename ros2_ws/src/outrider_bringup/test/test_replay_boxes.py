"""Boxes recorded and boxes now: which is which, what is equal, what is alike, what is told."""

import dataclasses

import pytest

from outrider_bringup.replay.boxes import BOXES, CLASSES, EDGE_PX, PICTURES, SCORE, SCORES, Box, Looks, counted, pairs

CAR = Box((100.0, 100.0, 200.0, 160.0), 'car', 0.9)
RIDER = Box((300.0, 100.0, 340.0, 200.0), 'person', 0.6)
BIKE = Box((295.0, 110.0, 345.0, 205.0), 'bicycle', 0.5)


def moved(box, by_px):
    left, top, right, bottom = box.edges_px
    return dataclasses.replace(box, edges_px=(left + by_px, top, right + by_px, bottom))


def looked(*pictures, least=0.25):
    looks = Looks(0, lambda kind: least)
    for number, (was, now) in enumerate(pictures):
        looks.picture(number * 100_000_000, was, now)
    return looks


def test_a_picture_of_which_the_same_is_said_is_equal_to_the_last_bit():
    result = looked(([CAR, RIDER], [CAR, RIDER]), ([], [])).result
    assert result.same
    assert result.alike
    assert [result.rows[name].recorded for name in (PICTURES, BOXES, SCORES, CLASSES)] == [2, 2, 2, 2]


def test_a_rider_is_matched_with_a_rider_although_his_bicycle_overlaps_more():
    assert pairs([RIDER, BIKE], [moved(BIKE, 4.0), moved(RIDER, -9.0)]) == [(0, 1), (1, 0)]


@pytest.mark.parametrize(('by_px', 'alike'), [(0.01, True), (EDGE_PX, True), (EDGE_PX * 1.1, False)])
def test_edges_may_be_off_by_a_pixel(by_px, alike):
    result = looked(([CAR], [moved(CAR, by_px)])).result
    assert not result.same
    assert result.alike is alike
    assert result.rows[BOXES].worst == pytest.approx(by_px)
    assert bool(result.told) is not alike


@pytest.mark.parametrize(('by', 'alike'), [(1e-6, True), (SCORE * 0.99, True), (SCORE * 1.1, False)])
def test_scores_may_be_off_by_a_little(by, alike):
    result = looked(([CAR], [dataclasses.replace(CAR, score=CAR.score - by)])).result
    assert result.alike is alike
    assert result.rows[SCORES].beyond == (not alike)


def test_another_name_of_one_body_is_one_difference_and_counted():
    looks = looked(([CAR], [dataclasses.replace(CAR, kind='truck')]))
    assert (looks.result.rows[CLASSES].beyond, looks.result.rows[BOXES].beyond) == (1, 0)
    assert looks.renamed == {('car', 'truck'): 1}
    assert looks.result.told == [(0.0, 'car at 150,130: now called truck')]
    assert not looks.result.alike


@pytest.mark.parametrize(('was', 'now', 'words'), [
    ([CAR], [], 'car 0.90 at 150,130: not found any more'),
    ([], [CAR], 'car 0.90 at 150,130: not found when recorded')])
def test_a_body_on_one_side_only_is_told(was, now, words):
    result = looked((was, now)).result
    assert not result.alike
    assert result.told == [(0.0, words)]
    assert result.rows[BOXES].recorded + result.rows[BOXES].new == 1


def test_a_body_whose_score_is_on_the_brink_may_be_on_one_side_only():
    brink = dataclasses.replace(CAR, score=0.26)
    assert looked(([brink], []), ([], [brink])).result.alike
    assert not looked(([brink], []), least=0.1).result.alike


def test_a_picture_that_cannot_be_looked_at_any_more_is_a_difference():
    result = looked(([CAR], None)).result
    assert (result.rows[PICTURES].recorded, result.rows[PICTURES].new, result.rows[PICTURES].beyond) == (1, 0, 1)


def test_boxes_without_an_area_match_nothing():
    assert pairs([Box((5.0, 5.0, 5.0, 5.0), 'car', 0.5)], [Box((5.0, 5.0, 5.0, 5.0), 'car', 0.5)]) == []


def test_classes_are_counted_in_words():
    assert counted({'person': 3, 'car': 120, 'bus': 3}) == 'car 120, bus 3, person 3'
    assert counted({}) == 'nothing'
