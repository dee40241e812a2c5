"""The screen's two lines while the ramp plays."""

import pytest

from outrider_bringup.demo.shown import MS, ROOM, Frames, of_ramp
from outrider_bringup.demo.skater import Sight

NOW = 10_000 * MS


def shown(sight, frames=None, held=()):
    upper, lower = of_ramp(sight, 40.0, 1.24, frames or Frames(), held, NOW)
    return upper.text, lower.text


def test_before_the_governor_is_heard_it_starts():
    assert shown(Sight()) == ('its four programs start   recording 1.2 MB', 'nothing yet')


def test_state_speed_and_jack():
    driving = Frames(drove_ns=NOW - 20 * MS)
    assert shown(Sight(2, speed_mps=0.98, jack_up=True), driving, ('r1', 'cross')) == (
        'MOVING   1.0 m/s   jack up   40.0 V   recording 1.2 MB', 'driving frames   R1, cross held')
    assert shown(Sight(2, texts=('RAMP DOWN: lift it first',), jack=1))[0] == (
        'MOVING   0.0 m/s   jack lifting   40.0 V   recording 1.2 MB')


def test_at_rest_the_gravest_reason_takes_the_place_of_speed():
    assert shown(Sight(1, texts=('RAMP DOWN: lift it first',)))[0] == 'armed   RAMP DOWN: lift it first   jack not up'


@pytest.mark.parametrize(('frames', 'text'), [
    (Frames(), 'nothing yet'),
    (Frames(stopped_ns=NOW), 'brake frames only'),
    (Frames(drove_ns=NOW), 'driving frames'),
    (Frames(drove_ns=NOW - 400 * MS, stopped_ns=NOW), 'brake frames'),
    (Frames(drove_ns=NOW - 500 * MS, let_go_ns=NOW - 514 * MS), 'last driving frame 14 ms after R1 let go'),
    (Frames(drove_ns=NOW - 500 * MS, let_go_ns=NOW - 490 * MS), 'last driving frame 0 ms after R1 let go'),
])
def test_the_wire_in_words(frames, text):
    assert frames.say(NOW) == text


def test_what_has_no_room_on_eighty_columns_is_left_out():
    long = Sight(4, texts=('x' * 40,))
    upper, lower = shown(long, Frames(drove_ns=NOW, let_go_ns=NOW - 100 * MS), ('r1', 'down'))
    assert max(len(upper), len(lower)) <= ROOM
    assert upper.startswith('E-STOPPED   xxx')
    assert lower == 'last driving frame 100 ms after R1 let go   R1, arrow down held'
