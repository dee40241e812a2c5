"""Forward mode: the ramp's own outline and gates, eyes in front, and what comes of them in the world."""

from __future__ import annotations

import pytest

from outrider_bringup.score.play import configured
from outrider_bringup.score.trial import Job, Trial, trial
from outrider_perception.levels import NOTICE, URGENT, WARN
from outrider_sim.world import places, scenario
from outrider_sim.world.model import Rig
from outrider_sim.world.words import LEVELS


def played(text: str, facing: str = 'front', speed_mps: float = 1.0, duration_s: float = 12.0) -> Trial:
    """Return the trial of a ramp that rolls straight ahead, without images."""
    return trial(Job(scenario.parse(
        f'seed: 3\nduration_s: {duration_s}\ncamera: false\ndepth: false\n'
        f'rig: {{kind: ramp, facing: {facing}, drive: path, speed_mps: {speed_mps}}}\nactors:\n{text}')))


def levels(one: Trial) -> set[str]:
    """Return the levels that were ever said."""
    return {alert.level for alert in one.judgement.alerts}


def test_the_ramp_has_its_own_outline_and_speaks_at_walking_pace() -> None:
    ramp, bicycle = configured(Rig(kind='ramp')).hazards, configured(Rig(kind='bicycle')).hazards
    assert (ramp.outline_length_m, ramp.outline_width_m) == Rig(kind='ramp').size_m[:2] == (1.2, 0.6)
    gates = {row.level: row.min_closing_mps for row in ramp.levels}
    assert gates[WARN] == gates[URGENT] == Rig(kind='ramp').min_closing_mps == 0.8
    assert gates[NOTICE] <= 0.8
    assert all(row.min_closing_mps > 2.0 for row in bicycle.levels if row.level != NOTICE)


def test_its_eyes_look_ahead_unless_the_file_turns_them() -> None:
    ahead, behind = (places.nominal(Rig(kind='ramp', facing=facing), 'radar') for facing in ('front', 'rear'))
    assert ahead.xyz_m[0] > 0.0
    assert abs(ahead.rpy_rad[2]) < 1e-9
    assert behind.xyz_m[0] < 0.0
    assert abs(abs(behind.rpy_rad[2]) - 3.14159) < 1e-3


@pytest.mark.parametrize(('person_mps', 'at_m'), [(1.0, 15.0), (1.4, 18.0)])
def test_who_walks_into_the_ramp_is_warned_of_and_then_urgent(person_mps: float, at_m: float) -> None:
    one = played(f'  - {{id: p1, class: person, at: [{at_m}, 0.1], heading_deg: 180, speed_mps: {person_mps}}}\n',
                 speed_mps=0.8, duration_s=9.0)
    leads_s = {need.level: need.lead_s for need in one.judgement.needs}
    assert set(leads_s) == set(LEVELS[1:])
    assert leads_s['warn'] is not None
    assert leads_s['warn'] >= 2.5
    assert leads_s['urgent'] is not None
    assert leads_s['urgent'] >= 1.5
    assert one.judgement.false_alerts == ()


def test_who_goes_ahead_a_little_slower_than_the_ramp_is_nothing_to_warn_of() -> None:
    one = played('  - {id: p1, class: person, at: [5.0, 0.1], heading_deg: 0, speed_mps: 0.7}\n')
    assert levels(one) <= {LEVELS[0]}


def test_a_car_that_comes_from_behind_is_seen_by_eyes_that_look_back_only() -> None:
    car = '  - {id: car1, class: car, at: [-60, 0.5], heading_deg: 0, speed_mps: 9.0}\n'
    # With eyes behind it is warned of before it touches; with eyes in front nobody knows of it until then.
    assert 'warn' in levels(played(car, facing='rear', duration_s=8.0))
    early = played(car, facing='front', duration_s=6.5)
    assert early.judgement.alerts == ()
