"""Decoding, gates, the receiver's time, the watch, the ports: all without a port."""

import math
import struct
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_sensors.gps import device_time, ports, quality, watch
from outrider_sensors.gps.decode import Answer, Fix, decode, request
from outrider_sensors.gps.framing import Framer
from outrider_sensors.gps.quality import Limits, Refusal, judge
from outrider_sensors.port import LostError
from outrider_sim.devices import ubx
from outrider_sim.world.gps import GpsFix

UTC_S = datetime(2026, 11, 22, 9, 30, 45, 960_000, timezone.utc).timestamp()
TRUTH = GpsFix(t_s=0.0, ok=True, latitude_deg=-33.8568, longitude_deg=151.2153, height_m=41.5,
               velocity_ned_mps=(-3.0, 4.0, 0.5), horizontal_error_m=1.7, vertical_error_m=2.2, speed_error_mps=0.07,
               heading_error_deg=0.8, satellites=17)
GOOD = Fix(itow_ms=1000, utc_ns=None, fix_type=3, fix_ok=True, position_valid=True, differential=False, carrier=0,
           satellites=12, latitude_deg=0.0, longitude_deg=0.0, height_m=0.0, horizontal_error_m=1.0,
           vertical_error_m=1.0, velocity_mps=(5.0, 0.0, 0.0), speed_mps=5.0, speed_error_mps=0.1,
           heading_error_deg=2.0)


def decoded(message):
    packet, = Framer().feed(message, 0)
    return decode(packet)


def test_every_field_comes_out_in_si_units():
    fix = decoded(ubx.nav_pvt(TRUTH, UTC_S))
    assert (fix.latitude_deg, fix.longitude_deg) == (-33.8568, 151.2153)
    assert fix.height_m == pytest.approx(41.5)
    assert fix.velocity_mps == pytest.approx((4.0, -3.0, -0.5))
    assert fix.speed_mps == pytest.approx(5.0)  # gSpeed is in mm/s
    assert (fix.horizontal_error_m, fix.vertical_error_m) == pytest.approx((1.7, 2.2))
    assert (fix.speed_error_mps, fix.heading_error_deg) == pytest.approx((0.07, 0.8))
    assert (fix.fix_type, fix.fix_ok, fix.position_valid, fix.satellites) == (3, True, True, 17)
    assert fix.utc_ns == round(UTC_S * 1000) * 1_000_000  # its nano is negative
    # 2026-11-22 is a Sunday: time of week counts from its midnight, 18 leap seconds ahead.
    assert fix.itow_ms == ((9 * 60 + 30) * 60 + 45 + 18) * 1000 + 960


def changed(**fields):
    """NAV-PVT with single payload bytes set: by offset, as u1."""
    payload = bytearray(ubx.nav_pvt(TRUTH, UTC_S)[6:-2])
    for place, value in fields.items():
        payload[int(place[1:])] = value
    return decoded(ubx.ubx(1, 7, bytes(payload)))


@pytest.mark.parametrize('valid', [0x00, 0x01, 0x02, 0x04])
def test_time_is_unknown_until_date_and_time_are_valid(valid):
    assert changed(_11=valid).utc_ns is None


def test_month_13_is_no_time():
    assert changed(_6=13).utc_ns is None


def test_leap_second_runs_into_the_next_minute():
    minute = decoded(ubx.nav_pvt(TRUTH, datetime(2026, 11, 22, 9, 31, tzinfo=timezone.utc).timestamp()))
    assert changed(_10=60).utc_ns == minute.utc_ns - 40_000_000


def test_invalid_position_flag_is_read():
    assert not changed(_78=1).position_valid


@pytest.mark.parametrize(('message', 'said'), [
    (ubx.acknowledge(6, 0x8A, True), Answer(True)), (ubx.acknowledge(6, 0x8A, False), Answer(False)),
    (ubx.ubx(1, 7, bytes(84)), None),  # NAV-PVT of generation 7 is shorter
    (ubx.ubx(1, 0x35, bytes(8)), None), (ubx.ubx(0x77, 0x77, b''), None), (ubx.nmea(TRUTH, UTC_S)[:78], None)])
def test_answers_are_told_and_other_messages_left_alone(message, said):
    packets = Framer().feed(message, 0)
    assert [decode(packet) for packet in packets[:1]] in ([said], [])


def test_request_asks_for_pvt_at_the_rate_and_no_nmea():
    asked, = ubx.Commands().feed(request(25.0))
    assert asked[ubx.RATE_MEAS] == 40
    assert asked[ubx.NAV_PVT_USB] == 1
    assert asked[ubx.USB_NMEA] == 0
    assert request(25.0)[7] == 0x01  # layer RAM only


@pytest.mark.parametrize(('change', 'refusal', 'position'), [
    ({'fix_ok': False}, Refusal.NO_FIX, False),
    ({'fix_type': 0}, Refusal.FIX_TYPE, False), ({'fix_type': 1}, Refusal.FIX_TYPE, False),
    ({'fix_type': 2}, Refusal.FIX_TYPE, False), ({'fix_type': 5}, Refusal.FIX_TYPE, False),
    ({'position_valid': False}, Refusal.INVALID, False),
    ({'speed_error_mps': 1.01}, Refusal.SPEED_ERROR, True),
    ({'heading_error_deg': 30.1}, Refusal.HEADING_ERROR, True)])
def test_each_gate_closes_alone(change, refusal, position):
    verdict = judge(replace(GOOD, **change), Limits())
    assert verdict.refusals == (refusal,)
    assert verdict.position is position
    assert not verdict.velocity


@pytest.mark.parametrize('change', [
    {}, {'fix_type': 4}, {'speed_error_mps': 1.0}, {'heading_error_deg': 30.0},
    {'speed_mps': 0.9, 'heading_error_deg': 180.0}])  # nobody knows where one who stands is heading
def test_good_fixes_pass(change):
    assert judge(replace(GOOD, **change), Limits()) == quality.Verdict(())


def test_fixes_of_one_late_read_lie_as_far_apart_as_the_receiver_says():
    assert device_time.stamps([10**10] * 3, [0, 40, 80], 0) == [10**10 - 80_000_000, 10**10 - 40_000_000, 10**10]


def test_week_end_lies_between_two_fixes():
    assert device_time.stamps([10**10] * 2, [604_799_960, 0], 0) == [10**10 - 40_000_000, 10**10]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 200)), min_size=1, max_size=10), st.integers(0, 10**9))
def test_stamps_rise_and_none_is_later_than_its_arrival(steps, last_ns):
    arrival, itow, arrivals, itows = last_ns + 1000, 0, [], []
    for reads, ms in steps:  # several may come in one read
        arrival, itow = arrival + reads * 1000, itow + ms
        arrivals.append(arrival)
        itows.append(itow)
    made = device_time.stamps(arrivals, itows, last_ns)
    assert all(stamp <= at for stamp, at in zip(made, arrivals, strict=True))
    assert all(later > earlier for earlier, later in zip([last_ns, *made], made, strict=False))


@pytest.mark.parametrize(('heard', 'name', 'words'), [
    ((0, 0, ()), 'silent', 'nothing on /dev/x for 2 s (expected 10 fixes/s)'),
    ((700, 0, ()), 'garbage', '700 bytes but no message on /dev/x'),
    ((700, 9, ()), 'nmea', 'messages but no UBX NAV-PVT on /dev/x'),
    ((700, 9, (1000, 1000)), 'frozen', 'the same fix again and again on /dev/x')])
def test_watch_names_what_comes_instead_of_fixes(heard, name, words):
    eye = watch.Watch(10.0)
    eye.opened(0.0)
    eye.fresh([replace(GOOD, itow_ms=1000)] if name == 'frozen' else [], 0.0)
    eye.hear(*heard[:2])
    eye.fresh([replace(GOOD, itow_ms=itow) for itow in heard[2]], 1.0)
    assert eye.state('/dev/x', 0.9)[0] in ('opened', 'streaming')
    assert eye.state('/dev/x', 2.0)[0] == name
    assert words in eye.state('/dev/x', 2.0)[1]


def test_restarts_come_later_and_later_until_a_fix_comes():
    eye, waits, now_s = watch.Watch(10.0), [], 0.0
    for _ in range(6):
        eye.opened(now_s)
        waits.append(eye.restart_s)
        assert not eye.is_over(now_s + eye.restart_s - 0.01)
        now_s += eye.restart_s
        assert eye.is_over(now_s)
    assert waits == [3.0, 6.0, 12.0, 24.0, 30.0, 30.0]
    eye.opened(now_s)
    eye.fresh([GOOD], now_s)
    assert eye.restart_s == 3.0
    assert eye.wake_in_s(now_s) == pytest.approx(1.0)
    assert eye.wake_in_s(now_s + 1.5) == pytest.approx(1.5)


def test_slow_receiver_has_three_periods_before_it_is_silent():
    eye = watch.Watch(1.0)
    eye.opened(0.0)
    assert eye.state('/dev/x', 2.9)[0] == 'opened'
    assert not eye.is_over(5.9)


@pytest.fixture
def by_id(tmp_path):
    folder = tmp_path / 'by-id'
    folder.mkdir()
    return folder


def test_auto_finds_the_one_receiver(by_id):
    for name in ('usb-u-blox_AG_-_www.u-blox.com_u-blox_GNSS_receiver-if00', 'usb-Texas_Instruments_XDS110-if00'):
        (by_id / name).touch()
    assert ports.find('auto', by_id).endswith('receiver-if00')


@pytest.mark.parametrize(('names', 'sentence'), [
    ((), 'no u-blox receiver among 0 serial ports'), (('usb-other',), 'no u-blox receiver among 1 serial ports'),
    (('usb-u-blox_A', 'usb-u-blox_B'), '2 u-blox receivers')])
def test_none_or_two_are_told(by_id, names, sentence):
    for name in names:
        (by_id / name).touch()
    with pytest.raises(LostError, match=sentence):
        ports.find('auto', by_id)


def test_missing_folder_and_missing_path_are_told(tmp_path):
    with pytest.raises(LostError, match='among 0 serial ports'):
        ports.find('auto', tmp_path / 'none')
    with pytest.raises(LostError, match='no port /none/gps'):
        ports.find('/none/gps', tmp_path)


def test_course_and_height_survive_the_wire_within_their_steps():
    for course in range(0, 360, 7):
        north, east = 5.0 * math.cos(math.radians(course)), 5.0 * math.sin(math.radians(course))
        message = ubx.nav_pvt(replace(TRUTH, velocity_ned_mps=(north, east, 0.0)), UTC_S)
        fix = decoded(message)
        assert fix.velocity_mps == pytest.approx((east, north, 0.0), abs=6e-4)
        assert struct.unpack_from('<i', message, 6 + 64)[0] * 1e-5 == pytest.approx(course, abs=1e-5)
