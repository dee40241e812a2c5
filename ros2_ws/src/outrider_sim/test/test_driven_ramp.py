"""The ramp in the world by the files of its fakes."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from outrider_sim.devices.driven_ramp import OLD_NS, DrivenRamp
from outrider_sim.devices.machine_state import StateWriter
from outrider_sim.devices.steer import STOP_RAD
from outrider_sim.devices.vesc_model import HITS
from outrider_sim.world import scenario
from outrider_sim.world.snapshot import Pose
from outrider_sim.world.world import World

MS = 1_000_000
BEGIN = 1_000_000 * MS
WORLD = World(scenario.parse('duration_s: 10\nrig: {kind: ramp, drive: pad}\n'
                             'things: [{kind: wall, from: [2, -3], to: [2, 3]}]'))


class Scene:
    """Both files, by hand."""

    def __init__(self, folder: Path) -> None:
        self.wheels, self.relays = folder / 'wheels', folder / 'relays'
        self.ramp = DrivenRamp(WORLD, self.wheels, self.relays)
        self.vesc, self.board = StateWriter(self.wheels), StateWriter(self.relays)

    def step(self, ms: int) -> Pose:
        return self.ramp.step(BEGIN + ms * MS, BEGIN)

    def drive(self, ms: int, speed_mps: float, way_m: float, steer: tuple[float, float] = (0.0, 0.0)) -> None:
        self.vesc.wheels(BEGIN + ms * MS, speed_mps, way_m)
        self.board.actuators(BEGIN + ms * MS - 4 * MS, 1.0, *steer)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_it_stands_at_the_origin_until_both_fakes_are_there(scene: Scene) -> None:
    assert scene.step(0).x == 0.0
    scene.vesc.wheels(BEGIN + 3 * MS, 1.0, 3.0)
    assert scene.step(5).speed == 0.0  # the jack is not known to be up
    scene.drive(10, 1.0, 3.01)
    assert scene.step(12).vx == 1.0


def test_it_is_where_the_wheels_are_at_their_own_time(scene: Scene) -> None:
    for number in range(101):
        scene.drive(10 * number, 1.0, 0.01 * number)
        pose = scene.step(10 * number + 4)
    assert pose.t_s == pytest.approx(1.0)
    assert pose.x == pytest.approx(1.0)
    assert scene.ramp.rider.pose(1.004).x == pytest.approx(1.004)


def test_the_steering_is_carried_on_to_the_time_of_the_wheels(scene: Scene) -> None:
    scene.drive(0, 1.0, 0.0, (0.1, 0.35))
    pose = scene.step(0)
    assert pose.yaw_rate == pytest.approx((0.1 + 0.004 * 0.35) / 0.8, rel=0.01)


def test_motors_that_say_nothing_any_more_have_a_ramp_that_stands(scene: Scene) -> None:
    scene.drive(0, 1.0, 0.0)
    scene.step(0)
    scene.drive(10, 1.0, 0.01)
    assert scene.step(10).vx == 1.0
    assert scene.step(11 + OLD_NS // MS).speed == 0.0
    assert scene.step(5000).x == pytest.approx(0.01)


def test_motors_that_were_started_anew_move_it_on_from_where_it_stands(scene: Scene) -> None:
    for ms, way in ((0, 7.0), (1000, 7.5)):
        scene.drive(ms, 0.0, way)
        assert scene.step(ms).x == pytest.approx(way - 7.0)
    scene.vesc = StateWriter(scene.wheels)
    for ms, way in ((1500, 0.0), (2000, 0.25)):
        scene.drive(ms, 0.0, way)
        assert scene.step(ms).x == pytest.approx(0.5 + way)


def test_what_it_hits_is_told_to_the_motors_once_and_freed_once(scene: Scene) -> None:
    said = []
    for ms, way in ((0, 0.0), (100, 0.7), (200, 1.39), (210, 1.41), (220, 1.42), (1000, 1.38), (1100, 1.2)):
        scene.drive(ms, 0.0, way)
        said += scene.ramp.bump(WORLD.at(ms / 1000, scene.step(ms)))
    assert said == ['hit ahead', 'hit free']
    assert {line.split()[1] for line in said} <= set(HITS)
    scene.ramp.close()


def test_motors_that_were_started_anew_before_a_wall_are_told_of_it(scene: Scene) -> None:
    for ms, way in ((0, 0.0), (500, 1.41)):
        scene.drive(ms, 0.0, way)
        said = scene.ramp.bump(WORLD.at(0.0, scene.step(ms)))
    assert said == ['hit ahead']
    scene.drive(600, 0.0, 1.41)
    assert scene.ramp.bump(WORLD.at(0.0, scene.step(600))) == []
    scene.vesc = StateWriter(scene.wheels)
    scene.drive(700, 0.0, 0.0)
    assert scene.ramp.bump(WORLD.at(0.0, scene.step(700))) == ['hit ahead']


def test_the_steering_is_carried_on_no_further_than_its_stop_and_not_for_long(scene: Scene) -> None:
    scene.vesc.wheels(BEGIN + 500 * MS, 1.0, 0.0)
    scene.board.actuators(BEGIN, 1.0, 0.0, 0.35)  # half a second old
    assert scene.step(500).yaw_rate == pytest.approx(0.05 * 0.35 / 0.8, rel=0.01)
    scene.vesc.wheels(BEGIN + 510 * MS, 1.0, 0.0)
    scene.board.actuators(BEGIN + 500 * MS, 1.0, STOP_RAD, 0.35)
    assert scene.step(510).yaw_rate == pytest.approx(math.tan(STOP_RAD) / 0.8)
