"""Set-up: what it says on machines where Outrider cannot run, and what it takes on the others."""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from setup_steps import machine, needs, pythons
from setup_steps.machine import Machine
from setup_steps.workspace import with_wheels

ROOT = Path(__file__).resolve().parent.parent
BARE = {'system': 'Linux', 'arch': 'x86_64', 'libc': 'glibc', 'os_release': {'ID': 'debian', 'VERSION_ID': '12'},
        'tegra': '', 'ros': ()}


@pytest.mark.parametrize(('found', 'seen', 'what_to_do'), [
    ({'system': 'Darwin', 'arch': 'arm64'}, 'macOS', 'Linux machine'),
    ({'system': 'MINGW64_NT-10.0'}, 'MINGW64_NT-10.0', 'wsl --install'),
    ({'system': 'FreeBSD'}, 'FreeBSD', 'Ubuntu 24.04'),
    ({'arch': 'aarch64'}, 'ARM', 'Install one'),
    ({'arch': 'armv7l'}, 'ARM', 'Install one'),
    ({'arch': 'aarch64', 'tegra': '# R32 (release), REVISION: 7.1'}, 'JetPack 4', 'JetPack 6'),
    ({'arch': 'aarch64', 'os_release': {'ID': 'ubuntu', 'VERSION_ID': '18.04'}}, 'JetPack 4', 'JetPack 6'),
    ({'arch': 'riscv64'}, 'riscv64', 'another machine'),
    ({'libc': '', 'os_release': {'ID': 'alpine'}}, 'alpine', 'Debian 12'),
])
def test_a_machine_that_cannot_run_it_is_told_in_one_sentence(found: dict, seen: str, what_to_do: str) -> None:
    sentence = machine.refusal(Machine(**{**BARE, **found}))

    assert sentence is not None
    assert seen in sentence
    assert what_to_do in sentence
    assert '\n' not in sentence


@pytest.mark.parametrize('found', [
    {}, {'os_release': {'ID': 'ubuntu', 'VERSION_ID': '22.04'}}, {'arch': 'aarch64', 'ros': ('humble',)},
    {'arch': 'aarch64', 'ros': ('jazzy',), 'tegra': '# R36 (release), REVISION: 4.0'},
])
def test_a_machine_that_can_run_it_is_not_refused(found: dict) -> None:
    assert machine.refusal(Machine(**{**BARE, **found})) is None


def test_the_newest_release_wins_unless_the_shell_names_one(tmp_path: Path) -> None:
    for name in ('humble', 'jazzy', 'foxy'):
        (tmp_path / 'opt/ros' / name).mkdir(parents=True)
        (tmp_path / 'opt/ros' / name / 'setup.bash').touch()
    here = machine.observe({'OUTRIDER_SETUP_ROOT': str(tmp_path)})

    assert here.ros == ('jazzy', 'humble')
    assert machine.choose_ros(here, {}) == 'jazzy'
    assert machine.choose_ros(here, {'ROS_DISTRO': 'humble'}) == 'humble'
    assert machine.choose_ros(here, {'ROS_DISTRO': 'kilted'}) == 'jazzy'
    assert machine.choose_ros(Machine(**BARE), {'ROS_DISTRO': 'humble'}) is None


@pytest.mark.parametrize('path', ['/home/a b/outrider', '/srv/o;x', '/srv/$x', '/srv/(1)'])
def test_a_folder_that_cmake_cannot_take_is_refused(path: str) -> None:
    assert 'Move the checkout' in (machine.bad_folder(path) or '')


def test_a_plain_folder_is_taken() -> None:
    assert machine.bad_folder('/home/jörg/src/outrider-2.0_x') is None


def fake_python(folder: Path, name: str, version: tuple[int, int], venv: bool = True, headers: bool = True) -> str:
    """Write an executable that answers the probe as a Python of that version would."""
    path = folder / name
    answer = f'["{path}", [{version[0]}, {version[1]}], {str(venv).lower()}, {str(headers).lower()}]'
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)
    return str(path)


def test_the_first_complete_python_is_taken(tmp_path: Path) -> None:
    old = fake_python(tmp_path, 'old', (3, 9))
    bare = fake_python(tmp_path, 'bare', (3, 11), headers=False)
    whole = fake_python(tmp_path, 'whole', (3, 12))

    assert pythons.choose([old, bare, whole])[0] == pythons.Python(whole, (3, 12), True, True)


def test_without_a_complete_python_the_missing_packages_are_named(tmp_path: Path) -> None:
    chosen, _ = pythons.choose([fake_python(tmp_path, 'p', (3, 12), venv=False, headers=False)])

    assert chosen is not None
    assert {'python3.12-venv', 'python3.12-dev'} <= set(needs.missing_tools(chosen))


@pytest.mark.parametrize('version', [(3, 9), (3, 15)])
def test_a_python_outside_the_range_does_not_fit(tmp_path: Path, version: tuple[int, int]) -> None:
    chosen, seen = pythons.choose([fake_python(tmp_path, 'p', version)])

    assert chosen is None
    assert '3.10 to 3.14' in machine.old_python(seen[0].version)


def test_what_is_no_python_is_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / 'broken'
    broken.write_text('#!/bin/sh\nexit 1\n')
    broken.chmod(0o755)

    assert pythons.choose([str(broken), str(tmp_path / 'missing')]) == (None, [])


def test_missing_tools_are_named_in_the_command_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cmake = tmp_path / 'cmake'
    cmake.write_text('#!/bin/sh\necho cmake version 3.16.3\n')
    cmake.chmod(0o755)
    (tmp_path / 'apt-get').symlink_to('/bin/true')
    monkeypatch.setenv('PATH', str(tmp_path))
    complete = pythons.Python('/usr/bin/python3.11', (3, 11), True, True)

    assert needs.missing_tools(complete) == ['g++', 'make', 'cmake']
    assert needs.advice(['g++', 'cmake']) == 'missing on this machine: g++ cmake. Run: sudo apt-get install g++ cmake'


def test_a_library_that_the_camera_needs_is_named_where_it_cannot_be_loaded() -> None:
    assert needs.missing_libraries((('libnobody.so.7', 'libnobody7'), ('libc.so.6', 'libc6'))) == ['libnobody7']
    assert needs.missing_libraries() == []  # the set-up has seen to it


def test_missing_ros_packages_get_debian_names(tmp_path: Path) -> None:
    (tmp_path / 'share/rclpy').mkdir(parents=True)
    (tmp_path / 'share/rclpy/package.xml').touch()
    missing = needs.missing_ros_packages(ROOT, 'humble', {'AMENT_PREFIX_PATH': str(tmp_path)})

    assert 'ros-humble-sensor-msgs' in missing
    assert 'ros-humble-rosidl-default-generators' in missing
    assert not {'ros-humble-rclpy', 'ros-humble-tf2-msgs', 'ros-humble-outrider-node'} & set(missing)


def test_every_key_of_a_manifest_is_real() -> None:
    ours = {path.parent.name for path in (ROOT / 'ros2_ws/src').glob('*/package.xml')}
    pip_keys = {line.split(':')[0] for line in (ROOT / 'tools/rosdep.yaml').read_text().splitlines()
                if line.endswith('pip:')}
    # Of the public index: github.com/ros/rosdistro, rosdep/python.yaml and the distribution files.
    public = {'python3-numpy', 'python3-pil', 'python3-pytest', 'python3-serial', 'python3-yaml', 'tf2_msgs',
              'vision_msgs'}
    in_wheels = {line.split('==')[0].removeprefix('ros-').replace('-', '_')
                 for line in (ROOT / 'tools/locks/kilted.txt').read_text().splitlines() if line.startswith('ros-')}
    for manifest in (ROOT / 'ros2_ws/src').glob('*/package.xml'):
        keys = {tag.text for tag in ElementTree.parse(manifest).getroot() if tag.tag.endswith('depend')}
        assert keys <= ours | pip_keys | public | in_wheels, manifest


def test_without_python3_the_sentence_comes_from_the_shell(tmp_path: Path) -> None:
    for tool in ('dirname', 'id'):
        (tmp_path / tool).symlink_to(f'/usr/bin/{tool}')
    done = subprocess.run(['/bin/sh', str(ROOT / 'tools/setup')], env={'PATH': str(tmp_path)}, stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith('outrider: python3 is missing. Run: sudo apt-get install python3 ')
    assert os.linesep not in done.stderr.strip()


def test_what_the_tests_need_is_named_too(tmp_path: Path) -> None:
    lacking = ['gcc-avr', 'binutils-avr', 'avr-libc', 'libsimavr-dev', 'doctest-dev', 'chromium']
    assert needs.missing_test_tools(tmp_path) == lacking
    simulator = tmp_path / 'usr/include/simavr/sim_avr.h'
    simulator.parent.mkdir(parents=True)
    simulator.write_text('')
    assert needs.missing_test_tools(tmp_path) == [name for name in lacking if name != 'libsimavr-dev']
    assert needs.missing_test_tools(Path('/')) == []  # the set-up with --dev has seen to it


def test_the_wheels_libraries_stand_on_the_path_behind_the_workspace_s(tmp_path: Path) -> None:
    hidden = tmp_path / 'lib/python3.11/site-packages/ros_rclpy.libs'
    hidden.mkdir(parents=True)
    after = with_wheels({'LD_LIBRARY_PATH': '/ws/lib:', 'HOME': '/h'}, tmp_path)
    assert after == {'LD_LIBRARY_PATH': f'/ws/lib:{tmp_path}/lib:{hidden}', 'HOME': '/h',
                     '_ROS_WHEELS_BOOTSTRAP_COMPLETE': '1'}
