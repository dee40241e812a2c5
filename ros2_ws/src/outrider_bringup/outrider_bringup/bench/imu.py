"""Roll and pitch of the IMU on every scenario, against the pose that the world had, beside the original's way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.imu_ride import Off, ride, rms
from outrider_bringup.errors import UserError

MOST_DEG = 1.0
PEER = 'deg, one sample an image at a fixed 1/63 s'


def scenarios() -> list[Path]:
    """Return the scenario files. Raises UserError where there are none."""
    folder = paths.checkout() / 'config' / 'scenarios'
    files = sorted(folder.glob('*.yaml'))
    if not files:
        raise UserError(f'{folder} holds no scenario. Run: git checkout config/scenarios')
    return files


def errors(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Ride all scenarios with a kept bias and a GPS, then those that are left of that: a GPS alone, a bias alone."""
    files = scenarios()
    rides = {}
    for how, given in (('', {}), ('no kept bias', {'kept': False}), ('no speed', {'speeds': False})):
        say(how or 'kept bias, speed by GPS')
        rides[how] = [ride(file, **given) for file in files]
    best = rides['']
    worst = max(best, key=lambda off: off.worst_deg)
    beside = '; '.join(f'{how}: {_all(offs, "roll_deg"):.2f} and {_all(offs, "pitch_deg"):.2f}, {_beyond(offs)} beyond'
                       for how, offs in rides.items() if how)
    extra = {off.name: off.worst_deg for off in best}
    return (Measured(_all(best, 'roll_deg'), f'{len(best)} scenarios; {beside}', PEER, _all(best, 'peer_roll_deg')),
            Measured(_all(best, 'pitch_deg'), f'from the first sample on {rms([off.whole_deg for off in best]):.2f}',
                     PEER, _all(best, 'peer_pitch_deg')),
            Measured(_beyond(best), f'the worst is {worst.name}, {worst.worst_deg:.2f} deg', 'one sample an image',
                     sum(max(off.peer_roll_deg, off.peer_pitch_deg) > MOST_DEG for off in best), extra))


def _all(offs: list[Off], what: str) -> float:
    return rms([getattr(off, what) for off in offs])


def _beyond(offs: list[Off]) -> int:
    return sum(off.worst_deg > MOST_DEG for off in offs)


FIGURES = (
    Figure(('roll error RMS, all scenarios', 'pitch error RMS, all scenarios', 'scenarios beyond 1 degree RMS'),
           ('deg', 'deg', 'scenarios'), (MOST_DEG, MOST_DEG, None), '<=', errors,
           about='every file of config/scenarios through world IMU, GPS and orientation, from 3 s on; about 30 s',
           group='imu'),
)
