"""The live view is seen from another machine where its owner gave an address for it, and from none where he did not."""

import json
import os
import signal
import subprocess
import sys
import urllib.parse

import pytest
from std_msgs.msg import Float32

from outrider_node import qos
from outrider_recorder import bridge_launcher
from waiting import wait_until

LOOK = 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode()[:2000])'
KNOCK = """
import socket, sys
for port in map(int, sys.argv[2:]):
    try:
        socket.create_connection((sys.argv[1], port), 2.0).close()
        print('open')
    except OSError as error:
        print(type(error).__name__)
"""


def far(cable, program, *arguments):
    """Run a short program at the far end; return its lines."""
    done = subprocess.run([*cable, sys.executable, '-c', program, *map(str, arguments)], capture_output=True, text=True,
                          timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def live(spawn, ros, tmp_path):
    """Start a recorder and a bridge that serves at an address; returns what live.json says."""

    def start(*address):
        rides, run = tmp_path / 'rides', tmp_path / 'run'
        follows = spawn('--rides', rides, '--run', run, '--web-port', '18100', '--grpc-port', '19976', *address,
                        module='outrider_recorder.bridge_launcher')
        follows.says('live view')
        publisher = ros.node.create_publisher(Float32, 'anything', qos.SENSOR)
        recorder = spawn('--ros-args', '-p', f'rides_dir:={rides}', module='outrider_recorder.recorder_node')
        ros.matched(publisher)
        follows.says('following')
        publisher.publish(Float32(data=1.0))
        return recorder, follows, json.loads((run / 'live.json').read_text())

    return start


def test_another_machine_opens_the_page_and_gets_the_data(live, cable, tmp_path):
    recorder, follows, told = live('--address', cable.address)
    assert told['web'].startswith(f'http://{cable.address}:181')
    data = urllib.parse.parse_qs(urllib.parse.urlparse(told['web']).query)['url'][0]
    assert data == told['grpc']
    assert data.startswith(f'rerun+http://{cable.address}:199')
    assert any('<html' in line.lower() or 'doctype' in line.lower() for line in far(cable, LOOK, told['web']))
    saved = tmp_path / 'far.rrd'
    viewer = subprocess.Popen([*cable, binary(), '--save', str(saved), data], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: saved.is_file() and saved.stat().st_size > 10_000, 'the ride at the far end')
    finally:
        viewer.kill()
        viewer.wait()
    for process in (recorder, follows):
        process.signal(signal.SIGTERM)
        assert process.wait(10.0) == 0


def test_without_an_address_no_other_machine_reaches_it(live, cable):
    _, _, told = live()
    ports = [urllib.parse.urlparse(told[name].replace('rerun+', '')).port for name in ('web', 'grpc')]
    assert told['web'].startswith('http://127.0.0.1:')
    assert far(cable, KNOCK, cable.address, *ports) == ['ConnectionRefusedError'] * 2


def binary():
    """Return the viewer's own binary in rerun's environment."""
    python = bridge_launcher.interpreter(os.environ)
    asked = subprocess.run([python, '-c', 'from outrider_recorder.bridge.server import binary; print(binary())'],
                           env=bridge_launcher.clean(os.environ), capture_output=True, text=True, check=True)
    return asked.stdout.strip()
