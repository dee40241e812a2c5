"""What the state of a camera is, in one sentence, from what its streams do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from outrider_sensors.camera.choice import Mode

SILENT_S = 1.0  # an image stream or the IMU that gives nothing for so long is silent
SAME_S = 2.0
ADVICE = 'Run: ./outrider doctor camera'


@dataclass(frozen=True)
class State:
    """`absent`, `streaming`, `degraded`, `frozen` or `ended`, with one sentence for people."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Seen:
    """What is known of an open camera.

    By stream: modes that run, modes that were wanted and are not offered, seconds since the last image or sample, and
    since the last that was not the same as the one before (depth and IMU only, which always have noise).
    """

    name: str
    modes: Mapping[str, Mode]
    missed: Mapping[str, Mode]
    quiet_s: Mapping[str, float]
    usb: str
    same_s: Mapping[str, float] = field(default_factory=dict)


def judge(seen: Seen) -> State:
    """Return the state of an open camera; the worst comes first."""
    quiet = {name: seconds for name, seconds in seen.quiet_s.items() if seconds >= SILENT_S}
    images = [name for name in ('colour', 'depth') if name in seen.modes]
    if all(name in quiet for name in images):
        return State('frozen', f'camera: {seen.name} gives no image for {SILENT_S:g} s '
                     f'(expected {max(seen.modes[name].fps for name in images)}/s). {ADVICE}')
    wrong = _wrong(seen, quiet)
    runs = ', '.join(f'{name} {seen.modes[name]}' for name in images)
    if wrong:
        return State('degraded', f'camera: {"; ".join(wrong)}. Running {runs}. {ADVICE}')
    return State('streaming', f'camera: {seen.name} streams {runs}.')


def _wrong(seen: Seen, quiet: Mapping[str, float]) -> list[str]:
    wrong = [f'no {name} for {SILENT_S:g} s' for name in ('colour', 'depth') if name in quiet]
    wrong += [f'{seen.name} has no {name}' for name in ('colour', 'depth') if name not in seen.modes]
    if seen.usb and not seen.usb.startswith('3'):
        wrong.append(f'on USB {seen.usb}, expected 3: use a USB 3 port and cable')
    wrong += [f'{name} in the wanted {mode} is not offered' for name, mode in seen.missed.items()]
    if not {'gyro', 'accel'} <= set(seen.quiet_s):
        wrong.append('no IMU, so no orientation: on a Jetson its kernel must be patched for it')
    elif {'gyro', 'accel'} & set(quiet):
        wrong.append(f'the IMU is silent for {SILENT_S:g} s')
    same = {name for name, seconds in seen.same_s.items() if seconds >= SAME_S and name not in quiet}
    if {'gyro', 'accel'} & same:
        wrong.append('the IMU gives the same sample again and again: plug the camera out and in')
    if 'depth' in same:
        wrong.append('depth is the same again and again: covered, or hung')
    return wrong
