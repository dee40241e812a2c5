"""The real drive: quiet where nothing happened, tracks where its radar saw vehicles, a warning where one comes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from outrider_bringup.bench import real_drive as bench
from outrider_bringup.bench.drive_lane import Look, Way, in_lane
from outrider_perception.levels import URGENT, WARN
from outrider_sim.devices import real_drive
from outrider_sim.devices.real_drive import Drive, Scan


@pytest.fixture(scope='module')
def drive() -> Drive:
    return real_drive.load()


@pytest.fixture(scope='module')
def driven(drive: Drive) -> bench.Driven:
    return bench.drive_through(drive, bench.car())


@pytest.fixture(scope='module')
def looks(drive: Drive) -> list[Look]:
    return in_lane(drive)


def test_the_data_is_whole(drive: Drive) -> None:
    assert len(drive.scans) == 601
    assert np.diff([scan.stamp_s for scan in drive.scans]) == pytest.approx(0.05, abs=0.02)
    assert sum(len(scan.names) for scan in drive.scans) == 5327
    assert drive.speed_mps.min() > 7.9
    assert drive.speed_mps.max() < 19.9


def test_thirty_seconds_of_traffic_without_an_incident_bring_no_warning(driven: bench.Driven) -> None:
    assert [one for one in driven.levels if one[1] >= WARN] == []


def test_every_vehicle_in_the_lane_is_tracked_while_the_radar_sees_it(driven: bench.Driven, looks: list[Look]) -> None:
    due = [one for one in looks if one.known_s >= 0.5]
    assert len({one.vehicle for one in due}) == 9
    assert [one for one in due if not bench.tracked(one, driven.steps[one.scan])] == []


def test_traffic_that_goes_along_is_not_taken_for_the_ground(driven: bench.Driven) -> None:
    assert max(abs(off) for off in driven.own_mps) < 0.5
    assert np.sqrt(np.mean(np.square(driven.own_mps))) < 0.1


def test_who_comes_the_other_way_in_the_lane_is_warned_of_in_time(drive: Drive) -> None:
    start_s, end_s, times = 5.0, 10.0, 1.5  # it comes at half the car's own speed, and they meet at the end
    inside = [scan for scan in drive.scans if scan.stamp_s <= end_s]
    own_mps = np.interp([scan.stamp_s for scan in inside], drive.speed_s, drive.speed_mps)
    steps_m = own_mps[1:] * np.diff([scan.stamp_s for scan in inside])
    left_m = times * np.append(np.cumsum(steps_m[::-1])[::-1], 0.0)
    scans = tuple(scan if scan.stamp_s < start_s else Scan(
        scan.stamp_s, np.vstack([scan.xy_m, [max(left, 0.5), 0.1]]), np.append(scan.range_rate_mps, -times * speed),
        np.append(scan.names, 999)) for scan, left, speed in zip(inside, left_m, own_mps, strict=True))
    said = bench.drive_through(replace(drive, scans=scans), bench.car())
    warned_s, urgent_s = (min(stamp for stamp, level, _, _ in said.levels if level >= asked)
                          for asked in (WARN, URGENT))
    assert end_s - warned_s > 3.0
    assert 1.5 < end_s - urgent_s < 2.5


def test_the_way_is_that_of_wheels_and_gyroscope(drive: Drive) -> None:
    bend = replace(drive, speed_mps=np.full_like(drive.speed_mps, 10.0), course_deg=np.linspace(
        0.0, -np.degrees(0.05 * drive.scans[-1].stamp_s), len(drive.course_deg)),
        yaw_rate_radps=np.full_like(drive.yaw_rate_radps, 0.05))
    # A circle of 200 m to the left: 20 m ahead it is 1 m aside.
    assert Way(bend).aside_m(3.0, np.array([[20.0, 1.0], [20.0, 0.0]])) == pytest.approx([0.0, -1.0], abs=0.15)


def test_a_track_elsewhere_is_no_track_of_it(driven: bench.Driven) -> None:
    step = next(one for one in driven.steps if len(one.tracks))
    place = step.centre_m[0]
    assert bench.tracked(Look(0, 0, (float(place[0]), float(place[1])), 1.0), step)
    assert not bench.tracked(Look(0, 0, (float(place[0]), float(place[1]) + 40.0), 1.0), step)


def test_the_figures_are_within_their_limits() -> None:
    (figure,) = bench.FIGURES
    seen = figure.run(lambda _: None)
    assert len(seen) == len(figure.names)
    for one, limit in zip(seen, figure.limits, strict=True):
        assert limit is not None
        assert one.value <= limit
