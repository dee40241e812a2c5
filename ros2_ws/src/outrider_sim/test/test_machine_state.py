"""The state file of a simulated machine: what is written is read, whole, by whoever looks at whatever time."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from outrider_sim.devices.machine_state import BYTES, Actuators, StateError, StateReader, StateWriter, Wheels

_FOREVER = """
import sys
from pathlib import Path
from outrider_sim.devices.machine_state import StateWriter
state, n = StateWriter(Path(sys.argv[1])), 0
while True:
    n += 1
    state.actuators(n, n * 0.5, n * 2.0, -n)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / 'state'


def test_what_is_written_last_is_read(path: Path) -> None:
    reader = StateReader(path)
    assert reader.wheels() is None  # no fake yet
    writer = StateWriter(path)
    assert reader.wheels() is None  # nothing said yet
    writer.wheels(5, 1.0, 2.0)
    writer.wheels(7, -1.25, 1e6)
    assert reader.wheels() == Wheels(7, -1.25, 1e6)
    writer.actuators(9, 0.5, -0.1, 0.2)
    assert reader.actuators() == Actuators(9, 0.5, -0.1, 0.2)


def test_the_bytes_are_those_of_the_table(path: Path) -> None:
    StateWriter(path).wheels(123, 1.5, 2.5)
    assert path.read_bytes() == struct.pack('<Qqddd24x', 2, 123, 1.5, 2.5, 0.0)
    assert len(path.read_bytes()) == BYTES


def test_a_reader_beside_a_busy_writer_never_sees_half_a_state(path: Path) -> None:
    process = subprocess.Popen([sys.executable, '-c', _FOREVER, str(path)])
    try:
        reader, seen = StateReader(path), set()
        while len(seen) < 20_000:
            assert process.poll() is None
            state = reader.actuators()
            if state is not None:
                assert (state.jack, state.steer_rad, state.steer_radps) == (state.ns * 0.5, state.ns * 2.0, -state.ns)
                seen.add(state.ns)
    finally:
        process.kill()
        process.wait()


def test_while_a_writer_stands_in_the_middle_of_it_the_state_before_holds_and_a_new_reader_has_none(path: Path) -> None:
    StateWriter(path).wheels(1, 1.0, 1.0)
    reader = StateReader(path)
    assert reader.wheels() == Wheels(1, 1.0, 1.0)
    with path.open('r+b') as file:
        file.write(struct.pack('<Qqd', 3, 2, 9.0))
    assert reader.wheels() == Wheels(1, 1.0, 1.0)
    assert StateReader(path).wheels() is None


def test_a_fake_that_is_started_anew_is_followed_and_one_that_ended_grows_old(path: Path) -> None:
    first, reader = StateWriter(path), StateReader(path)
    first.wheels(1, 1.0, 1.0)
    assert reader.wheels() == Wheels(1, 1.0, 1.0)
    second = StateWriter(path)
    assert reader.wheels() is None
    second.wheels(2, 2.0, 2.0)
    assert reader.wheels() == Wheels(2, 2.0, 2.0)
    second.close()
    assert not path.exists()
    assert reader.wheels() == Wheels(2, 2.0, 2.0)


def test_another_file_is_one_sentence(path: Path) -> None:
    path.write_bytes(os.urandom(10))
    with pytest.raises(StateError, match=r'has 10 bytes, expected 64 of a fake started with --state\.'):
        StateReader(path).wheels()
