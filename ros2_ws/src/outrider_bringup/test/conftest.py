import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def rides(tmp_path, monkeypatch):
    """A folder of rides of its own, for this process and those that it starts."""
    folder = tmp_path / 'rides'
    folder.mkdir()
    monkeypatch.setenv('OUTRIDER_RIDES', str(folder))
    monkeypatch.setenv('OUTRIDER_RUN', str(tmp_path / 'run'))
    return folder
