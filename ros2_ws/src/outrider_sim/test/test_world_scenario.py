"""What a scenario file may say, and the one sentence for everything else."""

import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_sim.world import scenario, words
from outrider_sim.world.errors import ScenarioError
from outrider_sim.world.model import Arc, Change, Fault, PadStep, Points, Straight, Thing

FULL = """
name: rear
about: "one car"
seed: 7
duration_s: 12
light: dusk
weather: rain
rig:
  kind: ramp
  facing: front
  drive: path
  speed_mps: 1.5
  path: {radius_m: 30, side: left, from_s: 2, to_s: 6}
  sway_deg: 3
radar: road
camera: false
gps: false
actors:
  - id: car1
    class: car
    at: [-40, 1.75]
    heading_deg: 0
    speed_mps: 16.7
    size_m: [4.5, 1.8, 1.5]
    do:
      - {at_s: 3.0, change: lane, dy_m: 1.5, over_s: 1.2}
      - {at_s: 3.5, change: speed, to_mps: 8, over_s: 1.0}
      - {at_s: 4.2, change: lane, dy_m: -1.5, over_s: 1.0}
      - {at_s: 5.0, change: speed, to: rider, over_s: 1.0}
      - {at_s: 7.0, change: heading, to_deg: 30, over_s: 1.0}
things:
  - {kind: guard_rail, from: [-100, 3.5], to: [60, 3.5]}
  - {kind: parked_cars, from: [-80, -2.5], to: [60, -2.5], every_m: 8}
faults:
  - {at_s: 4.0, sensor: radar, do: drop, for_s: 0.5}
  - {at_s: 0.0, sensor: camera, do: offset, by_s: 0.05}
expect:
  at_most:
    - {actor: car1, level: notice}
  quiet: false
  no_contact: true
  stop_before_m: 0.5
  follow: {target: car1, within_m: [0.8, 1.8], share: 0.95}
  arrive_m: 40
"""
SMALL = 'duration_s: 5\nactors:\n  - {id: car1, class: car, at: [-30, 3]}\n'


def refusal(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        scenario.parse(text, 'dir/x.yaml')
    message = str(caught.value)
    assert message.startswith('dir/x.yaml:'), message
    assert '\n' not in message
    return message


def with_actor(text: str) -> str:
    return f'duration_s: 9\nactors:\n  - {{id: car1, class: car, at: [-30, 3], {text}}}\n'


def with_rig(text: str) -> str:
    return f'duration_s: 9\nrig: {{{text}}}\n'


def test_every_key_is_read():
    one = scenario.parse(FULL)
    assert (one.name, one.about, one.seed, one.duration_s, one.light, one.weather) == (
        'rear', 'one car', 7, 12.0, 'dusk', 'rain')
    assert one.rig.path == Arc(30.0, 'left', 2.0, 6.0)
    assert (one.rig.kind, one.rig.facing, one.rig.speed_mps, one.rig.sway_deg) == ('ramp', 'front', 1.5, 3.0)
    assert one.sensors == ('radar', 'depth', 'imu')  # camera: false leaves depth alive
    assert one.actor('car1').changes[0] == Change(3.0, 'lane', 1.5, 1.2)
    assert one.actor('car1').changes[3] == Change(5.0, 'speed', 0.0, 1.0, to_rider=True)
    assert one.things[0].every_m == 4.0
    assert one.things[1] == Thing('parked_cars', (-80.0, -2.5), (60.0, -2.5), 8.0)
    assert one.faults == (Fault('radar', 'drop', 4.0, 4.5), Fault('camera', 'offset', 0.0, math.inf, 0.05))
    assert one.expect.follow is not None
    assert (one.expect.no_contact, one.expect.stop_before_m, one.expect.arrive_m) == (True, 0.5, 40.0)


def test_what_is_left_out():
    one = scenario.parse('duration_s: 5', 'some/where.yaml')
    assert (one.name, one.seed, one.light, one.weather, one.radar) == ('where', 0, 'day', 'clear', 'road')
    assert (one.rig.drive, one.rig.path, one.rig.sway_deg) == ('path', Straight(), 0.0)
    assert one.sensors == words.SENSORS
    assert (one.actors, one.things, one.faults) == ((), (), ())


@pytest.mark.parametrize('kind', words.CLASSES)
def test_a_class_has_its_size(kind):
    one = scenario.parse(f'duration_s: 5\nactors: [{{id: a, class: {kind}, at: [-9, 3]}}]')
    assert one.actor('a').size_m == words.SIZES_M[kind]


def test_the_pad_is_read_in_any_case():
    one = scenario.parse('duration_s: 5\nrig: {kind: ramp, drive: pad}\n'
                         'pad:\n  - {at_s: 1.0, hold: [R1], axis: {left_y: 0.5}}\n  - {at_s: 2.0}\n')
    assert one.pad == (PadStep(1.0, ('r1',), (('left_y', 0.5),)), PadStep(2.0, (), ()))
    assert one.rig.facing == 'front'
    short = scenario.parse('duration_s: 5\nrig: {drive: follow}\npad: [{at_s: 0, hold: [dpad_up], axis: {ly: 1}}]')
    assert short.pad == (PadStep(0.0, ('up',), (('left_y', 1.0),)),)


def test_numbers_may_have_an_exponent():
    assert scenario.parse('duration_s: 1e1').duration_s == 10.0


def test_points_may_begin_later():
    one = scenario.parse(with_rig('path: {points: [[2, 10, 0], [4, 20, 1]]}'))
    assert one.rig.path == Points(((0.0, 0.0, 0.0), (2.0, 10.0, 0.0), (4.0, 20.0, 1.0)))


@pytest.mark.parametrize(('text', 'said'), [
    ('wether: rain\n' + SMALL, "x.yaml:1: wether is no key of a scenario file here. Did you mean 'weather'?"),
    (SMALL + 'light: dark\n', "light is 'dark', expected one of day, dusk, night."),
    (SMALL + 'light: nigth\n', "Did you mean 'night'?"),
    ('about: x\n', 'the file has no duration_s; write for example duration_s: 12.'),
    ('duration_s: 0\n', 'duration_s is 0, expected a duration above 0'),
    ('duration_s: .nan\n', 'duration_s is .nan'),
    ('duration_s: 5\nduration_s: 6\n', 'duration_s stands here twice'),
    ('duration_s: 5\nseed: 1.5\n', 'seed is 1.5, expected a whole number'),
    ('duration_s: 5\ncamera: 1\n', 'camera is 1, expected true or false'),
    ('duration_s: 5\nradar: raod\n', "radar is 'raod', which is not in config/radar. Did you mean 'road'?"),
    ('duration_s: 5\nradar: other.cfg\n', "radar is 'other.cfg', which is no file"),
    ('duration_s: 5\nradar: false\n', 'radar is a switch'),
    (with_rig('kind: tricycle'), "rig.kind is 'tricycle', expected one of bicycle, ramp. Did you mean 'bicycle'?"),
    (with_rig('speed_mps: 5, path: {points: [[0, 0, 0], [3, 9, 0]]}'), 'rig.speed_mps stands beside path points'),
    (with_rig('path: zigzag'), "rig.path is 'zigzag', expected straight"),
    (with_rig('path: {points: [[0, 0, 0], [0, 9, 0]]}'), 'rig.path.points[1] is at 0 s, expected later'),
    (with_rig('path: {points: [[0, 1, 0], [2, 9, 0]]}'), 'because the rider starts at (0, 0)'),
    (with_rig('path: {points: [[0, 0, 0], [-1, 9, 0]]}'), 'is at -1 s, expected a time of 0 s or later'),
    (with_rig('path: {points: [[0, 0, 0]]}'), 'has fewer than two points'),
    (with_rig('path: {radius_m: 30, side: left, from_s: 5, to_s: 4}'), 'expected a time after from_s 5'),
    (with_rig('path: {radius_m: 30, side: left, points: [[0, 0, 0], [1, 1, 1]]}'), 'stands beside points'),
    (with_rig('drive: pad, path: {radius_m: 30, side: left}'), "stands beside 'drive: pad'"),
    ('duration_s: 5\npad: [{at_s: 1, hold: [R1]}]\n', "pad stands beside 'drive: path'"),
    ('duration_s: 5\nrig: {drive: pad}\npad: [{at_s: 1, hold: [R9]}]\n', "names 'R9', expected a control of the pad"),
    (with_actor('speed: 5'), "actors[0].speed is no key of a scenario file here. Did you mean 'speed_mps'?"),
    (with_actor('size_m: [4, 0, 1]'), 'expected length, width and height above 0'),
    (with_actor('do: [{at_s: -1, change: speed, to_mps: 3, over_s: 1}]'),
     'x.yaml:3: actors[0].do[0].at_s is -1, expected a time of 0 s or later.'),
    (with_actor('do: [{at_s: 1, change: speed, dy_m: 3, over_s: 1}]'), 'actors[0].do[0].dy_m is no key'),
    (with_actor('do: [{at_s: 1, change: speed, to: car2, over_s: 1}]'), 'expected one of rider.'),
    (with_actor('do: [{at_s: 1, change: speed, to: rider, to_mps: 3, over_s: 1}]'), 'stands beside to_mps'),
    (with_actor('do: [{at_s: 1, change: lane, dy_m: 3, over_s: 0}]'), 'nobody changes lane at once'),
    (with_actor('do: [{at_s: 1, change: lane, over_s: 1}]'), 'actors[0].do[0] has no dy_m'),
    (with_actor('do: [{at_s: 2, change: lane, dy_m: 1, over_s: 1}, {at_s: 1, change: speed, to_mps: 1, over_s: 1}]'),
     'expected the order of time'),
    (with_actor('do: [{at_s: 1, change: lane, dy_m: 1, over_s: 2}, {at_s: 2, change: lane, dy_m: 1, over_s: 1}]'),
     'actors[0].do[1] changes the lane at 2 s while the change before it lasts until 3 s'),
    (SMALL + '  - {id: car1, class: bus, at: [0, 9]}\n', "has the id 'car1' of an actor before it"),
    (SMALL + 'expect: {warn: [{actor: car2}]}\n',
     "expect.warn[0].actor names the actor 'car2', which is not in actors. Did you mean 'car1'?"),
    (SMALL + 'expect: {close_pass: [{actor: bus, within_m: 1}]}\n', "names the actor 'bus'"),
    (SMALL + 'expect: {at_most: [{actor: bus, level: notice}]}\n', "names the actor 'bus'"),
    (SMALL + 'expect: {follow: {target: p1, within_m: [1, 2]}}\n', "names the actor 'p1'"),
    (SMALL + 'expect: {warn: [{actor: car1, level: shout}]}\n', "expect.warn[0].level is 'shout'"),
    (SMALL + 'expect: {warn: [{actor: car1, level: warn, lead_s: -2}]}\n', 'lead_s is -2'),
    ('duration_s: 5\nthings: [{kind: wall, from: [0, 0], to: [0, 0]}]\n', 'begins where it ends'),
    ('duration_s: 5\nthings: [{kind: tunnel, from: [0, 0], to: [5, 0], every_m: 3}]\n',
     'things[0].every_m stands in a tunnel'),
    ('duration_s: 5\nfaults: [{at_s: -0.1, sensor: radar, do: die}]\n', 'faults[0].at_s is -0.1'),
    ('duration_s: 5\nfaults: [{at_s: 1, sensor: lidar, do: die}]\n', "faults[0].sensor is 'lidar'"),
    ('duration_s: 5\nfaults: [{at_s: 1, sensor: gps, do: offset}]\n', 'faults[0] has no by_s'),
    ('duration_s: 5\nfaults: [{at_s: 1, sensor: gps, do: die, by_s: 1}]\n', "by_s stands beside 'do: die'"),
    ('duration_s: [5\n', 'is no YAML'),
    ('- 5\n', 'holds no keys'),
])
def test_refusals_are_one_sentence_with_file_and_place(text, said):
    assert said in refusal(text)


@pytest.mark.parametrize('where', ['warn', 'close_pass'])
def test_an_actor_without_closest_approach_cannot_be_expected(where):
    entry = '{actor: car1, level: warn}' if where == 'warn' else '{actor: car1, within_m: 0.4}'
    follower = ('duration_s: 20\nrig: {speed_mps: 5, sway_deg: 3}\nactors: [{id: car1, class: car, at: [-12, 0], '
                f'speed_mps: 5}}]\nexpect:\n  {where}: [{entry}]\n')
    assert f"x.yaml:5: expect.{where}[0].actor names 'car1', which has no closest approach" in refusal(follower)
    assert 'at the first instant' in refusal(follower)
    coming = follower.replace('at: [-12, 0], speed_mps: 5', 'at: [-200, 2.5], speed_mps: 12')
    assert 'at the last instant' in refusal(coming)
    scenario.parse(coming.replace('-200', '-60'))


def test_where_the_rider_is_driven_from_outside_nothing_can_be_said_before():
    scenario.parse('duration_s: 20\nrig: {kind: ramp, drive: pad}\nactors: [{id: p, class: person, at: [9, 0]}]\n'
                   'expect: {warn: [{actor: p}]}\n')


def test_what_cannot_be_read(tmp_path):
    with pytest.raises(ScenarioError, match='cannot be read'):
        scenario.load(tmp_path / 'none.yaml')
    (tmp_path / 'x.yaml').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(ScenarioError, match='no UTF-8'):
        scenario.load(tmp_path / 'x.yaml')


def test_a_chirp_file_beside_the_scenario(tmp_path):
    (tmp_path / 'own.cfg').write_text('sensorStop\n')
    (tmp_path / 'x.yaml').write_text('duration_s: 5\nradar: own.cfg\n')
    assert Path(scenario.load(tmp_path / 'x.yaml').radar) == (tmp_path / 'own.cfg').resolve()


def said_of(text: str) -> str:
    try:
        scenario.parse(text)
    except ScenarioError as error:
        return str(error)
    return ''


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_text_brings_more_than_one_sentence(text):
    assert '\n' not in said_of(text)


VALUES = st.one_of(st.none(), st.booleans(), st.integers(-10 ** 12, 10 ** 12), st.floats(), st.text(max_size=8),
                   st.lists(st.integers(-3, 3), max_size=3),
                   st.dictionaries(st.text(max_size=5), st.integers(), max_size=2))


@given(st.sampled_from(['duration_s', 'seed', 'rig', 'actors', 'things', 'pad', 'faults', 'expect', 'radar', 'light',
                        'camera', 'name']), VALUES)
@settings(max_examples=300, deadline=None)
def test_no_value_brings_more_than_one_sentence(key, value):
    text = yaml.safe_dump({**({} if key == 'duration_s' else {'duration_s': 3.0}), key: value})
    assert '\n' not in said_of(text)
