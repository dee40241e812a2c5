"""Set-up itself: what is done is skipped, a broken step is one sentence, an interrupted one leaves nothing behind."""

from __future__ import annotations

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from setup_steps import command, machine, main, pythons
from setup_steps.plan import BOARD, Plan, Step
from setup_steps.progress import Progress
from setup_steps.stamps import Stamp
from setup_steps.workspace import Workspace, environment_file
from waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent
PYTHON = pythons.Python(sys.executable, (3, 11), True, True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that was never set up."""
    root = tmp_path / 'outrider'
    shutil.copytree(ROOT / 'tools', root / 'tools', ignore=shutil.ignore_patterns('__pycache__'))
    for folder in ('launch', 'config', 'ros2_ws/src/outrider_x/msg', 'firmware/native'):
        (root / folder).mkdir(parents=True)
    (root / 'firmware/Makefile').write_text('native:\n\tmkdir -p .build && touch .build/relay_board\n')
    (root / 'ros2_ws/src/outrider_x/package.xml').write_text('<package format="3"><name>outrider_x</name></package>')
    (root / 'ros2_ws/src/outrider_x/CMakeLists.txt').write_text('')
    (root / 'ros2_ws/src/outrider_x/msg/A.msg').write_text('float32 a_m\n')
    return root


def start(checkout: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start the real set-up of `checkout` without a terminal."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(('PIP_', 'OUTRIDER_', 'PYTHON'))}
    return subprocess.Popen([str(checkout / 'tools/setup'), *arguments], stdin=subprocess.DEVNULL, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                            env={**kept, 'PIP_CONFIG_FILE': '/dev/null', **environment})


def test_a_second_start_does_nothing_in_well_under_a_second() -> None:
    began = time.monotonic()
    done = subprocess.run([ROOT / 'tools/setup', '--check', '--quiet'], stdin=subprocess.DEVNULL, check=False,
                          capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')
    assert time.monotonic() - began < 5  # 0.1 s on a quiet machine; a step would take longer than this


def test_a_broken_step_is_one_sentence_with_its_log(checkout: Path) -> None:
    setup = start(checkout, PIP_NO_INDEX='1')
    said, errors = setup.communicate(timeout=100)

    assert setup.returncode == 1
    assert 'from wheels, about 15 s' in said or 'over ROS 2' in said
    sentence, = errors.splitlines()
    assert sentence.startswith('outrider: installing ')
    assert 'No matching distribution found for uv==' in sentence
    log = Path(sentence.rpartition('The whole log: ')[2])
    assert log.is_file()
    assert 'Traceback' not in said + errors


@pytest.fixture
def silent_index() -> Iterator[str]:
    """A package index that takes connections and never answers."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        yield f'http://127.0.0.1:{server.getsockname()[1]}/simple'


def left_running(checkout: Path) -> list[int]:
    """Return the children that a set-up of `checkout` has or left."""
    mark = f'{command.MARK}={checkout}'.encode()
    found = []
    for folder in Path('/proc').glob('[0-9]*'):
        try:
            if mark in (folder / 'environ').read_bytes().split(b'\0'):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def installing(checkout: Path) -> Callable[[], bool]:
    log = checkout / '.build/log/main/installer.log'
    return lambda: log.is_file() and 'pip install' in log.read_text() and bool(left_running(checkout))


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_set_up_leaves_nothing_running(checkout: Path, silent_index: str, number: int) -> None:
    setup = start(checkout, PIP_INDEX_URL=silent_index)
    wait_until(installing(checkout), 'pip', 60)
    setup.send_signal(number)
    _, errors = setup.communicate(timeout=20)

    assert setup.returncode == 130
    assert errors == 'outrider: set-up interrupted. The same command goes on where it can.\n'
    wait_until(lambda: not left_running(checkout), 'the end of its children')


def test_after_a_kill_the_next_start_ends_what_was_left_and_begins_anew(checkout: Path, silent_index: str) -> None:
    setup = start(checkout, PIP_INDEX_URL=silent_index)
    wait_until(installing(checkout), 'pip', 60)
    setup.kill()
    setup.communicate(timeout=20)
    left = left_running(checkout)
    assert left

    again = start(checkout, PIP_NO_INDEX='1')
    _, errors = again.communicate(timeout=100)

    assert again.returncode == 1
    assert 'No matching distribution found' in errors
    assert not set(left) & set(left_running(checkout))


def test_a_second_set_up_of_a_checkout_waits_for_the_first(checkout: Path, silent_index: str) -> None:
    first = start(checkout, PIP_INDEX_URL=silent_index)
    wait_until(installing(checkout), 'pip', 60)
    second = start(checkout, PIP_NO_INDEX='1')
    assert second.stdout is not None
    assert second.stdout.readline() == 'outrider: another set-up of this checkout is running; waiting for it\n'
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=20)

    assert second.wait(timeout=100) == 1
    second.communicate()


def test_a_folder_with_a_space_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / 'tools', tmp_path / 'my rides/tools', ignore=shutil.ignore_patterns('__pycache__'))
    setup = start(tmp_path / 'my rides')
    _, errors = setup.communicate(timeout=60)

    assert setup.returncode == 2
    assert errors.count('\n') == 1
    assert 'a space' in errors


def perform(tmp_path: Path, *steps: Step) -> str:
    """Run steps; return what was said."""
    out = io.StringIO()
    main.perform(list(steps), command.Runner(tmp_path), Progress(len(steps), out), tmp_path / 'log')
    return out.getvalue()


def step(name: str, make: Callable[[Path], None], beside: bool = False) -> Step:
    return Step(name, f'making {name}', 7, lambda: False, make, beside)


def test_each_step_says_what_is_left(tmp_path: Path) -> None:
    said = perform(tmp_path, *(step(name, lambda log: None, beside=name == 'b') for name in 'abc'))

    assert sorted(said.splitlines()) == [f'{n}/3 making {name}, about 7 s' for n, name in enumerate('abc', start=1)]


def test_after_a_broken_step_nothing_else_is_made_and_what_runs_beside_is_ended(tmp_path: Path) -> None:
    runner = command.Runner(tmp_path)
    beside = tmp_path / 'beside'
    later = tmp_path / 'later'

    def broken(log: Path) -> None:
        wait_until(beside.exists, 'the step beside')
        runner.run(['sh', '-c', 'echo "x.c:1: error: no such header"; echo "make: *** [all] Error 1"; exit 2'], log)

    steps = [step('a', broken), step('b', lambda log: later.touch()),
             step('c', lambda log: runner.run(['sh', '-c', f'touch {beside}; exec sleep 1000'], log), True)]
    with pytest.raises(command.StepError) as failed:
        main.perform(steps, runner, Progress(3, io.StringIO()), tmp_path / 'log')

    assert str(failed.value) == (f'making a failed: x.c:1: error: no such header. '
                                 f'The whole log: {tmp_path}/log/a.log')
    assert not later.exists()
    wait_until(lambda: not left_running(tmp_path), 'the end of the step beside')


def old_steps(checkout: Path, retry: bool) -> dict[str, Step]:
    """Return the steps on a machine whose Python is older than the viewer wants."""
    plan = Plan(checkout, machine.observe({}), 'main', None, False, retry_viewer=retry)
    python = PYTHON._replace(version=(3, 10))
    return {step.name: step for step in plan.bind(python, command.Runner(checkout), checkout / 'log')}


def test_without_a_viewer_on_an_old_python_the_set_up_goes_on_and_only_make_setup_tries_again(checkout: Path) -> None:
    runner = command.Runner(checkout)
    viewer = old_steps(checkout, retry=True)['viewer']
    said = perform(checkout, viewer._replace(
        make=lambda log: runner.run(['sh', '-c', 'echo error: no Python 3.12; exit 2'], log)))

    assert 'no viewer on this machine (error: no Python 3.12): rides are recorded all the same' in said
    assert old_steps(checkout, retry=False)['viewer'].done()
    assert not old_steps(checkout, retry=True)['viewer'].done()


@pytest.mark.parametrize(('text', 'line'), [
    ('CMake Error at CMakeLists.txt:3 (find_package):\n  By not providing x\n',
     'CMake Error at CMakeLists.txt:3 (find_package): By not providing x'),
    ('a\n\x1b[31merror\x1b[0m: disk\nSummary: 1 package failed\n', 'error: disk'),
    ('one\ntwo\n\n', 'two'),
    ('', ''),
])
def test_the_last_meaningful_line_is_found(tmp_path: Path, text: str, line: str) -> None:
    (tmp_path / 'log').write_text(text)

    assert command.last_meaningful_line(tmp_path / 'log') == line


def test_children_see_nothing_of_another_ros_or_of_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = {'PYTHONPATH': '/x', 'AMENT_PREFIX_PATH': '/x', 'ROS_DISTRO': 'foxy', 'MAKEFLAGS': '-j',
               'CONDA_PREFIX': '/x', 'LD_LIBRARY_PATH': '/x', 'VIRTUAL_ENV': '/x',
               '_ROS_WHEELS_BOOTSTRAP_COMPLETE': '1'}
    for key, value in {**foreign, 'HOME': '/home/x', 'PATH': f'{tmp_path}/.venv/bin:/usr/bin'}.items():
        monkeypatch.setenv(key, value)
    clean = command.Runner(tmp_path).clean_environment()

    assert not set(foreign) & set(clean)
    assert (clean['HOME'], clean['PATH']) == ('/home/x', '/usr/bin')


def done_steps(checkout: Path, python: pythons.Python = PYTHON) -> list[str]:
    plan = Plan(checkout, machine.observe({}), 'main', None, True)
    return [step.name for step in plan.bind(python, command.Runner(checkout), checkout / 'log') if step.done()]


def mark_done(checkout: Path) -> None:
    """Leave the stamps of a finished set-up."""
    plan = Plan(checkout, machine.observe({}), 'main', None, True)
    plan.bind(PYTHON, command.Runner(checkout), checkout / 'log')
    plan._stamp.write(plan._key(), python=PYTHON.path, version=PYTHON.short, prefixes=str(plan.venv))
    plan._viewer_stamp().write(plan._viewer_key())
    plan._board_stamp().write(plan._board_key())
    plan._board_stamp().path.with_name(BOARD).touch()
    plan._dev_stamp().write(plan._dev_key())
    plan._messages_stamp().write(plan._messages_key(), build=plan._build_key())
    plan._nodes_stamp().write(plan._nodes_key())


ALL = ['environment', 'viewer', 'board', 'dev', 'messages', 'nodes']


@pytest.mark.parametrize(('change', 'left'), [
    ('ros2_ws/src/outrider_x/msg/A.msg', ['environment', 'viewer', 'board', 'dev']),
    ('ros2_ws/src/outrider_x/package.xml', ['environment', 'viewer', 'board', 'dev']),
    ('ros2_ws/src/outrider_x/outrider_x/core.py', ALL),
    ('ros2_ws/src/outrider_x/setup.py', ['environment', 'viewer', 'board', 'dev']),
    ('config/rigs/new.yaml', ['environment', 'viewer', 'board', 'dev', 'messages']),
    ('firmware/native/main.cpp', ['environment', 'viewer', 'dev', 'messages', 'nodes']),
    ('tools/locks/rerun.txt', ['environment', 'board', 'dev', 'messages', 'nodes']),
    ('tools/locks/dev.txt', ['environment', 'viewer', 'board', 'messages', 'nodes']),
    ('tools/locks/kilted.txt', ['viewer', 'board']),
    ('tools/wheel_includes.cmake', ['environment', 'viewer', 'board', 'dev']),
])
def test_only_what_a_change_touches_is_made_again(checkout: Path, change: str, left: list[str]) -> None:
    mark_done(checkout)
    assert done_steps(checkout) == ALL

    path = checkout / change
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else '') + '\n')

    assert done_steps(checkout) == left


def test_stone_soup_is_made_only_when_asked_for(checkout: Path) -> None:
    mark_done(checkout)
    asked = Plan(checkout, machine.observe({}), 'main', None, True, with_peer=True)
    left = [step.name for step in asked.bind(PYTHON, command.Runner(checkout), checkout / 'log') if not step.done()]

    assert left == ['peer']
    assert done_steps(checkout) == ALL


def test_what_trains_the_detector_is_made_only_when_asked_for(checkout: Path) -> None:
    mark_done(checkout)
    asked = Plan(checkout, machine.observe({}), 'main', None, True, with_train=True)
    left = [step.name for step in asked.bind(PYTHON, command.Runner(checkout), checkout / 'log') if not step.done()]

    assert left == ['train']
    assert done_steps(checkout) == ALL


def test_torch_comes_from_its_own_index_and_from_where_pip_knows_out_of_its_reach(
        checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(argv: list[str], log: Path, env: object = None) -> None:
        ran.append(argv)
        if argv[0].endswith('/uv'):
            raise command.StepError('Could not resolve host')

    runner = command.Runner(checkout)
    monkeypatch.setattr(runner, 'run', run)
    asked = Plan(checkout, machine.observe({}), 'main', None, True, with_train=True)
    steps = {step.name: step for step in asked.bind(PYTHON, runner, checkout / 'log')}
    steps['train'].make(checkout / 'log/train.log')

    first, second = (argv for argv in ran if str(checkout / 'tools/locks/train.txt') in argv)
    assert first[0] == str(checkout / '.build/uv/bin/uv')
    assert second[:3] == [str(checkout / '.venv-train/bin/python'), '-m', 'pip']
    for argv in (first, second):
        assert argv[argv.index('--extra-index-url') + 1] == 'https://download.pytorch.org/whl/cpu'
        assert '--no-deps' in argv
    assert steps['train'].done()


def test_another_python_or_another_folder_means_everything_anew(checkout: Path) -> None:
    mark_done(checkout)
    moved = checkout.with_name('moved')
    checkout.rename(moved)

    assert done_steps(moved) == ['board']
    moved.rename(checkout)
    assert done_steps(checkout, PYTHON._replace(path='/usr/bin/other')) == ['board']
    assert done_steps(checkout) == ALL


def test_a_removed_environment_is_made_again(checkout: Path) -> None:
    mark_done(checkout)
    shutil.rmtree(checkout / '.venv')

    assert done_steps(checkout) == ['viewer', 'board', 'messages', 'nodes']


def test_a_damaged_stamp_counts_as_none(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / 'stamp.json')
    stamp.write('key')
    assert stamp.holds('key')
    stamp.path.write_text('{"key": "ke')

    assert not stamp.holds('key')


def test_of_the_underlay_only_what_the_system_lacks_is_built(checkout: Path) -> None:
    (checkout / 'system/share/vision_msgs').mkdir(parents=True)
    (checkout / 'system/share/vision_msgs/package.xml').touch()
    folders = Workspace(checkout, 'main').message_packages({'AMENT_PREFIX_PATH': f'/nowhere:{checkout}/system'})

    assert [folder.name for folder in folders] == ['outrider_x', 'tf2_msgs']


def test_the_environment_file_is_refused_in_a_checkout_that_was_moved(checkout: Path) -> None:
    workspace = Workspace(checkout, 'main')
    workspace.install.mkdir(parents=True)
    before = {'PATH': '/usr/bin', 'HOME': '/home/x'}
    after = {'PATH': f'{checkout}/.venv/bin:/usr/bin', 'HOME': '/home/x', 'LD_LIBRARY_PATH': ':/lib/x:',
             'COLCON_X': '1'}
    (workspace.install / 'outrider_env.sh').write_text(
        environment_file(workspace, before, after, 'kilted', checkout / '.venv/bin/python', checkout / 'viewer'))
    script = '. "$OUTRIDER_ROOT/tools/env.sh" || exit 3; echo "$ROS_DISTRO $LD_LIBRARY_PATH $PATH ${COLCON_X-}"'

    def source(root: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(['sh', '-c', script], env={'PATH': '/usr/bin', 'OUTRIDER_ROOT': str(root)}, text=True,
                              capture_output=True, check=False)

    assert source(checkout).stdout == f'kilted /lib/x {checkout}/.venv/bin:/usr/bin \n'
    moved = checkout.with_name('moved')
    checkout.rename(moved)
    refused = source(moved)
    assert refused.returncode == 3
    assert refused.stderr == (f'outrider: set up in {checkout}, found in {moved}. Run: make -C {moved} setup\n')


def test_every_lock_pins_every_package_and_no_two_disagree() -> None:
    pins: dict[tuple[str, str], set[str]] = {}
    for lock in ('kilted', 'system', 'dev', 'rerun', 'uv', 'jazzy', 'peer', 'train'):
        for line in (ROOT / f'tools/locks/{lock}.txt').read_text().splitlines():
            if line.startswith('#'):
                continue
            name, equals, rest = line.partition('==')
            version, _, marker = rest.partition(';')
            assert equals, f'{lock}.txt: {line}'
            assert '*' not in version
            if not name.startswith('ros-') and name != 'numpy':
                pins.setdefault((name, marker.strip()), set()).add(version.strip())

    assert {pin: versions for pin, versions in pins.items() if len(versions) > 1} == {}


def test_the_robot_gets_nothing_that_only_tests_or_training_need() -> None:
    for lock in ('kilted', 'system'):
        text = (ROOT / f'tools/locks/{lock}.txt').read_text()
        unwanted = 'hypothesis', 'pytest-xdist', 'pytest-timeout', 'ruff', 'mypy', 'torch', 'ultralytics', 'opencv'
        assert not [name for name in unwanted if name in text]
    assert 'numpy' not in (ROOT / 'tools/locks/system.txt').read_text()
