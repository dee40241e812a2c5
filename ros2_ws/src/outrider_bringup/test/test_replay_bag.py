"""A recording is read as it lies there: whole, torn, half copied, of others; no name in it becomes a path."""

import json

import pytest
from replay_helpers import copied, foreign, rewritten

from outrider_bringup.errors import UserError
from outrider_bringup.replay import bag
from outrider_recorder import ride
from outrider_recorder.schema import Schemas
from outrider_recorder.segment import Message, Segment, Topic

KIND = 'std_msgs/msg/UInt32'


@pytest.fixture
def rides(tmp_path):
    folder = tmp_path / 'rides'
    folder.mkdir()
    return folder


def numbers(count, name='/count', begin=0):
    topic = Topic(name, KIND, Schemas().text(KIND))
    return [Message(topic, begin + n, 1_000 + (begin + n) * 10**6, 1, bytes([0, 1, 0, 0, n % 256, 0, 0, 0]))
            for n in range(count)]


def segment(folder, number, messages):
    made = Segment(folder, number)
    for message in messages:
        made.write(message)
    made.finish()
    made.keep()


def promised(folder, names):
    told = f'rosbag2_bagfile_information:\n  relative_file_paths: {json.dumps(names)}\n'
    (folder / ride.METADATA_FILE).write_text(told)


def sequences(found):
    return [message.sequence for message in found.messages()]


def test_a_ride_whose_first_segments_a_quota_took_is_read_and_latched_heads_come_once(rides):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {'deleted': [0, 1]})
    head = numbers(1, '/latched')
    segment(folder, 2, head + numbers(5))
    segment(folder, 4, head + numbers(5, begin=5))
    found = bag.find(rides, 'a')
    assert [(message.topic.name, message.sequence) for message in found.messages()] == [
        ('/latched', 0), *(('/count', n) for n in range(10))]
    assert found.complaints == []
    assert (found.first_ns, found.last_ns) == (1_000, 1_000 + 9 * 10**6)


def test_what_was_received_earlier_than_asked_for_is_left_in_its_segment(rides):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    segment(folder, 0, numbers(5))
    segment(folder, 1, numbers(1, '/latched') + numbers(5, begin=5))
    found = bag.find(rides, 'a')
    assert {message.topic.name for message in found.messages(1_000 + 6 * 10**6)} == {'/latched', '/count'}
    assert min(message.sequence for message in found.messages(1_000 + 6 * 10**6) if message.topic.name == '/count') == 5


@pytest.mark.parametrize('part', [0.6, 0.85])
def test_a_half_copied_segment_gives_what_is_whole_and_says_so(rides, part):
    folder = copied(rides, 'golden')
    path = folder / 'segment_000.mcap'
    whole = sum(1 for _ in bag.read(path))
    path.write_bytes(path.read_bytes()[:int(path.stat().st_size * part)])
    found = bag.find(rides, 'golden')
    assert 0 < sum(1 for _ in found.messages()) < whole
    assert len(found.complaints) == 1
    assert 'ends in the middle' in found.complaints[0]


def test_segments_that_were_not_copied_are_missed(rides):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    segment(folder, 0, numbers(5))
    names = ['segment_000.mcap', 'segment_001.mcap', 'segment_002.mcap']
    promised(folder, names)
    assert '2 of 3 segments are missing' in bag.find(rides, 'a').complaints[0]


def test_names_in_a_recording_never_become_paths(rides, tmp_path):
    secret = tmp_path / 'secret.mcap'
    foreign(secret, numbers(3))
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    segment(folder, 0, numbers(2))
    names = ['../../secret.mcap', str(secret), 'segment_001.mcap']
    promised(folder, names)
    (folder / 'segment_001.mcap').symlink_to(secret)
    assert sequences(bag.find(rides, 'a')) == [0, 1]


@pytest.mark.parametrize('chunked', [True, False])
def test_a_bag_of_others_is_read_whole_though_it_counts_nothing(tmp_path, rides, chunked):
    folder = tmp_path / 'their_bag'
    folder.mkdir()
    foreign(folder / 'their_bag_1.mcap', numbers(4, begin=4), chunked=chunked)
    foreign(folder / 'their_bag_0.mcap', numbers(4), chunked=chunked)
    (folder / 'metadata.yaml').write_text('anything')
    for where in (folder, folder / 'their_bag_0.mcap'):
        found = bag.find(rides, str(where))
        assert not found.ours
        assert [message.log_ns for message in found.messages()] == [
            message.log_ns for message in numbers(8 if where == folder else 4)]
    assert found.topics()['/count'].kind == KIND


def test_what_cannot_be_replayed_is_one_sentence(tmp_path, rides):
    ride.write_info(ride.create(rides, 'empty'), {})
    newer = copied(rides, 'golden')
    ride.write_info(newer, {'format': 99})
    sqlite = tmp_path / 'sqlite'
    sqlite.mkdir()
    (sqlite / 'bag_0.db3').write_bytes(b'SQLite format 3')
    packed = tmp_path / 'packed'
    packed.mkdir()
    (packed / 'bag_0.mcap.zstd').write_bytes(b'(\xb5/\xfd')
    (tmp_path / 'text.mcap').write_text('hello')
    for words, why in (('empty', 'holds no segment'), ('golden', 'is of format 99'), (str(sqlite), 'ros2 bag convert'),
                       (str(packed), 'zstd -d'), (str(tmp_path / 'text.mcap'), 'no MCAP file'), ('nope', 'no ride'),
                       (str(tmp_path / 'nope'), 'was not found'), (str(rides), 'no MCAP file')):
        with pytest.raises(UserError, match=why) as said:
            bag.find(rides, words)
        assert '\n' not in str(said.value)


def test_a_damaged_chunk_costs_itself_only(rides):
    folder = copied(rides, 'golden')
    rewritten(folder, lambda message: message)
    path = folder / 'segment_000.mcap'
    whole = sum(1 for _ in bag.read(path))
    data = bytearray(path.read_bytes())
    data[len(data) // 2:len(data) // 2 + 40] = b'\xff' * 40
    path.write_bytes(data)
    assert 0 < sum(1 for _ in bag.find(rides, 'golden').messages()) <= whole
