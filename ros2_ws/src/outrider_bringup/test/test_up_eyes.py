"""Camera, IMU, detector and GPS in the status line."""

from __future__ import annotations

from outrider_bringup.up.eyes import Eyes


def test_every_device_is_shown_with_its_rates() -> None:
    eyes = Eyes()
    eyes.heard(10.0, 'camera', {'colour/s': '14.9', 'depth/s': '15.1', 'gyro/s': '400.2', 'accel/s': '200.0'})
    eyes.heard(10.0, 'gps', {'fixes/s': '10.0'})

    assert eyes.text(10.5) == 'camera 15/s   depth 15/s   imu 400/s   gps 10/s'


def test_a_device_without_data_is_shown_by_its_state() -> None:
    eyes = Eyes()
    eyes.heard(10.0, 'camera', {'state': 'absent'})
    eyes.heard(10.0, 'gps', {'state': 'opened', 'fixes/s': '0.0'})

    assert eyes.text(10.5) == 'camera absent   gps opened'


def test_a_driver_that_says_nothing_any_more_is_no_data() -> None:
    eyes = Eyes()
    eyes.heard(10.0, 'gps', {'fixes/s': '10.0'})

    assert eyes.text(15.0) == 'gps NO DATA for 5 s'


def test_the_detector_is_shown_with_its_looks_or_with_why_it_does_not_look() -> None:
    eyes = Eyes()
    eyes.heard(10.0, 'detector', {'state': 'looking', 'looks/s': '9.8'})
    assert eyes.text(10.5) == 'detector 10/s'
    eyes.heard(11.0, 'detector', {'state': 'blind', 'looks/s': '0.0'})
    assert eyes.text(11.5) == 'detector blind'


def test_what_is_not_built_in_is_not_shown() -> None:
    assert Eyes().text(1.0) == ''
