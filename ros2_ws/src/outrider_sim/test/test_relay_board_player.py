"""The relay controller as a process: jack behind it, control FIFO, journal, cable out and in."""

from __future__ import annotations

import json
import os
import signal
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outrider_sim.devices.machine_state import Actuators, StateReader
from outrider_sim.devices.relay_board import frame
from outrider_sim.devices.relay_board_player import main
from outrider_sim.devices.steer import STOP_RAD
from waiting import wait_until


class Far:
    """The host's side, by hand: the original's letters, which need no session."""

    def __init__(self, link: Path) -> None:
        self.fd = os.open(link, os.O_RDWR | os.O_NONBLOCK)

    def letters(self, letter: bytes, value: int) -> None:
        os.write(self.fd, frame(0, struct.pack('<ci', letter, value)))

    def close(self) -> None:
        os.close(self.fd)


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    return {name: tmp_path / name for name in ('relays', 'control', 'journal')}


@pytest.fixture
def start(spawn: Callable[..., Any], places: dict[str, Path]) -> Callable[..., Any]:
    def run(*more: str) -> Any:
        process = spawn('--link', str(places['relays']), '--control', str(places['control']), '--journal',
                        str(places['journal']), *more, '--ros-args', '-r', '__node:=x',
                        module='outrider_sim.devices.relay_board_player')
        process.says('fake relay board on')
        wait_until(places['relays'].exists, 'the port')
        return process

    return run


def edges(journal: Path) -> list[str]:
    return [json.loads(line)['what'] for line in journal.read_text().splitlines()]


def lift(far: Far, journal: Path, until: str) -> list[str]:
    """Hold the jack's letter until `until` stands in the journal."""
    far.letters(b'U', 0)

    def held() -> bool:
        far.letters(b'U', 1)
        return until in edges(journal)

    wait_until(held, until, every_s=0.05)
    return edges(journal)


def test_the_jack_runs_to_its_upper_switch_and_the_journal_tells_every_edge(
        start: Callable[..., Any], places: dict[str, Path]) -> None:
    process = start('--travel', '0.3')
    far = Far(places['relays'])
    assert lift(far, places['journal'], 'jack U off')[:3] == ['master on', 'jack U on', 'jack U off']
    far.close()
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
    assert not places['relays'].is_symlink()


def test_the_steering_follows_its_relays_and_the_world_can_read_it(
        start: Callable[..., Any], places: dict[str, Path]) -> None:
    state = places['relays'].with_name('state')
    process = start('--state', str(state), '--jack', 'up')
    far, reader = Far(places['relays']), StateReader(state)

    def held(letter: bytes, there: Callable[[Actuators], bool]) -> Actuators:
        far.letters(letter, 0)
        seen: list[Actuators] = []

        def look() -> bool:
            far.letters(letter, 1)
            now = reader.actuators()
            if now is not None and there(now):
                seen.append(now)
            return bool(seen)

        wait_until(look, f'steering by {letter!r}', every_s=0.02)
        far.letters(letter, 0)
        return seen[0]

    assert held(b'L', lambda now: now.steer_rad > 0.05).steer_radps > 0.0
    assert held(b'R', lambda now: now.steer_rad < -0.05).steer_radps < 0.0
    wait_until(lambda: reader.actuators().steer_radps == 0.0, 'the steering at rest')
    assert reader.actuators().jack == 1.0
    assert abs(reader.actuators().steer_rad) < 0.5 * STOP_RAD
    far.close()
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
    assert not state.exists()


def test_the_cable_comes_out_and_goes_in_under_another_name_and_a_slip_of_the_tongue_ends_nothing(
        start: Callable[..., Any], places: dict[str, Path]) -> None:
    process = start()
    other = places['relays'].with_name('other')
    with places['control'].open('w') as control:
        print('fly\nunplug', file=control, flush=True)
        wait_until(lambda: not places['relays'].is_symlink(), 'the cable out')
        print(f'plug {other}', file=control, flush=True)
        wait_until(other.exists, 'the cable in')
        far = Far(other)
        lift(far, places['journal'], 'jack U on')
        print('quit', file=control, flush=True)
    assert process.wait() == 1
    assert 'ended by itself' in process.output
    far.close()


@pytest.mark.parametrize(('arguments', 'sentence'), [
    (('--link', '/nowhere/relays'), 'lies in no folder'),
    (('--link', '/tmp/relays', '--state', '/nowhere/state'), 'lies in no folder'),
    (('--link', '/tmp/relays', '--travel', '0'), 'expected more than 0'),
])
def test_a_wrong_argument_is_one_sentence(arguments: tuple[str, ...], sentence: str,
                                          capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_no_firmware_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                     capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv('OUTRIDER_ROOT', str(tmp_path))
    assert main(['--link', str(tmp_path / 'relays')]) == 2
    assert 'fake_relay_board:' in capsys.readouterr().err
