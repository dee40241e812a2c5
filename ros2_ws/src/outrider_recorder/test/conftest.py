import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def rides(tmp_path):
    folder = tmp_path / 'rides'
    folder.mkdir()
    return folder


@pytest.fixture
def count_topic():
    from recorder_helpers import make_topic

    return make_topic()


@pytest.fixture
def recorder(spawn, rides):
    def start(*parameters, until='recording'):
        words = [word for name in (f'rides_dir:={rides}', *parameters) for word in ('-p', name)]
        process = spawn('--ros-args', *words, module='outrider_recorder.recorder_node')
        if until:
            process.says(until)
        return process
    return start
