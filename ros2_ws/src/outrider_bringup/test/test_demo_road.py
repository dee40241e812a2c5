"""What the rider was told on the road, against the truth."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from outrider_bringup.demo import road_rows
from outrider_bringup.demo.journal import Written
from outrider_bringup.demo.road import EYE, Alert, Played, Road
from outrider_bringup.paths import checkout
from outrider_sim.world.scenario import load

BEGUN_NS = 1_000_000_000_000
SCENARIO = load(checkout() / 'config' / 'scenarios' / 'demo_car.yaml')


def ns(t_s: float) -> int:
    return BEGUN_NS + round(t_s * 1e9)


def played(**more: object) -> Played:
    return Played(SCENARIO, BEGUN_NS, ns(SCENARIO.duration_s), **more)  # type: ignore[arg-type]


TRUTH = played().approaches()['car']
WORLD = played().world()


def alert(t_s: float, level: int = 2) -> Alert:
    """An alert that tells where the car truly is."""
    snapshot = WORLD.at(t_s)
    return Alert(ns(t_s), level, (float(snapshot.xy[0, 0]) - snapshot.rider.x + 2.0, 2.15))


def row(rows: list, name: str):  # type: ignore[no-untyped-def,type-arg]
    return next(one for one in rows if one.name == name)


def told_from(lead_s: float, level: int = 2) -> list[Alert]:
    assert TRUTH.t_ca_s is not None
    return [alert(TRUTH.t_ca_s - lead_s + step / 20, level) for step in range(round(lead_s * 20))]


def test_a_warning_in_time_is_shown_with_its_lead_and_distance() -> None:
    got = row(road_rows.rows(played(alerts=told_from(3.0))), 'warned of car')

    assert got.verdict == 'ok'
    assert got.figures['lead_s'] == pytest.approx(3.0, abs=0.01)
    assert got.figures['first_warned_m'] == pytest.approx(3.0 * 11.17, abs=3.0)


@pytest.mark.parametrize('alerts', [[], told_from(2.0), told_from(3.0, level=1), told_from(3.0)[:30]])
def test_no_warning_or_one_too_late_or_too_low_or_not_kept_fails(alerts: list[Alert]) -> None:
    assert row(road_rows.rows(played(alerts=alerts)), 'warned of car').verdict == 'FAILED'


def test_a_warning_about_nobody_is_counted_as_false() -> None:
    false = Alert(ns(2.0), 3, (-20.0, -8.0))

    assert row(road_rows.rows(played(alerts=[*told_from(3.0), false])), 'false warnings').figures[
        'false_warnings'] == 1


@pytest.mark.parametrize(('passes', 'verdict'), [
    ([(0.0, 0.05)], 'ok'), ([(0.0, -0.3)], 'ok'), ([(0.0, 0.6)], 'FAILED'), ([(2.0, 0.0)], 'FAILED'), ([], 'FAILED')])
def test_the_logged_pass_is_held_against_the_truth(passes: list[tuple[float, float]], verdict: str) -> None:
    assert TRUTH.t_ca_s is not None
    logged = [(ns(TRUTH.t_ca_s + late_s), TRUTH.clearance_m + off_m) for late_s, off_m in passes]

    assert row(road_rows.rows(played(passes=logged)), 'pass of car').verdict == verdict


@pytest.mark.parametrize(('after_s', 'verdict'), [(1.1, 'ok'), (1.8, 'over'), (3.5, 'FAILED'), (None, 'FAILED')])
def test_no_data_has_to_be_said_soon_after_the_cable_is_out(after_s: float | None, verdict: str) -> None:
    said = None if after_s is None else ns(6.6 + after_s)

    assert row(road_rows.rows(played(no_data_ns=said)), 'NO DATA').verdict == verdict


def test_a_play_that_was_cut_short_judges_nothing_that_had_not_come() -> None:
    short = Played(SCENARIO, BEGUN_NS, ns(2.0))

    assert {one.verdict for one in road_rows.rows(short) if one.must} == {'-', 'ok'} - {'ok'}


def test_delays_are_counted_from_the_frame_that_the_stamp_belongs_to() -> None:
    frames = [Written(ns(0.05 * n), 20) for n in range(1, 101)]
    arrivals = [(one.written_ns - 2_000_000, one.written_ns + 4_000_000) for one in frames]
    got = row(road_rows.rows(played(written=frames, arrivals=arrivals)), 'byte to hazard')

    assert got.figures['road_latency_p50_ms'] == pytest.approx(4.0)


def test_what_the_drivers_lost_is_named() -> None:
    camera = {'colour/s': '15.0', 'depth/s': '15.0', 'gyro/s': '400.1', 'colour lost': '2', 'gyro dropped': '1'}
    got = row(road_rows.rows(played(devices={'camera': camera})), 'camera, IMU')

    assert got.measured == 'colour 15/s, depth 15/s, imu 400/s, 3 lost'
    assert got.verdict == 'over'


def test_no_data_counts_only_from_the_moment_when_the_cable_is_out(tmp_path: Path) -> None:
    launch = checkout() / 'launch' / 'bicycle.launch.yaml'
    scenarios, rig = checkout() / 'config' / 'scenarios', checkout() / 'config' / 'rigs' / 'bicycle.yaml'
    road = Road(launch, tmp_path, scenarios / 'demo_car.yaml', rig)
    plan = road.prepare({'fusion'})

    assert {spec.name for spec in plan.processes} - {EYE} == {'world', 'radar', 'camera', 'gps'}
    road.told_nothing()
    assert road.no_data_ns is None
    for age_s, told in ((5.0, False), (7.0, True)):
        road._begun_ns = None
        (tmp_path / 'world.json').write_text(json.dumps({'begin_ns': time.time_ns() - round(age_s * 1e9)}))
        road.told_nothing()
        assert (road.no_data_ns is not None) is told
