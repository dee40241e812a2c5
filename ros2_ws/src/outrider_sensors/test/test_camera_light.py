"""How light it is, by what the camera needs to see: the estimate, and the topic over librealsense's software device."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import Illuminance

from outrider_node import qos
from outrider_sensors.camera.light import Light, brightness, illuminance_lux

GREY, BLACK, WHITE = (np.full((48, 64, 3), level, np.uint8) for level in (118, 0, 255))
UNKNOWN = math.nan, math.nan


def test_middle_grey_is_18_percent_and_white_all() -> None:
    assert brightness(GREY) == pytest.approx(0.18, abs=0.005)
    assert brightness(BLACK) == 0.0
    assert brightness(WHITE) == pytest.approx(1.0)


@pytest.mark.parametrize(('exposure_s', 'gain', 'low', 'high'), [
    (0.0009, 1.0, 3000.0, 30000.0),     # a day
    (0.033, 4.4, 20.0, 180.0),          # a quarter of an hour after sunset
])
def test_what_the_exposure_needs_tells_the_light(exposure_s: float, gain: float, low: float, high: float) -> None:
    assert low < illuminance_lux(0.18, exposure_s, gain) < high


def test_twice_the_exposure_or_the_gain_is_half_the_light() -> None:
    one = illuminance_lux(0.18, 0.01, 2.0)
    assert illuminance_lux(0.18, 0.02, 2.0) == pytest.approx(one / 2)
    assert illuminance_lux(0.18, 0.01, 4.0) == pytest.approx(one / 2)


def test_a_dark_picture_at_the_end_of_the_automatic_is_darker_by_as_much_and_a_bright_one_tells_no_more() -> None:
    grey = illuminance_lux(0.18, 0.033, 15.5)
    assert illuminance_lux(0.0054, 0.033, 15.5) == pytest.approx(0.03 * grey)
    assert illuminance_lux(0.9, 0.033, 15.5) == pytest.approx(grey)


def test_without_exposure_a_bright_picture_is_no_night_and_a_black_one_is() -> None:
    assert 10.0 < illuminance_lux(0.18, *UNKNOWN) < 30.0
    assert illuminance_lux(0.005, *UNKNOWN) < 1.0
    assert illuminance_lux(0.18, 0.0, 0.0) == illuminance_lux(0.18, *UNKNOWN)


def test_the_light_is_told_twice_a_second_by_the_images_own_stamps_and_anew_where_they_go_back() -> None:
    light = Light()
    told = [light.colour(round(number * 1e9 / 15), GREY) is not None for number in range(30)]
    assert sum(told) == 4
    assert told[0]
    assert light.colour(10**6, GREY) is not None


class Wire:
    """The node, then the camera: a real process each."""

    def __init__(self, spawn: Any, ros: Any, folder: Any) -> None:
        self.ros, self._spawn = ros, spawn
        self._feed, self._control = folder / 'feed', folder / 'control'
        self._node = spawn('--ros-args', '-p', f'source:=feed:{self._feed}', module='outrider_sensors.camera.node')
        self.heard: list[Illuminance] = ros.collect(Illuminance, 'camera/light', qos.STATE)

    def start(self, *options: str) -> None:
        fake = self._spawn('--feed', self._feed, '--size', '320x192', '--control', self._control, *options,
                           module='outrider_sim.devices.fake_camera')
        fake.says('fake camera on')

    def control(self, line: str) -> None:
        with self._control.open('w') as fifo:
            fifo.write(line + '\n')

    def until(self, holds: Callable[[float], bool], what: str) -> Illuminance:
        self.ros.until(lambda: self.heard and holds(self.heard[-1].illuminance), what)
        return self.heard[-1]


@pytest.fixture
def wire(spawn: Any, ros: Any, tmp_path: Any) -> Wire:
    return Wire(spawn, ros, tmp_path)


def test_exposure_and_gain_of_the_device_become_light(wire: Wire) -> None:
    wire.start()
    untold = wire.until(lambda lux: lux < 30.0, 'the light of a camera that does not tell its exposure')
    assert untold.header.frame_id == 'camera_color_optical_frame'
    assert untold.variance == pytest.approx(untold.illuminance ** 2)
    wire.control('light 870 16')
    day = wire.until(lambda lux: lux > 100.0, 'the light of a day')
    wire.control('light 8700 16')
    dim = wire.until(lambda lux: lux < 0.2 * day.illuminance, 'a tenth of it')
    assert dim.illuminance == pytest.approx(0.1 * day.illuminance, rel=0.1)


def test_who_comes_late_is_told_the_light_too_and_depth_is_not_needed(wire: Wire) -> None:
    wire.start('--no-depth')
    wire.until(lambda lux: lux > 0.0, 'the light')
    late = wire.ros.collect(Illuminance, 'camera/light', qos.STATE)
    wire.ros.until(lambda: late, 'the light that was told before')
