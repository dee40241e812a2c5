"""The link over real ptys, against the fake device in the same process's hands, and a clock that the test sets."""

import os
import threading
import time

import pytest

from outrider_sensors.radar import cfg
from outrider_sensors.radar import link as link_module
from outrider_sensors.radar.link import RadarLink
from outrider_sim.devices.ti_radar import FakeRadar


@pytest.fixture
def config(pytestconfig):
    return cfg.load(pytestconfig.rootpath / 'config' / 'radar' / 'radhar.cfg')


class Bench:
    """A fake radar served by a thread, and a link that the test polls."""

    def __init__(self, folder, config, **names):
        self.fake = FakeRadar(folder, None, 1 / 500, loop=True, journal=None)
        self.said = []
        self.ahead_s = 0.0
        self.closed = False
        self.lock = threading.Lock()
        self.link = RadarLink(config, names.get('cli', str(folder / 'radar_cli')),
                              names.get('data', str(folder / 'radar_data')),
                              say=lambda level, sentence: self.said.append((level, sentence)), clock=self.clock,
                              by_id=folder / 'by-id')
        self._ending = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def clock(self):
        return time.monotonic() + self.ahead_s

    def _serve(self):
        while not self._ending:
            with self.lock:
                self.fake.step(time.monotonic())
            time.sleep(0.0005)

    def control(self, line):
        with self.lock:
            assert self.fake.control(line, time.monotonic()) == ''

    def until(self, true, what, timeout_s=10.0):
        end = time.monotonic() + timeout_s
        frames = []
        while not true():
            assert time.monotonic() < end, f'waited for {what}; heard {self.said}'
            frames += self.link.poll(0.05)
        return frames

    def sentences(self):
        return ' | '.join(sentence for _, sentence in self.said)

    def close(self):
        if not self.closed:
            self.link.close()
        self._ending = True
        self._thread.join()
        self.fake.close()


@pytest.fixture
def bench(tmp_path, config):
    made = Bench(tmp_path, config)
    yield made
    made.close()


def streaming(bench):
    return lambda: bench.link.state.name == 'streaming'


def test_configures_the_device_and_streams(bench, config):
    bench.until(streaming(bench), 'streaming')
    assert bench.fake.port.configured['profileCfg'] == tuple(
        next(line.text for line in config.lines if line.name == 'profileCfg').split()[1:])
    assert [level for level, _ in bench.said] == ['info', 'info']
    assert bench.link.connections == 1
    assert len(bench.until(lambda: bench.link.parser.counts.frames > 20, 'frames')) > 5
    assert not bench.link.parser.counts.damaged


def test_unplugged_and_replugged_is_told_and_configured_again(bench):
    bench.until(streaming(bench), 'streaming')
    bench.control('unplug 0.1')
    bench.until(lambda: bench.link.state.name == 'connecting', 'the loss')
    assert 'perhaps unplugged' in bench.link.state.sentence
    assert bench.link.state.sentence.endswith('Run: ./outrider doctor radar')
    bench.until(streaming(bench), 'streaming again')
    assert bench.link.connections == 2
    assert 'again' in bench.sentences()


def test_auto_finds_the_radar_under_another_name_after_replugging(tmp_path, config):
    by_id = tmp_path / 'by-id'
    by_id.mkdir()
    name = 'usb-Texas_Instruments_XDS110__02.03.00.05__Embed_with_CMSIS-DAP_R00B1001-'
    (by_id / (name + 'if00')).symlink_to(tmp_path / 'radar_cli')
    (by_id / (name + 'if03')).symlink_to(tmp_path / 'radar_data')
    bench = Bench(tmp_path, config, cli='auto', data='auto')
    try:
        bench.until(streaming(bench), 'streaming')
        before = os.path.realpath(by_id / (name + 'if03'))
        bench.control('unplug 1000')
        bench.until(lambda: bench.link.state.name == 'connecting', 'the loss')
        taken = [os.openpty() for _ in range(2)]  # the numbers that the radar had
        bench.control('unplug 0')
        bench.until(streaming(bench), 'streaming again')
        assert os.path.realpath(by_id / (name + 'if03')) != before
        assert bench.link.connections == 2
        for fd in sum(taken, ()):
            os.close(fd)
    finally:
        bench.close()


def test_silent_command_port_is_told_within_its_second(bench):
    bench.control('hang')
    begin = time.monotonic()
    bench.until(lambda: bench.link.state.name == 'connecting' and 'does not answer' in bench.link.state.sentence, 'it')
    assert time.monotonic() - begin < 4.0
    assert "does not answer 'sensorStop' within 1 s" in bench.link.state.sentence
    bench.control('unplug 0.05')
    bench.ahead_s += link_module.HUNG_RETRY_S
    bench.until(streaming(bench), 'streaming once it answers again')


def test_hanging_sensor_start_is_given_five_seconds(bench):
    bench.control('hang sensorStart')
    bench.link.poll(0.0)  # stays until the dialogue is over
    assert "does not answer 'sensorStart' within 5 s" in bench.sentences()


def test_device_that_does_not_know_a_command_is_told(bench, monkeypatch):
    from outrider_sim.devices import ti_cli

    monkeypatch.delitem(ti_cli.ARGUMENTS, 'multiObjBeamForming')
    bench.until(lambda: 'refuses' in bench.sentences(), 'the refusal')
    assert "the device refuses 'multiObjBeamForming 1 0.5' (radhar.cfg:" in bench.link.state.sentence
    assert "'multiObjBeamForming' is not recognized as a CLI command" in bench.link.state.sentence


def test_half_typed_line_of_somebody_else_does_no_harm(tmp_path, bench):
    bench.fake.port.type(b'sensorSt')
    bench.until(streaming(bench), 'streaming')
    assert bench.link.connections == 1


def test_stream_that_stops_is_silent_then_started_anew(bench):
    bench.until(streaming(bench), 'streaming')
    bench.control('pause 1000')
    bench.until(lambda: not bench.link.poll(0.02), 'the last frame')
    bench.ahead_s += 1.1
    bench.until(lambda: bench.link.state.name == 'silent', 'silence')
    assert f'no frames on {bench.fake.data.link} for 1 s (expected 30/s). Run: ./outrider doctor radar' \
        in bench.link.state.sentence
    bench.ahead_s += 2.0
    bench.until(lambda: bench.link.state.name == 'connecting', 'the restart')
    assert 'for 3 s (expected 30/s)' in bench.link.state.sentence
    bench.until(streaming(bench), 'streaming again')
    assert bench.link.connections == 2


def test_port_in_use_is_told(bench, tmp_path, config):
    bench.until(streaming(bench), 'streaming')
    said = []
    second = RadarLink(config, str(tmp_path / 'radar_cli'), str(tmp_path / 'radar_data'),
                       say=lambda level, sentence: said.append(sentence))
    second.poll(0.0)
    second.close()
    assert 'is used by another program' in said[0]


def test_bytes_of_an_earlier_run_are_thrown_away(bench, tmp_path):
    with bench.lock:
        bench.fake.data.write(b'\x00' * 2000)
    bench.until(streaming(bench), 'streaming')
    assert bench.link.parser.counts.junk_bytes == 0


def test_wake_ends_a_long_wait(bench):
    bench.until(streaming(bench), 'streaming')
    bench.control('pause 1000')
    threading.Timer(0.05, bench.link.wake).start()
    begin = time.monotonic()
    while bench.link.poll(5.0):
        pass
    assert time.monotonic() - begin < 0.9


def test_close_stops_the_sensor(bench):
    bench.until(streaming(bench), 'streaming')
    bench.link.close()
    bench.closed = True
    end = time.monotonic() + 5
    while bench.fake.port.streaming:
        assert time.monotonic() < end
