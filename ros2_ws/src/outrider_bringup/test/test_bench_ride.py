"""How right the clearances of a played road are: each pass that is over once, the others not yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outrider_bringup.bench.ride import passes
from outrider_bringup.demo.road import Played
from outrider_sim.world import scenario

SCENE = scenario.parse("""
duration_s: 20
rig: {speed_mps: 5}
actors:
  - {id: one, class: car, at: [-50, 2.3], speed_mps: 15}
  - {id: two, class: car, at: [-100, 2.3], speed_mps: 15}
expect: {close_pass: [{actor: one, within_m: 0.4}, {actor: two, within_m: 0.4}]}
""")
WHOLE = Played(SCENE, 10**9, 21 * 10**9)
TRUTH = {name: (10**9 + round((one.t_ca_s or 0.0) * 1e9), one.clearance_m) for name, one in WHOLE.approaches().items()}


def test_each_logged_pass_is_held_against_the_truth() -> None:
    (first, near), (second, far) = TRUTH['one'], TRUTH['two']
    offs, asked = passes(replace(WHOLE, passes=[(first + 10**8, near + 0.1), (second, far - 0.2), (second, far - 0.7)]))
    assert asked == 2
    assert offs == pytest.approx([0.1, -0.2])


def test_a_pass_that_was_never_logged_or_at_another_time_is_missing() -> None:
    first, near = TRUTH['one']
    assert passes(WHOLE) == ([], 2)
    assert passes(replace(WHOLE, passes=[(first + 3 * 10**9, near)])) == ([], 2)


def test_what_was_not_over_when_the_play_ended_is_not_asked_for() -> None:
    assert passes(replace(WHOLE, until_ns=TRUTH['one'][0] + 2 * 10**9)) == ([], 1)
    assert passes(replace(WHOLE, until_ns=TRUTH['one'][0])) == ([], 0)
