"""Three quick faults on live nodes, through the command as a person types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

OUTRIDER = Path(__file__).resolve().parents[1] / 'outrider'


@pytest.mark.timeout(240)  # about 20 s; where one run has to be made again, its course is started anew
def test_a_release_a_dead_governor_and_frozen_motors_stop_the_ramp(spawn: Any, tmp_path: Path) -> None:
    file = tmp_path / 'faults.json'
    process = spawn(str(OUTRIDER), 'faults', '--runs', '3', '--only', 'release,governor_killed,motors_stopped_0.3',
                    '--json', str(file))
    assert process.wait(220) == 0, process.output
    told = json.loads(file.read_text())
    runs = {run['fault']: run for run in told['runs']}
    assert runs.keys() == {'release', 'governor_killed', 'motors_stopped_0.3'}
    assert all(run['ok'] and run['erpm_at_fault'] > 1500 and not run['moved_again'] for run in runs.values())
    assert runs['release']['last_driving_frame_ms'] <= 100
    assert runs['governor_killed']['first_stopping_frame_ms'] <= 170
    assert runs['motors_stopped_0.3']['last_torque_along_motion_ms'] <= 250
    assert runs['motors_stopped_0.3']['late_frames'] <= 1
    assert '3 of 3 runs ok' in process.output
    assert 'Written:' in process.output
