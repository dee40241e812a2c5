"""The fake receiver's words, judged by reference messages and by u-blox's own layout, without any driver."""

import struct
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from outrider_sim.devices import ubx
from outrider_sim.devices.ubx_gps import UbxGps
from outrider_sim.world.gps import GpsFix

UTC_S = datetime(2026, 11, 22, 9, 30, 45, 960_000, timezone.utc).timestamp()
FIX = GpsFix(t_s=0.0, ok=True, latitude_deg=52.52, longitude_deg=-13.4, height_m=75.0,
             velocity_ned_mps=(3.0, -4.0, 0.0), horizontal_error_m=1.7,
             vertical_error_m=2.0, speed_error_mps=0.07, heading_error_deg=0.8, satellites=14)


def test_checksum_is_that_of_a_message_in_every_manual():
    assert ubx.ubx(0x0A, 0x04, b'').hex() == 'b5620a0400000e34'  # poll of MON-VER


def test_nav_pvt_has_each_field_at_its_place():
    message = ubx.nav_pvt(FIX, UTC_S)
    assert message[:6] == b'\xb5b\x01\x07\x5c\x00'
    assert len(message) == 100

    def field(kind, offset):
        return struct.unpack_from('<' + kind, message, 6 + offset)[0]

    assert field('I', 0) == ((9 * 60 + 30) * 60 + 45 + 18) * 1000 + 960
    assert struct.unpack_from('<HBBBBB', message, 10) == (2026, 11, 22, 9, 30, 46)  # rounded
    assert field('i', 16) == -40_000_000  # and taken back in nano
    assert (field('B', 20), field('B', 21) & 1, field('B', 23)) == (3, 1, 14)
    assert (field('i', 24), field('i', 28)) == (-134_000_000, 525_200_000)
    assert (field('i', 32), field('I', 40), field('I', 44)) == (75_000, 1700, 2000)
    assert (field('i', 48), field('i', 52), field('i', 56), field('i', 60)) == (3000, -4000, 0, 5000)
    assert field('i', 64) * 1e-5 == pytest.approx(306.8699, abs=1e-4)
    assert (field('I', 68), field('I', 72)) == (70, 80_000)


def test_lost_receiver_says_so():
    message = ubx.nav_pvt(replace(FIX, ok=False, horizontal_error_m=1e9), UTC_S)
    assert (message[6 + 20], message[6 + 21]) == (0, 0)
    assert struct.unpack_from('<I', message, 6 + 40)[0] == 0xFFFFFFFF


def test_nmea_is_as_the_standard_writes_it():
    rmc, gga = ubx.nmea(FIX, UTC_S).decode().splitlines()
    assert rmc.startswith('$GNRMC,093045.96,A,5231.20000,N,01324.00000,W,9.719,306.87,221126,,,A,V*')
    assert gga.startswith('$GNGGA,093045.96,5231.20000,N,01324.00000,W,1,14,0.90,35.0,M,40.0,M,,*')
    xor = 0
    for letter in rmc[1:-3]:
        xor ^= ord(letter)
    assert rmc[-2:] == f'{xor:02X}'
    assert ',V,,,,,' in ubx.nmea(replace(FIX, ok=False), UTC_S).decode()


def valset(*pairs):
    payload = bytes([0, 1, 0, 0]) + b''.join(struct.pack('<I', key) + value for key, value in pairs)
    return ubx.ubx(0x06, 0x8A, payload)


RATE_25 = valset((ubx.RATE_MEAS, b'\x28\x00'), (ubx.NAV_PVT_USB, b'\x01'), (ubx.USB_NMEA, b'\x00'))


@pytest.mark.parametrize('cuts', [(), (3,), (1, 2, 20), (len(RATE_25) - 1,)])
def test_settings_are_heard_in_any_pieces_between_noise(cuts):
    stream = b'\xb5' + ubx.ubx(0x0A, 0x04, b'') + RATE_25
    heard, edges = ubx.Commands(), [0, *cuts, len(stream)]
    found = [one for a, b in zip(edges, edges[1:], strict=False) for one in heard.feed(stream[a:b])]
    assert found == [{ubx.RATE_MEAS: 40, ubx.NAV_PVT_USB: 1, ubx.USB_NMEA: 0}]


def test_damaged_setting_is_not_obeyed():
    assert ubx.Commands().feed(RATE_25[:-1] + b'\x00') == []


@pytest.fixture
def device(tmp_path):
    made = UbxGps(tmp_path / 'gps')
    yield made
    made.unplug()


@pytest.mark.parametrize('line', ['explode', '', 'outage', 'outage x', 'outage -1', 'outage inf', 'length 70000',
                                  'flip 100', 'plug a b', 'unplug x', 'refuse now'])
def test_line_that_means_nothing_is_one_sentence(device, line):
    wrong = device.control(line, 0)
    assert wrong.startswith(f"line '{line}'")
    assert wrong.endswith('.')
    assert device.pty is not None


def test_stuck_sends_the_same_fix_and_freeze_none(device):
    first = device.send(FIX, UTC_S, 0)
    device.control('stuck 1', 0)
    assert device.send(FIX, UTC_S + 0.1, 100_000_000)[-100:] == first[-100:]
    assert device.send(FIX, UTC_S + 1.0, 10**9)[-100:] != first[-100:]
    device.control('freeze 1', 10**9)
    assert device.send(FIX, UTC_S + 1.1, 11 * 10**8) == b''
    assert device.send(FIX, UTC_S + 2.0, 2 * 10**9)


def test_damage_is_done_once(device):
    device.control('length 25000', 0)
    assert device.send(FIX, UTC_S, 0)[-96:-94] == struct.pack('<H', 25_000)
    assert device.send(FIX, UTC_S, 0)[-96:-94] == struct.pack('<H', 92)
    device.control('flip 50', 0)
    assert sum(a != b for a, b in zip(device.send(FIX, UTC_S, 0), device.send(FIX, UTC_S, 0), strict=True)) == 1
