"""What a u-blox receiver of generation 9 says and hears. The fake's own codec: it shares nothing with the driver.

u-blox M9 SPG 4.04 interface description, UBX-21022436: UBX-NAV-PVT, UBX-CFG-VALSET, UBX-ACK, NMEA RMC and GGA.
"""

from __future__ import annotations

import math
import struct
from datetime import datetime, timedelta, timezone
from functools import reduce
from operator import xor

from outrider_sim.world.gps import GpsFix

GPS_EPOCH = datetime(1980, 1, 6, tzinfo=timezone.utc)
LEAP_SECONDS = 18  # GPS time less UTC since 2017
WEEK_MS = 604_800_000
_MOST_U4 = 0xFFFFFFFF
# Keys of CFG-VALSET that the fake obeys, as (key, bytes); all others it takes and forgets.
RATE_MEAS, NAV_PVT_USB, USB_NMEA = 0x30210001, 0x20910009, 0x10780002
_VALUE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}  # by bits 28..30 of a key


def ubx(kind: int, number: int, payload: bytes) -> bytes:
    """Return a UBX message of class `kind` and id `number` with its checksum."""
    body = struct.pack('<BBH', kind, number, len(payload)) + payload
    first = second = 0
    for byte in body:
        first = (first + byte) % 256
        second = (second + first) % 256
    return b'\xb5b' + body + bytes([first, second])


def itow_ms(utc_s: float) -> int:
    """Return the GPS time of week of a UTC time, s since 1970."""
    since = datetime.fromtimestamp(0, timezone.utc) - GPS_EPOCH
    return (round(utc_s * 1000) + since // timedelta(milliseconds=1) + 1000 * LEAP_SECONDS) % WEEK_MS


def nav_pvt(fix: GpsFix, utc_s: float) -> bytes:
    """Return NAV-PVT of a fix measured at `utc_s`, whole milliseconds count."""
    utc_ms = round(utc_s * 1000)
    # The receiver rounds to the nearest second and tells the rest in nano, which may be negative.
    second, rest_ms = divmod(utc_ms + 500, 1000)
    at = datetime.fromtimestamp(second, timezone.utc)
    north, east, down = (round(1000 * part) for part in fix.velocity_ned_mps)
    ground = round(1000 * (fix.velocity_ned_mps[0]**2 + fix.velocity_ned_mps[1]**2)**0.5)
    height = round(1000 * fix.height_m)
    payload = struct.pack(
        '<IHBBBBBBIiBBBBiiiiIIiiiiiIIHH4xihH',
        itow_ms(utc_s), at.year, at.month, at.day, at.hour, at.minute, at.second,
        0x07,  # date and time valid, fully resolved
        30, (rest_ms - 500) * 1_000_000, 3 if fix.ok else 0, 0x01 if fix.ok else 0x00, 0xE0, fix.satellites,
        round(1e7 * fix.longitude_deg), round(1e7 * fix.latitude_deg), height, height - 40_000,
        _mm(fix.horizontal_error_m), _mm(fix.vertical_error_m), north, east, down, ground,
        round(1e5 * _course_deg(fix)), _mm(fix.speed_error_mps), round(1e5 * fix.heading_error_deg),
        120 if fix.ok else 9999, 0x0000, 0, 0, 0)
    return ubx(0x01, 0x07, payload)


def acknowledge(kind: int, number: int, accepted: bool) -> bytes:
    """Return ACK-ACK or ACK-NAK for a message of class `kind` and id `number`."""
    return ubx(0x05, 0x01 if accepted else 0x00, bytes([kind, number]))


def nmea(fix: GpsFix, utc_s: float) -> bytes:
    """Return the RMC and GGA lines of a fix."""
    at = datetime.fromtimestamp(round(utc_s * 100) / 100, timezone.utc)
    time, date = at.strftime('%H%M%S.') + f'{at.microsecond // 10_000:02d}', at.strftime('%d%m%y')
    place = f'{_degrees(fix.latitude_deg, 2, "NS")},{_degrees(fix.longitude_deg, 3, "EW")}' if fix.ok else ',,,'
    knots = (fix.velocity_ned_mps[0]**2 + fix.velocity_ned_mps[1]**2)**0.5 * 3600 / 1852
    rmc = f'GNRMC,{time},{"A" if fix.ok else "V"},{place},{knots:.3f},{_course_deg(fix):.2f},{date},,,A,V'
    gga = f'GNGGA,{time},{place},{int(fix.ok)},{fix.satellites:02d},0.90,{fix.height_m - 40:.1f},M,40.0,M,,'
    return b''.join(f'${line}*{reduce(xor, line.encode()):02X}\r\n'.encode() for line in (rmc, gga))


class Commands:
    """What a host writes to the receiver, cut into CFG-VALSET messages."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._heard = b''

    def feed(self, data: bytes) -> list[dict[int, int]]:
        """Return the keys and values of each whole CFG-VALSET; everything else is thrown away."""
        self._heard += data
        found: list[dict[int, int]] = []
        while True:
            begin = self._heard.find(b'\xb5b')
            if begin < 0:
                self._heard = self._heard[-1:] if self._heard.endswith(b'\xb5') else b''
                return found
            self._heard = self._heard[begin:]
            if len(self._heard) < 8:
                return found
            kind, number, length = struct.unpack_from('<BBH', self._heard, 2)
            if len(self._heard) < length + 8:
                return found
            whole, payload = self._heard[:length + 8], self._heard[6:6 + length]
            if ubx(kind, number, payload) != whole:
                self._heard = self._heard[2:]
                continue
            self._heard = self._heard[length + 8:]
            if (kind, number) == (0x06, 0x8A):
                found.append(_settings(payload))


def _settings(payload: bytes) -> dict[int, int]:
    """Return keys and values of a CFG-VALSET: version, layers, two reserved bytes, then key (4) and value."""
    found, at = {}, 4
    while at + 4 < len(payload):
        key, = struct.unpack_from('<I', payload, at)
        size = _VALUE_BYTES.get(key >> 28 & 7, 1)
        found[key] = int.from_bytes(payload[at + 4:at + 4 + size], 'little')
        at += 4 + size
    return found


def _mm(metres: float) -> int:
    return min(round(1000 * metres), _MOST_U4)


def _course_deg(fix: GpsFix) -> float:
    return math.degrees(math.atan2(fix.velocity_ned_mps[1], fix.velocity_ned_mps[0])) % 360.0


def _degrees(value: float, digits: int, sides: str) -> str:
    """Return degrees and minutes as NMEA writes them, with the side."""
    whole, minutes = divmod(round(abs(value) * 6_000_000), 6_000_000)
    return f'{whole:0{digits}d}{minutes / 100_000:08.5f},{sides[value < 0]}'
