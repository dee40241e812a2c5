"""The command port answers as TI's demo does."""

import pytest

from outrider_sim.devices.ti_cli import PROMPT, CommandPort

CONFIGURATION = """\
flushCfg
dfeDataOutputMode 1
channelCfg 15 7 0
adcCfg 2 1
adcbufCfg 0 1 0 1
profileCfg 0 77 7 7 57.14 0 0 70 1 240 4884 0 0 30
chirpCfg 0 0 0 0 0 0 0 1
frameCfg 0 2 16 0 33.333 1 0
guiMonitor 1 0 0 0 0 0
cfarCfg 0 2 8 4 3 0 1280
"""


@pytest.fixture
def port():
    return CommandPort()


def ask(port, line):
    return port.type(line.encode() + b'\n').decode()


def test_echoes_answers_and_prompts(port):
    assert ask(port, 'flushCfg') == f'flushCfg\r\nDone\r\n{PROMPT}'


def test_echo_comes_with_every_character(port):
    assert port.type(b'flu') == b'flu'
    assert port.type(b'shCfg\n') == f'shCfg\r\nDone\r\n{PROMPT}'.encode()


def test_empty_line_is_answered_by_the_prompt(port):
    assert ask(port, '') == f'\r\n{PROMPT}'


def test_comment_is_skipped(port):
    assert 'Skipped' in ask(port, '% hello')


def test_unknown_command_is_not_recognised(port):
    assert "'fooCfg' is not recognized as a CLI command" in ask(port, 'fooCfg 1')


def test_wrong_argument_count_is_an_error(port):
    assert 'Error -1' in ask(port, 'channelCfg 15 7')


def test_start_without_configuration_is_an_error(port):
    assert 'Error -1' in ask(port, 'sensorStart')
    assert not port.streaming


def test_start_after_configuration_streams_and_tells_its_calibration_once(port):
    for line in CONFIGURATION.splitlines():
        assert 'Done' in ask(port, line)
    assert ask(port, 'sensorStart') == f'sensorStart\r\nDebug: Init Calibration Status = 0x1ffe\r\nDone\r\n{PROMPT}'
    assert port.streaming
    assert 'Ignored: Sensor is already started' in ask(port, 'sensorStart')
    assert ask(port, 'sensorStop') == f'sensorStop\r\nDone\r\n{PROMPT}'
    assert not port.streaming
    assert 'Ignored: Sensor is already stopped' in ask(port, 'sensorStop')
    assert 'Debug' not in ask(port, 'sensorStart')


@pytest.mark.parametrize('missing', [line.split()[0] for line in CONFIGURATION.splitlines()[1:]])
def test_start_with_a_part_missing_is_an_error(port, missing):
    for line in CONFIGURATION.splitlines():
        if not line.startswith(missing):
            ask(port, line)
    assert 'Error -1' in ask(port, 'sensorStart')


def test_flush_forgets(port):
    for line in CONFIGURATION.splitlines():
        ask(port, line)
    ask(port, 'flushCfg')
    assert 'Error -1' in ask(port, 'sensorStart')


def test_hang_on_a_command_echoes_and_then_says_nothing_ever_again(port):
    port.hangs_on = 'sensorStart'
    assert PROMPT in ask(port, 'flushCfg')
    assert ask(port, 'sensorStart') == 'sensorStart\r\n'
    assert ask(port, 'sensorStop') == ''
