"""A conversation with the VESCs through the real link: who they are, how they stop, how they are. Nothing drives."""

from __future__ import annotations

import time
from dataclasses import dataclass

from outrider_bringup.doctor.machine import Machine
from outrider_drive.motors.link import VescLink
from outrider_drive.motors.setup import Refusal
from outrider_drive.motors.values import Firmware, Settings, Values
from outrider_node import boottime_ns

STEP_S = 0.005
TALK_S = 8.0  # hello, settings, three proofs of 350 ms, each after a stop of up to 1.5 s
NEXT_PORT_S = 2.0  # a port that is no VESC is left after a second, and another one opened half a second later
END_S = 1.5


@dataclass(frozen=True)
class Said:
    """What came of it. One entry a controller, the one on the port first; None where it said nothing."""

    port: str = ''
    firmware: Firmware | None = None
    settings: tuple[Settings | None, ...] = ()
    values: tuple[Values | None, ...] = ()
    proved: bool = False
    problem: str = ''
    refusal: Refusal | None = None


def talk(machine: Machine) -> Said:
    """Ask until all is known, or nothing more will come. Only stopping frames are sent."""
    link = VescLink(machine.ports, machine.setup)
    ports = machine.ports()
    end = time.monotonic() + TALK_S + NEXT_PORT_S * len(ports)
    best = Said()
    try:
        while time.monotonic() < end:
            link.step(boottime_ns())
            best = _known(link, best)
            if _over(link, ports):
                break
            time.sleep(STEP_S)
    finally:
        leave(link)
    return best


def leave(link: VescLink) -> None:
    """Stop, hold, let go of the port."""
    link.end()
    end = time.monotonic() + END_S
    while not link.ended and time.monotonic() < end:
        link.step(boottime_ns())
        time.sleep(STEP_S)
    link.close()


def _known(link: VescLink, before: Said) -> Said:
    pair, port = link.pair, link.port
    if pair.firmware is None or port is None:
        # What was known of a VESC before its port was shut stays known, and so does why.
        return Said(before.port, before.firmware, before.settings, before.values, before.proved, link.problem,
                    link.refusal)
    return Said(str(port.port), pair.firmware, tuple(pair.settings), tuple(pair.said), link.proved, link.problem,
                link.refusal)


def _over(link: VescLink, ports: object) -> bool:
    """Return whether nothing new will be said."""
    if link.refusal is None:
        return True
    if link.port is None:
        alone = isinstance(ports, (list, tuple)) and len(ports) <= 1
        return alone and link.refusal is not Refusal.STARTING
    proof = link.pair.proof
    return proof is not None and proof.over and not proof.passed
