"""Doppler unfolding: points, split bearings, and tracks on rides through the world with a wide and a narrow chirp."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ridden import Ride

from outrider_perception.config import load
from outrider_perception.measurements import PolarScan, upright_pose
from outrider_perception.points import flatten
from outrider_perception.tracker import Tracker
from outrider_perception.unfold import SPLIT_SINE, alternatives, on_ground
from outrider_perception.unfolder import Known, Unfolder
from outrider_sim.world.draw import draw

CONFIG = load()

SETTINGS = CONFIG.tracks
V_MAX, BIN = 6.0, 0.1875
AFTER_S = 0.5  # from confirmation on


def scan(stamp_s: float, range_m: Any, sine: Any, rate_mps: Any, transmitters: int = 2) -> PolarScan:
    """Return what a chirp with V_MAX sees: rates folded, and odd multiples split where two transmitters take turns."""
    rows = []
    for r, s, v in zip(range_m, sine, rate_mps, strict=True):
        k = round(-v / (2 * V_MAX))
        sines = (s - SPLIT_SINE, s + SPLIT_SINE) if k % 2 and transmitters == 2 else (s,)
        rows += [(r, one, v + 2 * k * V_MAX) for one in sines]
    r, s, v = np.array(rows).reshape(-1, 3).T
    n = len(r)
    return PolarScan(stamp_s, upright_pose(-0.9, 0.0, 0.8, np.pi), r, np.arcsin(s), np.zeros(n), v, np.full(n, 20.0),
                     velocity_max_mps=V_MAX, transmitters=transmitters, velocity_step_mps=BIN)


def test_alternatives_are_all_multiples_that_a_road_allows_each_with_its_bearing() -> None:
    one = PolarScan(0.0, upright_pose(), np.array([30.0]), np.array([0.1]), np.zeros(1), np.array([2.0]),
                    np.full(1, 20.0), velocity_max_mps=V_MAX, transmitters=2)
    found = alternatives(flatten(one, SETTINGS), one, np.zeros(1), SETTINGS)
    rates = found.range_rate_mps[0][found.possible[0]]
    assert sorted(set(rates.round(6))) == [-34.0, -22.0, -10.0, 2.0, 14.0, 26.0, 38.0]
    odd = found.possible[0] & (found.range_rate_mps[0].round(6) == -10.0)
    assert np.sort(np.sin(found.azimuth_rad[0][odd])) == pytest.approx(
        [np.sin(0.1) - SPLIT_SINE, np.sin(0.1) + SPLIT_SINE])
    even = found.azimuth_rad[0][found.possible[0] & (found.range_rate_mps[0].round(6) == -22.0)]
    assert even == pytest.approx([0.1])


def test_two_peaks_of_one_body_have_its_place_between_them() -> None:
    split = scan(0.0, [30.0], [0.05], [-10.0])
    points = flatten(split, SETTINGS)
    found = alternatives(points, split, np.zeros(2), SETTINGS)
    assert found.paired.tolist() == [1, 0]
    odd = found.possible & (found.range_rate_mps.round(6) == -10.0)
    assert odd.sum(axis=1).tolist() == [1, 1]
    # Seen backwards: to the sensor's left is base_link's right.
    assert np.sin(found.azimuth_rad[odd]) == pytest.approx([-0.05, -0.05])


def test_two_peaks_are_known_as_one_body_whose_places_a_chip_has_rounded_and_are_two_looks_at_it() -> None:
    seen = scan(0.0, [60.0], [0.05], [-10.0])
    seen = replace(seen, range_m=seen.range_m + [0.0, 0.03], range_resolution_m=1.0)
    points = flatten(seen, SETTINGS)
    assert alternatives(points, seen, np.zeros(2), SETTINGS).paired.tolist() == [1, 0]
    body = Known(np.array([60.0]), np.array([np.pi]), np.array([-10.0]), np.ones(1), np.full(1, 4.0), np.full(1, 0.3),
                 np.full(1, 4.5), np.ones(1, dtype=np.bool_))
    told = Unfolder(SETTINGS).bodies(points, seen, np.zeros(2), np.ones(2), body)
    assert not told.held.any()
    assert told.points.range_rate_mps == pytest.approx([-10.0, -10.0])
    assert np.sin(told.points.azimuth_rad) == pytest.approx([-0.05, -0.05])


@pytest.mark.parametrize('own_mps', [0.0, 4.0, 8.0, 11.5])
def test_ground_is_found_at_the_multiple_that_the_own_speed_predicts(own_mps: float) -> None:
    sine = np.array([-0.6, -0.3, 0.0, 0.2, 0.5])
    seen = scan(0.0, np.full(5, 20.0), sine, own_mps * np.sqrt(1.0 - sine ** 2))
    points = flatten(seen, SETTINGS)
    found = alternatives(points, seen, -points.directions @ np.array([own_mps, 0.0]), SETTINGS)
    _, off = on_ground(found, -np.cos(found.azimuth_rad) * own_mps)
    assert np.abs(off).max() < 0.02


@pytest.mark.parametrize('transmitters', [1, 2])
@pytest.mark.parametrize('closing', [4.0, 10.0, 16.0, 22.0, 28.0])
def test_new_body_has_its_true_speed_and_bearing_from_its_first_track_on(closing: float, transmitters: int) -> None:
    tracker = Tracker(*CONFIG.tracking)
    posts = np.linspace(8.0, 40.0, 9)
    draw_ = np.random.default_rng(1)
    for number in range(16):
        t = 0.05 * number
        own = np.sqrt(1.0 - (3.0 / posts) ** 2) * 5.0
        range_m = np.concatenate([[60.0 - closing * t + draw_.normal(0.0, 0.2)], posts])
        step = tracker.step(scan(t, range_m, np.concatenate([[0.05], 3.0 / posts]), np.concatenate([[-closing], own]),
                                 transmitters))
        for track in step.tracks.state:
            assert track[2] == pytest.approx(closing, abs=1.0)
            assert track[1] == pytest.approx(-0.05 * range_m[0], abs=1.0)
    assert len(step.tracks) == 1


@pytest.mark.parametrize(('v_max', 'claims'), [(6.0, False), (18.7, True)])
def test_what_looks_like_ground_is_left_to_it_sooner_where_spans_are_narrow(v_max: float, claims: bool) -> None:
    """A post at the place of a known body whose own range rate, folded, is 1.7 sigma from the post's."""
    own_mps, sigma = 5.0, 0.3
    post = PolarScan(0.0, upright_pose(-0.9, 0.0, 0.8, np.pi), np.array([50.0]), np.zeros(1), np.zeros(1),
                     np.array([own_mps]), np.full(1, 20.0), velocity_max_mps=v_max, transmitters=1)
    body = Known(np.array([50.0]), np.array([np.pi]), np.array([own_mps - 2.0 * v_max + 1.7 * sigma]), np.ones(1),
                 np.ones(1), np.full(1, sigma), np.full(1, 4.5), np.ones(1, dtype=np.bool_))
    told = Unfolder(SETTINGS).bodies(flatten(post, SETTINGS), post, np.array([own_mps, 0.0]), np.ones(1), body)
    assert told.ground.tolist() == [not claims]
    assert told.points.range_rate_mps == pytest.approx([own_mps - 2.0 * v_max if claims else own_mps], abs=0.01)


def test_without_a_span_nothing_is_unfolded() -> None:
    tracker = Tracker(*CONFIG.tracking)
    for number in range(12):
        t = 0.05 * number
        tracker.step(PolarScan(t, upright_pose(), np.array([30.0 + 2.0 * t]), np.array([0.05]), np.zeros(1),
                               np.array([2.0]), np.full(1, 20.0)))
    step = tracker.step(PolarScan(0.6, upright_pose(), np.array([31.2]), np.array([0.05]), np.zeros(1),
                                  np.array([2.0]), np.full(1, 20.0)))
    assert step.tracks.state[:, 2] == pytest.approx([2.0], abs=0.3)


def test_body_is_held_back_until_its_past_tells_one_multiple_from_all_others() -> None:
    tracker = Tracker(*CONFIG.tracking)
    counts = []
    for number in range(6):
        t = 0.05 * number
        counts.append(tracker.step(scan(t, [50.0 - 10.0 * t], [0.0], [-10.0], 1)).counts)
    assert counts[0]['held'] == 1
    assert counts[0]['movers'] == 0
    assert counts[-1]['movers'] == 1


@pytest.mark.parametrize('name', ['road.cfg', 'narrow.cfg'])
def test_tracks_have_their_true_radial_speed_half_a_second_after_confirmation(name: str, pytestconfig: Any) -> None:
    root = pytestconfig.rootpath
    folder = root / 'config/radar' if name == 'road.cfg' else Path(__file__).parent / 'data'
    chirp = (folder / name).read_text()
    tracks: list[list[bool]] = []
    for scene in draw(5, 404) + draw(5, 404, 'far'):
        ride, tracker = Ride(scene, until_s=11.0, chirp=chirp), Tracker(*CONFIG.tracking)
        first: dict[int, float] = {}
        good: dict[int, list[bool]] = {}
        for measurement in ride.feed:
            step = tracker.step(measurement)
            if step is None or not isinstance(measurement, PolarScan):
                continue
            seen, step_mps = ride.seen(measurement), measurement.velocity_step_mps or 0.0
            for identity, state in zip(step.tracks.identity.tolist(), step.tracks.state, strict=True):
                confirmed_s = first.setdefault(identity, step.stamp_s)
                off = np.hypot(*(seen.place_m - state[:2]).T)
                near = int(off.argmin())
                in_view = state[0] < -3.0  # a rear radar sees nothing of what is abeam
                if step.stamp_s - confirmed_s >= AFTER_S and in_view and off[near] < 4.0 + 0.05 * np.hypot(*state[:2]):
                    line = state[:2] - measurement.pose.translation_m[:2]
                    error = (state[2:] - seen.velocity_mps[near]) @ line / np.hypot(*line)
                    good.setdefault(identity, []).append(bool(abs(error) <= step_mps))
        tracks += good.values()
    assert len(tracks) >= 10
    assert np.mean([np.mean(track) > 0.5 for track in tracks]) >= 0.99
    assert np.mean([one for track in tracks for one in track]) >= 0.95
