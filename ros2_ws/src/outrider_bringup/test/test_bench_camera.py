"""What the camera's figures count: entries of the journal without a stamp; and that encoding alone costs something."""

import json

import numpy as np
import pytest

from outrider_bringup.bench import camera, camera_count, camera_run
from outrider_bringup.errors import UserError

MS = 1_000_000
TAKEN = np.arange(0, 10_000, 33, dtype=np.int64) * MS  # ten seconds, as a camera's journal


def test_nothing_lost_where_every_entry_has_a_stamp():
    told = camera_count.tally(TAKEN, TAKEN + MS // 5)
    assert (told.lost, told.given) == (0, np.count_nonzero(TAKEN >= camera_count.UNKNOWN_S * 1e9))
    assert told.late_p50_ms == pytest.approx(0.2)
    assert told.rate_hz == pytest.approx(30.3, abs=0.01)


def test_each_missing_and_each_doubled_one_is_counted():
    assert camera_count.tally(TAKEN, np.delete(TAKEN, [150, 151, 200])).lost == 3
    assert camera_count.tally(TAKEN, np.insert(TAKEN, 200, TAKEN[200])).lost == -1


def test_first_seconds_are_left_out_because_stamps_are_still_being_found():
    late = TAKEN + np.maximum(20 * MS - TAKEN // 50, 0)
    assert camera_count.tally(TAKEN, late).lost == 0


def test_stamps_of_another_day_and_none_at_all_are_no_measurement():
    with pytest.raises(UserError, match='far from anything'):
        camera_count.tally(TAKEN, TAKEN + 5000 * MS)
    with pytest.raises(UserError, match='0 messages of'):
        camera_count.tally(TAKEN, TAKEN[:0])


def test_journal_is_read_by_stream(tmp_path):
    lines = [{'stream': stream, 'number': 0, 'taken_ns': at} for at, stream in enumerate(('gyro', 'depth', 'gyro'))]
    file = tmp_path / 'journal'
    file.write_text(''.join(json.dumps(line) + '\n' for line in lines))
    assert {name: times.tolist() for name, times in camera_count.given(file).items()} == {
        'gyro': [0, 2], 'depth': [1], 'colour': []}


def test_ride_that_does_not_fit_is_refused_before_it_begins(monkeypatch):
    monkeypatch.setattr(camera_run.shutil, 'disk_usage', lambda path: type('', (), {'free': 1 << 20}))
    with pytest.raises(UserError, match='has 1 MiB left, a ride of 600 s takes'), camera_run.stage(600.0):
        pass


def test_encoding_alone_is_told_in_per_cent_of_a_core():
    assert 0.1 < camera.encoding_percent(5) < 100.0


def test_whole_path_from_camera_to_ride(monkeypatch):
    monkeypatch.setenv(camera_run.subjects.SECONDS, '5')
    cost, images, samples = camera.FIGURES[0].run(lambda text: None)
    assert 0.0 < cost.value < 100.0
    assert images.extra['given'] > 100
    assert samples.extra['given'] > 1000
