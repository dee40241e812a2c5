import json
import os
import stat
import threading

import pytest

from outrider_recorder import ride
from outrider_recorder.errors import RideError

NOW_NS = 1_795_297_444_250_000_000  # 2026-11-21T21:44:04.25Z


def test_id_is_utc_and_fits_its_pattern():
    assert ride.new_id(NOW_NS) == '2026-11-21T21-44-04Z'
    assert ride.ID.fullmatch(ride.new_id(0))


def test_a_taken_id_gets_a_suffix(rides):
    names = [ride.create(rides, 'a').name for _ in range(3)]
    assert names == ['a', 'a-2', 'a-3']


def test_a_ride_asked_for_by_name_is_refused_when_it_exists(rides):
    (rides / 'mine').mkdir()
    (rides / 'mine' / 'ride.json').write_text('precious')
    with pytest.raises(RideError, match='never overwritten'):
        ride.create(rides, 'mine', exact=True)
    assert (rides / 'mine' / 'ride.json').read_text() == 'precious'


@pytest.mark.parametrize('name', ['', '../up', 'a/b', 'a b', '.', 'ä', 'a\n', 'a;rm'])
def test_ids_that_a_path_or_shell_could_misread_are_refused(rides, name):
    with pytest.raises(RideError):
        ride.create(rides, name, exact=True)
    with pytest.raises(RideError):
        ride.find(rides, name)


def test_folder_and_files_are_private(rides):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {'ride': 'a'})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / 'ride.json').stat().st_mode) == 0o600


def test_a_place_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(RideError, match='OUTRIDER_RIDES'):
        ride.create(tmp_path / 'file' / 'rides', 'a')


def test_a_failed_write_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / 'ride.json'
    ride.write_atomic(path, 'old')

    def full(*_, **__):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'replace', full)
    with pytest.raises(OSError, match='No space'):
        ride.write_atomic(path, 'new')
    assert path.read_text() == 'old'
    assert [entry.name for entry in tmp_path.iterdir()] == ['ride.json']


def test_links_are_not_rides(rides, tmp_path):
    (tmp_path / 'elsewhere').mkdir()
    (tmp_path / 'elsewhere' / 'ride.json').write_text('{}')
    (rides / 'link').symlink_to(tmp_path / 'elsewhere')
    assert ride.all_rides(rides) == []
    with pytest.raises(RideError):
        ride.find(rides, 'link')


def test_damaged_ride_json_is_one_sentence(rides):
    folder = ride.create(rides, 'a')
    for text in ('{', '[]'):
        (folder / 'ride.json').write_text(text)
        with pytest.raises(RideError, match='a: ride.json'):
            ride.read_info(folder)


def test_marks_are_lines(rides):
    folder = ride.create(rides, 'a')
    for number in range(2):
        ride.append_line(folder / ride.MARKS_FILE, {'stamp_ns': number})
    lines = (folder / ride.MARKS_FILE).read_text().splitlines()
    assert [json.loads(line)['stamp_ns'] for line in lines] == [0, 1]


def test_size_is_told_while_the_recorder_finishes_a_segment(rides):
    folder = ride.create(rides, 'a')
    whole, part, done = folder / 'segment_00000.mcap', folder / 'segment_00000.mcap.part', threading.Event()
    whole.write_bytes(b'7 bytes')

    def rename():
        while not done.is_set():
            whole.rename(part)
            part.rename(whole)

    recorder = threading.Thread(target=rename)
    recorder.start()
    try:
        assert {ride.size(folder) for _ in range(2000)} <= {0, 7}
    finally:
        done.set()
        recorder.join()
    assert ride.size(folder) == 7
    assert ride.last_write_ns(folder) == whole.stat().st_mtime_ns
    assert ride.last_write_ns(rides / 'none') == 0
