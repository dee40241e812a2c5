"""What the controllers of one opened port have said. Pure.

GET_VALUES answers are told apart by the controller id in them: a forwarded one looks like any other.
"""

from __future__ import annotations

from outrider_drive.gate import MS
from outrider_drive.motors import values
from outrider_drive.motors.codec import Id
from outrider_drive.motors.guards import Sample
from outrider_drive.motors.polling import Polls
from outrider_drive.motors.proving import Proof
from outrider_drive.motors.setup import Refusal, RefusedError, Setup
from outrider_drive.motors.values import AnswerError, Firmware, Settings, Values
from outrider_drive.words import Motor, Motors

FRESH_NS = 150 * MS
SETTINGS_TRIES = 3  # older firmware need not answer; a frame may be lost


class Pair:
    """One conversation, from the first question to the loss of the port."""

    def __init__(self, setup: Setup, uuid: str, proved_uuid: str) -> None:
        """Begin with nothing said. `uuid` is the one expected ('': any), `proved_uuid` needs no new proof."""
        self._setup, self._uuid, self._proved_uuid = setup, uuid, proved_uuid
        self.polls = Polls(len(setup.cans))
        self.firmware: Firmware | None = None
        self.samples = [Sample()] * len(setup.cans)
        self.said: list[Values | None] = [None] * len(setup.cans)
        self.settings: list[Settings | None] = [None] * len(setup.cans)
        self.proof: Proof | None = None
        self.answers = 0

    @property
    def proved(self) -> bool:
        """Whether the timeout of these controllers was proved, now or before."""
        return self.firmware is not None and self.firmware.uuid == self._proved_uuid \
            or self.proof is not None and self.proof.passed

    def take(self, payload: bytes) -> None:
        """Take an answer. Raises RefusedError."""
        what = payload[0]
        try:
            if what == Id.FW_VERSION:
                self._take_firmware(values.firmware(payload))
            elif self.firmware is not None and what == Id.GET_VALUES:
                self._take_values(values.values(payload))
            elif self.firmware is not None and what == Id.GET_APPCONF:
                self._take_settings(values.settings(payload))
        except AnswerError as error:
            wrong = Refusal.SHORT_TELEMETRY if what == Id.GET_VALUES else Refusal.WRONG_FIRMWARE
            raise RefusedError(wrong, str(error)) from None

    def motors(self, now: int, epoch: int) -> Motors:
        """Return the newest of both, left and right; a controller silent for 150 ms is not present."""
        each = [_motor(said, sample, now) for said, sample in zip(self.said, self.samples, strict=True)]
        each += [Motor()] * (2 - len(each))
        left, right = each if self._setup.local_is_left else each[::-1]
        return Motors(min(sample.at_ns or 0 for sample in self.samples), epoch, left, right)

    def prepare(self) -> None:
        """Begin the proof once the settings are known, or known not to come."""
        if self.proof is None and not self.proved and not self.polls.busy:
            self.proof = Proof(self.settings)

    def _take_firmware(self, said: Firmware) -> None:
        if self._uuid and said.uuid != self._uuid:
            raise RefusedError(Refusal.WRONG_UUID, f'motors: the VESC on the port has UUID {said.uuid}, expected '
                                                   f'{self._uuid}. Plug that one in or correct the rig file.')
        if self.firmware is None:
            for _ in range(SETTINGS_TRIES):
                for which in range(len(self.samples)):
                    self.polls.put(which, Id.GET_APPCONF)
        self.firmware = said

    def _take_settings(self, said: Settings) -> None:
        which = self._which(said.controller_id)
        self.settings[which] = said
        self.polls.answered(which, Id.GET_APPCONF)

    def _take_values(self, said: Values) -> None:
        which = self._which(said.controller_id)
        if which and not self.polls.awaits(which):
            if self.polls.awaits(0):
                raise RefusedError(Refusal.SAME_ID, f'motors: the VESC on the port has id {said.controller_id}, '
                                                    'which is that of the CAN VESC. Give them two ids in VESC Tool.')
            return
        asked_ns = self.polls.answered(which, Id.GET_VALUES)
        if asked_ns is None:
            return
        self.answers += 1
        self.said[which] = said
        self.samples[which] = Sample(asked_ns, said.erpm, said.current_motor_a, said.fault)
        if self.proof is not None:
            self.proof.see(which, said.timeout_active, asked_ns)

    def _which(self, controller_id: int) -> int:
        return int(self._setup.can_id is not None and controller_id == self._setup.can_id)


def _motor(said: Values | None, sample: Sample, now: int) -> Motor:
    if said is None or sample.at_ns is None:
        return Motor()
    return Motor(now - sample.at_ns <= FRESH_NS, float(said.erpm), said.current_motor_a, said.current_input_a,
                 said.duty, said.voltage_v, said.temperature_fet_c, said.temperature_motor_c, said.fault,
                 bool(said.timeout_active), said.controller_id)
