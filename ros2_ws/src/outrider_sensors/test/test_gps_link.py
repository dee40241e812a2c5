"""The link over a real pty, against the fake receiver in the test's hands, and a clock that the test sets."""

import itertools
import threading
import time

import pytest

from outrider_sensors.gps.link import GpsLink
from outrider_sim.devices.ubx_gps import UbxGps
from outrider_sim.devices.ubx_player import circle
from outrider_sim.world.gps import Gps


class Bench:
    """A receiver whose every fix the test sends, and a link that the test polls."""

    def __init__(self, folder, *, port=None, configure=True, factory=False):
        self.path = folder / 'gps'
        self.device = UbxGps(self.path, factory=factory)
        self.receiver = Gps(3)
        self.said = []
        self.now_s = 100.0
        self.sends = itertools.count(1)
        self.link = GpsLink(port or str(self.path), rate_hz=10.0, say=lambda *said: self.said.append(said),
                            configure=configure, clock=lambda: self.now_s, by_id=folder / 'by-id')

    def send(self, count=1):
        """Let 0.1 s pass, write one fix; return what the link makes of it."""
        got = []
        for _ in range(count):
            self.now_s += 0.1
            link, device, open_before = self.link, self.device, self.link.state.name != 'connecting'
            due = device.written - link.counts.bytes
            number = next(self.sends)
            self.device.serve(self.now_ns)
            self.device.send(self.receiver.fix(circle, 0.1 * number), 1.8e9 + 0.1 * number, self.now_ns)
            got += link.poll(0.0)
            end = time.monotonic() + 10.0
            while open_before and device.written - link.counts.bytes > due and link.state.name != 'connecting':
                assert time.monotonic() < end, 'bytes stay in the pty'
                got += link.poll(0.05)
        return got

    @property
    def now_ns(self):
        return round(self.now_s * 1e9)

    def wait(self, seconds):
        self.now_s += seconds
        return self.link.poll(0.0)

    def control(self, line):
        assert self.device.control(line, self.now_ns) == ''

    def close(self):
        self.link.close()
        self.device.unplug()


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    made.link.poll(0.0)
    yield made
    made.close()


def test_asks_for_fixes_and_streams(tmp_path):
    bench = Bench(tmp_path, factory=True)
    bench.link.poll(0.0)
    assert bench.link.state.name == 'opened'
    assert not bench.device.sends_pvt
    fixes = bench.send(3)
    assert bench.device.rate_hz == 10.0
    assert bench.link.answer == 'accepted'
    assert len(fixes) == 3
    assert bench.link.state.sentence == f'gps: streaming from {bench.path}.'
    assert [level for level, _ in bench.said] == ['info', 'info']
    assert bench.link.counts.nmea == 0  # switched off
    bench.close()


def test_receiver_that_is_taken_as_it_is_hears_nothing(tmp_path):
    bench = Bench(tmp_path, configure=False)
    bench.link.poll(0.0)
    assert len(bench.send(2)) == 2
    assert bench.link.answer == 'not asked'
    assert bench.link.counts.nmea == 4  # RMC and GGA beside each fix do no harm
    bench.close()


def test_stamps_are_arrivals_and_their_offset_is_told(bench):
    before_ns = time.time_ns()
    fixes = bench.send(5)
    assert all(before_ns <= stamped.stamp_ns <= time.time_ns() for stamped in fixes)
    offset_ms = float(bench.link.clock.values()['offset_ms'])
    assert offset_ms == pytest.approx((fixes[2].stamp_ns - fixes[2].fix.utc_ns) * 1e-6, abs=1000.0)


def test_unplugged_and_replugged_is_told_and_asked_again(bench):
    bench.send(2)
    bench.control('unplug')
    assert bench.link.poll(1.0) == []
    assert bench.link.state.name == 'connecting'
    assert f'lost {bench.path}' in bench.link.state.sentence
    assert 'perhaps unplugged; trying again' in bench.link.state.sentence
    bench.wait(0.6)
    assert f'no port {bench.path}. Plug the receiver in; trying again' in bench.link.state.sentence
    bench.control('plug')
    bench.wait(0.6)
    assert len(bench.send(2)) == 2
    assert bench.link.state.name == 'streaming'
    assert bench.link.connections == 2


def test_auto_finds_it_under_another_name_after_replugging(tmp_path):
    by_id = tmp_path / 'by-id'
    by_id.mkdir()
    entry = by_id / 'usb-u-blox_AG_-_www.u-blox.com_u-blox_GNSS_receiver-if00'
    entry.symlink_to(tmp_path / 'gps')
    bench = Bench(tmp_path, port='auto')
    bench.link.poll(0.0)
    bench.send(1)
    bench.control('unplug')
    bench.link.poll(1.0)
    bench.control(f'plug {tmp_path}/gps7')
    entry.unlink()
    entry.symlink_to(tmp_path / 'gps7')
    bench.wait(0.6)
    assert len(bench.send(1)) == 1
    bench.close()


def test_frozen_receiver_is_silent_then_opened_again(bench):
    bench.send(2)
    bench.control('freeze 1000')
    bench.wait(1.1)
    assert bench.link.state.name == 'silent'
    assert bench.link.state.sentence == (f'gps: nothing on {bench.path} for 1 s (expected 10 fixes/s). '
                                         'Power the receiver off and on.')
    bench.wait(2.0)
    assert bench.link.state.name == 'connecting'
    assert bench.link.connections == 1
    bench.control('freeze 0')
    bench.wait(0.6)
    assert bench.link.connections == 2
    assert len(bench.send(1)) == 1
    assert bench.link.state.name == 'streaming'


def test_same_fix_again_and_again_is_frozen_and_not_handed_on(bench):
    bench.send(2)
    bench.control('stuck 1000')
    assert bench.send(15) == []
    assert bench.link.state.name == 'frozen'
    assert 'the same fix again and again' in bench.link.state.sentence
    assert bench.link.repeated == 15
    bench.send(20)
    assert bench.link.state.name == 'connecting'  # the watchdog


def test_garbage_is_told_and_ends_in_a_new_opening(bench):
    bench.send(2)
    bench.control('garbage 1000')
    assert bench.send(15) == []
    assert bench.link.state.name == 'garbage'
    assert 'Check baud, cable and that this is the receiver' in bench.link.state.sentence
    bench.send(20)
    assert bench.link.connections == 1
    bench.control('garbage 0')
    bench.wait(0.6)
    assert len(bench.send(3)) == 3
    assert bench.link.connections == 2


def test_receiver_that_sends_only_nmea_is_told(tmp_path):
    bench = Bench(tmp_path, configure=False, factory=True)
    bench.link.poll(0.0)
    bench.send(15)
    assert bench.link.state.name == 'nmea'
    assert 'Switch NAV-PVT on in u-center' in bench.link.state.sentence
    bench.close()


def test_refused_rate_is_told_while_fixes_stream(tmp_path):
    bench = Bench(tmp_path)
    bench.control('refuse')
    bench.link.poll(0.0)
    assert len(bench.send(3)) == 3
    assert bench.link.state.sentence == (f'gps: streaming from {bench.path}, but it refuses to be set to '
                                         '10 fixes/s.')
    bench.close()


@pytest.mark.parametrize('length', [0, 91, 93, 2000, 25_000, 65_535])
def test_damaged_length_costs_one_fix(bench, length):
    bench.send(2)
    bench.control(f'length {length}')
    assert len(bench.send(6)) == 5
    assert bench.link.counts.damaged
    assert bench.link.connections == 1


def test_port_in_use_is_told(bench):
    bench.send(1)
    said = []
    second = GpsLink(str(bench.path), rate_hz=10.0, say=lambda level, sentence: said.append(sentence))
    second.poll(0.0)
    second.close()
    assert 'is used by another program. End it; trying again' in said[0]


def test_path_that_is_no_port_is_told(tmp_path):
    (tmp_path / 'file').touch()
    said = []
    link = GpsLink(str(tmp_path / 'file'), rate_hz=10.0, say=lambda level, sentence: said.append(sentence))
    link.poll(0.0)
    link.close()
    assert f'{tmp_path}/file cannot be opened' in said[0]


def test_each_change_is_said_once(bench):
    bench.control('unplug')
    bench.link.poll(1.0)
    for _ in range(5):
        bench.wait(0.6)
    assert len([sentence for _, sentence in bench.said if 'no port' in sentence]) == 1


def test_wake_ends_a_long_wait(tmp_path):
    bench = Bench(tmp_path)
    bench.link.poll(0.0)
    threading.Timer(0.05, bench.link.wake).start()
    begin = time.monotonic()
    bench.link.poll(5.0)
    assert time.monotonic() - begin < 0.9
    bench.close()


def test_closed_link_gives_the_port_back(tmp_path):
    bench = Bench(tmp_path)
    bench.link.poll(0.0)
    bench.link.close()
    second = GpsLink(str(bench.path), rate_hz=10.0, say=lambda *said: None)
    second.poll(0.0)
    assert second.state.name == 'opened'
    second.close()
    bench.device.unplug()
