"""One scenario file, two boards: the native one and the simulated Mega 2560 give the same relay edges within 2 ms.

Both run in lockstep with their own clock, so the load of the machine that tests them does not matter.
"""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from outrider_drive.relays import protocol
from outrider_drive.relays.wire import Wire
from outrider_drive.relays.words import HelloAnswer, Wanted
from outrider_sim.devices import relay_board
from outrider_sim.devices.relay_board import RelayBoard

FIRMWARE = Path(__file__).resolve().parents[1] / 'firmware'
SCENARIOS = sorted((FIRMWARE / 'tests' / 'scenarios').glob('*.yaml'))
ZERO_MS, HELLO_MS, STOP_MS = 2000, 1000, 1200
HOST = 0x0A0B0C0D
AGE_MS = 20
ALIKE_MS, AS_WRITTEN_MS = 2.0, 4.0
FITTED = {'estop': relay_board.ESTOP_ONLY, 'all': relay_board.ALL_INPUTS}


class Player:
    """Turns the steps of a scenario into words for a board in lockstep."""

    def __init__(self, board: RelayBoard, zero_us: int) -> None:
        """`zero_us` is the board's time at which its uptime was 0."""
        self.board, self.zero_us = board, zero_us
        self.session = self.sequence = 0
        self.now_us = board.run(1000)

    def run_to(self, ms: int) -> None:
        self.now_us = self.board.run(self.zero_us + ms * 1000 - self.now_us)

    def at(self, ms: float, words: str) -> None:
        verb, _, rest = words.partition(' ')
        stamp = self.zero_us + round(ms * 1000)
        self.board.say(f'arrive {stamp} {rest}' if verb == 'bytes' else f'at {stamp} {words}')

    def frame(self, ms: float, frame_id: int, payload: bytes) -> None:
        self.at(ms, f'bytes {relay_board.frame(frame_id, payload).hex()}')

    def command(self, wanted: dict[str, Any], echo_ms: float) -> bytes:
        self.sequence += 1
        return protocol.encode_command(
            Wanted(wanted.get('jack', '-'), wanted.get('steer', '-'), clear_faults=wanted.get('clear', False)),
            session=self.session, host_id=HOST, sequence=self.sequence, echo_ms=round(echo_ms))

    def greet(self) -> None:
        wire = Wire(self.board.port)
        wire.open()
        self.frame(HELLO_MS, protocol.ID_HELLO, protocol.encode_hello(HOST, 1))
        self.run_to(HELLO_MS + 50)
        end = time.monotonic() + 5.0  # the kernel hands the pty's bytes over in its own time
        while not self.session:
            assert time.monotonic() < end, 'hello was not answered'
            for frame_id, payload in wire.receive():
                said = protocol.decode(frame_id, payload)
                self.session = said.session if isinstance(said, HelloAnswer) else self.session
        wire.close()
        self.frame(STOP_MS, protocol.ID_COMMAND, self.command({}, STOP_MS - AGE_MS))

    def step(self, step: dict[str, Any]) -> None:
        ms = ZERO_MS + step['at']
        if 'hold' in step:
            for k in range(ms, ms + step['for'], 50):
                self.frame(k, protocol.ID_COMMAND, self.command(step['hold'], k - AGE_MS))
        elif 'send' in step:
            payload = self.command(step['send'], ms - step.get('age', AGE_MS))
            for k in range(step.get('repeat', 1)):
                self.frame(ms + 50 * k, protocol.ID_COMMAND, payload)
        elif 'letter' in step:
            self.frame(ms, protocol.ID_LEGACY, struct.pack('<ci', step['letter'].encode(), step['value']))
        elif 'input' in step:
            name = step['input'] if step['input'] == 'estop' else f'limit {step["input"]}'
            self.at(ms, f'{name} {"open" if step["open"] else "closed"}')
        elif 'damaged' in step:
            bad = bytearray(relay_board.frame(protocol.ID_COMMAND, self.command({'jack': 'U'}, ms - AGE_MS)))
            bad[step['damaged'] // 8] ^= 1 << step['damaged'] % 8
            self.at(ms, f'bytes {bad.hex()}')
        else:
            self.frame(ms, protocol.ID_HELLO, protocol.encode_hello(step['hello'], 2))


def play(command: list[str], port: Path, scenario: dict[str, Any]) -> dict[str, list[tuple[float, str]]]:
    """Return the edges of each line as (ms since zero, on or off)."""
    board = RelayBoard(command, port, lockstep=True)
    try:
        board.run(500_000)
        simulated = len(command) == 2
        player = Player(board, board.wait_for('running').us if simulated else 0)
        if scenario.get('greet', True):
            player.greet()
        for step in scenario['steps']:
            player.step(step)
        player.run_to(ZERO_MS + scenario['ends'])
        lines: dict[str, list[tuple[float, str]]] = {}
        for edge in board.edges():
            line, _, state = edge.what.rpartition(' ')
            lines.setdefault(line, []).append(((edge.us - player.zero_us) / 1000 - ZERO_MS, state))
        return lines
    finally:
        board.close()


def alike(a: dict[str, list[tuple[float, str]]], b: dict[str, list[tuple[float, str]]], within_ms: float) -> bool:
    if {line: [state for _, state in edges] for line, edges in a.items()} \
            != {line: [state for _, state in edges] for line, edges in b.items()}:
        return False
    return all(abs(x - y) <= within_ms for line in a for (x, _), (y, _) in zip(a[line], b[line], strict=True))


@pytest.mark.parametrize('path', SCENARIOS, ids=lambda path: path.stem)
def test_both_boards_give_the_edges_of_the_scenario(path: Path, tmp_path: Path) -> None:
    scenario = yaml.safe_load(path.read_text())
    fitted = FITTED[scenario['fitted']]
    written: dict[str, list[tuple[float, str]]] = {}
    for ms, what in scenario['edges']:
        line, _, state = what.rpartition(' ')
        written.setdefault(line, []).append((float(ms), state))
    native = play(relay_board.native(FIRMWARE, fitted=fitted), tmp_path / 'native', scenario)
    simulated = play(relay_board.simulated(FIRMWARE, fitted=fitted), tmp_path / 'simulated', scenario)
    assert alike(native, simulated, ALIKE_MS), f'native: {native}\nsimulated: {simulated}'
    assert alike(native, written, AS_WRITTEN_MS), f'native: {native}\nwritten: {written}'
    assert alike(simulated, written, AS_WRITTEN_MS), f'simulated: {simulated}\nwritten: {written}'
