"""What `--dump` writes reads back equal, so that another tracker is given just what ours was."""

from __future__ import annotations

import json

import pytest

from outrider_bringup.score.dump import _told, read, write
from outrider_bringup.score.play import play
from outrider_bringup.score.sense import sense, world_of
from outrider_sim.world import scenario


@pytest.fixture(scope='module')
def dumped(tmp_path_factory):
    folder = tmp_path_factory.mktemp('dump') / 'deep' / 'one'
    world = world_of(scenario.parse(
        'duration_s: 3\nseed: 5\nrig: {kind: ramp, facing: front, speed_mps: 1}\n'
        'actors: [{id: p1, class: person, at: [7, 0.5], heading_deg: 180, speed_mps: 1.2}]'))
    readings = sense(world)
    write(folder, world, readings)
    return folder, world, readings


def test_measurements_read_back_equal_to_the_last_bit(dumped):
    folder, _, readings = dumped
    again = read(folder)
    assert len(again) == len(readings) > 200
    assert {type(one) for one in again} == {type(one) for one in readings}
    assert [json.dumps(_told(one)) for one in again] == [json.dumps(_told(one)) for one in readings]
    assert 'NaN' not in (folder / 'measurements.jsonl').read_text()


def test_what_is_said_about_them_is_the_same(dumped):
    folder, world, readings = dumped
    one, two = (play(world.scenario.rig, rows) for rows in (readings, read(folder)))
    assert one.alerts == two.alerts
    assert [(each.t_s, each.ids, each.xy.tolist()) for each in one.tracks] == [
        (each.t_s, each.ids, each.xy.tolist()) for each in two.tracks]


def test_truth_is_told_at_every_stamp_of_the_radar(dumped):
    folder, world, _ = dumped
    rows = [json.loads(line) for line in (folder / 'truth.jsonl').read_text().splitlines()]
    assert len(rows) == pytest.approx(59, abs=2)
    assert rows[-1]['speed_mps'] == 1.0
    [person] = rows[-1]['actors']
    assert person['xy'] == pytest.approx([7 - 2.2 * rows[-1]['t_s'], 0.5])
    assert person['relative_mps'] == pytest.approx([-2.2, 0.0])
    about = json.loads((folder / 'about.json').read_text())
    assert about['approaches'][0]['actor'] == 'p1'
