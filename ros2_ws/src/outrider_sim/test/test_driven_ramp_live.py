"""The ramp in the world with its real fakes: motors by SET_RPM on the wire, into a wall and back."""

from __future__ import annotations

import os
import signal
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from outrider_sim.devices import vesc_wire as wire
from outrider_sim.devices.driven_ramp import DrivenRamp
from outrider_sim.world import scenario
from outrider_sim.world.own import unmet
from outrider_sim.world.world import World
from waiting import wait_until

WORLD = World(scenario.parse('duration_s: 20\nrig: {kind: ramp, drive: pad}\n'
                             'things: [{kind: wall, from: [0.9, -3], to: [0.9, 3]}]\nexpect: {no_contact: true}'))


def boot_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def test_it_drives_into_a_wall_stands_there_and_backs_away(tmp_path: Path, spawn: Callable[..., Any]) -> None:
    at = {name: tmp_path / name for name in ('vesc', 'control', 'wheels', 'relays', 'actuators')}
    vesc = spawn('--link', str(at['vesc']), '--control', str(at['control']), '--state', str(at['wheels']),
                 module='outrider_sim.devices.vesc_pair')
    board = spawn('--link', str(at['relays']), '--state', str(at['actuators']), '--jack', 'up',
                  module='outrider_sim.devices.relay_board_player')
    vesc.says('fake VESC pair on')
    board.says('fake relay board on')
    port = os.open(at['vesc'], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    ramp, begin = DrivenRamp(WORLD, at['wheels'], at['actuators']), boot_ns()
    xs: list[float] = []
    told: list[str] = []

    def live(rpm: float, there: Callable[[float, float], bool]) -> Callable[[], bool]:
        payload = struct.pack('>Bi', wire.SET_RPM, round(rpm))

        def step() -> bool:
            os.write(port, wire.framed(payload) + wire.framed(bytes((wire.FORWARD_CAN, 1)) + payload))
            now = boot_ns()
            pose = ramp.step(now, begin)
            lines = ramp.bump(WORLD.at(max(pose.t_s, 0.0), pose))
            with at['control'].open('w') as control:
                control.writelines(f'{line}\n' for line in lines)
            told.extend(lines)
            xs.append(pose.x)
            return there(pose.x, pose.vx)

        return step

    wait_until(live(2500.0, lambda x, v: 'hit ahead' in told and v == 0.0), 'the wall', every_s=0.01)
    wait_until(live(-2500.0, lambda x, v: x < 0.1), 'the way back', every_s=0.01)
    assert told == ['hit ahead', 'hit free']
    # It drives 0.8 m/s at most and the world looks 100 times a second; a busy machine looks less often.
    assert 0.3 <= max(xs) < 0.6
    [said] = unmet(World(WORLD.scenario, ramp.rider.motion()))
    assert said.startswith('a thing was touched')
    os.close(port)
    ramp.close()
    for process in (vesc, board):
        process.signal(signal.SIGTERM)
        assert process.wait() == 0
