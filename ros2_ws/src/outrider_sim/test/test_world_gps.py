"""The simulated GPS against closed forms: the ellipsoid, Gauss-Markov drift, outages."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from outrider_sim.world.gps import FLATTENING, REACQUIRE_S, SEMI_MAJOR_M, Errors, Gps, Origin, geodetic

EXACT = Errors(position_m=0.0, height_m=0.0, velocity_mps=0.0)


@dataclass
class Poses:
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    heading: np.ndarray
    roll: np.ndarray
    pitch: np.ndarray


def straight(t, speed=5.5):
    zero = np.zeros_like(t)
    return Poses(speed * t, zero, zero, zero, zero, zero)


def standing(t):
    return straight(t, 0.0)


def metres(fix, origin):
    """East and north of the origin by the radii of curvature: good to millimetres within some hundred metres."""
    square, lat = FLATTENING * (2 - FLATTENING), math.radians(origin.latitude_deg)
    root = 1 - square * math.sin(lat)**2
    meridian = SEMI_MAJOR_M * (1 - square) / root**1.5 + origin.height_m
    across = (SEMI_MAJOR_M / math.sqrt(root) + origin.height_m) * math.cos(lat)
    return (math.radians(fix.longitude_deg - origin.longitude_deg) * across,
            math.radians(fix.latitude_deg - origin.latitude_deg) * meridian)


@pytest.mark.parametrize('latitude', [-77.0, -33.9, 0.0, 10.0, 52.52, 71.0])
def test_place_by_the_ellipsoid_is_that_of_its_radii_of_curvature(latitude):
    origin = Origin(latitude_deg=latitude, longitude_deg=-122.4, height_m=300.0)
    lat, lon, height = geodetic(np.array([120.0, -80.0, 2.0]), origin)
    fix = type('Fix', (), {'latitude_deg': lat, 'longitude_deg': lon})
    assert metres(fix, origin) == pytest.approx((120.0, -80.0), abs=0.01)
    assert height == pytest.approx(302.0, abs=0.01)


def test_origin_is_its_own_place():
    assert geodetic(np.zeros(3), Origin()) == pytest.approx((52.52, 13.4, 75.0), abs=1e-8)


def test_ten_kilometres_bend_away_from_the_plane():
    _, _, height = geodetic(np.array([10_000.0, 0.0, 0.0]), Origin(latitude_deg=0.0, height_m=0.0))
    assert height == pytest.approx(10_000.0**2 / 2 / SEMI_MAJOR_M, rel=1e-4)


@pytest.mark.parametrize(('course', 'north', 'east'), [
    (0, 1, 0), (90, 0, 1), (180, -1, 0), (225, -0.5**0.5, -0.5**0.5)])
def test_course_of_the_worlds_x_axis_and_lever_of_the_antenna(course, north, east):
    origin = Origin(course_deg=course)
    fix = Gps(1, origin=origin, errors=EXACT, antenna_m=(2.0, 0.0, 1.0)).fix(straight, 10.0)
    assert fix.velocity_ned_mps == pytest.approx((5.5 * north, 5.5 * east, 0.0), abs=1e-6)
    assert metres(fix, origin) == pytest.approx((57.0 * east, 57.0 * north), abs=0.002)
    assert fix.height_m == pytest.approx(76.0, abs=0.001)


def drift(seed, count, step_s, tau_s=20.0):
    origin = Origin()
    receiver = Gps(seed, origin=origin, errors=Errors(drift_s=tau_s))
    return np.array([metres(receiver.fix(standing, k * step_s), origin)[0] for k in range(count)])


def test_drift_is_gauss_markov():
    tracks = np.array([drift(seed, 400, 2.0) for seed in range(30)])
    assert tracks.std() == pytest.approx(1.2, rel=0.06)
    assert tracks[:, 0].std() == pytest.approx(1.2, rel=0.35)  # it drifts from the first instant on
    for lag in (1, 5, 10):
        covariance = (tracks[:, lag:] * tracks[:, :-lag]).mean()
        assert covariance == pytest.approx(1.2**2 * math.exp(-2.0 * lag / 20.0), abs=0.15)


def test_drift_does_not_depend_on_the_rate():
    slow = np.array([drift(seed, 3, 10.0)[-1] for seed in range(120)])
    fast = np.array([drift(seed, 41, 0.5)[-1] for seed in range(120)])
    assert slow.std() == pytest.approx(fast.std(), rel=0.3)


def test_velocity_noise_is_white_and_speaks_of_itself():
    receiver = Gps(4, errors=Errors(velocity_mps=0.05))
    fixes = receiver.fixes(straight, [0.1 * k for k in range(3000)])
    north, east, down = np.array([fix.velocity_ned_mps for fix in fixes]).T
    assert (north.std(), east.std(), down.std()) == pytest.approx((0.05, 0.05, 0.1), rel=0.06)
    assert east.mean() == pytest.approx(5.5, abs=0.005)
    assert fixes[0].speed_error_mps == pytest.approx(0.05 * 2**0.5)
    assert math.radians(fixes[0].heading_error_deg) == pytest.approx(0.05 / 5.5, rel=0.05)


def test_heading_is_unknown_at_a_standstill():
    headings = [fix.heading_error_deg for fix in Gps(4).fixes(standing, range(20))]
    assert min(headings) > 10.0
    assert 180.0 in headings


def test_tunnel_takes_the_fix_and_gives_it_back_worse():
    receiver = Gps(5, sky=lambda t_s: not 10.0 <= t_s < 20.0)
    fixes = {round(fix.t_s, 1): fix for fix in receiver.fixes(straight, [0.1 * k for k in range(500)])}
    found = [t_s for t_s, fix in fixes.items() if fix.ok]
    lost = [t_s for t_s in fixes if t_s not in found]
    assert lost[0] == 10.0
    assert lost[-1] == pytest.approx(20.0 + REACQUIRE_S, abs=0.2)
    assert fixes[15.0].satellites == 0
    assert fixes[15.0].speed_error_mps > 10.0
    assert (fixes[15.0].latitude_deg, fixes[15.0].longitude_deg) == (fixes[9.9].latitude_deg, fixes[9.9].longitude_deg)
    again = fixes[found[found.index(9.9) + 1]]
    assert again.horizontal_error_m == pytest.approx(4 * fixes[5.0].horizontal_error_m, rel=0.1)
    assert fixes[40.0].horizontal_error_m == pytest.approx(fixes[5.0].horizontal_error_m, rel=0.01)


def test_outage_changes_nothing_of_what_comes_long_after():
    times = [0.1 * k for k in range(1000)]
    clear = Gps(6).fixes(straight, times)[-1]
    blocked = Gps(6, sky=lambda t_s: t_s > 2.0).fixes(straight, times)[-1]
    assert blocked.latitude_deg == pytest.approx(clear.latitude_deg, abs=1e-9)


def test_same_seed_same_fixes_to_the_last_bit():
    times = [0.04 * k for k in range(50)]
    assert Gps(7).fixes(straight, times) == Gps(7).fixes(straight, times)
    assert Gps(7).fixes(straight, times) != Gps(8).fixes(straight, times)


def test_time_cannot_run_backwards():
    receiver = Gps(1)
    receiver.fix(standing, 1.0)
    with pytest.raises(ValueError, match='expected rising times'):
        receiver.fix(standing, 0.9)
