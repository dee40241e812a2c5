"""The portability check: each rule fires on the line it is for, and the tree is clean."""

from __future__ import annotations

import ast
from pathlib import Path, PurePath

import pytest

import check_portability
from portability import rooms, rules, tables

HERE = Path('x.py')

FIRES = {
    'import tomllib': 'tomllib',
    'from typing import Self': 'typing.Self',
    'import typing\nx: typing.Never': 'typing.Never',
    'import typing as t\n@t.override\ndef f(): ...': 'typing.override',
    'from enum import StrEnum': 'enum.StrEnum',
    'import datetime\ndatetime.UTC': 'datetime.UTC',
    'from datetime import UTC': 'datetime.UTC',
    'import asyncio\nasyncio.TaskGroup()': 'asyncio.TaskGroup',
    'import itertools\nitertools.batched([], 2)': 'itertools.batched',
    'from contextlib import chdir': 'contextlib.chdir',
    'raise ExceptionGroup("", [])': 'ExceptionGroup',
    'error.add_note("")': '.add_note',
    'n.to_bytes(4)': 'to_bytes',
    'int.from_bytes(b"")': 'from_bytes',
    'import subprocess\nsubprocess.Popen([], process_group=0)': 'Popen(process_group=)',
    'try:\n    pass\nexcept* OSError:\n    pass': 'xception groups',
    'type X = int': '',
    'def f[T](x: T): ...': '',
    'f"{x["a"]}"': 'f',
    'from rclpy.executors import EventsExecutor': 'EventsExecutor',
    'from rclpy.experimental.events_executor import EventsExecutor': 'EventsExecutor',
    'node.create_timer(1.0, f, autostart=False)': 'create_timer(autostart=)',
    'node.create_timer(1.0, lambda p=p: p)': 'timer callback',
    'from rclpy.timer import TimerInfo': 'rclpy.timer.TimerInfo',
    'import rclpy.event_handler': 'rclpy.event_handler',
    'from rclpy.event_handler import PublisherEventCallbacks': 'rclpy.event_handler',
    'from rclpy import parameter_client': 'rclpy.parameter_client',
    'import rclpy\nwith rclpy.init():\n    pass': 'with rclpy.init()',
    'from rclpy.executors import SingleThreadedExecutor as E\nwith E() as e:\n    pass': 'with rclpy.executors',
    'import numpy as np\nnp.float_(1)': 'numpy.float_',
    'import numpy as np\nnp.in1d(a, b)': 'numpy.in1d',
    'import numpy as np\nnp.trapz(a)': 'numpy.trapz',
    'import numpy as np\nnp.trapezoid(a)': 'numpy.trapezoid',
    'import numpy as np\nnp.linalg.vector_norm(a)': 'numpy.linalg.vector_norm',
    'from numpy import concat': 'numpy.concat',
    'import numpy as np\nnp.asarray(a, copy=True)': 'asarray(copy=)',
    'a.newbyteorder()': '.newbyteorder',
    'a.ptp()': '.ptp',
    'import cv_bridge': 'cv_bridge',
    'from tf2_ros import Buffer': 'tf2_ros',
    'import message_filters': 'message_filters',
}

FINE = {
    'a guarded import': 'try:\n    from rclpy.experimental import EventsExecutor\nexcept ImportError:\n    pass',
    "numpy's own ptp": 'import numpy as np\nnp.ptp(a)',
    "another module's float_": 'import mine\nmine.float_',
    'bytes both ways': 'n.to_bytes(4, "little")\nint.from_bytes(b"", byteorder="big")',
    'a timer without parameters': 'node.create_timer(1.0, lambda: f(p))',
    '3.10': 'match x:\n    case 1:\n        pass\nwith (a as b, c as d):\n    pass\ny: int | None = 1',
    'a nested f-string': 'f"{x[\'a\']:{width}}"',
}


@pytest.mark.parametrize(('text', 'what'), FIRES.items())
def test_what_does_not_run_everywhere_is_found(text: str, what: str) -> None:
    found = rules.check(HERE, text)

    assert found
    assert any(what in finding.what for finding in found)
    assert all(finding.line and finding.why and finding.instead for finding in found)


@pytest.mark.parametrize('text', FINE.values(), ids=FINE)
def test_what_runs_everywhere_is_left_alone(text: str) -> None:
    assert rules.check(HERE, text) == []


@pytest.mark.parametrize('name', tables.NAMES)
def test_each_name_of_the_table_is_found_by_import_and_by_use(name: str) -> None:
    module, _, last = name.rpartition('.')

    for text in (f'from {module} import {last}', f'import {module}\n{name}'):
        assert any(finding.what == name for finding in rules.check(HERE, text)), text


@pytest.mark.parametrize(('package', 'inside', 'module'), [
    ('outrider_perception', 'cluster.py', 'rclpy'),
    ('outrider_perception', 'cluster.py', 'sensor_msgs.msg'),
    ('outrider_perception', 'cluster.py', 'outrider_node.frames'),
    ('outrider_perception', 'fusion_node.py', 'outrider_sensors.radar'),
    ('outrider_perception', 'cluster.py', 'scipy.spatial'),
    ('outrider_recorder', 'segment.py', 'rerun'),
    ('outrider_sensors', 'radar/link.py', 'rclpy.node'),
    ('outrider_sim', 'devices/ti_radar.py', 'outrider_sensors.radar.frames'),
    ('outrider_sim', 'devices/ti_radar.py', 'rclpy'),
    ('outrider_sim', 'world/road.py', 'outrider_sim.devices.radhar'),
    ('outrider_bringup', 'runner/stack.py', 'outrider_sim.devices'),
])
def test_no_import_crosses_a_border(package: str, inside: str, module: str) -> None:
    assert rooms.objection(package, PurePath(inside), module)


@pytest.mark.parametrize(('package', 'inside', 'module'), [
    ('outrider_perception', 'cluster.py', 'numpy.linalg'),
    ('outrider_perception', 'cluster.py', 'outrider_perception.tracks'),
    ('outrider_perception', 'fusion_node.py', 'rclpy'),
    ('outrider_sensors', 'radar/node.py', 'outrider_node'),
    ('outrider_sensors', 'radar/link.py', 'serial'),
    ('outrider_recorder', 'bridge/main.py', 'rerun'),
    ('outrider_sim', 'devices/camera.py', 'outrider_sim.world.road'),
    ('outrider_bringup', 'verbs/demo.py', 'outrider_sim.devices'),
])
def test_what_a_room_needs_is_allowed(package: str, inside: str, module: str) -> None:
    assert rooms.objection(package, PurePath(inside), module) is None


def test_a_finding_names_file_and_line() -> None:
    finding, = rules.check(HERE, 'x = 1\nimport cv_bridge\n')

    assert str(finding).startswith('x.py:2: cv_bridge: a bare machine does not have it; ')


def test_this_tree_is_clean_and_was_really_read() -> None:
    count, found = check_portability.findings(check_portability.ROOT)

    assert found == []
    assert count > 100


def test_every_room_has_borders() -> None:
    here = {folder.parent.name for folder in (check_portability.ROOT / 'ros2_ws/src').glob('*/setup.py')}

    assert here == set(rooms.SHELLS) == set(rooms.LIBRARIES)


def test_set_up_speaks_to_old_pythons() -> None:
    tools = check_portability.ROOT / 'tools' / 'setup_steps'
    for path in tools.glob('*.py'):
        oldest = (3, 6) if path.name in ('__init__.py', '__main__.py', 'machine.py') else (3, 8)
        ast.parse(path.read_text(), feature_version=oldest)
        assert oldest > (3, 6) or 'from __future__ import annotations' not in path.read_text()
