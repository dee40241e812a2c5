"""ultralytics without network, installer or a torchvision that fits, imported by a process of its own each time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / 'config/detector/detector.pt'
NO_NETWORK = """
import socket, subprocess, sys
asked = []
def refuse(*what, **more):
    asked.append(what)
    raise OSError('no network here')
for name in ('getaddrinfo', 'create_connection', 'gethostbyname'):
    setattr(socket, name, refuse)
socket.socket.connect = refuse
from pathlib import Path
from outrider_sensors.detector.ultralytics_alone import NoUltralyticsError, ultralytics
"""


def ran(code, **env):
    done = subprocess.run([sys.executable, '-c', NO_NETWORK + code], capture_output=True, text=True, check=False,
                          env={**os.environ, **env})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_looks_and_asks_nobody(tmp_path):
    said = ran(f"""
import numpy as np
net = ultralytics(Path({str(tmp_path)!r})).YOLO({str(WEIGHTS)!r})
(seen,) = net.predict(np.full((480, 848, 3), 90, np.uint8), imgsz=(256, 416), verbose=False)
seen.plot()  # with a font
print('asked', asked, seen.boxes.xyxy.shape[1], sorted(net.names.values()))
""")
    assert said.splitlines()[-1].startswith("asked [] 4 ['bicycle', 'bus', 'car', 'dog',")
    assert {file.name for file in tmp_path.rglob('*.ttf')} == {'Arial.ttf', 'Arial.Unicode.ttf'}


def test_its_nms_keeps_the_best_of_those_that_overlap(tmp_path):
    said = ran(f"""
ultralytics(Path({str(tmp_path)!r}))
import torch, torchvision
corner = torch.rand(60, 2, generator=torch.manual_seed(1)) * 50
boxes = torch.cat([corner, corner + 20], 1)
scores = torch.rand(60, generator=torch.manual_seed(2))
kept = torchvision.ops.nms(boxes, scores, 0.5).tolist()
def overlap(a, b):
    wide, high = (max(float(min(a[k + 2], b[k + 2]) - max(a[k], b[k])), 0) for k in (0, 1))
    return wide * high / (800 - wide * high)
wanted = []
for place in scores.argsort(descending=True).tolist():
    if all(overlap(boxes[place], boxes[other]) <= 0.5 for other in wanted):
        wanted.append(place)
print(kept == wanted, len(kept) < 60, torchvision.ops.nms(boxes[:0], scores[:0], 0.5).tolist())
""")
    assert said.splitlines()[-1] == 'True True []'


def test_a_torchvision_that_imports_is_left_alone(tmp_path):
    (tmp_path / 'torchvision').mkdir()
    (tmp_path / 'torchvision/__init__.py').write_text('__version__ = "9.9"\n')
    (tmp_path / 'torchvision-9.9.dist-info').mkdir()
    (tmp_path / 'torchvision-9.9.dist-info/METADATA').write_text('Metadata-Version: 2.1\nName: torchvision\n'
                                                                 'Version: 9.9\n')
    paths = os.pathsep.join([str(tmp_path), os.environ['PYTHONPATH']])
    said = ran(f"""
ultralytics(Path({str(tmp_path / 'home')!r}))
import importlib.metadata, torchvision
print(torchvision.__version__, hasattr(torchvision, 'ops'), importlib.metadata.version('torchvision'))
""", PYTHONPATH=paths)
    assert said.splitlines()[-1] == '9.9 False 9.9'


@pytest.mark.parametrize('lacks', ['torch', 'ultralytics'])
def test_what_is_not_installed_is_one_sentence(tmp_path, lacks):
    said = ran(f"""
sys.modules[{lacks!r}] = None
try:
    ultralytics(Path({str(tmp_path)!r}))
except NoUltralyticsError as error:
    print(error)
""")
    assert said.startswith(f'{lacks} cannot be imported')
    assert said.rstrip().endswith('run: make detector-environment')
    assert said.count('\n') == 1
