"""One scenario through the real stack, recorded, on a domain and in a folder of its own, watched from this process."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from outrider_bringup import launchfile, paths
from outrider_bringup.bench import subjects
from outrider_bringup.bench.stack import PORT
from outrider_bringup.demo import claim, ride
from outrider_bringup.demo.costs import Costs
from outrider_bringup.demo.ride import RideRead
from outrider_bringup.demo.road import EYES, Played, Road
from outrider_bringup.demo.rows import Cost
from outrider_bringup.errors import UserError
from outrider_bringup.runner.stack import Stack

DOMAIN = 92
SCENARIO = 'road_busy_minute'
LOOK_S = 30.0
START_S = 30.0
SETTLE_S = 2.0  # of a scenario, before cost and rates count: the drivers have just opened their devices
EVERY_S = 0.5


@dataclass(frozen=True)
class Seen:
    """What came of it; `rates` are messages a second in the ride between SETTLE_S and the end, by topic."""

    cost: Cost
    played: Played
    ride: RideRead
    seconds: float


def look_s() -> float:
    """Return for how many seconds of the scenario the stack is watched: 30, or what `bench --seconds` says."""
    return float(os.environ.get(subjects.SECONDS) or LOOK_S)


def watch(say: Callable[[str], None], *, live: bool = False) -> Seen:
    """Play the scenario for look_s(), live view on or off. Raises UserError where the stack does not get going."""
    with tempfile.TemporaryDirectory(prefix='outrider-bench-') as folder, claim.domain(DOMAIN) as own:
        return _watch(Path(folder), own, look_s(), live, say)


def _watch(folder: Path, domain: int, seconds: float, live: bool, say: Callable[[str], None]) -> Seen:
    root = paths.checkout()
    launch, rig = root / 'launch' / 'bicycle.launch.yaml', root / 'config' / 'rigs' / 'bicycle.yaml'
    road = Road(launch, folder / 'road', root / 'config' / 'scenarios' / f'{SCENARIO}.yaml', rig)
    seconds = min(seconds, road.scenario.duration_s)
    road.prepare(())
    given = {name: road.given[name] for name in ('sim', 'scenario', 'radar_config', 'run')}
    plan = launchfile.load(launch, {**given, 'live': str(live).lower(), 'voice': 'false', 'live_port': str(PORT),
                                    'rides': str(folder / 'rides')})
    stack = Stack(plan, out=lambda name, line: None, env={**os.environ, 'ROS_DOMAIN_ID': str(domain)})
    costs = Costs()
    from outrider_bringup.demo.watch import Watcher

    watcher = Watcher([np.zeros((0, 5), np.float32)], domain)
    watcher.leave_recording()
    try:
        stack.start()
        _wait(stack, lambda: road.ready(watcher.eyes.values) and bool(watcher.ride), 'the drivers', say)
        road.begin()
        _wait(stack, lambda: road.begun_ns is not None, 'the beginning of the scenario', say)
        end_s = time.monotonic() + seconds
        settled_s = time.monotonic() + SETTLE_S
        while (now_s := time.monotonic()) < end_s:
            stack.poll()
            say(f'{end_s - now_s:.0f} s of the road to go')
            if now_s >= settled_s:
                costs.take(now_s, stack.pids().values())
            road.look(watcher.eyes.values)
            time.sleep(EVERY_S)
    finally:
        stack.stop()
        watcher.close()
    played = road.played(watcher.alerts, watcher.passes, watcher.hazards)
    cost = costs.cost()
    if played is None or cost is None:
        raise UserError('the scenario did not play. Run: ./outrider up bicycle --sim --scenario ' + SCENARIO)
    return Seen(cost, played, ride.read(folder / 'rides' / watcher.ride), seconds)


def _wait(stack: Stack, here: Callable[[], bool], what: str, say: Callable[[str], None]) -> None:
    end_s = time.monotonic() + START_S
    while not here():
        stack.poll()
        if time.monotonic() > end_s:
            raise UserError(f'{what} did not come within {START_S:g} s ({", ".join(EYES)}). Run: ./outrider doctor')
        say(f'waiting for {what}')
        time.sleep(0.1)
