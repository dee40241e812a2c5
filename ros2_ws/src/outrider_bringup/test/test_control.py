"""The control socket on a stack of real processes: what may be started again, what not, and who may ask."""

import json
import os
import socket
import stat
import sys
import threading
import time

import pytest

from outrider_bringup.launchfile import Plan, ProcessSpec
from outrider_bringup.runner.stack import Stack
from outrider_bringup.up.control import LONGEST, Control, ask
from outrider_bringup.up.desk import Desk, Seen, refusal
from waiting import wait_until

CALM = 'import signal, sys, time\nsignal.signal(signal.SIGINT, lambda *_: sys.exit(0))\nwhile True: time.sleep(0.01)\n'
DISARMED, ARMED, MOVING, STOPPING, ESTOPPED = range(5)


def spec(folder, name, text=CALM, executable='x', **more):
    path = folder / f'{name}.py'
    path.write_text(text)
    return ProcessSpec(name, (sys.executable, '-S', str(path)), executable, **more)


class Running:
    """A stack with its desk, polled by a thread as the loop of `up` polls it."""

    def __init__(self, folder, *specs):
        self.run = folder
        self.drive = None
        self.stack = Stack(Plan(specs), out=lambda name, line: None, env=dict(os.environ))
        self.stack.start()
        self.control = Control(folder, Desk(self.stack, lambda: self.drive).answer)
        self.events = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._loop)
        self._thread.start()

    def _loop(self):
        while not self._over.wait(0.01):
            self.events += self.stack.poll()
            self.control.poll()

    def nodes(self):
        return {one['name']: (one['state'], one['restarts']) for one in ask(self.run, {'do': 'nodes'})['nodes']}

    def restart(self, name):
        return ask(self.run, {'do': 'restart', 'node': name})

    def close(self):
        self._over.set()
        self._thread.join()
        self.control.close()
        self.stack.stop()


@pytest.fixture
def running(tmp_path):
    made = []

    def start(*specs):
        made.append(Running(tmp_path, *specs))
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_a_process_is_ended_in_order_and_runs_again_as_another(running, tmp_path):
    left = tmp_path / 'left'
    polite = f'import signal, sys, time\ndef leave(*_):\n open({str(left)!r}, "w").close(); sys.exit(0)\n' \
             f'for n in (2, 15): signal.signal(n, leave)\nopen({str(tmp_path / "up")!r}, "w").close()\n' \
             'while True: time.sleep(0.01)\n'
    one = running(spec(tmp_path, 'radar', polite), spec(tmp_path, 'fusion'))
    wait_until((tmp_path / 'up').exists, 'radar to be up')
    before = one.stack.pids()
    assert one.restart('radar') == {'ok': True, 'message': 'radar is being started again'}
    wait_until(lambda: one.nodes()['radar'] == ('running', 1), 'radar to run again')
    assert left.exists()
    assert one.stack.pids()['radar'] != before['radar']
    assert one.stack.pids()['fusion'] == before['fusion']
    assert [event.kind for event in one.events] == ['respawned']


def test_a_deaf_process_is_started_again_too(running, tmp_path):
    deaf = 'import signal, time\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\n' \
           f'open({str(tmp_path / "up")!r}, "w").close()\nwhile True: time.sleep(0.01)\n'
    one = running(spec(tmp_path, 'radar', deaf))
    wait_until((tmp_path / 'up').exists, 'radar to be up')
    before = one.stack.pids()['radar']
    one.restart('radar')
    wait_until(lambda: one.nodes()['radar'] == ('running', 1), 'radar to run again', 6.0)
    assert one.stack.pids()['radar'] != before


def test_what_has_refused_or_ended_can_be_started_again(running, tmp_path):
    once = tmp_path / 'once'
    text = f'import os, sys, time\nif not os.path.exists({str(once)!r}):\n open({str(once)!r}, "w").close(); ' \
           'sys.exit(2)\nwhile True: time.sleep(0.01)\n'
    one = running(spec(tmp_path, 'radar', text))
    wait_until(lambda: one.nodes()['radar'] == ('refused', 0), 'radar to refuse')
    assert one.restart('radar')['ok']
    wait_until(lambda: one.nodes()['radar'] == ('running', 1), 'radar to run')


@pytest.mark.parametrize(('name', 'says'), [
    ('raddar', "nothing here is called 'raddar'. Did you mean 'radar'?"),
    ('radar; rm -rf /', "nothing here is called 'radar; rm -rf /'."),
    (7, "nothing here is called '7'."), (None, "nothing here is called 'None'."), (['radar'], 'nothing here is called'),
    ('world', 'world is a simulated device'),
])
def test_other_names_are_refused_in_a_sentence_and_nothing_happens(running, tmp_path, name, says):
    one = running(spec(tmp_path, 'radar'), spec(tmp_path, 'world', executable='world'))
    before = one.stack.pids()
    answer = one.restart(name)
    assert (answer['ok'], says in answer['message']) == (False, True), answer
    assert one.nodes() == {'radar': ('running', 0), 'world': ('running', 0)}
    assert one.stack.pids() == before


@pytest.mark.parametrize('name', ['governor', 'motors', 'relays', 'pilot'])
@pytest.mark.parametrize(('state', 'speed'), [(ARMED, 0.0), (MOVING, 1.0), (STOPPING, 0.0), (9, 0.0), (ESTOPPED, 0.4),
                                              (DISARMED, -0.4)])
def test_who_drives_is_not_touched_unless_disarmed_and_at_rest(running, tmp_path, name, state, speed):
    one = running(spec(tmp_path, name, executable=name))
    one.drive = Seen(state, speed, time.monotonic())
    before = one.stack.pids()
    answer = one.restart(name)
    assert not answer['ok']
    assert f'{name} is not started again while ' in answer['message']
    assert one.stack.pids() == before
    one.drive = Seen(DISARMED, 0.0, time.monotonic())
    assert one.restart(name)['ok']


@pytest.mark.parametrize(('name', 'drive', 'may'), [
    ('governor', None, False), ('motors', None, False),              # never heard: nobody knows
    ('governor', Seen(MOVING, 1.0, 8.9), True), ('motors', Seen(MOVING, 1.0, 8.9), False),  # silent: motors let go
    ('governor', Seen(ESTOPPED, 0.0, 9.5), True), ('pilot', Seen(DISARMED, 0.0, 9.5), True),
    ('fusion', Seen(MOVING, 1.0, 9.9), True),
])
def test_a_silent_governor_may_be_started_again_and_nobody_else_who_drives(tmp_path, name, drive, may):
    assert (refusal(spec(tmp_path, name, executable=name), drive, 10.0) == '') is may


def raw(run, data, *, shut=False):
    folder = os.open(run, os.O_PATH | os.O_DIRECTORY)
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(5.0)
        link.connect(f'/proc/self/fd/{folder}/control.sock')
        os.close(folder)
        link.sendall(data)
        if shut:
            link.shutdown(socket.SHUT_WR)
        try:
            return link.recv(65536)
        except ConnectionResetError:  # it left without reading the rest
            return b''


@pytest.mark.parametrize('data', [
    b'{}\n', b'[]\n', b'null\n', b'no json\n', b'\xff\xfe\n', b'\n', b'[' * 400 + b'\n', b'x' * (LONGEST + 1),
    b'{"do": "run", "node": "radar"}\n', b'{"do": ["restart"], "node": {}}\n', b'{"do": "restart"}\n',
])
def test_whatever_comes_is_answered_in_a_sentence_and_changes_nothing(running, tmp_path, data):
    one = running(spec(tmp_path, 'radar'))
    before = one.stack.pids()
    answer = json.loads(raw(tmp_path, data))
    assert answer['ok'] is False
    assert len(answer['message']) > 20
    assert one.stack.pids() == before
    assert one.nodes() == {'radar': ('running', 0)}


def test_clients_that_stall_or_leave_keep_nobody_from_asking(running, tmp_path):
    one = running(spec(tmp_path, 'radar'))
    folder = os.open(tmp_path, os.O_PATH | os.O_DIRECTORY)
    stalled = [socket.socket(socket.AF_UNIX) for _ in range(8)]
    for link in stalled:
        link.connect(f'/proc/self/fd/{folder}/control.sock')
        link.sendall(b'{"do": ')
    os.close(folder)
    assert raw(tmp_path, b'{"do": ', shut=True) == b''
    wait_until(lambda: ask(tmp_path, {'do': 'nodes'}) is not None, 'an answer', 8.0)
    for link in stalled:
        link.close()
    assert one.nodes() == {'radar': ('running', 0)}


def test_the_socket_is_this_users_alone(tmp_path):
    control = Control(tmp_path, lambda asked: {'ok': True}, uid=os.getuid() + 1)
    answers = []
    asks = threading.Thread(target=lambda: answers.append(ask(tmp_path, {'do': 'nodes'})))
    asks.start()
    wait_until(lambda: control.poll() or answers, 'an answer')
    asks.join()
    assert not answers[0]['ok']
    assert f'user {os.getuid()} may not ask here' in answers[0]['message']
    assert stat.S_IMODE(os.stat(tmp_path / 'control.sock').st_mode) == 0o600
    control.close()
    assert not (tmp_path / 'control.sock').exists()


def test_it_lies_however_deep_and_takes_the_place_of_a_dead_one_but_not_of_a_living(tmp_path):
    deep = tmp_path / ('d' * 100) / ('e' * 100)
    deep.mkdir(parents=True)
    here = os.getcwd()
    os.chdir(deep)
    try:
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind('control.sock')
    finally:
        os.chdir(here)
    control = Control(deep, lambda asked: {'ok': True})
    with pytest.raises(FileExistsError, match='another stack answers'):
        Control(deep, lambda asked: {'ok': True})
    control.close()
    assert ask(deep, {'do': 'nodes'}) is None
