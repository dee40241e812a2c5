"""The RealSense path at 848x480, 30 images/s of colour and depth, IMU 400 Hz: its cost, and what is lost on it."""

from __future__ import annotations

import time
from collections.abc import Callable

from outrider_bringup.bench import camera_count
from outrider_bringup.bench.camera_run import FPS, HEIGHT, WIDTH, look_s, stage
from outrider_bringup.bench.figure import Figure, Measured
from outrider_sensors.camera import jpeg
from outrider_sim.devices.camera_feed import pinhole
from outrider_sim.devices.camera_pattern import Pattern

MOST_PERCENT = 35.0
QUALITY = 80  # the driver's own default
JPEGS = 150
SETTLE_S = 5.0  # after the start, before the processor's time counts


def encoding_percent(images: int = JPEGS) -> float:
    """Return what encoding the camera's images alone, at its rate, takes of one core, per cent."""
    pattern = Pattern(pinhole(WIDTH, HEIGHT, FPS, 90.0), None, 0.001, 0.095)
    pictures = [pattern.colour(number / FPS) for number in range(images)]
    jpeg.encode(pictures[0], QUALITY)  # the first one loads the library
    begin = time.thread_time()
    for picture in pictures:
        jpeg.encode(picture, QUALITY)
    return 100.0 * FPS * (time.thread_time() - begin) / images


def path(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Run camera, driver and recorder; encode beside them for the comparison; count journal against ride."""
    seconds = look_s()
    with stage(seconds) as running:
        running.percent(SETTLE_S, say)
        before = encoding_percent()
        whole = running.percent(seconds, say)
        alone = (before + encoding_percent()) / 2  # the machine may have changed meanwhile
        running.stop()
        say('counting')
        given = camera_count.given(running.journal)
        stamps = camera_count.recorded(running.rides, list(camera_count.TOPICS.values()))
        told = camera_count.told(running.rides)
    tallies = {name: camera_count.tally(given[name], stamps[topic]) for name, topic in camera_count.TOPICS.items()}
    colour, depth, gyro = (tallies[name] for name in ('colour', 'depth', 'gyro'))
    late = {f'{name}_late_{what}_ms': value for name, one in tallies.items()
            for what, value in (('p50', one.late_p50_ms), ('p99', one.late_p99_ms))}
    return (Measured(whole - alone, f'{whole:.1f} % in all, {seconds:g} s', '%, JPEG encoding alone', alone,
                     {'whole': whole}),
            Measured(abs(colour.lost) + abs(depth.lost),
                     _where(f'{colour.given} colour and {depth.given} depth images', told),
                     extra={'given': colour.given + depth.given, **late}),
            Measured(abs(gyro.lost), _where(f'{gyro.given} samples at {gyro.rate_hz:.1f}/s', told),
                     extra={'given': gyro.given}))


def _where(seen: str, told: dict[str, int]) -> str:
    """Return what was seen and, where something was lost, by whose count."""
    return '; '.join([seen, *(f'{count} {where}' for where, count in told.items() if count)])


FIGURES = (
    Figure(('camera driver beside JPEG encoding', 'images lost between camera and ride',
            'gyro samples lost between camera and ride'), ('% of a core', 'images', 'samples'),
           (MOST_PERCENT, 0.0, 0.0), '<=', path,
           about='848x480, 30/s colour and depth, IMU 400 Hz, from the feed to MCAP; --seconds 600 is the long run',
           group='camera'),
)
