"""A rig that was switched on before the phone's hotspot: the page is there as soon as the network gives an address."""

import contextlib
import http.client
import socket
import subprocess
import sys

import pytest

from outrider_alerts.door.pairings import Pairings
from waiting import wait_until

PORT = 18300


def asked(address, host):
    """Return the status of `GET /` from this end of the cable, None where nobody answers."""
    link = http.client.HTTPConnection(address, PORT, timeout=1.0)
    try:
        link.request('GET', '/', headers={'Host': host})
        return link.getresponse().status
    except OSError:
        return None
    finally:
        link.close()


def ip(cable, *words):
    subprocess.run([*cable[:3], cable[3], 'ip', *words], check=True, timeout=20)


@pytest.fixture
def rig(spawn, cable, tmp_path):
    """Start the page at the far end, which has no address yet; returns the one that it gets."""
    far = cable.address.rsplit('.', 1)[0] + '.2'
    device = subprocess.run([*cable, 'ip', '-o', '-4', 'addr', 'show', 'to', far], capture_output=True, text=True,
                            check=True).stdout.split()[1]
    ip(cable, 'addr', 'del', f'{far}/30', 'dev', device)

    def start(*, paired):
        door = Pairings(tmp_path)
        if paired:
            assert door.pair(door.new_token(), 'phone')
        page = spawn(*cable, sys.executable, '-m', 'outrider_alerts.page_node', '--ros-args', '-p',
                     'address:=0.0.0.0', '-p', f'port:={PORT}', '-p', f'run_dir:={tmp_path}', '-p',
                     f'rides_dir:={tmp_path}', env={'OUTRIDER_STATE': str(tmp_path)})
        page.says('page: answers at')
        assert asked(far, 'localhost') is None
        ip(cable, 'addr', 'add', f'{far}/30', 'dev', device)
        return far

    yield start
    with contextlib.suppress(subprocess.SubprocessError):  # a test that failed before
        ip(cable, 'addr', 'replace', f'{far}/30', 'dev', device)


def test_the_page_answers_under_its_name_once_an_address_has_come(rig):
    far, name = rig(paired=True), f'{socket.gethostname()}.local:{PORT}'
    wait_until(lambda: asked(far, name) == 200, 'the page to answer', 10.0)
    assert asked(far, f'example.org:{PORT}') == 403


def test_without_a_pairing_nobody_on_the_network_reaches_it(rig, cable):
    far = rig(paired=False)
    knocks = [sys.executable, '-c', 'import http.client as h; c = h.HTTPConnection("127.0.0.1", 18300, timeout=5); '
              'c.request("GET", "/"); print(c.getresponse().status)']
    own = subprocess.run([*cable, *knocks], capture_output=True, text=True, timeout=30, check=True)
    assert own.stdout.strip() == '200'
    assert asked(far, f'{socket.gethostname()}.local:{PORT}') is None
