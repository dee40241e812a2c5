"""The world's radar beside the real recording: the same room, the same walk, the same statistics of both.

Both sets go through the device's bytes and the driver's parser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.radar_statistics import NAMES, UNITS, statistics
from outrider_sensors.radar.frames import FrameParser
from outrider_sim.devices import radhar, ti_frames
from outrider_sim.world import places
from outrider_sim.world.radar.chirp import Chirp, read_cfg
from outrider_sim.world.radar.radar import Radar
from outrider_sim.world.radar.room import MOUNT, Room, standing

Frames = list[NDArray[Any]]

FRAMES = 603
SEEDS = (1, 2, 3, 4, 5)
MOST_OFF_PERCENT = 25.0
_NO_ROAD = np.zeros((0, 3))


def chirp() -> Chirp:
    """Return the recording's."""
    return read_cfg(places.radar_file('radhar').read_text(encoding='utf-8'))


def _through_the_driver(packets: Iterable[bytes]) -> Frames:
    one = chirp()
    parser = FrameParser(radhar.VELOCITY_STEP_MPS, one.range_bins, one.loops)
    return [frame.points for packet in packets for frame in parser.feed(packet, 0)]


def recorded() -> Frames:
    """Return the recording's frames as the driver reads them."""
    return _through_the_driver(ti_frames.sdk1(number, points) for number, points in enumerate(radhar.load()))


def simulated(seed: int) -> Frames:
    """Return the world's frames of the same room and walk as the driver reads them."""
    one, room = chirp(), Room()
    radar = Radar(one, seed, MOUNT, _NO_ROAD, standing(one, seed))
    packets = []
    for number in range(FRAMES):
        points = radar.scan(room.at(number * radhar.FRAME_PERIOD_S))
        assert points is not None
        packets.append(ti_frames.scan(number, points, one.xyz_q))
    return _through_the_driver(packets)


def told(frames: Frames) -> dict[str, float]:
    """Return the statistics of frames of the recording's chirp."""
    return statistics(frames, radhar.FRAME_PERIOD_S, chirp().range_bin_m)


def off_percent(world: float, recording: float) -> float:
    """Return by how many per cent of the recording's figure the world's differs."""
    return 100.0 * abs(world - recording) / recording


def compare(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Return for each statistic how far the world is off, in the mean over seeds; both values beside it."""
    real = recorded()
    half = len(real) // 2
    whole, first, second = told(real), told(real[:half]), told(real[half:])
    runs = []
    for seed in SEEDS:
        say(f'seed {seed}')
        runs.append(told(simulated(seed)))
    found = []
    for name, unit in zip(NAMES, UNITS, strict=True):
        values = [run[name] for run in runs]
        mean = float(np.mean(values))
        found.append(Measured(
            off_percent(mean, whole[name]),
            f'world {mean:.3g} {unit} ({min(values):.3g}..{max(values):.3g} by seed), recording {whole[name]:.3g} '
            f'(halves {first[name]:.3g}, {second[name]:.3g}), ratio {mean / whole[name]:.2f}',
            extra={'world': mean, 'recording': whole[name], 'first_half': first[name], 'second_half': second[name]}))
    return tuple(found)


# The longest gap is the extreme of one run, two of whose halves differ as much: told, not judged.
_LIMITS = tuple(None if name == 'longest gap' else MOST_OFF_PERCENT for name in NAMES)
FIGURES = (
    Figure(tuple(f'radar scene: {name}' for name in NAMES), ('% off',) * len(NAMES), _LIMITS, '<=', compare,
           about='the world beside the real recording', group='radar scene'),
)
