"""The acts fill the time that was asked for."""

import pytest

from outrider_bringup.demo.acts import ACTS, RADAR, RAMP, Act, left_out, scene_at, schedule


def act(share, least_s=0.0):
    return Act(f'act of {share}', f'act {share}', share, lambda seen: [], least_s)


def test_one_act_has_all_the_time():
    (scene,) = schedule([act(3)], 30)
    assert (scene.number, scene.of, scene.start_s, scene.end_s) == (1, 1, 0.0, 30)


def test_three_acts_share_the_time_and_end_with_it():
    scenes = schedule([act(5), act(15), act(10)], 60)
    assert [(scene.start_s, scene.end_s) for scene in scenes] == [(0, 10), (10, 40), (40, 60)]


def test_the_scene_is_the_one_that_plays():
    scenes = schedule([act(1), act(1)], 10)
    assert [scene_at(scenes, t).number for t in (-1, 0, 4.99, 5, 10, 99)] == [1, 1, 1, 2, 2, 2]


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


@pytest.mark.parametrize(('seconds', 'acts'), [(8, [RADAR]), (17, [RADAR]), (18, [RADAR, RAMP]), (30, [RADAR, RAMP])])
def test_the_ramp_plays_where_its_course_fits(seconds, acts):
    scenes = schedule(ACTS, seconds)
    assert [scene.act for scene in scenes] == acts
    assert all(scene.end_s - scene.start_s >= scene.act.least_s for scene in scenes)
    assert scenes[-1].end_s == seconds


def test_in_a_long_demo_the_ramp_has_the_last_third():
    assert [(scene.start_s, scene.end_s) for scene in schedule(ACTS, 60)] == [(0, 40), (40, 60)]
