"""Runs with and without the camera, paired by name: where it does harm, and what it is good for."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from outrider_bringup.bench import camera_score
from outrider_bringup.errors import UserError
from outrider_bringup.score import beside
from outrider_bringup.score.trial import Trial
from outrider_sim.world.judge import Episode, Judgement, Need
from outrider_sim.world.tracking import Followed, Named


def trial(name: str, *, missed: int = 0, false: int = 0, switches: int = 0, light: str = 'day',
          named: Named | None = None) -> Trial:
    needs = tuple(Need(f'a{number}', 'warn', 0.0, None if number < missed else 3.0) for number in range(3))
    said = tuple(Episode(1.0, 2.0, 'warn', (0.0, 0.0), None) for _ in range(false))
    judgement = Judgement((), (), needs, said, ())
    return Trial(name, light, 60.0, {}, judgement, Followed(1.0, math.nan, 0.5, switches, 0.0, 0.0, named or Named()),
                 (1.0, 2.0), 100, {})


@pytest.fixture
def library(monkeypatch):
    """Play what a test lays down instead of the files."""
    played: dict[tuple[str, ...], list[Trial]] = {}
    monkeypatch.setattr(camera_score, '_played', played)
    return played


def no(text: str) -> None:
    """Say nothing."""


def test_runs_are_paired_by_name_and_those_of_one_side_only_are_left_out():
    both = beside.pairs([trial('b'), trial('a', switches=2)], [trial('a', switches=3), trial('c')])
    assert [(one.sees.name, beside.switches(one.sees), beside.switches(one.blind)) for one in both] == [('a', 2, 3)]


def test_worse_is_where_a_count_is_larger_with_the_camera():
    both = beside.pairs([trial('a', missed=1), trial('b', missed=1), trial('c')],
                        [trial('a', missed=1), trial('b'), trial('c', missed=2)])
    assert [one.sees.name for one in beside.worse(both, beside.missed)] == ['b']
    assert beside.told(beside.worse(both, beside.missed), beside.missed) == 'b 1 (without 0)'


def test_files_in_which_the_camera_does_harm_are_counted_and_named(library):
    library[()] = [trial('a', false=1, light='night'), trial('b', missed=1), trial('c', false=1)]
    library['camera',] = [trial('a'), trial('b'), trial('c', false=2)]
    missed, false = camera_score.harm(no)
    assert (missed.value, missed.detail) == (1, 'b 1 (without 0)')
    assert (false.value, false.detail) == (1, 'a 1 (without 0)')
    assert false.extra['at_night'] == 1.0


def test_changes_of_identity_are_held_against_none_more_and_half_of_many(library):
    library[()] = [trial('a', switches=4), trial('b', switches=6), trial('c', switches=1)]
    library['camera',] = [trial('a', switches=5), trial('b', switches=6), trial('c')]
    library['camera', 'depth'] = [trial('a', switches=12), trial('b', switches=10), trial('c', switches=9)]
    more, left = camera_score.identities(no)
    assert (more.value, more.detail) == (1, 'c 1 (without 0)')
    assert left.value == pytest.approx(60.0)
    assert more.extra == {'with': 11.0, 'without_camera': 11.0, 'radar_alone': 31.0}


def test_without_many_changes_nothing_has_to_be_halved(library):
    library[()] = library['camera',] = library['camera', 'depth'] = [trial('a', switches=9)]
    more, left = camera_score.identities(no)
    assert (more.value, left.value) == (0, 0.0)
    assert left.detail == 'no file has 10 by radar alone'


def test_classes_are_those_of_day_with_a_camera_that_is_whole(library, monkeypatch):
    files = [replace(one, faults=()) for one in camera_score.library()[:1]]
    day, night = replace(files[0], name='d'), replace(files[0], name='n')
    monkeypatch.setattr(camera_score, 'library', lambda: [day, night, replace(day, name='blind', sensors=('radar',))])
    library[()] = [trial('d', named=Named({'car': {'car': 9, 'truck': 1}}, 4, 3)),
                   trial('n', light='night', named=Named({'car': {'truck': 5}}, 1, 0)),
                   trial('blind', named=Named({'car': {'unknown': 50}}, 9, 0))]
    tracks, instants = camera_score.classes(no)
    assert (tracks.value, instants.value) == (pytest.approx(75.0), pytest.approx(90.0))
    assert instants.detail == '10 instants; car as truck 1'
    assert tracks.extra['night_percent'] == 0.0


def test_where_nobody_comes_near_no_class_is_told(library):
    library[()] = []
    with pytest.raises(UserError, match='nobody came within 20 m'):
        camera_score.classes(no)


def test_a_camera_that_fails_or_is_absent_in_a_file_is_no_judge_of_classes():
    whole = {one.name: camera_score.sees(one) for one in camera_score.library()}
    assert not any(whole[name] for name in ('camera_absent', 'camera_covered', 'camera_frozen'))
    assert whole['road_busy_minute']


def test_the_library_is_played_once_for_each_rig(library, monkeypatch):
    asked = []

    def trials(jobs):
        asked.append(jobs)
        return [trial(job.scenario.name) for job in jobs]

    monkeypatch.setattr(camera_score, 'trials', trials)
    said: list[str] = []
    camera_score.harm(said.append)
    camera_score.identities(said.append)
    assert [jobs[0].without for jobs in asked] == [(), ('camera',), ('camera', 'depth')]
    assert len(asked[0]) == len(camera_score.library())
    assert 'without camera and depth' in said[-1]
