"""The lock of a port: what stands in it, and who asks whether a real machine is alive."""

from __future__ import annotations

import fcntl
import os
import pty
from collections.abc import Iterator
from pathlib import Path

import pytest

from outrider_drive.port import OwnedPort, PortError, lock_path, real_ports_held


@pytest.fixture
def port(tmp_path: Path) -> Iterator[str]:
    near, far = pty.openpty()
    link = tmp_path / 'vesc'
    link.symlink_to(os.ttyname(far))
    yield str(link)
    os.close(near)
    os.close(far)


def test_the_lock_holds_process_and_device_and_a_second_owner_is_told_the_process(port: str) -> None:
    one = OwnedPort(port, 'motors', 'the VESC')
    one.own()
    assert lock_path(port).read_text() == f'{os.getpid()}\n{os.path.realpath(port)}\n'
    with pytest.raises(PortError, match=f'belongs to process {os.getpid()}, and only one'):
        OwnedPort(port, 'motors', 'the VESC').own()
    one.release()


def held(folder: Path, name: str, text: str) -> int:
    """Hold a lock file as a link does; return its descriptor."""
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT)
    os.write(descriptor, text.encode())
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def test_real_ports_are_those_that_are_locked_now_and_no_pty(tmp_path: Path) -> None:
    ours = [held(tmp_path, 'outrider_ttyACM0_1.lock', '12\n/dev/ttyACM0\n'),
            held(tmp_path, 'outrider_3_2.lock', '13\n/dev/pts/3\n'),
            held(tmp_path, 'outrider_rig_ramp.lock', '14\n'),
            held(tmp_path, 'outrider_ttyACM2_4.lock', ''),
            held(tmp_path, 'outrider_ttyACM3_5.lock', 'x\n/dev/ttyACM3\n')]
    (tmp_path / 'outrider_ttyACM1_3.lock').write_text('15\n/dev/ttyACM1\n')  # of a process that has ended
    (tmp_path / 'outrider_gone.lock').symlink_to('nowhere')
    assert real_ports_held(tmp_path) == [('/dev/ttyACM0', 12)]
    for descriptor in ours:
        os.close(descriptor)
    assert real_ports_held(tmp_path) == []


def test_without_a_folder_it_looks_where_the_links_lock(port: str) -> None:
    one = OwnedPort(port, 'motors', 'the VESC')
    one.own()
    assert os.path.realpath(port) not in [path for path, _ in real_ports_held()]
    one.release()
