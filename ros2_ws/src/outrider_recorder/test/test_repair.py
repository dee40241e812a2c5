import time

import pytest
from recorder_helpers import in_rerun, messages

from outrider_recorder import repair, ride
from outrider_recorder.segment import Message, Segment


def torn(folder, topic, cut):
    """A `.part` of 10 chunks of 10 messages, without footer, its last bytes gone."""
    segment = Segment(folder, 0)
    for number in range(100):
        segment.write(Message(topic, number, time.time_ns(), number, number.to_bytes(8, 'little') * 4))
        if number % 10 == 9:
            segment.flush()
    segment.abandon()
    part = folder / 'segment_000.mcap.part'
    part.write_bytes(part.read_bytes()[:-cut] if cut else part.read_bytes())
    return part


@pytest.mark.parametrize(('cut', 'least'), [(0, 100), (3, 100), (400, 80)])
def test_torn_segments_are_finished_and_become_a_bag(rides, count_topic, cut, least, capsys):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    torn(folder, count_topic, cut)
    assert repair.main([str(rides)]) == 0
    assert 'repaired' in capsys.readouterr().out
    got = [m.sequence for m in messages(folder / 'segment_000.mcap', '/count')]
    assert got == list(range(len(got)))
    assert len(got) >= least
    assert sorted(path.name for path in folder.iterdir()) == ['metadata.yaml', 'ride.json', 'segment_000.mcap']
    assert in_rerun("""
import sys
from pathlib import Path
from rosbags.rosbag2 import Reader
with Reader(Path(sys.argv[1])) as bag:
    print(sum(1 for _ in bag.messages()))
""", folder).strip() == str(len(got))


def test_an_open_segment_is_left_alone(rides, count_topic):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    segment = Segment(folder, 0)
    assert ride.is_open(folder)
    assert repair.repair_ride(folder) == []
    segment.finish()
    segment.keep()
    assert not ride.is_open(folder)


def test_a_part_that_cannot_be_repaired_stays_as_it_is(rides, count_topic, monkeypatch, capsys):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    part = torn(folder, count_topic, 3)
    before = part.read_bytes()

    def full(self):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(Segment, 'finish', full)
    assert repair.main([str(rides)]) == 1
    assert 'left as it is' in capsys.readouterr().out
    assert part.read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ['metadata.yaml', 'ride.json', part.name]


def test_damage_in_the_middle_costs_the_chunk_that_it_hit(rides, count_topic):
    folder = ride.create(rides, 'a')
    part = torn(folder, count_topic, 0)
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 0xFF
    part.write_bytes(data)
    got = [m.sequence for m in repair.salvage(part)]
    lost = sorted(set(range(100)) - set(got))
    assert got == sorted(got)
    assert len(lost) == 10
    assert lost == list(range(lost[0], lost[0] + 10))


def test_a_power_cut_during_repair_is_repaired_too(rides, count_topic):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {})
    part = torn(folder, count_topic, 0)
    (folder / '.repair').mkdir()
    (folder / '.repair' / 'segment_000.mcap.part').write_bytes(b'half')
    data = part.read_bytes()
    assert 'repaired, 100 messages' in repair.repair_ride(folder)[0]
    part.write_bytes(data)  # as if the cut came before the original went
    assert 'repaired, 100 messages' in repair.repair_ride(folder)[0]
    assert not part.exists()
