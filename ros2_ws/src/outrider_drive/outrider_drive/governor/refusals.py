"""Why the machine does not arm or move: one row per reason, gravest first.

The numbers are on the wire and they are the order of gravity: add between them, never renumber.
"""

from __future__ import annotations

from enum import Enum, IntEnum


class Effect(Enum):
    """What a reason does while it holds."""

    LATCH = 'e-stop: stops, disarms, stays until neutral and an explicit press'
    DISARM = 'stops, disarms, forbids arming'
    STOP = 'stops; motion again after release and a fresh press'
    NO_DRIVE = 'the wheels do not turn'
    NO_JACK = 'the jack does not move'
    WAIT = 'says what the person has to do next'


class Refusal(IntEnum):
    """The reasons; values of DriveState.refusals."""

    SECOND_GOVERNOR = 10
    ESTOP_INPUT = 20
    ESTOP_BUTTON = 30
    RESTARTED = 40
    NOT_MASTER = 100
    SIM_CLOCK = 110
    WHEELS_DIFFER = 115
    GOVERNOR_LATE = 120
    BAD_TELEMETRY = 130
    MOTOR_FAULT = 140
    MOTOR_MISSING = 150
    MOTORS_SILENT = 160
    MOTORS_RENEWED = 170
    MOTORS_LATCHED = 175
    RELAYS_MISSING = 180
    RELAYS_SILENT = 190
    RELAYS_RENEWED = 200
    RELAYS_LATCHED = 205
    RELAY_FAULT = 210
    OVER_TEMPERATURE = 220
    LOW_BATTERY = 230
    VESC_TIMEOUT = 240
    NO_REQUEST = 250
    BAD_REQUEST = 260
    PAD_LOST = 270
    OPERATOR_STALE = 280
    NEW_OPERATOR = 290
    NEUTRAL_REQUIRED = 300
    NO_SIGN_OF_LIFE = 310
    COLLISION = 400
    DRIVE_AND_JACK = 410
    RAMP_DOWN = 500
    SPEED_TOO_LOW = 510
    JACK_NOT_STANDING = 600
    NOT_RELEASED = 700
    NOT_ARMED = 710
    NO_DEADMAN = 720

    @property
    def text(self) -> str:
        """For a screen: at most 40 characters."""
        return TABLE[self][1]

    @property
    def effect(self) -> Effect:
        """What it does."""
        return TABLE[self][0]


TABLE: dict[Refusal, tuple[Effect, str]] = {
    Refusal.SECOND_GOVERNOR: (Effect.LATCH, 'Second governor: stop the other one'),
    Refusal.ESTOP_INPUT: (Effect.LATCH, 'E-stop switch: release, then press arm'),
    Refusal.ESTOP_BUTTON: (Effect.LATCH, 'E-stop: let go, then press arm'),
    Refusal.RESTARTED: (Effect.LATCH, 'Just started: let go, then press arm'),
    Refusal.NOT_MASTER: (Effect.DISARM, 'Another program holds this machine'),
    Refusal.SIM_CLOCK: (Effect.DISARM, 'A replay publishes /clock: end it'),
    Refusal.WHEELS_DIFFER: (Effect.DISARM, 'Rig file: wheels of motors differ'),
    Refusal.GOVERNOR_LATE: (Effect.DISARM, 'Computer stood still: arm again'),
    Refusal.BAD_TELEMETRY: (Effect.DISARM, 'Motor or relay values make no sense'),
    Refusal.MOTOR_FAULT: (Effect.DISARM, 'Motor controller fault'),
    Refusal.MOTOR_MISSING: (Effect.DISARM, 'Motor controller missing'),
    Refusal.MOTORS_SILENT: (Effect.DISARM, 'Motors silent'),
    Refusal.MOTORS_RENEWED: (Effect.DISARM, 'Motor link was lost: arm again'),
    Refusal.MOTORS_LATCHED: (Effect.DISARM, 'Motors hold a stop: let go'),
    Refusal.RELAYS_MISSING: (Effect.DISARM, 'Relay controller missing'),
    Refusal.RELAYS_SILENT: (Effect.DISARM, 'Relays silent'),
    Refusal.RELAYS_RENEWED: (Effect.DISARM, 'Relay link was lost: arm again'),
    Refusal.RELAYS_LATCHED: (Effect.DISARM, 'Relays hold a stop: let go'),
    Refusal.RELAY_FAULT: (Effect.DISARM, 'Relay fault: let go, press arm to clear'),
    Refusal.OVER_TEMPERATURE: (Effect.DISARM, 'Too hot: let it cool'),
    Refusal.LOW_BATTERY: (Effect.DISARM, 'Battery low: charge it'),
    Refusal.VESC_TIMEOUT: (Effect.DISARM, 'VESC timeout not proved: see doctor'),
    Refusal.NO_REQUEST: (Effect.DISARM, 'No gamepad program'),
    Refusal.BAD_REQUEST: (Effect.DISARM, 'Request makes no sense'),
    Refusal.PAD_LOST: (Effect.DISARM, 'Gamepad lost'),
    Refusal.OPERATOR_STALE: (Effect.DISARM, 'Gamepad silent'),
    Refusal.NEW_OPERATOR: (Effect.DISARM, 'Gamepad changed: arm again'),
    Refusal.NEUTRAL_REQUIRED: (Effect.DISARM, 'Gamepad was lost: let go of everything'),
    Refusal.NO_SIGN_OF_LIFE: (Effect.DISARM, 'Gamepad without sign of life'),
    Refusal.COLLISION: (Effect.STOP, 'Something is in the way'),
    Refusal.DRIVE_AND_JACK: (Effect.STOP, 'Drive or jack, not both'),
    Refusal.RAMP_DOWN: (Effect.NO_DRIVE, 'RAMP DOWN: lift it first'),
    Refusal.SPEED_TOO_LOW: (Effect.NO_DRIVE, 'Allowed speed too low for the motors'),
    Refusal.JACK_NOT_STANDING: (Effect.NO_JACK, 'Jack: only after half a second at rest'),
    Refusal.NOT_RELEASED: (Effect.WAIT, 'Let go of all controls'),
    Refusal.NOT_ARMED: (Effect.WAIT, 'Press arm'),
    Refusal.NO_DEADMAN: (Effect.WAIT, 'Hold the dead-man'),
}


def having(*effects: Effect) -> frozenset[Refusal]:
    """Return the reasons with one of these effects."""
    return frozenset(reason for reason, (effect, _) in TABLE.items() if effect in effects)


LATCHING = having(Effect.LATCH)
DISARMING = having(Effect.LATCH, Effect.DISARM)
STOPPING = having(Effect.LATCH, Effect.DISARM, Effect.STOP)
NO_DRIVE = STOPPING | having(Effect.NO_DRIVE)
NO_JACK = STOPPING | having(Effect.NO_JACK)
# While one of these holds, no control of the pad counts (an e-stop always does).
UNTRUSTED = frozenset({Refusal.NO_REQUEST, Refusal.BAD_REQUEST, Refusal.PAD_LOST, Refusal.OPERATOR_STALE,
                       Refusal.NEW_OPERATOR, Refusal.NEUTRAL_REQUIRED})
