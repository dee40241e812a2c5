"""The judge on alerts made by hand: each row of the contract's table, and each of its rules."""

from __future__ import annotations

import pytest

from outrider_sim.world import scenario
from outrider_sim.world.judge import Alert, Judgement, Pass, judge
from outrider_sim.world.world import World

RIDER_MPS, START_M = 5.0, 60.0
STEP_S = 1 / 16  # exact in binary: a silence of just one second is just that
CAR = 'size_m: [4.5, 1.8, 1.5]'


def world(clearance_m: float = 0.9, *, closing: float = 10.0, expect: str = '', more: str = '', rig: str = '',
          duration_s: float = 12.0) -> World:
    """One car comes from behind on the left; half lengths 0.9 and 2.25 m, half widths 0.35 and 0.9 m."""
    y = 0.35 + clearance_m + 0.9
    return World(scenario.parse(
        f'duration_s: {duration_s}\nrig: {{{rig or f"speed_mps: {RIDER_MPS}"}}}\nactors:\n'
        f'  - {{id: car1, class: car, at: [{-START_M}, {y}], speed_mps: {RIDER_MPS + closing}, {CAR}}}\n'
        f'{more}\nexpect: {{{expect}}}'))


def about(level: str, begin_s: float, end_s: float, *, clearance_m: float = 0.9, closing: float = 10.0,
          off_y: float = 0.0) -> list[Alert]:
    """Say `level` about the car's front edge, or `off_y` m left of it, from begin to end, 16 times a second."""
    return [Alert(t_s, level, (-START_M + 2.25 + closing * t_s, 0.35 + clearance_m + off_y))
            for t_s in (begin_s + STEP_S * step for step in range(round((end_s - begin_s) / STEP_S) + 1))]


def levels_false(judged: Judgement) -> list[str]:
    return [one.level for one in judged.false_alerts]


def missed(judged: Judgement) -> list[str]:
    return [need.level for need in judged.needs if need.lead_s is None]


# The table: clearance, closing speed; which levels are false, which are missed where nothing is said.

@pytest.mark.parametrize(('clearance_m', 'closing', 'false', 'needed'), [
    (0.9, 2.9, ['warn', 'urgent'], []),            # closing below 3 m/s throughout
    (3.05, 10.0, ['warn', 'urgent'], []),
    (-0.2, 10.0, [], ['warn', 'urgent']),          # contact
    (-0.2, 2.9, ['warn', 'urgent'], []),           # the first row that fits holds
    (0.9, 10.0, [], ['warn']),
    (1.45, 10.0, [], ['warn']),
    (1.55, 10.0, [], []),
    (2.45, 10.0, [], []),
    (2.55, 10.0, ['urgent'], []),
    (2.95, 10.0, ['urgent'], []),
])
def test_each_row_of_the_table(clearance_m, closing, false, needed):
    one = world(clearance_m, closing=closing, duration_s=30.0)
    assert missed(judge(one, [])) == needed
    found = []
    for level in ('notice', 'warn', 'urgent'):
        found += levels_false(judge(one, about(level, 2.0, 3.0, clearance_m=clearance_m, closing=closing)))
    assert found == false


def test_who_has_no_closest_approach_may_have_a_notice_alone():
    one = world(0.9, closing=10.0, duration_s=4.0)  # it is still coming at the end
    for level, false in (('notice', []), ('warn', ['warn']), ('urgent', ['urgent'])):
        assert levels_false(judge(one, about(level, 1.0, 2.0))) == false


def test_a_ramp_is_warned_of_slower_bodies():
    ramp = 'kind: ramp, facing: front, speed_mps: 1.0'
    person = 'actors: [{id: p1, class: person, at: [8, 1.0], heading_deg: 180, speed_mps: 0.5}]'
    one = World(scenario.parse(f'duration_s: 10\nrig: {{{ramp}}}\n{person}'))
    assert missed(judge(one, [])) == ['warn']


@pytest.mark.parametrize('level', ['notice', 'warn', 'urgent'])
def test_what_is_about_a_thing_or_about_nothing_is_false(level):
    parked = 'things: [{kind: parked_cars, from: [20, -4], to: [20, -4]}]'
    # Far from the car, beside the parked one; and with no thing at all.
    for more, nearest in ((parked, 'parked_cars'), ('', 'car1')):
        [one] = judge(world(2.0, more=more), [Alert(1.0, level, (15.0, -3.0))]).false_alerts
        assert (one.level, one.nearest, one.actor) == (level, nearest, None)


def test_a_thing_in_a_ramps_own_path_may_be_alerted_at_any_level():
    one = World(scenario.parse('duration_s: 4\nrig: {kind: ramp, facing: front, speed_mps: 1}\n'
                               'things: [{kind: wall, from: [9, -2], to: [9, 2]}, '
                               '{kind: wall, from: [0, 5], to: [9, 5]}]'))
    assert judge(one, [Alert(1.0, 'urgent', (8.0, 0.0))]).ok
    assert levels_false(judge(one, [Alert(1.0, 'notice', (4.0, 5.0))])) == ['notice']


# Owners

def test_an_alert_belongs_to_whom_it_is_within_2_m_and_5_per_cent_of_the_range():
    for range_m, radius_m in ((10.0, 2.5), (40.0, 4.0)):
        t_s = (START_M - 2.25 - range_m) / 10.0
        for off, own in ((radius_m - 0.1, True), (radius_m + 0.15, False)):
            judged = judge(world(), about('warn', t_s, t_s, off_y=-off))
            assert (levels_false(judged) == []) == own, (range_m, off)
            assert [one.actor for one in judged.alerts if one.level == 'warn'] == (['car1'] if own else [])


def test_of_two_the_nearer_one_owns_it():
    more = f'  - {{id: car2, class: car, at: [-75, 2.15], speed_mps: 15, {CAR}}}'
    judged = judge(world(more=more), about('warn', 2.0, 6.5))
    assert {one.actor for one in judged.alerts} == {'car1'}
    assert [(need.actor, need.level) for need in judged.needs if need.lead_s is None] == [('car2', 'warn')]


# Leads and episodes: t_ca is 5.64 s.

def lead(judged: Judgement, level: str = 'warn') -> float | None:
    [need] = [one for one in judged.needs if one.level == level]
    return need.lead_s


def test_a_lead_counts_from_the_beginning_of_the_unbroken_episode():
    said = about('warn', 1.0, 1.5) + about('warn', 2.5, 3.0) + about('warn', 4.0, 5.5)
    [truth] = judge(world(), []).actors
    assert truth.t_ca_s == pytest.approx(5.64, abs=0.06)
    # From 1.5 to 2.5 s and from 3 to 4 s it is silent for one second: no gap.
    assert lead(judge(world(), said)) == pytest.approx(truth.t_ca_s - 1.0)
    later = about('warn', 1.0, 1.5) + about('warn', 2.5625, 5.5)
    assert lead(judge(world(), later)) == pytest.approx(truth.t_ca_s - 2.5625)


def test_an_episode_that_ended_more_than_a_second_before_counts_for_nothing():
    assert missed(judge(world(), about('warn', 1.0, 4.5))) == ['warn']
    assert missed(judge(world(), about('warn', 1.0, 4.75))) == []


def test_a_warning_that_begins_when_it_is_over_is_missed():
    assert missed(judge(world(), about('warn', 5.8, 6.6))) == ['warn']


def test_a_lower_level_is_no_warning_and_a_higher_one_is():
    assert missed(judge(world(), about('notice', 1.0, 6.0))) == ['warn']
    assert lead(judge(world(), about('warn', 1.0, 3.0) + about('urgent', 3.0, 6.0))) == pytest.approx(4.64, abs=0.06)


def test_contact_needs_urgent_too():
    said = about('warn', 1.0, 6.0, clearance_m=-0.2)
    assert missed(judge(world(-0.2), said)) == ['urgent']
    assert judge(world(-0.2), said + about('urgent', 4.0, 6.0, clearance_m=-0.2)).ok


@pytest.mark.parametrize(('least_s', 'ok'), [(4.5, True), (4.8, False)])
def test_a_lead_that_is_shorter_than_the_file_asks_is_not_ok(least_s, ok):
    expect = f'warn: [{{actor: car1, level: warn, lead_s: {least_s}}}]'
    judged = judge(world(expect=expect), about('warn', 1.0, 6.0))
    assert judged.ok == ok
    assert ok or f'expected {least_s} s' in judged.why[0]


def test_alerts_are_told_by_level_or_above():
    judged = judge(world(), about('warn', 2.0, 4.0) + about('urgent', 4.0, 6.0))
    spans = {one.level: (round(one.t_s, 2), round(one.until_s, 2)) for one in judged.alerts}
    assert spans == {'notice': (2.0, 6.0), 'warn': (2.0, 6.0), 'urgent': (4.0, 6.0)}


def test_false_alerts_are_merged_over_silences_of_a_second():
    far = {'clearance_m': 3.5}
    once = about('warn', 1.0, 2.0, **far) + about('urgent', 3.0, 3.5, **far)
    [one] = judge(world(3.5), once).false_alerts
    assert (one.level, round(one.t_s, 2), round(one.until_s, 2)) == ('urgent', 1.0, 3.5)
    assert levels_false(judge(world(3.5), about('warn', 1.0, 2.0, **far) + about('warn', 3.0625, 3.5, **far))) == [
        'warn', 'warn']


# What a file says beyond the table

@pytest.mark.parametrize(('level', 'false'), [('none', ['notice', 'warn', 'urgent']), ('notice', ['warn', 'urgent']),
                                              ('warn', ['urgent']), ('urgent', [])])
def test_at_most_comes_before_the_table(level, false):
    one = world(2.0, expect=f'at_most: [{{actor: car1, level: {level}}}]')
    assert [name for name in ('notice', 'warn', 'urgent')
            if levels_false(judge(one, about(name, 2.0, 3.0, clearance_m=2.0)))] == false


def test_quiet_means_no_alert_of_any_level_of_anybody():
    one = world(2.0, expect='quiet: true')
    assert judge(one, []).ok
    assert levels_false(judge(one, about('notice', 2.0, 3.0, clearance_m=2.0))) == ['notice']
    ramp = World(scenario.parse('duration_s: 4\nrig: {kind: ramp, facing: front, speed_mps: 1}\nexpect: {quiet: true}\n'
                                'things: [{kind: wall, from: [9, -2], to: [9, 2]}]'))
    assert levels_false(judge(ramp, [Alert(1.0, 'notice', (8.0, 0.0))])) == ['notice']


@pytest.mark.parametrize(('logged', 'says'), [
    ([Pass(5.7, 1.2, (0.0, 1.2))], None),
    ([Pass(5.7, 1.35, (0.0, 1.2))], 'logged with 1.35 m, it had 0.90 m, expected within 0.4 m'),
    ([Pass(5.7, 0.45, (0.0, 1.2))], 'logged with 0.45 m'),
    ([Pass(5.7, 0.9, (0.0, -8.0))], 'is not logged'),       # nobody's
    ([Pass(5.7, 0.9, None)], 'is not logged'),
    ([], 'is not logged'),
    ([Pass(5.0, 3.0, (-7.0, 1.2)), Pass(5.7, 0.9, (0.0, 1.2))], None),  # of two the one nearest to t_ca
])
def test_a_listed_close_pass_is_logged_within_its_bound(logged, says):
    expect = 'close_pass: [{actor: car1, within_m: 0.4}]'
    judged = judge(world(expect=expect), about('warn', 1.0, 6.0), logged)
    assert judged.ok if says is None else says in judged.why[0]
    assert [one.truth_m for one in judged.close_passes if one.actor] == [
        pytest.approx(0.9, abs=1e-6) for one in judged.close_passes if one.actor]


def test_a_close_pass_that_no_file_lists_is_told_and_not_judged():
    judged = judge(world(2.0), [], [Pass(5.7, 1.4, (0.0, 2.35))])
    assert judged.ok
    assert judged.close_passes[0].truth_m == pytest.approx(2.0, abs=1e-6)


@pytest.mark.parametrize(('expect', 'says'), [
    ('no_contact: true', 'a thing was touched'), ('stop_before_m: 0.5', 'came within'),
    ('arrive_m: 30', 'far, expected')])
def test_the_machines_own_motion_is_judged_too(expect, says):
    one = World(scenario.parse('duration_s: 12\nrig: {kind: ramp, facing: front, speed_mps: 1}\n'
                               f'things: [{{kind: wall, from: [9, -2], to: [9, 2]}}]\nexpect: {{{expect}}}'))
    assert any(says in why for why in judge(one, []).why)
