"""Each process of the voice killed and stopped, and what a rider hears then, at the buzzer's output."""

from __future__ import annotations

import signal
import time

import pytest
from voice import Voice, arguments, car

LIMIT_S = 1.2
SOON_S = 1.0  # on a busy machine; how soon it truly is, the bench says


@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGSTOP], ids=['killed', 'stopped'])
def test_a_dead_fusion_is_no_data_within_1200_ms(spawn, ros, tmp_path, number):
    voice = Voice(spawn, ros, tmp_path, radar=True)
    voice.quiet()
    after_s = voice.beep('no_data', voice.signal(voice.fusion, number))
    assert 0.5 < after_s <= LIMIT_S
    if number == signal.SIGSTOP:
        voice.fusion.signal(signal.SIGCONT)
        voice.quiet()


@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGSTOP], ids=['killed', 'stopped'])
def test_without_the_alerters_heartbeat_the_buzzer_beeps_by_itself(spawn, ros, tmp_path, number):
    voice = Voice(spawn, ros, tmp_path)
    voice.hazards = [car()]
    voice.beep('urgent', 0)
    voice.hazards = []
    voice.quiet()
    after_s = voice.beep('no_data', voice.signal(voice.alerter, number))
    assert 0.5 < after_s <= LIMIT_S
    if number == signal.SIGSTOP:
        voice.alerter.signal(signal.SIGCONT)
        voice.quiet()


@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGSTOP], ids=['killed', 'stopped'])
def test_a_dead_page_does_not_silence_the_buzzer(spawn, ros, tmp_path, number):
    page = spawn('--ros-args', '-p', 'port:=0', '-p', f'rides_dir:={tmp_path}', '-p', f'run_dir:={tmp_path}',
                 module='outrider_alerts.page_node', env={'OUTRIDER_STATE': str(tmp_path / 'state')})
    voice = Voice(spawn, ros, tmp_path)
    page.says('answers at')
    voice.quiet()
    voice.signal(page, number)
    at_ns = time.monotonic_ns()
    voice.hazards = [car()]
    assert voice.beep('urgent', at_ns) < SOON_S


def test_a_radar_that_fusion_misses_is_no_data_and_a_fresh_urgent_is_heard_through_it(spawn, ros, tmp_path):
    voice = Voice(spawn, ros, tmp_path)
    voice.quiet()
    at_ns = time.monotonic_ns()
    voice.degraded = ['radar']
    assert voice.beep('no_data', at_ns) < SOON_S
    at_ns = time.monotonic_ns()
    voice.hazards = [car()]
    assert voice.beep('urgent', at_ns) < SOON_S
    at_ns = time.monotonic_ns()
    voice.hazards = []
    voice.beep('no_data', at_ns)
    voice.degraded = []
    voice.quiet()


def test_a_buzzer_that_is_started_in_the_middle_hears_what_stands(spawn, ros, tmp_path):
    voice = Voice(spawn, ros, tmp_path)
    voice.hazards = [car()]
    voice.beep('urgent', 0)
    voice.buzzer.signal(signal.SIGKILL)
    voice.buzzer.wait()
    voice.journal = tmp_path / 'again.jsonl'
    spawn(*arguments(output='file', path=voice.journal), module='outrider_alerts.buzzer_node')
    voice.beep('urgent', 0)
