"""What the parked page asks of the rest of a rig that is up: restart of a node, doctor, settings, rides, reports."""

import http.client
import json

import pytest

from outrider_alerts.door.pairings import Pairings
from outrider_bringup.demo.talk import pair
from rig_up import Up
from waiting import wait_until

EVERY_S = 0.1  # more often than a phone may ask is refused
SLOW_S = 90.0  # a command of its own, beside a stack, on a busy machine


class Phone:
    """A paired phone that asks."""

    def __init__(self, port, state):
        self.port = port
        self._cookie = pair(port, Pairings(state).new_token(), 'test')

    def __call__(self, path, told=None):
        link = http.client.HTTPConnection('127.0.0.1', self.port, timeout=SLOW_S)
        try:
            link.request('GET' if told is None else 'POST', path, None if told is None else json.dumps(told), {
                'Cookie': self._cookie, 'Content-Type': 'application/json', 'Origin': f'http://127.0.0.1:{self.port}'})
            answer = link.getresponse()
            said = answer.read()
            is_json = 'json' in (answer.getheader('content-type') or '')
            return answer.status, json.loads(said) if is_json else said.decode()
        finally:
            link.close()


    def rides(self):
        """Return the list of rides; what was told instead fails the test."""
        status, told = self('/api/rides')
        assert status == 200, told
        return told


@pytest.fixture
def bicycle(tmp_path):
    """Return a bicycle that is up, and a phone that is paired with it."""
    state = tmp_path / 'state'
    up = Up(tmp_path, 'bicycle', '--sim', '--no-live', 'web_port:=0', env={'OUTRIDER_STATE': str(state)})
    try:
        port = int(up.says(r'page: answers at http://127\.0\.0\.1:(\d+)', 40.0).group(1))
        yield up, Phone(port, state)
    finally:
        up.close()


def test_a_parked_rider_restarts_looks_and_chooses(bicycle, tmp_path):
    up, phone = bicycle
    up.says(r'radar \d+/s')

    before = up.main('fusion')
    assert phone('/api/restart', {'node': 'fusion'})[0] == 200
    up.says('fusion runs again')
    assert up.main('fusion') != before
    status, told = phone('/api/restart', {'node': 'nothing'})
    assert status >= 400
    assert "nothing here is called 'nothing'" in told['error']

    assert phone('/api/settings', {'key': 'volume', 'value': 40})[0] == 200
    assert {one['key']: one['value'] for one in phone('/api/settings')[1]}['volume'] == 40
    assert phone('/api/settings', {'key': 'volume', 'value': 400})[0] >= 400
    assert (tmp_path / 'state' / 'settings.yaml').read_text() == 'volume: 40\n'

    phone('/api/doctor', {})
    wait_until(lambda: not phone('/api/doctor')[1]['running'], 'the doctor', SLOW_S, EVERY_S)
    lines = {line['name']: line for line in phone('/api/doctor')[1]['lines']}
    assert lines.get('radar', {}).get('level') == 'ok', lines
    assert all(line['next'] for line in lines.values() if line['level'] != 'ok')
    assert 'was ended' not in up.output

    ride = next(one for one in phone.rides() if not one['report'])
    assert phone(f'/api/rides/{ride["id"]}/report', {})[0] == 202
    wait_until(lambda: phone.rides()[0]['report'], 'the report', SLOW_S, EVERY_S)
    status, page = phone(phone.rides()[0]['report'])
    assert status == 200
    assert ride['id'] in page
    assert up.end()[0] == 0


def test_a_second_rig_whose_port_is_taken_comes_up_all_the_same(bicycle, tmp_path):
    up, phone = bicycle
    other = Up(tmp_path / 'other', 'bicycle', '--sim', '--no-live', '--no-record', f'web_port:={phone.port}')
    try:
        other.says(r'page: .*[Pp]ort', 40.0)
        other.says(r'radar \d+/s', 40.0)
        assert other.popen.poll() is None
        assert other.end()[0] == 0
    finally:
        other.close()


def test_a_chosen_recording_holds_from_the_next_start_on(tmp_path):
    state = tmp_path / 'state'
    state.mkdir()
    (state / 'settings.yaml').write_text('record: start\n')
    up = Up(tmp_path, 'bicycle', '--sim', '--no-live', env={'OUTRIDER_STATE': str(state)})
    try:
        up.says(r'radar \d+/s.*   recording \d', 40.0)
        assert up.end()[0] == 0
    finally:
        up.close()
    (ride,) = (tmp_path / 'rides').glob('*/ride.json')
    assert 'record: start' in ride.read_text()  # the recorder keeps the file that it was started with
