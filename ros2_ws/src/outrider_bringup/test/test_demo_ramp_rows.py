"""What the table says of a ramp: of one that does all it should, and of each way in which it might not."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from outrider_bringup.demo import course, ramp_rows
from outrider_bringup.demo.course import Course
from outrider_bringup.demo.ride import RideRead
from outrider_bringup.demo.rows import Seen, losses
from outrider_bringup.demo.table import exit_code
from outrider_bringup.faults.journals import Edge, Frame

MS = 1_000_000
LET_GO, REST, RELEASED, END = 6_000 * MS, 7_000 * MS, 7_800 * MS, 12_000 * MS
LINES = [('press options', 1_000), ('release options', 1_100), ('press r1', 1_300), ('press up', 1_400),
         ('release up', 4_400), ('release r1', 4_410), ('press r1', 4_500), ('press cross', 4_600),
         ('release r1', 6_000), ('release cross', 7_800), ('press r1', 8_400), ('press down', 8_500),
         ('release down', 10_000), ('release r1', 10_300), ('press share', 10_310), ('release share', 10_400)]


def at(*times_ms):
    return [time * MS for time in times_ms]


@pytest.fixture
def good():
    """1 m/s for 1.4 s, 20 ms between frames, the last that drives 8 ms after the release, at rest 1 s after it."""
    speeds = [(ns, 1.0 if 4_600 * MS <= ns <= LET_GO else 1.0 - (ns - LET_GO) / 1e9 if LET_GO < ns < REST else 0.0)
              for ns in range(0, END + 1, 20 * MS)]
    frames = [Frame(ns, vesc, 4_600 * MS <= ns < LET_GO) for ns in range(0, END, 20 * MS) for vesc in (0, 1)]
    frames.append(Frame(LET_GO + 8 * MS, 1, True))
    states = {topic: Counter(range(1_000, 1_100)) for topic in ('/drive/state', '/motors/state', '/relays/state')}
    return Course(
        [(line, ms * MS) for line, ms in LINES], sorted(frames, key=lambda frame: frame.ns), speeds,
        [Edge(2_400 * MS, 'jack U', True), Edge(4_350 * MS, 'jack U', False), Edge(9_500 * MS, 'jack D', True),
         Edge(10_012 * MS, 'jack D', False)], END, finished=True, slope=0.03, heard=states)


@pytest.fixture
def ride(good):
    numbers = [(ns, number) for number, ns in enumerate(range(500 * MS, END, 20 * MS), 7)]
    return RideRead('r', stamps={topic: Counter(stamps) for topic, stamps in good.heard.items()},
                    numbers={'/drive/command': list(numbers), '/relays/command': list(numbers)})


def table(made, ride):
    return {row.name: row for row in ramp_rows.rows(made, ride)}


def bad(made, ride):
    return {name: row.verdict for name, row in table(made, ride).items() if row.verdict != 'ok'}


def test_a_good_course_holds_in_every_row(good, ride):
    assert bad(good, ride) == {}
    assert {name: row.measured for name, row in table(good, ride).items()} == {
        'ramp': 'lifted, drove 1.9 m, stopped, lowered', 'R1 let go': 'last driving frame 8 ms after',
        'wheels at rest': '1.00 s after, from 3.6 km/h', 'rolled after that': '0.000 m in 5 s, slope 3 %',
        'cross still held': '1.8 s, nothing moved again', 'jack let go': 'relay off 12 ms after',
        'drive recorded': '1,400 of 1,400 messages'}
    assert all(len(row.measured) <= 44 for row in table(good, ride).values())


def test_a_stop_before_the_next_frame_is_the_best(good, ride):
    without = [frame for frame in good.frames if frame.ns != LET_GO + 8 * MS]
    row = table(replace(good, frames=without), ride)['R1 let go']
    assert (row.measured, row.verdict) == ('no driving frame after it', 'ok')


@pytest.mark.parametrize(('after_ms', 'verdicts'), [(99, {}), (130, {'R1 let go': 'over'}),
                                                    (260, {'R1 let go': 'FAILED', 'cross still held': 'FAILED'})])
def test_driving_frames_too_long_after_the_release(good, ride, after_ms, verdicts):
    late = [*good.frames, Frame(LET_GO + after_ms * MS, 0, True)]
    assert bad(replace(good, frames=late), ride) == verdicts


def test_a_release_of_a_ramp_that_did_not_drive_proves_nothing(good, ride):
    still = [replace(frame, drives=False) for frame in good.frames]
    assert bad(replace(good, frames=still), ride)['R1 let go'] == '-'


def test_a_ramp_that_never_stands_fails(good, ride):
    ever = [(ns, 1.0 if ns >= LET_GO else speed) for ns, speed in good.speeds]
    assert bad(replace(good, speeds=ever), ride)['wheels at rest'] == 'FAILED'
    slow = [(ns, max(speed, 0.3 if LET_GO < ns < LET_GO + 2_100 * MS else 0.0)) for ns, speed in good.speeds]
    assert bad(replace(good, speeds=slow), ride)['wheels at rest'] == 'FAILED'


def test_creeping_away_fails(good, ride):
    creeps = [(ns, 0.03 if ns > REST + 100 * MS else speed) for ns, speed in good.speeds]
    assert bad(replace(good, speeds=creeps), ride) == {'rolled after that': 'FAILED'}


def test_moving_again_while_cross_is_held_fails(good, ride):
    again = [(ns, 0.2 if REST + 300 * MS < ns < REST + 500 * MS else speed) for ns, speed in good.speeds]
    assert bad(replace(good, speeds=again), ride) == {'cross still held': 'FAILED'}
    relay = replace(good, edges=[*good.edges, Edge(REST, 'steer L', True)])
    assert bad(relay, ride) == {'cross still held': 'FAILED'}
    assert table(relay, ride)['cross still held'].measured == '1.8 s, 1 relays'


@pytest.mark.parametrize(('off_ms', 'verdict'), [(9_998, 'ok'), (10_099, 'ok'), (10_150, 'over'), (10_260, 'FAILED'),
                                                 (None, 'FAILED'), (9_900, '-')])
def test_a_relay_that_goes_off_late_never_or_for_another_reason(good, ride, off_ms, verdict):
    edges = [*good.edges[:3], *([] if off_ms is None else [Edge(off_ms * MS, 'jack D', False)])]
    assert table(replace(good, edges=edges), ride)['jack let go'].verdict == verdict


def test_a_course_that_failed_says_where(good, ride):
    failed = replace(good, said=good.said[:3], edges=[], frames=[], speeds=[], finished=False,
                     failed='waited 10 s for the jack to be up: Relays silent')
    row = table(failed, ride)['ramp']
    assert (row.verdict, row.measured) == ('FAILED', 'waited 10 s for the jack to be up: Relays silent')
    assert exit_code(ramp_rows.rows(failed, ride), interrupted=False) == 1


def test_an_interrupted_course_is_not_judged(good, ride):
    early = replace(good, said=good.said[:8], finished=False, until_ns=5_000 * MS, edges=good.edges[:2],
                    speeds=good.speeds[:251], frames=[frame for frame in good.frames if frame.ns < 5_000 * MS])
    assert set(bad(early, ride).values()) == {'-'}
    just = replace(good, said=good.said[:9], finished=False, until_ns=LET_GO + 500 * MS,
                   speeds=[(ns, speed) for ns, speed in good.speeds if ns < LET_GO + 500 * MS])
    assert bad(just, ride)['wheels at rest'] == '-'
    assert exit_code(ramp_rows.rows(early, ride), interrupted=True) == 130


def test_without_a_course_nothing_is_judged(ride):
    assert {row.verdict for row in [*ramp_rows.rows(None, ride), *ramp_rows.rows(Course(), ride)]} == {'-'}


def test_a_command_or_a_state_that_the_ride_lacks_fails(good, ride):
    lacks = replace(ride, numbers={**ride.numbers, '/drive/command': ride.numbers['/drive/command'][:-50]})
    assert table(good, lacks)['drive recorded'].measured.endswith('/drive/command not to the end')
    assert bad(good, lacks) == {'drive recorded': 'FAILED'}
    middle = ride.numbers['/relays/command']
    lacks = replace(ride, numbers={**ride.numbers, '/relays/command': [*middle[:200], *middle[203:]]})
    assert table(good, lacks)['drive recorded'].measured == '1,397 of 1,400 messages'
    assert bad(good, lacks) == {'drive recorded': 'FAILED'}
    rows = ramp_rows.rows(good, lacks)
    assert losses(Seen([], course=good, ride=lacks), rows) == 'Lost: 3 messages of the drive.'
    lacks = replace(ride, stamps={**ride.stamps, '/motors/state': Counter(range(1_000, 1_099))})
    assert bad(good, lacks) == {'drive recorded': 'FAILED'}
    assert bad(good, replace(ride, stamps={}, numbers={})) == {'drive recorded': 'FAILED'}


def test_a_recorder_that_joined_long_after_the_first_press_fails(good, ride):
    late = replace(ride, numbers={topic: numbers[100:] for topic, numbers in ride.numbers.items()})
    row = table(good, late)['drive recorded']
    assert row.verdict == 'FAILED'
    soon = replace(ride, numbers={topic: numbers[40:] for topic, numbers in ride.numbers.items()})
    assert soon.numbers['/drive/command'][0][0] == 1_300 * MS, 'the first touch was at 1 s'
    assert bad(good, soon) == {}
    assert row.measured.endswith('not from the start')


@pytest.mark.parametrize(('joined_ms', 'verdict'), [(150, 'ok'), (700, 'FAILED')])
def test_a_state_counts_from_the_first_that_the_recorder_heard_unless_that_was_late(good, ride, joined_ms, verdict):
    heard = at(*range(1_000, 6_000, 50))
    made = replace(good, heard={**good.heard, '/relays/state': Counter(heard)})
    late = [stamp for stamp in heard if stamp >= (1_000 + joined_ms) * MS]
    row = table(made, replace(ride, stamps={**ride.stamps, '/relays/state': Counter(late)}))['drive recorded']
    assert row.verdict == verdict
    assert ('not from the start' in row.measured) is (verdict == 'FAILED')
    holes = Counter(late[:20] + late[21:])
    assert bad(made, replace(ride, stamps={**ride.stamps, '/relays/state': holes})) == {'drive recorded': 'FAILED'}


def test_the_journals_are_read_to_their_last_whole_line(tmp_path):
    frames = [{'ns': 5, 'vesc': 0, 'hex': '08000003e8', 'drives': True, 'speed_mps': 0.5},
              {'ns': 6, 'vesc': 0, 'hex': '04', 'drives': False, 'speed_mps': 0.5}]
    (tmp_path / 'vesc_journal.jsonl').write_text(''.join(json.dumps(line) + '\n' for line in frames) + '{"ns": 7')
    (tmp_path / 'pad_journal.jsonl').write_text('{"line": "press r1", "written_ns": 4}\n')
    (tmp_path / 'relays_journal.jsonl').write_text('{"ns": 3, "what": "master on"}\n{"ns": 4, "what": "jack U on"}\n')
    got = course.read(tmp_path, until_ns=9)
    assert (list(got.frames), list(got.speeds)) == ([Frame(5, 0, True)], [(5, 0.5), (6, 0.5)])
    assert (list(got.said), list(got.edges)) == ([('press r1', 4)], [Edge(4, 'jack U', True)])
    assert course.read(tmp_path / 'none') == Course([], [], [], [])
