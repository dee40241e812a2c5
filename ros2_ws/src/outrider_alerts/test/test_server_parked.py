"""What the parked page asks of other rooms: a real command and a real control socket, both of this test."""

import json
import os
import socket as sockets
import threading
import time

import pytest
from server_at import Served, until

COMMAND = r"""#!/usr/bin/env python3
import json, os, pathlib, sys, time
here = pathlib.Path(__file__).parent
words = sys.argv[1:]
(here / 'asked').open('a').write(json.dumps(words) + '\n')
rides = here / 'rides'
if words[0] == 'view':
    print(json.dumps({'rides': [{'id': one.name, 'title': 'a ride', 'duration_s': 1.5, 'bytes': 7, 'marks': 0,
                                 'health': 'whole', 'whole': True, 'report': (one / 'report.html').is_file()}
                                for one in sorted(rides.iterdir())]}))
elif words[0] == 'report':
    if 'bad' in words[1]:
        print('outrider: this ride has no tracks', file=sys.stderr)
        sys.exit(2)
    (rides / words[1] / 'report.html').write_text('<p>report</p>')
elif words[0] == 'doctor':
    print(json.dumps({'time': 'now', 'checks': [
        {'name': 'disk', 'topic': '', 'status': 'ok', 'seen': '9 GB', 'expected': '', 'action': ''},
        {'name': 'radar', 'topic': '', 'status': 'fail', 'seen': 'no port', 'expected': 'two',
         'action': 'Plug it in.'}]}))
    sys.exit(1)
elif 'no' in words:
    print('outrider: volume is no', file=sys.stderr)
    sys.exit(2)
elif words[0] == 'settings':
    print(json.dumps({'settings': [{'key': 'volume', 'value': 80}], 'zones': [{'name': 'home', 'radius_m': 300}]}))
"""


@pytest.fixture
def served(tmp_path):
    command = tmp_path / 'outrider'
    command.write_text(COMMAND)
    command.chmod(0o755)
    one = Served(tmp_path).start()
    yield one
    one.close()


@pytest.fixture
def cookie(served):
    return served.pair()


def words(served):
    return [json.loads(line) for line in (served.folder / 'asked').read_text().splitlines()]


def test_rides_and_their_reports(served, cookie):
    for name in ('2026-01-01T00-00-00Z', 'bad'):
        (served.folder / 'rides' / name).mkdir()

    def told(name):
        return next(one for one in served.ask('GET', '/api/rides', cookie=cookie)[2] if one['id'] == name)

    good = '2026-01-01T00-00-00Z'
    assert told(good)['report'] is None
    assert served.ask('GET', f'/rides/{good}/report.html', cookie=cookie)[0] == 404
    assert served.ask('POST', f'/api/rides/{good}/report', {}, cookie)[0] == 202
    until(lambda: told(good)['report'] == f'/rides/{good}/report.html', 'the report')
    status, headers, page = served.ask('GET', f'/rides/{good}/report.html', cookie=cookie)
    assert (status, page) == (200, b'<p>report</p>')
    assert headers['content-security-policy'].startswith('sandbox allow-scripts;')
    assert served.ask('GET', f'/rides/{good}/report.html')[0] == 401
    assert served.ask('POST', '/api/rides/bad/report', {}, cookie)[0] == 202
    until(lambda: told('bad').get('report_error') == 'this ride has no tracks', 'the reason')


@pytest.mark.parametrize('name', ['..', '.', 'none', '-x', '%2e%2e', 'a%2fb', 'x' * 80, '2026%00'])
def test_ride_that_is_none_is_not_asked_for(served, cookie, name):
    assert served.ask('POST', f'/api/rides/{name}/report', {}, cookie)[0] == 404
    assert served.ask('GET', f'/rides/{name}/report.html', cookie=cookie)[0] == 404
    assert not (served.folder / 'asked').exists()


def test_report_that_is_a_link_is_not_followed(served, cookie):
    (served.folder / 'rides' / 'x').mkdir()
    (served.folder / 'rides' / 'x' / 'report.html').symlink_to(served.folder / 'state' / 'pairings.json')
    assert served.ask('GET', '/rides/x/report.html', cookie=cookie)[0] == 404


def test_settings_are_listed_changed_and_refused(served, cookie):
    listed = [{'key': 'volume', 'value': 80}]
    assert served.ask('GET', '/api/settings', cookie=cookie)[2] == listed
    assert served.ask('POST', '/api/settings', {'key': 'volume', 'value': 50}, cookie)[2] == listed
    assert words(served)[-1] == ['settings', '--json', '-', 'volume', '50']
    assert served.ask('POST', '/api/settings', {'key': 'volume', 'value': 'no'}, cookie)[::2] == (
        409, {'error': 'volume is no'})
    count = len(words(served))
    for body in ({}, {'key': '--zone', 'value': 1}, {'key': 'volume', 'value': '--help'}, {'key': 'volume'},
                 {'key': 'volume', 'value': True}, {'key': 'volume', 'value': [1]}, {'key': 'volume', 'value': -1}):
        assert served.ask('POST', '/api/settings', body, cookie)[0] == 400
    assert len(words(served)) == count


def test_zone_is_laid_around_the_rig_or_the_phone_and_its_place_is_told_to_nobody(served, cookie):
    zones = [{'name': 'home', 'radius_m': 300}]
    body = {'name': 'home', 'radius_m': 300, 'here': True}
    assert served.ask('GET', '/api/zones', cookie=cookie)[2] == zones
    assert served.ask('POST', '/api/zones', body, cookie)[0] == 409  # no fix
    served.hub.put('place', {'lat': 52.5, 'lon': -13.25, 'stamp_ns': time.time_ns()})
    assert served.ask('POST', '/api/zones', body, cookie)[2] == zones
    assert words(served)[-1] == ['settings', '--json', '-', '--zone', 'home', '300.0000000', '52.5000000',
                                 '-13.2500000']
    assert served.ask('POST', '/api/zones', {'name': 'work', 'radius_m': 50, 'lat': 1, 'lon': 2.5}, cookie)[0] == 200
    assert served.ask('POST', '/api/zones/remove', {'name': 'work'}, cookie)[2] == zones
    assert words(served)[-1] == ['settings', '--json', '-', '--no-zone', 'work']
    served.hub.put('place', {'lat': 52.5, 'lon': 13.0, 'stamp_ns': time.time_ns() - 11_000_000_000})
    assert served.ask('POST', '/api/zones', body, cookie)[0] == 409  # an old fix
    for wrong in ({}, {'name': '-x', 'radius_m': 1, 'here': True}, {'name': 'x', 'radius_m': '1', 'lat': 1, 'lon': 2},
                  {'name': 'x', 'radius_m': 50}, {'name': 'x' * 41, 'radius_m': 1, 'lat': 1, 'lon': 1}):
        assert served.ask('POST', '/api/zones', wrong, cookie)[0] == 400
    assert served.ask('POST', '/api/zones/remove', {'name': '--help'}, cookie)[0] == 400


def test_doctor_runs_beside_and_its_lines_are_kept(served, cookie):
    assert served.ask('GET', '/api/doctor', cookie=cookie)[2] == {'running': False, 'ran_ms': None, 'lines': []}
    assert served.ask('POST', '/api/doctor', {}, cookie)[2]['running']
    served.ask('POST', '/api/doctor', {}, cookie)
    told = until(lambda: (now := served.ask('GET', '/api/doctor', cookie=cookie)[2])['ran_ms'] and now, 'its lines')
    assert told['lines'][1] == {'name': 'radar', 'level': 'error', 'text': 'no port (expected two)',
                                'next': 'Plug it in.'}
    assert len(words(served)) == 1


def test_command_that_hangs_or_is_missing_is_one_sentence(served, cookie, monkeypatch):
    monkeypatch.setattr('outrider_alerts.server.parked.DOCTOR_S', 0.3)
    (served.folder / 'outrider').write_text('#!/bin/sh\necho $$ > "$(dirname "$0")/pid"\nsleep 60\n')
    served.ask('POST', '/api/doctor', {}, cookie)
    told = until(lambda: served.ask('GET', '/api/doctor', cookie=cookie)[2]['lines'], 'the sentence')
    assert told[0]['text'] == './outrider doctor took longer than 0.3 s and was ended'
    pid = int((served.folder / 'pid').read_text())
    until(lambda: not os.path.exists(f'/proc/{pid}'), 'its end')
    (served.folder / 'outrider').unlink()
    status, _, told = served.ask('GET', '/api/settings', cookie=cookie)
    assert status == 502
    assert './outrider settings' in told['error']


def test_restart_asks_the_stack_that_runs(served, cookie):
    path = '/api/restart'
    status, _, told = served.ask('POST', path, {'node': 'radar'}, cookie)
    assert status == 502
    assert 'not started by ./outrider up' in told['error']
    heard = []
    with sockets.socket(sockets.AF_UNIX) as listener:
        listener.bind(os.path.relpath(served.folder / 'run' / 'control.sock'))
        listener.listen()

        def answer():
            for said in (b'{"ok":true,"message":"radar is being started again"}\n',
                         b'{"ok":false,"message":"the drive is armed"}\n', b'what?\n'):
                link, _ = listener.accept()
                with link:
                    heard.append(json.loads(link.makefile().readline()))
                    link.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        assert served.ask('POST', path, {'node': 'radar'}, cookie)[::2] == (
            200, {'message': 'radar is being started again'})
        assert served.ask('POST', path, {'node': 'motors'}, cookie)[::2] == (409, {'error': 'the drive is armed'})
        assert served.ask('POST', path, {'node': 'motors'}, cookie)[0] == 502
        thread.join()
    assert heard[0] == {'do': 'restart', 'node': 'radar'}
    for body in ({}, {'node': 7}, {'node': '../x'}, {'node': 'Radar'}):
        assert served.ask('POST', path, body, cookie)[0] == 400
