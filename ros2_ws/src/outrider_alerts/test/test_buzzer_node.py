"""The buzzer as a real process over real ROS: its output, its parameters, what it says of itself."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from outrider_interfaces.msg import Hazard
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from voice import Voice, arguments, car

from outrider_node import qos

NODE = 'outrider_alerts.buzzer_node'


def diagnoses(said):
    return [(one.level, one.message) for array in said for one in array.status if one.name == 'outrider/buzzer']


def change(ros, name, value):
    client = ros.node.create_client(SetParameters, 'buzzer/set_parameters')
    ros.until(client.service_is_ready, 'its parameters')
    kind = {'bool_value': value, 'type': ParameterType.PARAMETER_BOOL} if isinstance(value, bool) else {
        'integer_value': value, 'type': ParameterType.PARAMETER_INTEGER}
    asked = client.call_async(SetParameters.Request(
        parameters=[Parameter(name=name, value=ParameterValue(**kind))]))
    ros.until(asked.done, 'its answer')
    assert asked.result().results[0].successful


def test_it_begins_with_the_self_test_and_sounds_it_when_asked(spawn, ros, tmp_path):
    voice = Voice(spawn, ros, tmp_path)
    voice.quiet()
    assert (voice.lines()[0]['tone'], voice.lines()[0]['hz']) == ('test', 700.0)
    before = len(voice.lines())
    change(ros, 'self_test', 1)
    ros.until(lambda: len(voice.lines()) > before + 4, 'the self-test')
    voice.quiet()
    asked = voice.lines()[before:]
    assert [line['hz'] for line in asked if line['tone'] == 'test' and line['hz']] == [700.0, 1600.0, 2200.0, 3100.0]


def test_mute_is_for_caution_and_not_for_what_is_urgent(spawn, ros, tmp_path):
    voice = Voice(spawn, ros, tmp_path)
    voice.quiet()
    change(ros, 'muted', True)
    voice.hazards = [car(Hazard.LEVEL_WARN)]
    voice.quiet('#ffb300')
    at_ns = voice.lines()[-1]['at_ns']
    voice.hazards = [car(Hazard.LEVEL_URGENT)]
    voice.beep('urgent', at_ns)
    voice.hazards = [car(Hazard.LEVEL_WARN)]
    change(ros, 'muted', False)
    voice.beep('caution', at_ns)
    assert 'caution' not in [line['tone'] for line in voice.lines() if line['at_ns'] < at_ns]


def test_without_an_output_it_says_so_once_and_stays(spawn, ros):
    said = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
    process = spawn(module=NODE)
    ros.until(lambda: len(diagnoses(said)) >= 3, 'its diagnoses')
    assert process.output.count('no output is configured') == 1
    assert process.popen.poll() is None
    process.signal(signal.SIGTERM)
    assert process.wait() == 0


def test_an_output_that_fails_is_a_diagnosis_and_no_crash_and_works_when_it_is_there(spawn, ros, tmp_path: Path):
    said = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
    process = spawn(*arguments(output='sysfs', path=tmp_path / 'gpio', buzzer_line=7), module=NODE)
    ros.until(lambda: [one for one in diagnoses(said) if one[0] == b'\x02'], 'an error')
    assert [message for level, message in diagnoses(said) if level == b'\x02'][0].startswith(
        'buzzer: No such file or directory at ')
    (tmp_path / 'gpio' / 'gpio7').mkdir(parents=True)
    (tmp_path / 'gpio' / 'export').touch()
    value = tmp_path / 'gpio' / 'gpio7' / 'value'
    ros.until(lambda: value.exists() and value.read_text() == '1\n', 'NO DATA by itself')
    ros.until(lambda: diagnoses(said)[-1][0] == b'\x01', 'that only the alerter is missed')
    assert 'no heartbeat of the alerter' in diagnoses(said)[-1][1]
    process.signal(signal.SIGINT)
    assert process.wait() == 0
    assert value.read_text() == '0\n'


@pytest.mark.parametrize(('values', 'sentence'), [
    ({'output': 'serial'}, "buzzer: output is 'serial' and path is empty: set path to the port."),
    ({'output': 'horn'}, "buzzer: parameter 'output' is 'horn', expected one of none, gpio, sysfs, serial, file."),
    ({'output': 'gpio'}, 'expected numbers of lines that differ')])
def test_a_wrong_parameter_is_refused_in_a_sentence(spawn, values, sentence):
    process = spawn(*arguments(**values), module=NODE)
    assert process.wait() == 2
    assert sentence in process.output
    assert 'Traceback' not in process.output
