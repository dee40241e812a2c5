"""The newest segment truncated and corrupted: all that fsync put on the disk comes back."""

import os
import random

import pytest
from recorder_helpers import messages

from outrider_recorder import repair, ride
from outrider_recorder.segment import Message, Segment

CHUNKS, EACH = 40, 25
BEGIN_NS = 1_790_000_000_000_000_000


def written(folder, topic, seed):
    """A `.part` of 40 chunks; returns it, and the size of the file after each."""
    noise = random.Random(seed)
    segment, ends, number = Segment(folder, 0), [], 0
    for _ in range(CHUNKS):
        for _ in range(EACH):
            segment.write(Message(topic, number, BEGIN_NS + number * 20_000_000, number,
                                  noise.randbytes(noise.randrange(1, 400))))
            number += 1
        segment.flush()
        ends.append(segment.size)
    segment.abandon()
    return folder / 'segment_000.mcap.part', ends


@pytest.mark.parametrize('seed', range(12))
@pytest.mark.parametrize('end', ['cut', 'zeros', 'noise', 'flipped'])
def test_everything_to_the_last_fsync_is_recovered(rides, count_topic, seed, end):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    part, ends = written(folder, count_topic, seed)
    noise = random.Random(1000 + seed)
    synced = noise.randrange(1, CHUNKS)
    data = bytearray(part.read_bytes())
    begin = ends[synced - 1]
    cut = noise.randrange(begin, len(data))
    if end == 'cut':
        del data[cut:]
    elif end == 'zeros':  # what a file system leaves of pages that never came
        data[cut:] = bytes(len(data) - cut)
    elif end == 'noise':
        data[cut:] = noise.randbytes(len(data) - cut)
    else:
        for _ in range(20):
            data[noise.randrange(begin, len(data))] ^= 1 << noise.randrange(8)
    part.write_bytes(data)
    assert repair.main([str(rides)]) == repair.OK
    got = [m.sequence for m in messages(folder / 'segment_000.mcap', '/count')]
    assert got[:synced * EACH] == list(range(synced * EACH))
    assert got == sorted(set(got))


def test_a_finished_segment_that_lost_its_end_is_finished_again(rides, count_topic):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    part, ends = written(folder, count_topic, 0)
    repair.repair_ride(folder)
    final = folder / 'segment_000.mcap'
    final.write_bytes(final.read_bytes()[:ends[10]])  # half-copied
    assert 'repaired' in repair.repair_ride(folder)[0]
    assert 9 * EACH <= len(messages(final, '/count')) <= 11 * EACH
    assert repair.repair_ride(folder) == []


def test_a_header_that_is_gone_costs_nothing_else(rides, count_topic):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    part, _ = written(folder, count_topic, 0)
    part.write_bytes(b'not MCAP' + part.read_bytes()[8:])
    assert f'repaired, {CHUNKS * EACH} messages' in repair.repair_ride(folder)[0]


@pytest.mark.parametrize('data', [bytes(100_000), b'a text of somebody' * 1000])
def test_a_part_in_which_nothing_can_be_read_stays_and_is_said(rides, data, capsys):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    part = folder / 'segment_000.mcap.part'
    part.write_bytes(data)
    assert repair.main([str(rides)]) == repair.SOMETHING_LEFT
    assert part.read_bytes() == data
    assert capsys.readouterr().out.count('\n') == 1


def test_links_are_neither_read_nor_removed(rides, count_topic, tmp_path):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    elsewhere = ride.create(tmp_path, 'elsewhere')
    part, _ = written(elsewhere, count_topic, 0)
    (folder / 'segment_000.mcap.part').symlink_to(part)
    (folder / '.repair').symlink_to(elsewhere)
    torn = Segment(folder, 1)
    torn.write(Message(count_topic, 0, 1, 1, b'1234'))
    torn.flush()
    torn.abandon()
    assert 'left as it is' in repair.repair_ride(folder)[0]
    assert part.exists()
    assert (folder / 'segment_000.mcap.part').is_symlink()
    with pytest.raises(OSError, match='symbolic'):
        list(repair.salvage(folder / 'segment_000.mcap.part'))


@pytest.mark.parametrize('arguments', [[], ['a', 'b'], ['/nowhere/at/all']])
def test_what_is_no_folder_of_rides_is_one_sentence(arguments, capsys):
    assert repair.main(arguments) == repair.NO_RIDES
    assert capsys.readouterr().out.count('\n') == 1


def test_a_second_repair_of_the_same_ride_keeps_out(rides, count_topic):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    part, _ = written(folder, count_topic, 0)
    with repair._alone(folder) as alone:
        assert alone
        assert repair.repair_ride(folder) == []
    assert part.exists()
    assert os.listdir(folder).count('.repair') == 0


def test_repair_is_needed_for_a_part_that_nobody_writes_and_for_a_newest_ride_that_lost_its_end(rides, count_topic):
    first = ride.create(rides, 'a')
    ride.write_info(first, {})
    assert not repair.is_needed(rides)
    written(first, count_topic, 0)
    assert repair.is_needed(rides)
    repair.repair_ride(first)
    assert not repair.is_needed(rides)
    final = first / 'segment_000.mcap'
    final.write_bytes(final.read_bytes()[:-100])
    assert repair.is_needed(rides)
