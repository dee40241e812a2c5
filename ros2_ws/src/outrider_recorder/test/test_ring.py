import os

from recorder_helpers import make_topic

from outrider_recorder.ring import Ring
from outrider_recorder.segment import Message

S = 1_000_000_000


def message(number, at_s, data=b'x' * 100, topic=None):
    return Message(topic or make_topic(), number, round(at_s * S), 5, data)


def test_the_ring_keeps_the_newest_seconds_in_order():
    ring = Ring(30.0)
    for number in range(1000):
        ring.put(message(number, number / 10))
    assert 29.8 <= ring.seconds <= 30.0
    poured = list(ring.pour())
    assert [one.sequence for one in poured] == list(range(1000 - len(poured), 1000))
    assert ring.seconds == ring.bytes == 0
    assert list(ring.pour()) == []


def test_memory_is_bounded_and_the_newest_stay():
    ring = Ring(30.0, most_bytes=1_000_000)
    for number in range(300):
        ring.put(message(number, number / 30, os.urandom(50_000)))
        assert ring.bytes <= 1_000_000
    assert [one.sequence for one in ring.pour()][-1] == 299


def test_what_packs_well_takes_less_and_comes_back_as_it_was():
    ring = Ring()
    empty, noise = bytes(200_000), os.urandom(200_000)
    ring.put(message(0, 0.0, empty))
    assert ring.bytes < 10_000
    ring.put(message(1, 0.1, noise))
    assert [one.data for one in ring.pour()] == [empty, noise]


def test_a_pour_tells_where_each_topic_begins():
    ring = Ring()
    other = make_topic('/other')
    for number in (4, 5, 6):
        ring.put(message(number, number))
        ring.put(message(number + 10, number, topic=other))
    pour = ring.pour()
    assert pour.first_ns == 4 * S
    assert pour.firsts() == {'/count': 4, '/other': 14}


def test_no_seconds_hold_nothing():
    ring = Ring(0.0)
    ring.put(message(0, 0.0))
    assert list(ring.pour()) == []
