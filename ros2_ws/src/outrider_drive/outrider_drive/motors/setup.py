"""What a rig says about its motors, and the reasons why a device is not driven."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from outrider_drive.motors.judge import Limits
from outrider_drive.motors.units import Drivetrain


class Refusal(Enum):
    """Why a device is not driven; the text is for a screen."""

    NO_PORT = 'no port to look at'
    STARTING = 'the VESC was just found and is being proved'
    NO_ANSWER = 'no VESC answers on the port'
    RELAY_CONTROLLER = 'the relay controller is where the VESC should be'
    WRONG_UUID = 'another VESC than the configured one'
    WRONG_FIRMWARE = 'the VESC does not say its version and UUID'
    SHORT_TELEMETRY = 'the VESC does not say which controller answers'
    SAME_ID = 'both VESCs have the same controller id'
    VESC_TIMEOUT = 'the VESC is not proved to stop by itself'


class RefusedError(ValueError):
    """A device that is not driven: the refusal, and one sentence."""

    def __init__(self, refusal: Refusal, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.refusal = refusal


@dataclass(frozen=True)
class Setup:
    """Checked when made; raises ValueError."""

    can_id: int | None = 1  # controller id of the second VESC, behind the first; None: there is one
    uuid: str = ''  # of the VESC on the port; '' takes the first that is seen, and then no other
    local_is_left: bool = True
    limits: Limits = field(default_factory=Limits)
    drivetrain: Drivetrain = field(default_factory=Drivetrain)
    unproved_erpm: int = 0  # highest set-point where the timeout is not proved, 1/min electrical; 0 refuses

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        # 255 would be every controller but the one on the port, 254 is kept by the firmware.
        if self.can_id is not None and not 0 <= self.can_id <= 253:
            raise ValueError(f'motors: can_id is {self.can_id}, expected 0 to 253. Correct the rig file.')
        if not 0 <= self.unproved_erpm <= self.limits.max_erpm:
            raise ValueError(f'motors: unproved_erpm is {self.unproved_erpm}, expected 0 to {self.limits.max_erpm}. '
                             'Correct the rig file.')

    @property
    def cans(self) -> tuple[int | None, ...]:
        """How each controller is reached: None is the one on the port, a number the one behind it."""
        return (None,) if self.can_id is None else (None, self.can_id)
