"""The steps of one environment: what each is made from, how it is made, how it knows that it is done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, NamedTuple

from . import environments, ros
from .command import Runner, StepError
from .machine import Machine
from .pythons import Python
from .stamps import Stamp, contents, digest
from .workspace import Workspace, environment_file, with_wheels

BOARD = 'relay_board'  # the firmware as a process of this computer
TORCH_INDEX = 'https://download.pytorch.org/whl/cpu'  # the one for the processor: a tenth of the other's size
NUMPY_1 = ('humble', 'jazzy')  # releases whose packages are compiled against it

_CHECK = """
import numpy, rclpy, yaml, serial, mcap.writer, lz4.frame, zstandard, outrider_interfaces.msg, outrider_interfaces.srv
import tf2_msgs.msg
if {numpy_1} and int(numpy.__version__.split('.')[0]) > 1:
    raise SystemExit('error: numpy ' + numpy.__version__ + ' in ' + numpy.__path__[0] + ' hides the numpy 1 that '
                     'ROS {distro} is compiled against; remove it with: python3 -m pip uninstall numpy')
"""


class Step(NamedTuple):
    """One step: `make` gets its log, `beside` steps run while the others go on.

    `without`, where the rest can do without it, is told why it failed and returns the sentence to say.
    """

    name: str
    title: str
    about_s: float
    done: Callable[[], bool]
    make: Callable[[Path], None]
    beside: bool = False
    without: Callable[[str], str] | None = None


class Plan:
    """The steps of the environment `name`: main (the machine's), or jazzy (the second release, from wheels)."""

    def __init__(self, root: Path, machine: Machine, name: str, distro: str | None, with_dev: bool,
                 retry_viewer: bool = True, with_peer: bool = False, with_train: bool = False) -> None:
        self.root = root
        self.name = name
        self.system = name == 'main' and distro is not None
        self.distro = distro or 'kilted' if name == 'main' else name
        self.venv = root / ('.venv' if name == 'main' else f'.venv-{name}')
        self.viewer = root / '.venv-rerun'
        self.workspace = Workspace(root, name)
        self.setup_file = Path(machine.root) / 'opt/ros' / self.distro / 'setup.bash'
        self.with_dev = with_dev
        self._with_peer, self._with_train = with_peer, with_train
        self._retry_viewer = retry_viewer
        self._locks = root / 'tools' / 'locks'
        self._stamp = Stamp(self.venv / 'outrider.json')

    def known_python(self) -> list[str]:
        """Return the Python that the environment was made from, if any: it is kept while it is there."""
        path = self._stamp.read().get('python')
        return [path] if isinstance(path, str) and os.access(path, os.X_OK) else []

    def bind(self, python: Python, runner: Runner, log: Path) -> list[Step]:
        """Return the steps, made with `python`."""
        self._python, self._runner = python, runner
        self._installer = environments.Installer(self.root, runner, python, log / 'installer.log')
        what = (f'a Python environment over ROS 2 {self.distro.title()}' if self.system
                else f'ROS 2 {self.distro.title()} from wheels')
        cores = len(os.sched_getaffinity(0))
        steps = [Step('environment', f'installing {what}', 10 if self.system else 15,
                      lambda: self._stamp.holds(self._key()) and self.known_python() != [], self._environment)]
        if self.name == 'main':
            own = python.version >= (3, 11)  # an older one needs a Python from the network, which may not be there
            steps.append(Step('viewer', 'installing rerun, the viewer', 15, self._viewer_done, self._make_viewer, True,
                              None if own else self._go_without_viewer))
            steps.append(Step('board', 'building the relay controller for this computer', 10, self._board_done,
                              self._make_board, True, self._go_without_board))
        if self.with_dev:
            steps.append(Step('dev', 'installing what the tests need', 5,
                              lambda: self._dev_stamp().holds(self._dev_key()), self._dev))
        if self._with_peer:
            steps.append(self._apart('peer', 'installing Stone Soup, the tracker beside ours', 10))
        if self._with_train:
            steps.append(self._apart('train', 'installing torch and ultralytics, which train the detector', 60,
                                     TORCH_INDEX))
        return [*steps,
                Step('messages', 'building messages', max(20, 90 / cores),
                     lambda: self._messages_stamp().holds(self._messages_key()), self._messages),
                Step('nodes', 'building nodes', 6, lambda: self._nodes_stamp().holds(self._nodes_key()), self._nodes)]

    def base(self) -> dict[str, str]:
        """Return the environment in which the workspace is built: the system's ROS or the wheels', .venv first."""
        clean = self._runner.clean_environment()
        if self.system:
            clean = ros.source(self.setup_file, clean)
            clean['PYTHONNOUSERSITE'] = '1'  # a numpy 2 in the home folder would hide the system's
        else:
            clean.update(ROS_DISTRO=self.distro, AMENT_PREFIX_PATH=str(self.venv), CMAKE_PREFIX_PATH=str(self.venv))
        clean['PATH'] = f'{self.venv}/bin:{clean["PATH"]}'
        return clean

    def _prefixes(self) -> dict[str, str]:
        # As base(), from what was noted when the environment was made: sourcing ROS costs half a second.
        return {'AMENT_PREFIX_PATH': str(self._stamp.read().get('prefixes', ''))}

    def _lock(self) -> Path:
        return self._locks / ('system.txt' if self.system else f'{self.distro}.txt')

    def _key(self) -> str:
        return digest([str(self.root), str(self.system), self.distro, str(self.setup_file), self._lock().read_text(),
                       Path(environments.__file__).read_text(), self._python.path])

    def _environment(self, log: Path) -> None:
        key = self._key()
        self._stamp.remove()
        constraint = self._locks / 'numpy1.txt' if self.distro in NUMPY_1 and self._python.version < (3, 13) else None
        self._installer.prepare()
        environments.make_environment(self.venv, self._python, self._runner, log, self.system, constraint)
        self._installer.install(self.venv, self._lock())
        self._stamp.write(key, python=self._python.path, version=self._python.short,
                          prefixes=self.base()['AMENT_PREFIX_PATH'])

    def _viewer_stamp(self) -> Stamp:
        return Stamp(self.viewer / 'outrider.json')

    def _viewer_key(self) -> str:
        return digest([str(self.root), (self._locks / 'rerun.txt').read_text(), self._python.path,
                       Path(environments.__file__).read_text()])

    def _viewer_done(self) -> bool:
        return self._viewer_stamp().holds(self._viewer_key()) or (
            not self._retry_viewer and self._no_viewer_stamp().holds(self._viewer_key()))

    def _no_viewer_stamp(self) -> Stamp:
        return Stamp(self.root / '.build' / 'no_viewer.json')

    def _go_without_viewer(self, why: str) -> str:
        # Remembered, so that a demo far from any network does not try again.
        self._no_viewer_stamp().write(self._viewer_key())
        return (f'no viewer on this machine ({why}): rides are recorded all the same, watch them on a laptop; '
                'make setup tries again')

    def _make_viewer(self, log: Path) -> None:
        key = self._viewer_key()
        self._viewer_stamp().remove()
        self._installer.prepare()
        environments.make_newer_environment(self.viewer, self._python, self._installer, self._runner, log)
        self._installer.install(self.viewer, self._locks / 'rerun.txt')
        self._viewer_stamp().write(key)

    def _apart(self, name: str, title: str, about_s: float, index: str = '') -> Step:
        """Return the step that makes `.venv-NAME` from its lock: for one use, in no process of the robot's."""
        folder, lock = self.root / f'.venv-{name}', self._locks / f'{name}.txt'
        stamp = Stamp(folder / 'outrider.json')

        def key() -> str:
            return digest([str(self.root), lock.read_text(), self._python.path,
                           Path(environments.__file__).read_text()])

        def make(log: Path) -> None:
            made = key()
            stamp.remove()
            self._installer.prepare()
            if index:
                environments.make_newer_environment(folder, self._python, self._installer, self._runner, log)
            else:
                environments.make_environment(folder, self._python, self._runner, log)
            self._installer.install(folder, lock, index)
            stamp.write(made)

        return Step(name, title, about_s, lambda: stamp.holds(key()), make)

    def _board_stamp(self) -> Stamp:
        return Stamp(self.root / 'firmware' / '.build' / 'set_up.json')

    def _board_key(self) -> str:
        firmware = self.root / 'firmware'
        return contents([firmware / 'Makefile', *firmware.glob('core/src/*.*'), *firmware.glob('native/*.*')])

    def _board_done(self) -> bool:
        return self._board_stamp().holds(self._board_key()) and self._board_stamp().path.with_name(BOARD).exists()

    def _make_board(self, log: Path) -> None:
        # Whoever simulates the ramp would build it too; by then a compiler would take what the ramp needs.
        key, build = self._board_key(), self.root / 'firmware' / '.build'
        build.mkdir(parents=True, exist_ok=True)
        self._runner.run(['flock', str(build / 'make.lock'), 'make', '-s', '-C', str(build.parent), 'native'], log)
        self._board_stamp().write(key)

    def _go_without_board(self, why: str) -> str:
        return f'no simulated relay controller ({why}): a simulated ramp will not start; make setup tries again'

    def _dev_stamp(self) -> Stamp:
        return Stamp(self.venv / 'outrider_dev.json')

    def _dev_key(self) -> str:
        return digest([self._key(), (self._locks / 'dev.txt').read_text()])

    def _dev(self, log: Path) -> None:
        self._dev_stamp().remove()
        self._installer.prepare()
        self._installer.install(self.venv, self._locks / 'dev.txt')
        self._dev_stamp().write(self._dev_key())

    def _build_key(self) -> str:
        # Another Python, folder or set of packages: nothing of an old build is of use.
        names = [folder.name for folder in self.workspace.packages()]
        return digest([self._key(), Path(__file__).with_name('workspace.py').read_text(), *names,
                       (self.root / 'tools' / 'wheel_includes.cmake').read_text()])

    def _messages_stamp(self) -> Stamp:
        return Stamp(self.workspace.install / 'outrider_messages.json')

    def _messages_key(self) -> str:
        return digest([self._build_key(), self.workspace.message_inputs(self._prefixes())])

    def _messages(self, log: Path) -> None:
        stamp, build = self._messages_stamp(), self._build_key()
        if stamp.read().get('build') != build:
            self.workspace.clean()
        stamp.remove()  # a build that is killed half way is made anew: it may hold half-written objects
        base = self.base()
        self.workspace.colcon(self._runner, self.venv / 'bin/python', log, base, self.workspace.message_packages(base))
        stamp.write(self._messages_key(), build=build)

    def _nodes_stamp(self) -> Stamp:
        return Stamp(self.workspace.install / 'outrider_nodes.json')

    def _nodes_key(self) -> str:
        return digest([self._messages_key(), self.workspace.node_inputs(),
                       Path(__file__).read_text()])

    def _nodes(self, log: Path) -> None:
        self._nodes_stamp().remove()
        base = self.base()
        messages = self.workspace.message_packages(base)
        nodes = [folder for folder in self.workspace.packages() if folder not in messages]
        self.workspace.forget(nodes)
        self.workspace.colcon(self._runner, self.venv / 'bin/python', log, base, nodes)
        after = self.workspace.environment(base)
        if not self.system:
            after = with_wheels(after, self.venv)
        text = environment_file(self.workspace, self._runner.clean_environment(), after, self.distro,
                                self.venv / 'bin/python', self.viewer / 'bin/python')
        (self.workspace.install / 'outrider_env.sh').write_text(text)
        self._check(log)
        self._nodes_stamp().write(self._nodes_key())

    def _check(self, log: Path) -> None:
        # What every node imports, in the environment in which it will run.
        code = _CHECK.format(numpy_1=self.system and self.distro in NUMPY_1, distro=self.distro)
        env = self._runner.clean_environment(OUTRIDER_ROOT=str(self.root), OUTRIDER_ENV=self.name)
        try:
            self._runner.run(['sh', '-c', '. "$OUTRIDER_ROOT/tools/env.sh" && exec "$OUTRIDER_PYTHON" -c "$0"', code],
                             log, env)
        except StepError as failed:
            raise StepError(f'what was built does not import ({failed})') from None
