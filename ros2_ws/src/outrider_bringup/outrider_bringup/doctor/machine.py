"""Which machine the doctor looks at: what its rig file says of motors and battery, and where its VESC may be."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from outrider_bringup import paths, rigs
from outrider_bringup.errors import UserError, nearest
from outrider_drive import by_id
from outrider_drive.governor.limits import Limits as Declared
from outrider_drive.motors.judge import Limits
from outrider_drive.motors.setup import Setup
from outrider_drive.motors.units import Drivetrain

RIG, PORT = 'OUTRIDER_RIG', 'OUTRIDER_MOTORS'  # name the rig (ramp), and the port where its file does not
DRIVEN = ('ramp', 'bench')


@dataclass(frozen=True)
class Machine:
    """A rig that drives. `port` is a path or auto; `lock_name` is what its governor's lock is called after."""

    name: str
    lock_name: str
    port: str
    setup: Setup
    limits: Declared  # the governor's

    @property
    def ports(self) -> Callable[[], Sequence[str]]:
        """What names the ports to ask, the likeliest first."""
        return by_id.candidates(self.port, by_id.MOTORS)


def chosen() -> Machine:
    """Return the machine that the environment names. Raises UserError, one sentence."""
    name = os.environ.get(RIG) or DRIVEN[0]
    if name not in DRIVEN:
        raise UserError(f"{RIG} is '{name}', expected a rig that drives.{nearest(name, DRIVEN)}")
    path = paths.checkout() / 'config' / 'rigs' / f'{name}.yaml'
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
        motors, governor = (content[f'/**/{node}'][rigs.PARAMETERS] for node in ('motors', 'governor'))
        limits = Declared(**{key: value for key, value in governor.items() if key in Declared.__annotations__})
        return Machine(name, str(governor.get('rig_name', name)),
                       os.environ.get(PORT) or str(motors.get('port', by_id.AUTO)), _setup(motors), limits)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f'{path} does not say what its motors are ({error}). See: git diff {path}') from None


def _setup(motors: dict[str, Any]) -> Setup:
    can_id = int(motors.get('can_id', -1 if Setup.can_id is None else Setup.can_id))
    limits = {key: motors[key] for key in ('max_erpm', 'min_erpm', 'stop_current_a', 'motor_current_a')
              if key in motors}
    wheels = {name: motors[key] for name, key in (('pole_pairs', 'pole_pairs'), ('gear', 'gear_ratio'),
                                                  ('wheel_m', 'wheel_diameter_m')) if key in motors}
    return Setup(None if can_id < 0 else can_id, str(motors.get('uuid', '')),
                 bool(motors.get('local_is_left', True)), Limits(**limits), Drivetrain(**wheels))
