import os
import stat

import pytest

from outrider_recorder import inside, ride
from outrider_recorder.errors import RideError


def test_a_ride_file_that_is_a_link_is_not_read(rides, tmp_path):
    (tmp_path / 'elsewhere.json').write_text('{"secret": 1}')
    folder = ride.create(rides, 'a')
    (folder / 'ride.json').symlink_to(tmp_path / 'elsewhere.json')
    (folder / 'marks.jsonl').symlink_to(tmp_path / 'elsewhere.json')
    with pytest.raises(RideError, match='missing or damaged'):
        ride.read_info(folder)
    assert ride.read_marks(folder) == []


def test_a_folder_that_is_a_link_is_not_written_into(rides, tmp_path):
    (tmp_path / 'elsewhere').mkdir()
    (rides / 'a').symlink_to(tmp_path / 'elsewhere')
    with pytest.raises(OSError, match=r'.'):
        ride.write_info(rides / 'a', {})
    with pytest.raises(OSError, match=r'.'):
        ride.append_line(rides / 'a' / 'marks.jsonl', {})
    assert os.listdir(tmp_path / 'elsewhere') == []


def test_a_link_where_a_file_is_to_be_written_is_replaced_not_followed(rides, tmp_path):
    (tmp_path / 'precious').write_text('as it was')
    folder = ride.create(rides, 'a')
    (folder / 'ride.json').symlink_to(tmp_path / 'precious')
    (folder / '.ride.json.new').symlink_to(tmp_path / 'precious')
    with pytest.raises(OSError, match=r'.'):
        ride.write_info(folder, {'a': 1})
    (folder / '.ride.json.new').unlink(missing_ok=True)
    ride.write_info(folder, {'a': 1})
    assert (tmp_path / 'precious').read_text() == 'as it was'
    assert ride.read_info(folder) == {'a': 1}


def test_a_pipe_in_the_place_of_a_file_stalls_nobody(rides):
    folder = ride.create(rides, 'a')
    os.mkfifo(folder / 'ride.json')
    os.mkfifo(folder / 'segment_000.mcap.part')
    with pytest.raises(RideError):
        ride.read_info(folder)
    assert ride.segments(folder) == []
    assert not ride.is_locked(folder / 'segment_000.mcap.part')


def test_the_folder_of_rides_is_closed_to_others(rides):
    rides.chmod(0o755)
    ride.create(rides, 'a')
    assert stat.S_IMODE(rides.stat().st_mode) == 0o700


def test_the_folder_of_rides_itself_may_be_a_link(rides, tmp_path):
    ride.create(rides, 'a')
    (tmp_path / 'shortcut').symlink_to(rides)
    assert ride.find(tmp_path / 'shortcut', 'a').name == 'a'
    with inside.opened(tmp_path / 'shortcut', 'a'):
        pass


@pytest.mark.parametrize('name', ['..', '.', '', 'a/b', '/etc', 'a\0b', 'x' * 5000])
def test_no_other_name_leads_anywhere(rides, name):
    with pytest.raises((RideError, OSError)), inside.opened(rides, name):
        pass
    with pytest.raises(RideError):
        ride.find(rides, name)


def test_segments_stand_in_the_order_of_their_numbers(rides):
    folder = ride.create(rides, 'a')
    for name in ('segment_999.mcap', 'segment_1000.mcap', 'segment_002.mcap', 'segment_1001.mcap.part',
                 'segment_x.mcap'):
        (folder / name).write_bytes(b'')
    assert [path.name for path in ride.segments(folder)] == [
        'segment_002.mcap', 'segment_999.mcap', 'segment_1000.mcap', 'segment_1001.mcap.part']


def test_numbers_of_boots_go_on(rides):
    assert ride.boot_name(rides / 'none') == 'boot-1'
    for name in ('boot-1', 'boot-7', 'boot-7-2', 'boot-x'):
        (rides / name).mkdir()
    assert ride.boot_name(rides) == 'boot-8'
