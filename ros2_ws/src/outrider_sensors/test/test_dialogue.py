"""What the device's answers mean."""

import pytest

from outrider_sensors.radar import dialogue

PROMPT = 'mmwDemo:/>'


@pytest.mark.parametrize(('answer', 'against'), [
    ('Done', ''),
    ('Ignored: Sensor is already stopped\r\nDone', ''),
    ('Ignored: Sensor is already stopped', ''),
    ('Skipped', ''),
    ('Debug: Init Calibration Status = 0x1ffe\r\nDone', ''),
    ('Error -1', 'Error -1'),
    ('Debug: Init Calibration Status = 0x0\r\nError -203', 'Error -203'),
    ('Error: Invalid usage of the CLI command\r\nError -1', 'Error: Invalid usage of the CLI command'),
    ("'chirpCfg' is not recognized as a CLI command", "'chirpCfg' is not recognized as a CLI command"),
    ('', "no 'Done' but ''"),
    ('?\x00', "no 'Done' but '?\\x00'"),
])
def test_answers(answer, against):
    heard = f'chirpCfg 0\r\n{answer}\r\n{PROMPT}'
    assert dialogue.is_whole('chirpCfg 0', heard)
    assert dialogue.refusal('chirpCfg 0', heard) == against


def test_prompt_of_an_earlier_command_does_not_end_the_answer():
    assert not dialogue.is_whole('flushCfg', f'Done\r\n{PROMPT}')
    assert not dialogue.is_whole('flushCfg', f'Done\r\n{PROMPT}flushCfg\r\nDo')
    assert dialogue.is_whole('flushCfg', f'Done\r\n{PROMPT}flushCfg\r\nDone\r\n{PROMPT}')


def test_error_of_an_earlier_command_is_not_taken_for_ours():
    assert dialogue.refusal('flushCfg', f'Error -1\r\n{PROMPT}flushCfg\r\nDone\r\n{PROMPT}') == ''


def test_sensor_start_gets_more_time():
    assert dialogue.patience_s('sensorStart') == 5.0
    assert dialogue.patience_s('profileCfg 0 77') == 1.0
