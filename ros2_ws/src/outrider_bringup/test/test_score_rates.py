"""Rates over trials made by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from outrider_bringup.score.rates import by_class, named, rates, summary
from outrider_bringup.score.trial import Trial
from outrider_sim.world.judge import Episode, Judgement, Logged, Need
from outrider_sim.world.tracking import Followed, Named
from outrider_sim.world.truth import Approach


def trial(*, kind: str = 'car', closing: float = 10.0, clearance: float = 0.9,
          needs: dict[str, float | None] | None = None, said: tuple[str, ...] = (), false: tuple[str, ...] = (),
          logged: tuple[float, ...] = (), light: str = 'day', visible_s: float = 9.0, minutes: float = 1.0) -> Trial:
    truth = Approach('a', 6.0, clearance, '', closing, clearance < 1.5)
    judgement = Judgement(
        (truth,), tuple(Episode(1.0, 2.0, level, (0.0, 0.0), 'a') for level in said),
        tuple(Need('a', level, 0.0, lead) for level, lead in (needs or {}).items()),
        tuple(Episode(1.0, 2.0, level, (0.0, 0.0), None, 'a') for level in false),
        tuple(Logged('a', 6.0, off + clearance, clearance) for off in logged))
    return Trial('one', light, 60.0 * minutes, {'a': kind}, judgement, Followed(1.0, math.nan, 0.5, 2, 0.0, 0.0),
                 (1.0, 2.0), 100, {'a': visible_s})


def test_the_summary_is_over_all_required_warns():
    told = summary([trial(needs={'warn': 4.0}), trial(needs={'warn': 2.0, 'urgent': None}), trial(needs={'warn': None}),
                    trial(false=('notice', 'warn', 'urgent', 'warn'), minutes=17.0)])
    assert told == {'required': 3, 'recall': pytest.approx(2 / 3), 'lead_s': {'p5': pytest.approx(2.1), 'p50': 3.0},
                    'false_urgent': 1, 'false_warn_per_10min': pytest.approx(3 / 2.0)}


def test_without_a_required_warn_there_is_no_recall():
    assert summary([trial()])['recall'] is None


@pytest.mark.parametrize(('kind', 'closing', 'plain'), [
    ('car', 3.0, True), ('truck', 20.0, True), ('bus', 10.0, True), ('car', 20.1, False), ('car', 2.9, False),
    ('motorcycle', 10.0, False), ('bicycle', 4.0, False), ('scooter', 4.0, False)])
def test_weaker_or_faster_bodies_are_told_apart(kind, closing, plain):
    told = rates([trial(kind=kind, closing=closing, needs={'warn': 3.0})])
    assert (told['plain']['required'], told['weaker_or_faster']['required']) == ((1, 0) if plain else (0, 1))


def test_leads_are_early_from_two_and_a_half_seconds_on():
    told = rates([trial(needs={'warn': lead}) for lead in (2.4, 2.5, 4.0, None)])['plain']
    assert told['early'] == {'leads': 3, 'share': pytest.approx(2 / 3), 'in_runs': 3}
    assert told['recall'] == pytest.approx(3 / 4)


def test_classes_are_told_one_by_one():
    told = by_class([trial(needs={'warn': 3.0}), trial(kind='dog', needs={'warn': None}), trial(kind='bus')])
    assert list(told) == ['car', 'dog']
    assert (told['car']['recall'], told['dog']['recall']) == (1.0, 0.0)


def test_urgents_count_where_the_contact_was_visible_for_3_s():
    told = rates([trial(needs={'warn': 4.0, 'urgent': 1.5}), trial(needs={'urgent': 1.4}),
                  trial(needs={'urgent': None}), trial(needs={'urgent': None}, visible_s=2.9)])['urgent_before_contact']
    assert told['contacts'] == 3
    assert told['share'] == pytest.approx(1 / 3)
    assert told['recall'] == pytest.approx(2 / 3)


def test_passes_that_were_warned_of_are_counted_by_bands():
    told = rates([trial(clearance=2.8, said=('notice', 'warn')), trial(clearance=3.2, said=('notice',)),
                  trial(clearance=3.3, said=('warn',)), trial(clearance=4.0)])['warned_passes']
    assert told['2.8..3.2 m'] == {'passes': 2, 'share': 0.5, 'in_runs': 2}
    assert told['3.8..4.2 m'] == {'passes': 1, 'share': 0.0, 'in_runs': 1}


def test_urgents_beyond_2_and_a_half_metres_are_counted():
    told = rates([trial(clearance=2.6, said=('urgent',)), trial(clearance=2.5, said=('urgent',)), trial(clearance=5.0)])
    assert told['urgent_beyond_2.5_m'] == 1
    assert told['passes_beyond_2.5_m'] == 2


def test_clearances_are_told_by_day_and_night():
    told = rates([trial(logged=(0.1,)), trial(logged=(-0.3,)), trial(), trial(logged=(0.2,), light='night'),
                  trial(clearance=2.0, logged=(0.1,))])['close_passes']
    assert told['day'] == {'passes': 3, 'measured': 2, 'logged': pytest.approx(2 / 3), 'bias_m': pytest.approx(-0.1),
                           'rms_m': pytest.approx(0.05 ** 0.5)}
    assert told['night']['bias_m'] == pytest.approx(0.2)


def test_figures_of_tracks_are_means_over_what_is_known():
    told = rates([trial(), trial()])
    names = 'gospa_m', 'position_rmse_m', 'speed_rmse_mps', 'id_switches'
    assert [told[name] for name in names] == [1.0, None, 0.5, 4]


def called(light: str, *, tracks: int, right: int, **said: int) -> Trial:
    one = trial(light=light)
    return replace(one, followed=replace(one.followed, named=Named({'car': said}, tracks, right)))


def test_classes_that_are_right_are_shares_of_instants_and_of_tracks():
    runs = [called('day', car=6, truck=2, tracks=2, right=1), called('day', car=10, unknown=2, tracks=2, right=2)]
    assert named(runs) == {'instants': 20, 'right': pytest.approx(0.8), 'tracks': 4,
                           'tracks_right': pytest.approx(0.75), 'wrong': {'car': {'truck': 2, 'unknown': 2}}}


def test_classes_are_told_for_each_light():
    told = rates([called('day', car=6, tracks=1, right=1), called('night', truck=4, tracks=1, right=0)])['named']
    assert (told['day']['right'], told['night']['right']) == (1.0, 0.0)
    assert told['dusk'] == {'instants': 0, 'right': None, 'tracks': 0, 'tracks_right': None, 'wrong': {}}
