"""What a rider hears of a whole simulated bicycle, at the buzzer's output: a car from behind, then parts that die."""

from __future__ import annotations

import os
import signal
import time

import pytest

from rig_up import Up, topics_of

NO_DATA = '#6f7cff'  # colour of the level
CAR = """
name: voice
seed: 3
duration_s: 14
rig: {kind: bicycle, facing: rear, speed_mps: 5.5}
actors: [{id: car, class: car, at: [-75, 2.1], speed_mps: 16.7}]
faults: [{at_s: 9.5, sensor: radar, do: drop, for_s: 2.0}]
"""


@pytest.fixture
def up(tmp_path):
    started = []

    def start(*words):
        started.append(Up(tmp_path, 'bicycle', '--sim', '--no-live', 'voice:=true', 'page:=false', *words))
        return started[-1]

    yield start
    for one in started:
        one.close()


def tones(one):
    """Return the tones that were heard, each once for as long as it went on."""
    heard = []
    for line in one.journal('buzzer'):
        if not heard or heard[-1] != line['tone']:
            heard.append(line['tone'])
    return [tone for tone in heard if tone]


def first_beep_s(ros, one, tone, after_ns, timeout_s=20.0):
    found = ros.until(lambda: [line for line in one.journal('buzzer') if line['at_ns'] > after_ns and line['hz']
                               and line['tone'] == tone], f'a beep of {tone}', timeout_s)
    return (found[0]['at_ns'] - after_ns) * 1e-9


@pytest.mark.timeout(120)
def test_a_car_is_caution_then_urgent_then_peace_and_a_lost_radar_is_no_data_and_the_ride_keeps_it(up, ros, tmp_path):
    (tmp_path / 'voice.yaml').write_text(CAR)
    one = up('--scenario', str(tmp_path / 'voice.yaml'))
    ros.until(lambda: one.output and one.popen.poll() is not None, 'the end of the scenario', 100.0)
    assert one.popen.returncode == 0, one.output
    heard = tones(one)
    assert heard[0] == 'test'
    of_the_ride = heard[heard.index('caution'):]
    assert of_the_ride[:3] == ['caution', 'urgent', 'no_data']
    ride, = one.rides.iterdir()
    assert topics_of(ride)['/alerts'] > 50


@pytest.mark.timeout(120)
@pytest.mark.parametrize(('name', 'number'), [('fusion', signal.SIGKILL), ('alerter', signal.SIGSTOP)])
def test_whoever_dies_the_rider_hears_no_data_within_1200_ms_and_peace_when_it_is_back(up, ros, name, number):
    from diagnostic_msgs.msg import DiagnosticArray
    from outrider_interfaces.msg import Alert, AlertArray

    from outrider_node import qos

    one = up('--no-record', 'loop:=true')
    alerts = ros.collect(AlertArray, 'alerts', qos.STATE)
    said = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
    ros.until(lambda: alerts and all(alert.level != Alert.LEVEL_NO_DATA for alert in alerts[-1].alerts), 'data', 60.0)
    ros.until(lambda: [status for array in said for status in array.status
                       if (status.name, status.message) == ('outrider/buzzer', 'ready.')], 'a buzzer that hears it')
    ros.until(lambda: one.journal('buzzer')[-1]['colour'] != NO_DATA, 'its light')
    begun_ns, pid = time.monotonic_ns(), one.main(name)
    os.kill(pid, number)
    assert 0.2 < first_beep_s(ros, one, 'no_data', begun_ns) <= 1.2
    if number == signal.SIGSTOP:
        os.kill(pid, signal.SIGCONT)
    ros.until(lambda: one.journal('buzzer')[-1]['colour'] != NO_DATA, 'data again', 30.0)
