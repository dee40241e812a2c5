"""How a ramp moves whose file is driven by a pad: the hands of the file, the governor's own set-point, the wheels' way.

No wires: what VESC, jack and relays add is judged by `./outrider up ramp --sim --scenario`. The machine is armed and
lifted when the file begins. Nobody follows yet: with `drive: follow` it stands.
"""

from __future__ import annotations

import functools

import yaml

from outrider_drive.governor.limits import Limits
from outrider_drive.governor.ramp import next_setpoint
from outrider_sim.world import places
from outrider_sim.world.contact import Bumper
from outrider_sim.world.driven import DrivenRider
from outrider_sim.world.live import LiveWorld
from outrider_sim.world.model import Scenario
from outrider_sim.world.rider import RecordedMotion
from outrider_sim.world.world import World

STEP_S = 0.01
DEAD_MAN = 'r1'


@functools.lru_cache(maxsize=1)
def limits() -> Limits:
    """Return the governor's limits as the rig's file has them."""
    folder = places.config_folder()
    file = folder / 'rigs' / 'ramp.yaml' if folder else None
    told = yaml.safe_load(file.read_text(encoding='utf-8')) if file and file.is_file() else {}
    section = told.get('/**/governor', {}).get('ros__parameters', {})
    return Limits(**{name: value for name, value in section.items() if name in Limits.__dataclass_fields__})


def drive(scenario: Scenario) -> RecordedMotion:
    """Return what the ramp of a file does. What it touches holds it, as in the world on the wires."""
    rider, world = DrivenRider(scenario.rig), LiveWorld(World(scenario))
    bumper = Bumper(scenario.rig.size_m, world.world.scenery)
    setpoint = way_m = 0.0
    pose = rider.step(0.0, 0.0, 0.0, 0.0, 1.0)
    for number in range(1, round(scenario.duration_s / STEP_S) + 1):
        t_s = number * STEP_S
        setpoint = next_setpoint(setpoint, _wanted_mps(scenario, t_s), limits().v_max_mps, STEP_S, True, limits())
        bumper.step(world.step(t_s, pose))
        ahead, behind = bumper.barred
        moves = 0.0 if (setpoint > 0.0 and ahead) or (setpoint < 0.0 and behind) else setpoint
        way_m += moves * STEP_S
        pose = rider.step(t_s, way_m, moves, 0.0, 1.0)
    return rider.motion()


def _wanted_mps(scenario: Scenario, t_s: float) -> float:
    if scenario.rig.drive == 'follow':
        return 0.0
    step = next((one for one in reversed(scenario.pad) if one.at_s <= t_s), None)
    if step is None or DEAD_MAN not in step.hold:
        return 0.0
    return dict(step.axis).get('left_y', 0.0) * limits().v_max_mps
