"""When the world begins and when what arrives. Pure."""

import json
import math

import numpy as np
import pytest

from outrider_sim.devices.world_clock import ROUND_NS, Arrivals, Beat, Outbox, WorldClock
from outrider_sim.world import scenario
from outrider_sim.world.places import Mount, Truth

NOWHERE = Mount((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))


def test_the_world_begins_with_the_next_fifth_of_a_second_of_utc():
    clock = WorldClock()
    assert clock.t_s(10**12) == -math.inf
    now_ns = 5 * ROUND_NS - clock.utc_less_boot_ns % ROUND_NS + 1
    clock.begin(now_ns)
    assert clock.begin_ns == now_ns + ROUND_NS - 1
    assert (clock.begin_ns + clock.utc_less_boot_ns) % ROUND_NS == 0
    assert clock.t_s(clock.begin_ns + 1_500_000_000) == 1.5
    assert clock.at_ns(1.5) == clock.begin_ns + 1_500_000_000


def test_world_json_tells_when_and_what(tmp_path):
    clock = WorldClock()
    clock.begin(10**12)
    clock.tell(tmp_path, tmp_path / 'a.yaml', scenario.parse('duration_s: 3\nname: a'))
    told = json.loads((tmp_path / 'world.json').read_text())
    assert (told['name'], told['duration_s'], told['scenario']) == ('a', 3.0, str(tmp_path / 'a.yaml'))
    assert told['begin_ns'] - told['begin_boot_ns'] == clock.utc_less_boot_ns
    assert [path.name for path in tmp_path.iterdir()] == ['world.json']


def test_a_beat_gives_each_instant_once():
    beat = Beat(0.1, 1.0)
    assert beat.take(0.99) is None
    assert beat.next_s == 1.0
    assert [beat.take(t_s) for t_s in (1.0, 1.05, 1.1)] == [(0, 1.0), None, (1, 1.1)]


def test_who_is_late_gets_the_newest_instant_and_none_before():
    beat = Beat(0.1)
    assert beat.take(0.57) == (5, 0.5)
    assert beat.take(0.59) is None
    assert beat.next_s == pytest.approx(0.6)


def test_who_is_a_little_late_gets_all_where_that_is_allowed():
    beat = Beat(0.1, late_s=0.25)
    assert [beat.take(0.2)[0] for _ in range(3)] == [0, 1, 2]
    assert beat.take(0.2) is None
    assert beat.take(3.01)[0] == 30


def test_arrivals_keep_latency_and_jitter_and_never_overtake():
    truth = Truth(NOWHERE, 0.05, 0.01)
    times = np.arange(4000) * 0.2
    arrivals = Arrivals(truth, 1, 'radar')
    ages = np.array([arrivals.at(t_s) - t_s for t_s in times.tolist()])
    assert ages.mean() == pytest.approx(0.05, abs=0.001)
    assert ages.std() == pytest.approx(0.01, rel=0.05)
    dense = Arrivals(Truth(NOWHERE, 0.002, 0.01), 1, 'radar')
    came = np.array([dense.at(0.005 * k) for k in range(1000)])
    assert (np.diff(came) >= 0.001 - 1e-12).all()
    assert (came > np.arange(1000) * 0.005).all()


def test_arrivals_are_those_of_seed_and_sensor():
    truth = Truth(NOWHERE, 0.05, 0.01)
    one, same, other, seed = (Arrivals(truth, seed, sensor).at(0.0)
                              for seed, sensor in ((1, 'gps'), (1, 'gps'), (1, 'radar'), (2, 'gps')))
    assert one == same
    assert len({one, other, seed}) == 3


def test_an_outbox_gives_out_in_order_of_arrival_and_can_be_lost():
    box: Outbox[str] = Outbox()
    assert box.next_s == math.inf
    for due_s, item in ((2.0, 'b'), (1.0, 'a'), (2.0, 'c'), (3.0, 'd')):
        box.put(due_s, item)
    assert box.next_s == 1.0
    assert box.take(2.0) == ['a', 'b', 'c']
    box.clear()
    assert box.take(9.0) == []
