"""UBX messages -> fixes and answers, by pyubx2, in SI units. Pure.

Fields: u-blox M9 SPG 4.04 interface description, UBX-NAV-PVT.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from pyubx2 import SET_LAYER_RAM, TXN_NONE, UBXMessage, UBXReader
from pyubx2.exceptions import UBXMessageError, UBXParseError, UBXTypeError

from outrider_sensors.gps.framing import NAV_PVT, Packet

NAV_PVT_BYTES = 100
ACK_CLASS = 0x05
WEEK_MS = 604_800_000
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DAMAGE = (UBXMessageError, UBXParseError, UBXTypeError)


@dataclass(frozen=True)
class Fix:
    """One NAV-PVT. Errors are the receiver's own estimates, 1 sigma; velocity is east, north, up."""

    itow_ms: int  # GPS time of week
    utc_ns: int | None  # since 1970, None while the receiver does not know
    fix_type: int  # 0 none, 1 dead reckoning, 2 2-D, 3 3-D, 4 3-D with dead reckoning, 5 time only
    fix_ok: bool
    position_valid: bool
    differential: bool
    carrier: int  # 0 no carrier phase, 1 float, 2 fixed
    satellites: int
    latitude_deg: float
    longitude_deg: float
    height_m: float  # above the WGS 84 ellipsoid
    horizontal_error_m: float
    vertical_error_m: float
    velocity_mps: tuple[float, float, float]
    speed_mps: float  # over ground
    speed_error_mps: float
    heading_error_deg: float  # of the motion, not of the vehicle


@dataclass(frozen=True)
class Answer:
    """What the receiver says to a command."""

    accepted: bool


def decode(packet: Packet) -> Fix | Answer | None:
    """Return what `packet` says, None where it is nothing that we need (NMEA, other UBX messages)."""
    identity = packet.identity
    if identity is None:
        return None
    if identity[0] == ACK_CLASS:
        return Answer(accepted=identity[1] == 1)
    if identity != NAV_PVT or len(packet.data) != NAV_PVT_BYTES:
        return None
    try:
        return _fix(UBXReader.parse(packet.data))
    except _DAMAGE:
        return None


def _fix(pvt: UBXMessage) -> Fix:
    return Fix(
        itow_ms=pvt.iTOW, utc_ns=_utc_ns(pvt), fix_type=pvt.fixType, fix_ok=bool(pvt.gnssFixOk),
        position_valid=not pvt.invalidLlh, differential=bool(pvt.diffSoln), carrier=pvt.carrSoln, satellites=pvt.numSV,
        latitude_deg=pvt.lat, longitude_deg=pvt.lon, height_m=1e-3 * pvt.height, horizontal_error_m=1e-3 * pvt.hAcc,
        vertical_error_m=1e-3 * pvt.vAcc, velocity_mps=(1e-3 * pvt.velE, 1e-3 * pvt.velN, -1e-3 * pvt.velD),
        speed_mps=1e-3 * pvt.gSpeed, speed_error_mps=1e-3 * pvt.sAcc, heading_error_deg=pvt.headAcc)


def _utc_ns(pvt: UBXMessage) -> int | None:
    if not (pvt.validDate and pvt.validTime):
        return None
    try:
        minute = datetime(pvt.year, pvt.month, pvt.day, pvt.hour, pvt.min, tzinfo=timezone.utc)
    except ValueError:  # a checksum cannot tell that a month 13 is wrong
        return None
    # A leap second, 60, runs into the next minute.
    whole_s = (minute - _EPOCH) // timedelta(seconds=1) + int(pvt.second)
    return whole_s * 1_000_000_000 + int(pvt.nano)  # nano may be negative: the second is rounded


def request(rate_hz: float) -> bytes:
    """Return the command that makes a receiver of generation 9 or later send NAV-PVT, and no NMEA, at `rate_hz`.

    It goes to the receiver's RAM: power off and on, and it is as before.
    """
    wanted = [('CFG_RATE_MEAS', round(1000.0 / rate_hz)), ('CFG_RATE_NAV', 1),
              ('CFG_MSGOUT_UBX_NAV_PVT_USB', 1), ('CFG_MSGOUT_UBX_NAV_PVT_UART1', 1),
              ('CFG_USBOUTPROT_UBX', 1), ('CFG_UART1OUTPROT_UBX', 1),
              ('CFG_USBOUTPROT_NMEA', 0), ('CFG_UART1OUTPROT_NMEA', 0)]
    command: bytes = UBXMessage.config_set(SET_LAYER_RAM, TXN_NONE, wanted).serialize()
    return command
