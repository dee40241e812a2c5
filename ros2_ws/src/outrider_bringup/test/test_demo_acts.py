"""The acts fill the time that was asked for."""

import pytest

from outrider_bringup.demo.acts import ACTS, Act, scene_at, schedule


def act(share):
    return Act(f'act of {share}', 'act', share, lambda seen: [])


def test_one_act_has_all_the_time():
    (scene,) = schedule(ACTS, 30)
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
