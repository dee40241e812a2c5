"""The scenario library with and without the camera, side by side: classes, identities, recall and false alarms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from outrider_bringup import paths
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.errors import UserError
from outrider_bringup.score import beside
from outrider_bringup.score.beside import Pair
from outrider_bringup.score.pool import trials
from outrider_bringup.score.rates import named, summary
from outrider_bringup.score.trial import Job, Trial
from outrider_sim.world import scenario
from outrider_sim.world.model import Scenario

Say = Callable[[str], None]

RIGHT_PERCENT = 95.0
BLIND, ALONE = ('camera',), ('camera', 'depth')
_played: dict[tuple[str, ...], list[Trial]] = {}


def library() -> list[Scenario]:
    """Return the scenarios of the project."""
    return [scenario.load(file) for file in sorted((paths.checkout() / 'config' / 'scenarios').glob('*.yaml'))]


def sees(one: Scenario) -> bool:
    """Tell whether the camera is there and whole all the time."""
    return 'camera' in one.sensors and not any(fault.sensor == 'camera' for fault in one.faults)


def played(without: tuple[str, ...], say: Say) -> list[Trial]:
    """Return all files on a rig that lacks these sensors, played once."""
    if without not in _played:
        jobs = [Job(one, without=without) for one in library()]
        name = f'without {" and ".join(without)}' if without else 'with every sensor'
        done: list[Trial] = []
        for one in trials(jobs):
            done.append(one)
            say(f'{name}: {len(done)}/{len(jobs)}')
        _played[without] = done
    return _played[without]


def _both(without: tuple[str, ...], say: Say) -> list[Pair]:
    return beside.pairs(played((), say), played(without, say))


def classes(say: Say) -> tuple[Measured, ...]:
    """Share of tracks, and of instants, whose class is right: by day, within 20 m, while the camera is whole."""
    whole = {one.name for one in library() if sees(one)}
    runs = [one for one in played((), say) if one.name in whole]
    near = named([one for one in runs if one.light == 'day'])
    if not near['tracks']:
        raise UserError('nobody came within 20 m by day. Restore config/scenarios.')
    night = named([one for one in runs if one.light == 'night'])
    extra = {'instants': float(near['instants']), 'night_percent': 100.0 * (night['right'] or 0.0),
             'night_tracks': float(night['tracks'])}
    wrong = ', '.join(f'{true} as {said} {count}' for true, row in near['wrong'].items() for said, count in row.items())
    return (Measured(100.0 * near['tracks_right'], f'{near["tracks"]} tracks', extra=extra),
            Measured(100.0 * near['right'], f'{near["instants"]} instants; {wrong or "none wrong"}'))


def identities(say: Say) -> tuple[Measured, ...]:
    """Files with more changes of identity than without the camera; and what is left of many by radar alone."""
    both, alone = _both(BLIND, say), _both(ALONE, say)
    more, many = beside.worse(both, beside.switches), beside.crowded(alone)
    sums = [sum(beside.switches(trial) for trial in side) for side in (played((), say), played(BLIND, say),
                                                                         played(ALONE, say))]
    extra = dict(zip(('with', 'without_camera', 'radar_alone'), map(float, sums), strict=True))
    left = [100.0 * beside.switches(one.sees) / beside.switches(one.blind) for one in many]
    return (Measured(len(more), beside.told(more, beside.switches)
                     or f'{sums[0]} in all, {sums[1]} without the camera, {sums[2]} by radar alone', extra=extra),
            Measured(max(left, default=0.0), beside.told(many, beside.switches)
                     or f'no file has {beside.MANY_SWITCHES} by radar alone'))


def harm(say: Say) -> tuple[Measured, ...]:
    """Files in which more is missed, or more is false, than without the camera."""
    both = _both(BLIND, say)
    found = []
    for name, count in (('missed', beside.missed), ('false', beside.false)):
        more = beside.worse(both, count)
        extra: dict[str, Any] = {f'{name}_with': float(sum(count(one.sees) for one in both)),
                                 f'{name}_without': float(sum(count(one.blind) for one in both)),
                                 'files': float(len(both)),
                                 'at_night': float(sum(one.sees.light == 'night' for one in more))}
        found.append(Measured(len(more), beside.told(more, count) or _sides(both), extra=extra))
    return tuple(found)


def _sides(both: list[Pair]) -> str:
    with_, without = (summary([getattr(one, side) for one in both]) for side in ('sees', 'blind'))
    recall = [f'{100.0 * (one["recall"] or 0.0):.1f} %' for one in (with_, without)]
    warns = [f'{one["false_warn_per_10min"]:.2f}' for one in (with_, without)]
    return (f'{len(both)} files, night included: recall {recall[0]}, without {recall[1]}; false warns in 10 min '
            f'{warns[0]}, without {warns[1]}')


FIGURES = (
    Figure(('class right, confirmed tracks within 20 m by day', 'class right, at each instant'), ('%', '%'),
           (RIGHT_PERCENT, None), '>=', classes, about='scenario library, score; unknown is not right',
           group='camera in score'),
    Figure(('files with more changes of identity with the camera', 'most left of 10 and more by radar alone'),
           ('files', '%'), (0.0, 50.0), '<=', identities, about='scenario library, side by side',
           group='camera in score'),
    Figure(('files with less recall with the camera', 'files with more false alarms with the camera'),
           ('files', 'files'), (0.0, 0.0), '<=', harm, about='scenario library, night included',
           group='camera in score'),
)
