"""Equal, within the tolerance, different: what a comparison says of each."""

import dataclasses

import pytest

from outrider_bringup.replay.compare import MOST_TOLD, Body, Comparison

HERE = Body(-10.0, 1.5, 11.0, 0.0)


def moved(by_m):
    return dataclasses.replace(HERE, x_m=HERE.x_m + by_m)


def frames(recorded, new, equal=None):
    """One track in some frames of each side: {frame: body}."""
    comparison = Comparison(0)
    for number in range(1 + max([*recorded, *new])):
        was, now = ({1: side[number]} if number in side else {} for side in (recorded, new))
        comparison.tracks(number * 50_000_000, was, now, equal=was == now if equal is None else equal)
    return comparison.finish()


def levels(recorded, new):
    """The level of one track in each frame."""
    comparison = Comparison(0)
    for number, (was, now) in enumerate(zip(recorded, new, strict=True)):
        at_ns = number * 50_000_000
        comparison.tracks(at_ns, {1: HERE}, {1: HERE}, equal=True)
        comparison.hazards(at_ns, {1: was} if was else {}, {1: now} if now else {}, equal=was == now)
    return comparison.finish()


def test_equal_frames_are_equal_to_the_last_bit():
    result = frames({0: HERE, 1: HERE}, {0: HERE, 1: HERE})
    assert result.same
    assert result.alike
    assert result.told == []


@pytest.mark.parametrize(('by_m', 'alike'), [(1e-12, True), (0.0009, True), (0.0011, False), (float('nan'), False)])
def test_positions_within_a_millimetre_are_alike(by_m, alike):
    result = frames(dict.fromkeys(range(2), HERE), dict.fromkeys(range(2), moved(by_m)))
    assert not result.same
    assert result.alike is alike
    assert bool(result.told) is not alike


def test_a_track_may_come_or_go_one_scan_earlier_or_later_but_not_two():
    whole = dict.fromkeys(range(6), HERE)
    assert frames(whole, dict.fromkeys(range(1, 6), HERE)).alike
    assert frames(dict.fromkeys(range(5), HERE), whole).alike
    assert not frames(whole, dict.fromkeys(range(2, 6), HERE)).alike
    assert 'is gone' in frames(whole, {0: HERE}).told[0][1]
    assert 'is new' in frames({0: HERE}, whole).told[0][1]


@pytest.mark.parametrize(('named', 'alike'), [({}, True), ({3}, True), ({3, 4}, False), ({1, 3, 5}, True)])
def test_a_class_may_change_one_scan_earlier_or_later_but_not_two(named, alike):
    car, truck = (dataclasses.replace(HERE, kind=kind) for kind in ('car', 'truck'))
    result = frames(dict.fromkeys(range(6), car), {number: truck if number in named else car for number in range(6)})
    assert result.alike is alike
    assert result.rows['classes of tracks'].equal == 6 - len(named)
    assert [words for _, words in result.told] == ([] if alike else ['track #1: car, now truck'])


def test_another_identity_of_the_same_body_is_the_same_body():
    comparison = Comparison(0)
    for number in range(4):
        comparison.tracks(number, {1: HERE, 2: moved(20.0)}, {7: HERE, 9: moved(20.0)}, equal=False)
        comparison.hazards(number, {1: number}, {7: number}, equal=False)
    result = comparison.finish()
    assert result.alike
    assert (result.rows['alerts'].recorded, result.rows['alerts'].new, result.rows['alerts'].within) == (3, 3, 3)


@pytest.mark.parametrize(('new', 'alike'), [
    ([0, 2, 2, 2, 0, 0], True), ([0, 0, 0, 0, 2, 0], False), ([0, 0, 2, 2, 2, 0], True), ([0, 0, 3, 2, 0, 0], False),
    ([0, 0, 0, 0, 0, 0], False), ([0, 0, 2, 2, 0, 2], False)])
def test_alerts_are_alike_within_one_scan(new, alike):
    assert levels([0, 0, 2, 2, 0, 0], new).alike is alike


def test_a_frame_on_one_side_alone_is_a_difference():
    comparison = Comparison(0)
    comparison.tracks(0, {1: HERE}, None, equal=False)
    comparison.hazards(0, {}, None, equal=False)
    assert not comparison.finish().alike


@pytest.mark.parametrize(('now', 'alike'), [(0.75, True), (0.7505, True), (0.76, False), (None, False)])
def test_close_passes_are_compared_by_their_clearance(now, alike):
    comparison = Comparison(0)
    comparison.passed(0, 0.75, now, equal=now == 0.75)
    assert comparison.finish().alike is alike


def test_an_input_that_is_used_now_and_was_not_is_told():
    comparison = Comparison(10**9)
    comparison.decided(3 * 10**9, 'imu/data', '', '')
    comparison.decided(3 * 10**9, 'imu/data', 'late', 'late')
    assert comparison.finish().same
    comparison.decided(3 * 10**9, 'radar/points', 'late', '')
    result = comparison.finish()
    assert not result.alike
    assert result.told == [(2.0, 'radar/points: recorded late, now used')]


def test_many_differences_are_counted_not_told():
    result = frames(dict.fromkeys(range(50), HERE), {n: moved(0.1) for n in range(50)})
    assert len(result.told) == MOST_TOLD
    assert result.more == 50 - MOST_TOLD
    assert result.rows['tracks'].worst == pytest.approx(0.1)
