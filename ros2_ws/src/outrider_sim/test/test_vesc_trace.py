"""What the simulated ramp tells of itself."""

from __future__ import annotations

import io
import json

from outrider_sim.devices.vesc_model import MS, Controller, Ramp
from outrider_sim.devices.vesc_trace import Trace, is_pushed
from outrider_sim.devices.vesc_wire import SET_CURRENT, SET_CURRENT_BRAKE, SET_RPM


def told(file: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.getvalue().splitlines()]


def test_it_tells_more_often_while_the_ramp_moves_and_at_once_when_the_push_ends() -> None:
    ramp, file = Ramp((Controller(), Controller())), io.StringIO()
    trace = Trace(file)
    for ms in range(200):
        ramp.advance(ms * MS)
        trace.note(ramp, ms * MS)
    assert len(told(file)) == 2  # at rest
    for ms in range(200, 400):
        for one in ramp.controllers:
            one.feed((SET_RPM, 2000.0), ms * MS)
        ramp.advance(ms * MS)
        trace.note(ramp, ms * MS)
    moving = told(file)[2:]
    assert 48 <= len(moving) <= 52
    assert all(line['along'] for line in moving[2:])
    for one in ramp.controllers:
        one.feed((SET_CURRENT_BRAKE, 10.0), 400 * MS)
    for ms in range(401, 404):
        ramp.advance(ms * MS)
        trace.note(ramp, ms * MS)
    assert not told(file)[-1]['along']
    assert float(str(told(file)[-1]['speed_mps'])) > 0.3


def test_a_current_against_the_motion_is_no_push_and_any_current_at_rest_is_one() -> None:
    ramp = Ramp((Controller(), Controller()))
    ramp.speed_mps, ramp.controllers[0].current_a = 0.5, -10.0
    assert not is_pushed(ramp)
    ramp.controllers[1].current_a = 5.0  # one of two is enough
    assert is_pushed(ramp)
    ramp.speed_mps, ramp.controllers[1].current_a = 0.0, 0.0
    assert is_pushed(ramp)
    ramp.controllers[0].command, ramp.controllers[0].current_a = (SET_CURRENT, 0.0), 0.0
    assert not is_pushed(ramp)


def test_control_lines_are_stamped_among_the_rest() -> None:
    file = io.StringIO()
    Trace(file).line('can cut\n', 7)
    assert told(file) == [{'ns': 7, 'line': 'can cut'}]
