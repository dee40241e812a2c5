"""Two processes, two hash seeds, the same drawn traffic: all that comes out is equal to the last bit."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# What a run hands over, floats as their bytes: what was sensed, every track's every column, every hazard's, every pass.
PLAY = """
import dataclasses, hashlib
from dataclasses import fields, replace
import numpy as np
from outrider_bringup.score.adapter import measurement
from outrider_bringup.score.play import configured
from outrider_bringup.score.sense import sense, world_of
from outrider_perception.hazards import HazardJudge
from outrider_perception.tracker import Tracker
from outrider_sim.world import draw

seen, said = hashlib.sha256(), hashlib.sha256()
counts = dict(readings=0, steps=0, tracks=0, hazards=0)

def take(into, value):
    if isinstance(value, np.ndarray):
        into.update(f'{value.dtype} {value.shape}'.encode() + np.ascontiguousarray(value).tobytes())
    elif dataclasses.is_dataclass(value):
        for one in fields(value):
            take(into, getattr(value, one.name))
    elif isinstance(value, dict):
        for key, one in value.items():  # in its order, which is part of what is told
            take(into, key), take(into, one)
    elif isinstance(value, (list, tuple)):
        into.update(f'{len(value)}'.encode())
        for one in value:
            take(into, one)
    else:
        into.update(repr(value.hex() if isinstance(value, float) else value).encode())

approach = min((draw.one(number, 29, 'near') for number in range(8)), key=lambda one: one.duration_s)
for scenario in (approach, replace(draw.one(2, 29, 'quiet'), duration_s=6.0)):
    config = configured(scenario.rig)
    tracker, judge = Tracker(*config.tracking), HazardJudge(config.hazards)
    for reading in sense(world_of(scenario)):
        take(seen, reading)
        counts['readings'] += 1
        step = tracker.step(measurement(reading))
        if step is not None:
            hazards = judge.judge(step)
            take(said, step), take(said, hazards)
            counts['steps'] += 1
            counts['tracks'] += len(step.tracks)
            counts['hazards'] += len(hazards.row)
print(seen.hexdigest(), said.hexdigest(), *counts.values())
"""


def played(hash_seed: str) -> list[str]:
    """Return the digests of what was sensed and said, and how much of each there was."""
    done = subprocess.run([sys.executable, '-c', PLAY], env={**os.environ, 'PYTHONHASHSEED': hash_seed},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.timeout(240)
def test_two_runs_are_equal_to_the_last_bit_whatever_seed_hashes_have() -> None:
    first, second = played('1'), played('4242')
    assert first == second
    readings, steps, tracks, hazards = (int(text) for text in first[2:])
    assert readings > 400
    assert steps > 200
    assert tracks > 50
    assert hazards > 0
