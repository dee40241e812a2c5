"""The acts fill the time that was asked for."""

import pytest

from outrider_bringup.demo.acts import (
    ACTS,
    CAR,
    EYES_START_S,
    NEXT_ROAD_S,
    RADAR,
    RAMP,
    TOUR,
    Act,
    left_out,
    schedule,
    whole_s,
)
from outrider_bringup.paths import checkout
from outrider_sim.world.scenario import load


def act(share, least_s=0.0):
    return Act(f'act of {share}', f'act {share}', share, lambda seen: [], least_s)


def test_one_act_has_all_the_time():
    (scene,) = schedule([act(3)], 30)
    assert (scene.number, scene.of, scene.start_s, scene.end_s) == (1, 1, 0.0, 30)


def test_three_acts_share_the_time_and_end_with_it():
    scenes = schedule([act(5), act(15), act(10)], 60)
    assert [(scene.start_s, scene.end_s) for scene in scenes] == [(0, 10), (10, 40), (40, 60)]


@pytest.mark.parametrize(('acts', 'seconds'), [([], 30), (ACTS, 0), ([act(0)], 30)])
def test_nothing_to_play_is_refused(acts, seconds):
    with pytest.raises(ValueError, match='cannot fill'):
        schedule(acts, seconds)


def test_no_act_gets_less_than_it_needs_and_the_others_share_the_rest():
    scenes = schedule([act(5), act(15), act(10, 16)], 30)
    assert [(scene.start_s, scene.end_s) for scene in scenes] == [(0, 3.5), (3.5, 14), (14, 30)]
    assert [scene.end_s for scene in schedule([act(5, 4), act(15, 8), act(10, 16)], 28)] == [4, 12, 28]


def test_an_act_without_room_is_left_out_in_one_sentence_and_the_first_never():
    acts = [act(5, 4), act(15, 8), act(10, 16)]
    assert [scene.act for scene in schedule(acts, 27)] == acts[:2]
    assert left_out(acts, 27) == 'Left out for want of time: act 10. All of it takes 28 s.'
    assert [scene.act for scene in schedule(acts, 1)] == acts[:1]
    assert left_out(acts, 1) == 'Left out for want of time: act 15 and act 10. All of it takes 28 s.'
    assert left_out(acts, 28) == ''


@pytest.mark.parametrize(('seconds', 'acts'), [
    (8, [RADAR]), (14, [RADAR]), (15, [RADAR, CAR]), (29, [RADAR, CAR]), (30, [RADAR, CAR, RAMP])])
def test_an_act_plays_where_it_fits(seconds, acts):
    scenes = schedule(ACTS, seconds)
    assert [scene.act for scene in scenes] == acts
    assert all(scene.end_s - scene.start_s >= scene.act.least_s for scene in scenes)
    assert scenes[-1].end_s == pytest.approx(seconds)


def test_in_a_long_demo_a_scenario_lasts_as_long_as_it_lasts():
    ends = [scene.end_s for scene in schedule(ACTS, 60)]
    assert ends[1] - ends[0] == CAR.least_s
    assert ends[2] - ends[1] == pytest.approx(2 * ends[0])


def test_the_tour_takes_two_minutes_and_knows_how_long_its_scenarios_last():
    assert 110 < whole_s(TOUR) <= 120
    assert TOUR[0].title == RADAR.title
    assert TOUR[-1] is RAMP
    for act in TOUR[1:-1]:
        duration_s = load(checkout() / 'config' / 'scenarios' / f'{act.scenario}.yaml').duration_s
        assert act.least_s == pytest.approx(duration_s + (EYES_START_S if act is CAR else NEXT_ROAD_S))
