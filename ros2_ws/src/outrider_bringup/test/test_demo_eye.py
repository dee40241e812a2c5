"""The class that the rider is told, against the truth, and what looking costs."""

from __future__ import annotations

import pytest

from outrider_bringup.demo import eye_rows, rows
from outrider_bringup.demo.costs import Costs
from outrider_bringup.demo.road import EYE, Played, Road
from outrider_bringup.paths import checkout
from outrider_sim.world.scenario import load

BEGUN_NS = 1_000_000_000_000
CONFIG = checkout() / 'config'
SCENARIO = load(CONFIG / 'scenarios' / 'demo_car.yaml')
WORLD = Played(SCENARIO, BEGUN_NS, 0).world()
PASSES_S = Played(SCENARIO, BEGUN_NS, 0).approaches()['car'].t_ca_s or 0.0
UNKNOWN, CAR, TRUCK = 0, 1, 2


def ns(t_s: float) -> int:
    return BEGUN_NS + round(t_s * 1e9)


def where(t_s: float) -> tuple[float, float]:
    """Where the car truly is, base_link."""
    snapshot = WORLD.at(t_s)
    return float(snapshot.xy[0, 0]) - snapshot.rider.x, 2.15


def told(classes: list[tuple[float, int]]) -> list:  # type: ignore[type-arg]
    """The car's track 20 times a second; `classes`: from when on it is called what."""
    said = []
    for step in range(int(PASSES_S * 20)):
        t_s = step / 20
        kind = next((kind for since_s, kind in reversed(classes) if t_s >= since_s), None)
        if kind is not None:
            said.append((ns(t_s), [(kind, *where(t_s)), (TRUCK, -12.0, -9.0)]))
    return said


def row(**more: object):  # type: ignore[no-untyped-def]
    (got,) = eye_rows.class_rows(Played(SCENARIO, BEGUN_NS, ns(SCENARIO.duration_s), **more))  # type: ignore[arg-type]
    return got


def at_m(t_s: float) -> float:
    return float((where(t_s)[0] ** 2 + where(t_s)[1] ** 2) ** 0.5)


def test_a_class_is_told_with_the_distance_from_which_on_it_stays() -> None:
    got = row(named=told([(1.0, UNKNOWN), (1.5, CAR), (1.6, TRUCK), (2.0, CAR)]))

    assert got.figures['class_named_m'] == pytest.approx(at_m(2.0), abs=0.1)
    assert (got.measured, got.verdict) == (f'car at {at_m(2.0):.0f} m, until it passed', 'ok')


@pytest.mark.parametrize(('classes', 'words', 'verdict'), [
    ([(0.0, UNKNOWN)], 'never', 'over'), ([], 'never', 'over'), ([(0.0, TRUCK)], 'truck, and it is a car', 'FAILED'),
    ([(0.0, CAR), (PASSES_S - 0.3, UNKNOWN)], 'something, and it is a car', 'over')])
def test_another_name_fails_and_none_or_a_late_one_is_over_the_limit(classes: list[tuple[float, int]], words: str,
                                                                     verdict: str) -> None:
    got = row(named=told(classes))

    assert (got.measured, got.verdict) == (words, verdict)


def test_a_name_that_comes_nearer_than_its_limit_is_over_it() -> None:
    assert row(named=told([(0.0, UNKNOWN), (PASSES_S - 0.5, CAR)])).verdict == 'over'


def test_a_play_that_was_cut_short_judges_no_class() -> None:
    (got,) = eye_rows.class_rows(Played(SCENARIO, BEGUN_NS, ns(2.0), named=told([(0.0, CAR)])))

    assert (got.verdict, got.must) == ('-', False)


def test_a_class_of_each_of_several_is_named_by_its_actor() -> None:
    platoon = load(CONFIG / 'scenarios' / 'platoon_three_cars.yaml')
    names = [one.name for one in eye_rows.class_rows(Played(platoon, BEGUN_NS, ns(platoon.duration_s)))]

    assert len(names) > 1
    assert all(name.startswith('class of ') for name in names)


def test_without_weights_the_demo_says_so_in_a_row_and_plays_on(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr('outrider_bringup.demo.road.default_weights', lambda: tmp_path / 'detector.onnx')
    road = Road(checkout() / 'launch' / 'bicycle.launch.yaml', tmp_path / 'run', CONFIG / 'scenarios' / 'demo_car.yaml',
                CONFIG / 'rigs' / 'bicycle.yaml')
    plan = road.prepare({'fusion'})

    assert EYE not in {spec.name for spec in plan.processes}
    assert road.ready({'radar': {'listeners': '3'}, 'camera': {}, 'gps': {}})
    got = row(blind=road.blind)
    assert got.measured.startswith(f'no detector: there is no {tmp_path}/detector.onnx')
    assert (got.verdict, got.must) == ('-', False)


def test_a_web_page_in_the_place_of_weights_is_named(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / 'detector.onnx').write_text('<!DOCTYPE html><html>' + 'x' * 2000)
    monkeypatch.setattr('outrider_bringup.demo.road.default_weights', lambda: tmp_path / 'detector.onnx')
    road = Road(checkout() / 'launch' / 'bicycle.launch.yaml', tmp_path / 'run', CONFIG / 'scenarios' / 'demo_car.yaml',
                CONFIG / 'rigs' / 'bicycle.yaml')

    assert 'is a web page' in road.blind


def test_what_one_process_costs_is_told_apart_from_the_whole(spawn) -> None:  # type: ignore[no-untyped-def]
    busy = spawn('sh', '-c', 'echo begun; while :; do :; done')
    busy.says('begun')
    costs = Costs()
    for now_s in range(3):
        costs.take(float(now_s), [busy.popen.pid], busy.popen.pid)
    whole, apart = costs.cost(), costs.apart()

    assert whole is not None
    assert apart is not None
    assert (apart.processes, apart.pss_mb) == (1, whole.pss_mb)
    assert Costs().apart() is None


def test_the_detector_has_a_row_of_its_own_with_its_limits() -> None:
    seen = rows.Seen([], cost=rows.Cost(9, 400.0, 30.0, 20.0), road_cost=rows.Cost(12, 900.0, 150.0, 8.0))
    for eye, verdict in ((rows.Cost(1, 170.0, 38.0, 8.0), 'ok'), (rows.Cost(1, 170.0, 58.0, 8.0), 'over'),
                         (rows.Cost(1, 351.0, 38.0, 8.0), 'over')):
        seen.eye_cost = eye
        got = next(one for one in rows.cost_rows(seen) if one.name == 'of it the detector')
        assert (got.verdict, got.must) == (verdict, False)
    seen.eye_cost = None
    assert not any('detector' in one.name for one in rows.cost_rows(seen))
