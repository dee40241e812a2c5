"""Shared memory of dead processes."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from outrider_bringup.faults import shm


def segment(folder: Path, number: int, age_s: float, name: str = 'fastdds') -> Path:
    file = folder / f'{name}_{number:016x}'
    for made in (file, file.with_name(f'{file.name}_el')):
        made.write_bytes(b'')
        os.utime(made, (time.time() - age_s,) * 2)
    return file


def test_only_segments_of_this_course_without_an_owner_are_removed(tmp_path: Path) -> None:
    dead, young, before, alive = (segment(tmp_path, number, age_s) for number, age_s in enumerate((30, 1, 300, 30)))
    older = segment(tmp_path, 4, 30, 'fastrtps')  # of the release before
    port = tmp_path / 'fastdds_port7411_el'
    port.write_bytes(b'')
    os.utime(port, (time.time() - 30,) * 2)
    with alive.with_name(f'{alive.name}_el').open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert shm.clean(time.time() - 60, tmp_path) == 2
    for gone in (dead, older):
        assert not gone.exists()
        assert not gone.with_name(f'{gone.name}_el').exists()
    assert all(file.exists() for file in (young, before, alive, port))
