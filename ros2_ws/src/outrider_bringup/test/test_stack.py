"""The stack with real processes: small programs that behave well, badly, and very badly."""

import os
import signal
import sys
import textwrap
import time
from pathlib import Path

import pytest

from outrider_bringup.errors import UserError
from outrider_bringup.launchfile import Plan, ProcessSpec
from outrider_bringup.runner.members import members
from outrider_bringup.runner.stack import GIVE_UP_S, Stack
from waiting import wait_until

CALM = """
import signal, sys, time
signal.signal(signal.SIGINT, lambda n, f: sys.exit(0))
print('ready', flush=True)
while True: time.sleep(0.01)
"""
STUBBORN = """
import signal, time
for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)
print('ready', flush=True)
while True: time.sleep(0.01)
"""
# A child in a session of its own, a grandchild in another, all deaf.
FAMILY = """
import os, signal, time
for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)
for _ in range(2):
    if os.fork() == 0: os.setsid()
os.write(1, b'ready\\n')  # one write: print() makes two, and four processes share this pipe
while True: time.sleep(0.01)
"""


class Screen:
    """Collects lines."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def ready(self, name: str, count: int = 1) -> None:
        wait_until(lambda: self.lines.count((name, 'ready')) >= count, f'{name} to be ready, seen {self.lines}')


def program(folder: Path, name: str, text: str, executable: str = 'x', **more: object) -> ProcessSpec:
    path = folder / f'{name}.py'
    path.write_text(textwrap.dedent(text))
    return ProcessSpec(name, (sys.executable, '-S', str(path)), executable, **more)  # type: ignore[arg-type]


@pytest.fixture
def stack(request):
    """Return a maker of stacks that are stopped at the end, whatever the test did."""
    made = []

    def make(*specs, **more):
        screen = Screen()
        one = Stack(Plan(tuple(specs)), out=screen, env=dict(os.environ), **more)
        made.append(one)
        return one, screen

    yield make
    for one in made:
        one.stop()
        assert members(one.id) == []


def events_until(stack, kind):
    seen = []

    def look():
        seen.extend(stack.poll())
        return any(event.kind == kind for event in seen)

    wait_until(look, kind)
    return seen


def test_lines_come_with_the_name_of_their_process_and_bytes_that_are_no_text_do_no_harm(stack, tmp_path):
    one, screen = stack(program(tmp_path, 'a', r"""
        import sys
        sys.stdout.buffer.write(b'first\nno \xff text\r\nlast without an end')
        """), program(tmp_path, 'b', "print('second')"))
    one.start()
    wait_until(lambda: one.poll() is None or one.over, 'both to end')
    one.stop()
    assert [line for name, line in screen.lines if name == 'a'] == ['first', 'no \ufffd text', 'last without an end']
    assert ('b', 'second') in screen.lines


def test_a_screen_that_hangs_holds_up_neither_the_process_nor_the_stop(tmp_path):
    done = tmp_path / 'done'
    spec = program(tmp_path, 'loud', f"""
        for number in range(100_000): print('line', number)
        open({str(done)!r}, 'w').close()
        """)
    import threading
    hangs = threading.Event()
    one = Stack(Plan((spec,)), out=lambda name, line: hangs.wait(), env=dict(os.environ))
    one.start()
    wait_until(done.exists, 'the loud process to be through')
    began = time.monotonic()
    one.stop()
    hangs.set()
    assert time.monotonic() - began < 3.0


def test_groups_stop_in_order_and_each_waits_for_the_one_before(stack, tmp_path):
    order = tmp_path / 'order'
    text = f"""
        import os, signal, sys, time
        def leave(number, frame):
            time.sleep(0.1)
            with open({str(order)!r}, 'a') as file: file.write(sys.argv[0].split('/')[-1] + ' ')
            sys.exit(0)
        for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, leave)
        print('ready', flush=True)
        while True: time.sleep(0.01)
        """
    names = ['radar', 'recorder', 'motors', 'governor', 'pilot']
    one, screen = stack(*(program(tmp_path, name, text, executable=name) for name in names))
    one.start()
    for name in names:
        screen.ready(name)
    stopped = one.stop()
    assert order.read_text().split() == ['pilot.py', 'governor.py', 'motors.py', 'recorder.py', 'radar.py']
    assert stopped.forced == () == stopped.left
    assert stopped.seconds < 3.0


def test_the_deaf_and_their_families_are_gone_within_three_seconds(stack, tmp_path):
    one, screen = stack(program(tmp_path, 'family', FAMILY), program(tmp_path, 'deaf', STUBBORN, 'motors'),
                        program(tmp_path, 'deaf_recorder', STUBBORN, 'recorder'))
    one.start()
    screen.ready('family', 4)
    screen.ready('deaf')
    screen.ready('deaf_recorder')
    assert len(members(one.id)) == 6
    began = time.monotonic()
    stopped = one.stop()
    assert time.monotonic() - began < 3.0
    assert members(one.id) == []
    assert stopped.forced == ('deaf', 'deaf_recorder', 'family')
    assert stopped.left == ()


def test_a_stop_that_had_no_time_left_kills_all_the_same(stack, tmp_path, monkeypatch):
    one, screen = stack(program(tmp_path, 'deaf', STUBBORN), program(tmp_path, 'calm', CALM))
    one.start()
    screen.ready('deaf')
    screen.ready('calm')

    def slow(mark):  # as on a machine that somebody else takes
        found = members(mark)
        time.sleep(GIVE_UP_S + 0.1)
        return found

    monkeypatch.setattr('outrider_bringup.runner.stack.members', slow)
    assert one.stop().left == ()
    assert members(one.id) == []


def test_a_process_that_still_imports_goes_without_a_traceback(stack, tmp_path):
    one, screen = stack(program(tmp_path, 'importing', """
        import time
        print('ready', flush=True)
        time.sleep(60)
        """))
    one.start()
    screen.ready('importing')
    assert one.stop().seconds < 1.0
    assert screen.lines == [('importing', 'ready')]


def test_a_stopped_process_is_ended_too(stack, tmp_path):
    one, screen = stack(program(tmp_path, 'calm', CALM))
    one.start()
    screen.ready('calm')
    calm = one.pids()['calm']
    os.kill(calm, signal.SIGSTOP)
    wait_until(lambda: Path(f'/proc/{calm}/stat').read_text().rpartition(') ')[2].startswith('T'), 'it to be stopped')
    assert one.stop().forced == ('calm',)


def test_a_killed_process_comes_back_and_what_it_left_behind_goes(stack, tmp_path):
    one, screen = stack(program(tmp_path, 'family', FAMILY, respawn=True, respawn_delay_s=0.05))
    one.start()
    screen.ready('family', 4)
    first = one.pids()['family']
    os.kill(first, signal.SIGKILL)
    kinds = [event.kind for event in events_until(one, 'respawned')]
    assert kinds == ['died', 'respawned']
    screen.ready('family', 8)
    assert one.pids()['family'] != first
    assert len(members(one.id)) == 4


def test_a_process_that_keeps_dying_is_given_up_with_one_sentence(stack, tmp_path):
    one, _ = stack(program(tmp_path, 'bad', 'raise SystemExit(7)', respawn=True))
    one.start()
    events = events_until(one, 'gave up')
    assert [event.kind for event in events].count('died') == 4
    assert events[-1].text == ('bad died 5 times within 10 s, the last time it ended with exit code 7; it is given up, '
                               'see its lines above. Run: ./outrider doctor')
    assert one.over


@pytest.mark.parametrize(('code', 'kind'), [(0, 'ended'), (2, 'refused')])
def test_a_process_that_is_done_or_refuses_is_not_started_again(stack, tmp_path, code, kind):
    one, _ = stack(program(tmp_path, 'node', f'raise SystemExit({code})', respawn=True))
    one.start()
    assert [event.kind for event in events_until(one, kind)] == [kind]
    assert one.over


def test_a_program_that_does_not_exist_stops_what_was_started_before_it(stack, tmp_path):
    one, _ = stack(program(tmp_path, 'calm', CALM), ProcessSpec('ghost', ('/no/such',), 'ghost', where='a.yaml:3'))
    with pytest.raises(UserError, match=r'ghost was not started: No such file or directory: /no/such \(a.yaml:3\)'):
        one.start()
    assert members(one.id) == []


def test_a_killed_runner_leaves_nothing_running_and_its_lock_is_held_until_then(spawn, tmp_path):
    runner = tmp_path / 'runner.py'
    lock = tmp_path / 'lock'
    runner.write_text(textwrap.dedent(f"""
        import fcntl, os, sys, time
        from outrider_bringup.launchfile import Plan, ProcessSpec
        from outrider_bringup.runner.stack import GIVE_UP_S, Stack
        lock = open({str(lock)!r}, 'w')
        fcntl.flock(lock, fcntl.LOCK_EX)
        specs = [ProcessSpec(n, (sys.executable, '-S', os.path.join({str(tmp_path)!r}, n + '.py')), n)
                 for n in ('calm', 'family')]
        stack = Stack(Plan(tuple(specs)), out=lambda name, line: print(name, line, flush=True), env=os.environ,
                      holds=[lock.fileno()])
        print('stack', stack.id, flush=True)
        stack.start()
        while True:
            stack.poll()
            time.sleep(0.02)
        """))
    program(tmp_path, 'calm', CALM)
    program(tmp_path, 'family', FAMILY)
    process = spawn(sys.executable, str(runner))
    process.says('calm ready')
    wait_until(lambda: process.output.count('family ready') == 4, 'the family')
    name = process.output.split()[1]
    assert len(members(name)) == 5
    process.signal(signal.SIGKILL)
    process.wait()
    import fcntl
    with lock.open('w') as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        wait_until(lambda: not members(name), 'the guard to stop everything', 5.0)

        def free():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        wait_until(free, 'the lock to be free', 2.0)


def test_some_are_retired_and_others_added_while_the_rest_runs(stack, tmp_path):
    one, screen = stack(program(tmp_path, 'stays', CALM), program(tmp_path, 'goes', CALM, respawn=True))
    one.start()
    screen.ready('stays')
    screen.ready('goes')
    stays, goes = one.pids()['stays'], one.pids()['goes']
    one.retire(['goes'])
    seen = []
    wait_until(lambda: seen.extend(one.poll()) or not one.retiring, 'the end of who was retired')
    assert not Path(f'/proc/{goes}').exists()
    one.add(Plan((program(tmp_path, 'comes', CALM),)))
    screen.ready('comes')
    assert seen == one.poll() == []
    assert set(one.pids()) == {'stays', 'comes'}
    assert one.pids()['stays'] == stays
    assert one.stop().left == ()


def test_who_does_not_leave_when_retired_is_ended(stack, tmp_path):
    one, screen = stack(program(tmp_path, 'stays', CALM), program(tmp_path, 'deaf', FAMILY))
    one.start()
    screen.ready('stays')
    screen.ready('deaf', 4)
    one.retire(['deaf'])
    wait_until(lambda: one.poll() or not one.retiring, 'the end of who was retired')
    assert [member.name for member in members(one.id)] == ['stays']


def test_a_stop_takes_those_along_who_are_just_leaving(stack, tmp_path):
    one, screen = stack(program(tmp_path, 'deaf', STUBBORN))
    one.start()
    screen.ready('deaf')
    one.retire(['deaf'])
    one.poll()
    assert one.stop().left == ()
    assert members(one.id) == []
