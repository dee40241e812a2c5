"""Two VESCs on one pty: `fake_vesc_pair --link PATH`. The first is on the port, the second behind it on CAN.

A driver finds PATH and cannot tell it from the USB port of a VESC. Every frame that it reads is recorded with its time.
In a test the class is stepped by hand; as a process it runs by itself and takes these lines on standard input, or on
a FIFO with --control:

| line | what happens |
|---|---|
| can cut, can mend | the wire between the two |
| stall SECONDS | it reads nothing for so long, then everything at once |
| mute SECONDS | it reads and obeys, and answers nothing for so long |
| garbage HEX | these bytes come in front of its next answer |
| fault WHICH CODE | controller 0 (port) or 1 (CAN) reports CODE and is released for 500 ms |
| slope RISE | slope ahead, > 0 downhill |
| hit WHERE | it stands against something `ahead`, `behind` or `both`, and cannot roll that way; `free`: no longer |
| voltage V | of the battery; from 41.5 V on, braking raises an over-voltage fault |
| unplug | the port vanishes, and the power of both stays |
| plug PATH | it is back under the name PATH |
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from outrider_sim.devices import vesc_wire as wire
from outrider_sim.devices.machine_state import StateWriter
from outrider_sim.devices.ptys import Pty, control_fifo
from outrider_sim.devices.vesc_model import HITS, MS, Controller, Ramp, World
from outrider_sim.devices.vesc_trace import Trace

CAN_ID, LOCAL_ID = 1, 0
EVERYBODY = 255
UUID = bytes(range(0x10, 0x1C))
TICK_S = 0.002


@dataclass(frozen=True)
class Frame:
    """One payload that was read: when (ns), for which controller (0 port, 1 CAN), what (CAN head taken off)."""

    at_ns: int
    which: int
    payload: bytes

    @property
    def drives(self) -> bool:
        """SET_RPM or SET_DUTY of any value, SET_CURRENT other than 0."""
        kind, value = wire.setting(self.payload) or (None, 0.0)
        return kind in (wire.SET_RPM, wire.SET_DUTY) or (kind == wire.SET_CURRENT and value != 0.0)

    @property
    def stops(self) -> bool:
        """SET_CURRENT_BRAKE, SET_HANDBRAKE or SET_CURRENT 0."""
        return wire.setting(self.payload) is not None and not self.drives


class VescPair:
    """The device. Call serve(now) often; now is ns of any steady clock."""

    def __init__(self, link: Path, *, controllers: int = 2, timeout_ms: int = 200, timeout_brake_a: float = 10.0,
                 uuid: bytes = UUID, world: World | None = None) -> None:
        """Power up and plug in."""
        self.ramp = Ramp(tuple(Controller(timeout_ms, timeout_brake_a) for _ in range(controllers)), world)
        self.ids = [LOCAL_ID, CAN_ID][:controllers]
        self.uuid = uuid
        self.frames: list[Frame] = []
        self.can_cut = False
        self.answers_settings = True
        self.values_bytes = 74
        self.version: bytes | None = None  # instead of the real answer
        self.garbage = b''
        self.read_bytes = self.said_bytes = 0  # since power-up
        self._stalled_until_ns = self._mute_until_ns = -1
        self._deframer = wire.Deframer()
        self._pty: Pty | None = Pty(link)

    @property
    def fd(self) -> int | None:
        """The far end of the port, None while it is unplugged."""
        return None if self._pty is None else self._pty.fd

    def stall(self, until_ns: int) -> None:
        """Read nothing until `until_ns`."""
        self._stalled_until_ns = until_ns

    def mute(self, until_ns: int) -> None:
        """Answer nothing until `until_ns`."""
        self._mute_until_ns = until_ns

    def unplug(self) -> None:
        """Take the port away; both controllers stay powered and go by their own timeout."""
        if self._pty is not None:
            self._pty.close()
        self._pty = None
        self._deframer = wire.Deframer()

    def plug(self, link: Path) -> None:
        """Come back under the name `link`."""
        self.unplug()
        self._pty = Pty(link)

    def serve(self, now: int) -> None:
        """Let time pass, read what came, answer."""
        self.ramp.advance(now)
        if self._pty is None or now < self._stalled_until_ns:
            return
        while True:
            data = self._pty.read()
            if not data:
                return
            self.read_bytes += len(data)
            for payload in self._deframer.push(data):
                self._obey(0, payload, now)

    def _obey(self, which: int, payload: bytes, now: int) -> None:
        if payload[0] == wire.FORWARD_CAN:
            if which == 0 and len(payload) > 2 and payload[1] in (*self.ids[1:], EVERYBODY) and not self.can_cut:
                for other in range(1, len(self.ids)):
                    self._obey(other, payload[2:], now)
            return
        self.frames.append(Frame(now, which, payload))
        controller = self.ramp.controllers[which]
        command = wire.setting(payload)
        if command is not None:
            controller.feed(command, now)
        elif payload[0] == wire.ALIVE:
            controller.keep_alive(now)
        elif payload[0] == wire.FW_VERSION:
            self._say(self.version or wire.version_answer(7, 1, '60', self.uuid), now)
        elif payload[0] == wire.GET_VALUES:
            self._say(wire.values_answer(self.ramp.telemetry(which, now), self.ids[which], self.values_bytes), now)
        elif payload[0] == wire.GET_APPCONF and self.answers_settings:
            self._say(wire.appconf_answer(self.ids[which], controller.timeout_ns // MS, controller.timeout_brake_a),
                      now)

    def _say(self, payload: bytes, now: int) -> None:
        if self._pty is not None and now >= self._mute_until_ns:
            self.said_bytes += self._pty.write(self.garbage + wire.framed(payload))
            self.garbage = b''

    def control(self, line: str, now: int) -> str:
        """Obey one line; return '' or one sentence of what was wrong with it."""
        word, *rest = line.split() or ['']
        try:
            if word == 'can' and rest in (['cut'], ['mend']):
                self.can_cut = rest == ['cut']
            elif word in ('stall', 'mute') and len(rest) == 1:
                getattr(self, word)(now + int(float(rest[0]) * 1e9))
            elif word == 'garbage' and len(rest) == 1:
                self.garbage = bytes.fromhex(rest[0])
            elif word == 'fault' and len(rest) == 2:
                self.ramp.controllers[int(rest[0])].trip(int(rest[1]), now)
            elif word == 'slope' and len(rest) == 1:
                self.ramp.world.slope = float(rest[0])
            elif word == 'hit' and len(rest) == 1 and rest[0] in HITS:
                self.ramp.world.against = HITS[rest[0]]
            elif word == 'voltage' and len(rest) == 1:
                self.ramp.world.voltage_v = float(rest[0])
            elif word == 'unplug' and not rest:
                self.unplug()
            elif word == 'plug' and len(rest) == 1:
                self.plug(Path(rest[0]))
            else:
                return f"line '{line.strip()}' is not known. See the head of vesc_pair.py."
        except (ValueError, IndexError):
            return f"line '{line.strip()}' has no usable number where one is expected."
        return ''


def run(pair: VescPair, stop_fd: int, lines_fd: int, journal: TextIO | None, trace: Trace | None = None,
        state: StateWriter | None = None) -> None:
    """Serve until a byte comes on `stop_fd`, or `lines_fd` ends."""
    lines = b''
    while True:
        waiting = [stop_fd, lines_fd] + ([] if pair.fd is None else [pair.fd])
        ready, _, _ = select.select(waiting, [], [], TICK_S)
        now = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        if stop_fd in ready:
            return
        pair.serve(now)
        if state is not None:
            state.wheels(pair.ramp.now, pair.ramp.speed_mps, pair.ramp.travelled_m)
        if journal is not None:
            for frame in pair.frames:
                journal.write(json.dumps({'ns': frame.at_ns, 'vesc': frame.which, 'hex': frame.payload.hex(),
                                          'drives': frame.drives, 'speed_mps': round(pair.ramp.speed_mps, 4)}) + '\n')
            journal.flush()
        pair.frames.clear()
        if trace is not None:
            trace.note(pair.ramp, now)
        if lines_fd in ready:
            data = os.read(lines_fd, 4096)
            if not data:
                return
            *whole, lines = (lines + data).split(b'\n')
            for line in whole:
                wrong = pair.control(line.decode('ascii', 'replace'), now)
                if trace is not None and not wrong:
                    trace.line(line.decode('ascii', 'replace'), now)
                print(f'fake_vesc_pair: {wrong}' if wrong else 'ok', flush=True)


def main(argv: list[str] | None = None) -> int:
    """Run the fake until SIGINT, SIGTERM or the end of standard input; 0, or 2 with a sentence for a wrong argument."""
    given = sys.argv[1:] if argv is None else argv
    if '--ros-args' in given:  # started as a `node` of a launch file
        given = given[:given.index('--ros-args')]
    parser = argparse.ArgumentParser(prog='fake_vesc_pair', description='Two VESCs on one pty.')
    parser.add_argument('--link', type=Path, required=True, help='where the link to the port is placed')
    parser.add_argument('--single', action='store_true', help='one VESC, nothing on CAN')
    parser.add_argument('--timeout-ms', type=int, default=200, help='of both VESCs (default 200)')
    parser.add_argument('--timeout-brake-a', type=float, default=10.0, help='brake current after it (default 10)')
    parser.add_argument('--slope', type=float, default=0.0, help='slope ahead, > 0 downhill (default 0)')
    parser.add_argument('--control', type=Path, help='FIFO for control lines, instead of standard input')
    parser.add_argument('--journal', type=Path, help='file for one JSON line a frame')
    parser.add_argument('--state', type=Path, help='file of speed and way for a world that reads it (machine_state.py)')
    parser.add_argument('--trace', type=Path, help='file for what the ramp does (vesc_trace.py)')
    args = parser.parse_args(given)
    if not args.link.parent.is_dir():
        parser.error(f'--link {args.link} lies in no folder')
    if args.state and not args.state.parent.is_dir():
        parser.error(f'--state {args.state} lies in no folder')
    stop_read, stop_write = os.pipe()
    os.set_blocking(stop_write, False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(stop_write)
    pair = VescPair(args.link, controllers=1 if args.single else 2, timeout_ms=args.timeout_ms,
                    timeout_brake_a=args.timeout_brake_a, world=World(args.slope))
    journal = args.journal.open('a') if args.journal else None
    trace_file = args.trace.open('a') if args.trace else None
    state = StateWriter(args.state) if args.state else None
    lines_fd = control_fifo(args.control) if args.control else sys.stdin.fileno()
    print(f'fake VESC pair on {args.link}', flush=True)
    try:
        run(pair, stop_read, lines_fd, journal, Trace(trace_file) if trace_file else None, state)
    finally:
        pair.unplug()
        if state is not None:
            state.close()
        for file in (journal, trace_file):
            if file is not None:
                file.close()
    return 0


if __name__ == '__main__':
    sys.exit(main())
