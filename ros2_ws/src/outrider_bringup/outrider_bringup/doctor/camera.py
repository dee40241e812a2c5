"""Is librealsense there, is a RealSense on USB 3, may we open it, and do images and its IMU come?"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from outrider_bringup import paths
from outrider_bringup.doctor import said
from outrider_bringup.doctor.check import Check, Result

if TYPE_CHECKING:
    from outrider_sensors.camera.link import CameraLink
    from outrider_sensors.camera.pinhole import Pinhole
    from outrider_sensors.camera.samples import ImageFrame

PLUG_IN = './outrider up bicycle --sim --scenario demo_car   # or plug it into a USB 3 port; without it the rest works'
INSTALL = 'tools/setup'
RULES = 'sudo cp 99-realsense-libusb.rules /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm trigger'
RULE_FOLDERS = (Path('/etc/udev/rules.d'), Path('/run/udev/rules.d'), Path('/usr/lib/udev/rules.d'),
                Path('/lib/udev/rules.d'))
USB_DEVICES = Path('/sys/bus/usb/devices')
INTEL, REALSENSE = '8086', '0b'  # vendor; the D400 family's products are 0ad1 to 0b5c, nearly all of them 0b..
USB_3_MBPS = 5000
LISTEN_S, IMAGES = 6.0, 15
MM = 1e-3


def library() -> Result:
    """Can pyrealsense2 be imported?"""
    if importlib.util.find_spec('pyrealsense2') is None:
        return Result('fail', 'pyrealsense2 is not installed', 'the camera driver needs it', INSTALL)
    try:
        import pyrealsense2 as rs
    except ImportError as error:
        return Result('fail', f'pyrealsense2 cannot be loaded ({error})', 'a library for this machine', INSTALL)
    return Result('ok', f'librealsense {getattr(rs, "__version__", "of unknown version")}')


def on_usb(devices: Path = USB_DEVICES) -> list[tuple[str, int]]:
    """Return name and speed in Mbit/s of each RealSense that the kernel sees, whoever may open it."""
    found = []
    for folder in sorted(devices.glob('*')):
        try:
            vendor, product = ((folder / name).read_text().strip() for name in ('idVendor', 'idProduct'))
            name, speed = (folder / 'product').read_text().strip(), int(float((folder / 'speed').read_text()))
        except (OSError, ValueError):
            continue  # a hub's port, or one that was just pulled out
        if vendor == INTEL and (product.startswith(REALSENSE) or 'RealSense' in name):
            found.append((name, speed))
    return found


def feed() -> Path | None:
    """Return the feed of a running fake."""
    from outrider_sensors.camera.ring import FeedError, Ring

    path = paths.run_folder() / 'camera_feed'
    try:
        Ring(path).close()
    except (OSError, FeedError):  # none, or left by one that was killed
        return None
    return path


def plugged(devices: Path = USB_DEVICES) -> Result:
    """A RealSense, and on which USB it runs."""
    cameras = on_usb(devices)
    if not cameras:
        simulated = feed()
        return Result('ok', f'simulated, {simulated}') if simulated else Result(
            'warn', 'no RealSense on USB', 'one camera on USB 3', PLUG_IN)
    name, speed = cameras[0]
    if speed < USB_3_MBPS:
        return Result('warn', f'{name} runs at {speed} Mbit/s, which is USB 2', 'USB 3, 5000 Mbit/s',
                      'use a blue or SS-marked port and the cable that came with it; push the plug home quickly')
    return Result('ok', f'{name} at {speed} Mbit/s')


def udev_rule(folders: Iterable[Path] = RULE_FOLDERS, devices: Path = USB_DEVICES) -> Result:
    """Does a rule let users open the camera, its IMU too?"""
    for folder in folders:
        for rule in sorted(folder.glob('*realsense*.rules')):
            return Result('ok', str(rule))
    if not on_usb(devices):
        return Result('ok', 'no rule of librealsense, and no camera that would need it')
    return Result('warn', 'no rule of librealsense among the udev rules, so only root may open the camera',
                  '99-realsense-libusb.rules', RULES)


def streams() -> Result:
    """Images and IMU, from the driver that runs, else by opening the camera for a moment."""
    simulated = feed()
    if simulated is None and not on_usb():
        return Result('warn', 'no camera to look through', 'images', PLUG_IN)
    spoken = said.by_driver('camera')
    if spoken is not None:
        return _judged(spoken.message, spoken.values['state'], spoken.values)
    seen = look_through(f'feed:{simulated}' if simulated else 'usb')
    return _judged(seen.sentence, seen.state, seen.values)


@dataclass
class Seen:
    """What came of looking through a camera: its state in words, figures; where asked for, pictures with geometry.

    `pictures` by stream: the newest of colour, and of depth as the colour camera sees it, mm.
    """

    sentence: str
    state: str
    values: dict[str, str]
    pictures: dict[str, ImageFrame] = field(default_factory=dict)
    camera: Pinhole | None = None
    depth_camera: Pinhole | None = None


def look_through(source: str, *, pictures: bool = False) -> Seen:
    """Open a camera that is free, for a moment."""
    import rclpy  # noqa: F401  before librealsense: the other way round the process crashes at its end

    from outrider_sensors.camera import sources
    from outrider_sensors.camera.choice import Mode
    from outrider_sensors.camera.link import CameraLink
    from outrider_sensors.camera.report import Report
    from outrider_sensors.camera.sensors import Wanted

    mode = Mode(848, 480, 30)
    link = CameraLink(sources.source(source), Wanted(mode, mode, 400, 200), every=2, loop=False,
                      say=lambda level, sentence: None, opened=lambda sensors: None)
    try:
        end, seen, report = time.monotonic() + LISTEN_S, 0, Report()
        newest: dict[str, ImageFrame] = {}
        values: dict[str, object] = {}
        while time.monotonic() < end and (seen < IMAGES or link.state.name not in ('streaming', 'degraded')):
            image = link.images(0.1)
            seen += image is not None
            if image is not None:
                newest[image.stream] = image
            if link.sensors is not None and not values:
                values = report.values(link.sensors, time.monotonic())  # the rates begin here
        values = report.values(link.sensors, time.monotonic())
        found = Seen(link.state.sentence, link.state.name, {key: str(value) for key, value in values.items()})
        if pictures and link.sensors is not None:
            _keep(found, newest, link)
        return found
    finally:
        link.stop()
        link.close()


def _keep(found: Seen, newest: dict[str, ImageFrame], link: CameraLink) -> None:
    """Enter pictures and geometry; depth without colour stands nowhere in a picture."""
    sensors, aligner = link.sensors, link.aligner
    if sensors is None or 'colour' not in newest:
        return
    found.camera, found.pictures['colour'] = sensors.camera('colour'), newest['colour']
    if aligner is not None and 'depth' in newest:
        mm = aligner.align(newest['depth'].pixels) * (sensors.unit_m / MM)
        found.depth_camera = aligner.camera
        found.pictures['depth'] = newest['depth']._replace(pixels=np.minimum(mm + 0.5, 65535.0).astype(np.uint16))


def _judged(sentence: str, state: str, values: dict[str, str]) -> Result:
    rates = ', '.join(f'{name} {values[f"{name}/s"]}/s' for name in ('colour', 'depth', 'gyro', 'accel')
                      if f'{name}/s' in values)
    firmware = values.get('firmware', '')
    seen = ' '.join(filter(None, (sentence, rates, firmware and f'Firmware {firmware}.')))
    if state == 'streaming':
        return Result('ok', seen)
    if state == 'degraded':
        return Result('warn', seen, 'colour, depth and IMU over USB 3', 'see the sentence; the rest goes on')
    return Result('fail', seen, 'images', 'unplug the camera and plug it in again, then: ./outrider doctor camera')


CHECKS = (
    Check('camera library', 'camera', library),
    Check('camera', 'camera', plugged),
    Check('camera udev rule', 'camera', udev_rule),
    Check('camera streams', 'camera', streams),
)
