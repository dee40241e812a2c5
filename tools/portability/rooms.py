"""The borders of the rooms: which module may import what. A new shell around a core is a new line here."""

from __future__ import annotations

import sys
from fnmatch import fnmatch
from pathlib import PurePath

# Modules that speak ROS: nodes, and the small files that turn messages into the core's words and back. All others of a
# room are core or link: no rclpy, no messages, no other package of ours.
SHELLS = {
    'outrider_node': ('*',),
    'outrider_sensors': ('*/node.py', '*_node.py', 'radar/cloud.py', 'camera/messages.py',
                         'detector/messages.py', 'detector/markers.py'),
    'outrider_perception': ('*_node.py', 'words.py', 'parameters.py', 'eyes.py', 'front.py'),
    'outrider_recorder': ('*_node.py', 'listening.py', 'offered.py', 'hears.py', 'asking.py', 'telling.py'),
    'outrider_drive': ('*/node.py', 'messages.py'),
    'outrider_alerts': ('*_node.py', 'words.py', 'server/words.py', 'server/hears.py'),
    'outrider_sim': (),
    'outrider_bringup': ('*',),
}
_INDEX = ('ament_index_python',)  # only tells where installed files lie
# What a module may import beside the standard library, numpy, and its own package.
LIBRARIES: dict[str, dict[str, tuple[str, ...]]] = {
    'outrider_sensors': {'*': ('serial', 'yaml'), 'camera/*': ('pyrealsense2', 'PIL'),
                         'gps/*': ('pyubx2',), 'imu/*': ('imufusion',), 'detector/*': ('PIL',),
                         'detector/weights.py': _INDEX,  # they lie in files
                         'detector/onnx_engine.py': ('onnxruntime',),
                         'detector/ultralytics_*.py': ('ultralytics', 'torch')},
    'outrider_perception': {'*': (), 'config.py': ('yaml', *_INDEX)},  # its numbers lie in files
    'outrider_recorder': {'*': ('mcap', 'lz4', 'zstandard', 'yaml', *_INDEX),
                          'bridge/*': ('rerun', 'rerun_cli', 'rosbags', 'pyarrow', 'av')},
    'outrider_drive': {'*': ('serial', 'pySerialTransfer', 'pyvesc', 'pyPS4Controller', 'yaml')},
    'outrider_alerts': {'*': ('yaml', 'serial', *_INDEX), 'server/*': ('starlette', 'uvicorn', 'h11', 'websockets'),
                        'door/qr.py': ('segno',)},
    'outrider_sim': {'*': ('serial', 'yaml', *_INDEX)},
    'outrider_node': {'*': ()},
    'outrider_bringup': {'*': ('yaml', 'serial', 'mcap', 'pytest', *_INDEX), 'bench/imu_ride.py': ('imufusion',),
                         'bench/peer_stonesoup.py': ('stonesoup',),
                         'bench/step_plot.py': ('PIL',),
                         'bench/voice_*.py': ('websockets',),
                         'doctor/camera.py': ('pyrealsense2',)},
}
# The folders of bringup that make up its verbs: only these join rooms.
VERBS = ('verbs/*', 'doctor/*', 'bench/*', 'demo/*', 'up/*', 'topics/*', 'faults/*', 'calibrate/*',
         'score/*', 'replay/*', 'rides/*', 'showing.py')
ROS = ('rclpy', 'rosidl_runtime_py', 'builtin_interfaces', 'rcl_interfaces', 'outrider_interfaces',
       'rosgraph_msgs', 'rosidl_parser')


def objection(package: str, inside: PurePath, module: str) -> tuple[str, str] | None:
    """Return (why, what instead) when `inside` (a path within `package`) may not import `module`, else None."""
    top = module.partition('.')[0]
    shell = any(_matches(inside, pattern) for pattern in SHELLS.get(package, ()))
    if top == package:
        if package == 'outrider_sim' and _matches(inside, 'world/*') and module.startswith('outrider_sim.devices'):
            return 'the world knows no wires', 'devices import the world, never back'
        return None
    if top in ROS or top.endswith('_msgs') or top == 'std_srvs':
        return None if shell else ('a core knows no ROS', 'hand the values in from the node')
    if top.startswith('outrider_'):
        return _other_room(package, inside, top, shell)
    if top in sys.stdlib_module_names or top == 'numpy':
        return None
    allowed = [name for pattern, names in LIBRARIES.get(package, {}).items() if _matches(inside, pattern)
               for name in names]
    if top in allowed:
        return None
    return f'{top} is no library of {package}', 'write it with numpy, or add it to lock, rosdep and rooms.py'


def _other_room(package: str, inside: PurePath, other: str, shell: bool) -> tuple[str, str] | None:
    if package == 'outrider_sim':
        return ('a fake never imports what it is tested against: both could be wrong together',
                'write the wire format down a second time')
    if package == 'outrider_bringup':
        if other == 'outrider_node' or any(_matches(inside, pattern) for pattern in VERBS):
            return None
        return 'only verbs join rooms', 'move it into the verb that needs it'
    if other == 'outrider_node' and shell:
        return None
    return f'{package} and {other} are different rooms', 'hand it over in a message, or join them in a verb'


def _matches(inside: PurePath, pattern: str) -> bool:
    return fnmatch(str(inside), pattern)
