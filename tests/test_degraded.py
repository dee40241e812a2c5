"""One night ride on which one sense after the other goes, over all wires and through the real nodes: each is named."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from rig_up import Up

MEMORY_S = 1.0  # as the fusion remembers a sense
ALWAYS = {'night'}  # the images are dark
UNTOLD = {'camera': {'night'}}  # how dark it is the camera tells
BUSY = {'camera'}  # the detector gives way to all others: on a busy machine nobody may look for a second
OUT = {'depth': (2.0, 4.5), 'gps': (5.5, 8.0), 'imu': (9.0, 11.5), 'radar': (12.5, 15.0), 'camera': (16.0, 18.5)}
NIGHT = """
name: blackouts
seed: 6
duration_s: 21
light: night
rig: {kind: bicycle, facing: rear, speed_mps: 5.5}
actors: [{id: car, class: car, at: [-60, 2.6], speed_mps: 8}]
things: [{kind: signs, from: [-60, 3.5], to: [150, 3.5]}]
faults:
""" + '\n'.join(f'  - {{at_s: {begin}, sensor: {name}, do: drop, for_s: {end - begin}}}'
                for name, (begin, end) in OUT.items())


@pytest.fixture
def up(tmp_path):
    one = Up(tmp_path, 'bicycle', '--sim', '--scenario', str(scene(tmp_path)), '--no-live', '--no-record',
             env={'TMPDIR': str(tmp_path)})
    yield one
    one.close()


def scene(folder):
    path = folder / 'scene.yaml'
    path.write_text(NIGHT)
    return path


def test_every_sense_that_goes_is_named_while_it_is_away_and_no_longer(ros, up):
    from outrider_interfaces.msg import HazardArray

    from outrider_node import qos

    heard = ros.collect(HazardArray, 'hazards', qos.SENSOR)
    up.says('the scenario begins', 60.0)
    ros.until(lambda: up.output and up.popen.poll() is not None, 'the end of the scenario', 60.0)
    assert up.popen.returncode == 0, up.output
    begin_ns = json.loads((up.run / 'world.json').read_text())['begin_ns']
    told = [((one.header.stamp.sec * 10**9 + one.header.stamp.nanosec - begin_ns) * 1e-9, set(one.degraded))
            for one in heard]
    assert any('camera' not in degraded for _, degraded in told), 'the detector looked'
    for name, (begin, end) in OUT.items():
        away = [degraded for t_s, degraded in told if begin + MEMORY_S + 0.4 < t_s < end - 0.1]
        assert away, f'hazards go on without {name}'
        untold = UNTOLD.get(name, BUSY)
        assert all(degraded - untold == (ALWAYS | {name}) - untold for degraded in away), (name, away)
    for before in [begin for begin, _ in OUT.values()][1:] + [20.0]:  # 1 s after the sense came back
        whole = [degraded for t_s, degraded in told if before - 0.3 < t_s < before]
        assert whole
        assert all(degraded - BUSY == ALWAYS for degraded in whole), (before, whole)
    settled = [t_s for t_s, _ in told if 1.0 < t_s < 20.0]
    assert max(b - a for a, b in pairwise(settled)) < MEMORY_S + 0.5, 'nobody waited longer for a word'
