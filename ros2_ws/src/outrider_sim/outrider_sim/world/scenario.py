"""Reads a scenario file: `load(path)`. Every key of the contract; whatever else stands there is refused by name."""

from __future__ import annotations

from pathlib import Path

from outrider_sim.world import tree, words
from outrider_sim.world.errors import ScenarioError, nearest
from outrider_sim.world.model import Scenario
from outrider_sim.world.places import radar_configs
from outrider_sim.world.read_actors import read_actors
from outrider_sim.world.read_rest import read_expect, read_faults, read_things
from outrider_sim.world.read_rig import read_pad, read_rig
from outrider_sim.world.tree import Value

__all__ = ['Scenario', 'ScenarioError', 'load', 'parse']

_KEYS = ('name', 'about', 'seed', 'duration_s', 'light', 'weather', 'rig', 'radar', 'camera', 'depth', 'gps', 'imu',
         'actors', 'things', 'pad', 'faults', 'expect')


def load(path: Path) -> Scenario:
    """Read a file. Raises ScenarioError, one sentence with file, line and key, for the first thing wrong with it."""
    return _scenario(tree.read(path), path.stem, path.parent)


def parse(text: str, file: str = 'scenario.yaml') -> Scenario:
    """Read a text as if it stood in `file`. Raises ScenarioError."""
    return _scenario(tree.parse(text, file), Path(file).stem, Path(file).parent)


def _scenario(root: Value, stem: str, folder: Path) -> Scenario:
    keys = root.keys(*_KEYS)
    name, about, seed, radar = (keys.get(key) for key in ('name', 'about', 'seed', 'radar'))
    duration_s = keys.need('duration_s', '12').number(0.0, 3600.0, 'a duration above 0 and up to 3600 s', above=0.0)
    rig = read_rig(keys.get('rig'), duration_s)
    actors = read_actors(keys)
    scenario = Scenario(
        name=name.text('a name') if name else stem,
        about=about.text() if about else '',
        seed=seed.whole(0, 2 ** 63 - 1, 'a whole number from 0') if seed else 0,
        duration_s=duration_s,
        light=keys.choice('light', words.LIGHTS, 'day'),
        weather=keys.choice('weather', words.WEATHERS, 'clear'),
        rig=rig,
        radar=_radar(radar, folder) if radar else 'road',
        sensors=('radar', *(sensor for sensor in words.SENSORS[1:] if keys.flag(sensor, True))),
        actors=actors,
        things=read_things(keys),
        pad=read_pad(keys, rig.drive),
        faults=read_faults(keys),
        expect=read_expect(keys.get('expect'), actors),
    )
    _check_approaches(scenario, keys.get('expect'))
    return scenario


def _radar(value: Value, folder: Path) -> str:
    """Return a name under config/radar/ as it is, or the path of a .cfg file, relative ones from the scenario's."""
    if value.is_flag():
        raise value.error('is a switch, expected the name of a chirp; for a rig without radar write the fault '
                          '{at_s: 0, sensor: radar, do: die}.')
    text = value.text('the name of a chirp such as road')
    if text.endswith('.cfg'):
        for path in (Path(text), folder / text):
            if path.is_file():
                return str(path.resolve())
        raise value.error(f"is '{text}', which is no file, expected the path of a .cfg file.")
    known = radar_configs()
    if known and text not in known:
        raise value.error(f"is '{text}', which is not in config/radar.{nearest(text, known)}")
    return text


def _check_approaches(scenario: Scenario, value: Value | None) -> None:
    """Refuse an actor in `warn` or `close_pass` that has no closest approach; a rider driven from outside is free."""
    expected = scenario.expect
    if value is None or scenario.rig.drive != 'path' or not (expected.warn or expected.close_pass):
        return
    from outrider_sim.world.truth import approaches  # here: only files that expect something pay for it
    from outrider_sim.world.world import World

    truth = {one.actor: one for one in approaches(World(scenario))}
    keys = value.keys()
    for name in ('warn', 'close_pass'):
        for item in keys.items(name, 'a list'):
            actor = item.keys().need('actor', 'car1')
            one = truth[actor.text()]
            if one.t_ca_s is None:
                least = one.clearance_m
                raise actor.error(f"names '{actor.text()}', which has no closest approach: its clearance is least "
                                  f'({least:.2f} m) at the {one.end} instant; let it come and pass within duration_s.')
