"""The IMU's figures come from real scenario files, and the way of the original is worse in the same run."""

import pytest

from outrider_bringup.bench import imu, imu_ride
from outrider_bringup.errors import UserError


def test_speed_tells_braking_from_a_slope(pytestconfig):
    file = pytestconfig.rootpath / 'config' / 'scenarios' / 'stop_at_light.yaml'
    aware, blind = imu_ride.ride(file), imu_ride.ride(file, speeds=False)
    assert aware.worst_deg < 1.0 < blind.worst_deg
    assert aware.peer_pitch_deg > aware.pitch_deg


def test_figures_are_of_all_files_and_name_the_worst(pytestconfig, monkeypatch):
    folder = pytestconfig.rootpath / 'config' / 'scenarios'
    monkeypatch.setattr(imu, 'scenarios', lambda: [folder / 'tunnel.yaml', folder / 'right_hook.yaml'])
    told = []
    roll, pitch, beyond = imu.FIGURES[0].run(told.append)
    assert len(told) == 3
    assert roll.value < 1.0 < roll.peer_value
    assert pitch.value < 1.0
    assert set(beyond.extra) == {'tunnel', 'right_hook'}
    assert 'the worst is' in beyond.detail


def test_no_scenarios_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(imu.paths, 'checkout', lambda: tmp_path)
    with pytest.raises(UserError, match='holds no scenario'):
        imu.scenarios()
