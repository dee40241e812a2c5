"""Which ports are tried, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from outrider_drive import by_id

VESC = 'usb-STMicroelectronics_ChibiOS_RT_Virtual_COM_Port_304-if00'
TEENSY = 'usb-Teensyduino_USB_Serial_4042010-if00'
CLONE = 'usb-1a86_USB_Serial-if00-port0'
RADAR = 'usb-Texas_Instruments_XDS110__02.03.00.05__Embed_with_CMSIS-DAP_R0001-if00'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (VESC, TEENSY, CLONE, RADAR):
        (tmp_path / name).touch()
    return tmp_path


def test_a_named_port_is_the_only_one() -> None:
    assert list(by_id.candidates('/dev/ttyACM7', by_id.MOTORS)()) == ['/dev/ttyACM7']


def test_the_likeliest_comes_first_and_what_is_known_to_be_something_else_is_left_alone(folder: Path) -> None:
    assert [Path(port).name for port in by_id.candidates('auto', by_id.MOTORS, folder)()] == [VESC, CLONE]
    assert [Path(port).name for port in by_id.candidates('auto', by_id.RELAYS, folder)()] == [TEENSY, CLONE]


def test_it_looks_anew_each_time(folder: Path) -> None:
    ports = by_id.candidates('auto', by_id.MOTORS, folder)
    (folder / VESC).unlink()
    assert [Path(port).name for port in ports()] == [CLONE]


def test_no_port_at_all_is_an_empty_list(tmp_path: Path) -> None:
    assert list(by_id.candidates('auto', by_id.RELAYS, tmp_path / 'none')()) == []
