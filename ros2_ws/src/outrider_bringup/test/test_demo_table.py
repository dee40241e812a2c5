"""The closing table says what was measured; the exit code follows it."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from outrider_bringup.demo import rows
from outrider_bringup.demo.journal import Written
from outrider_bringup.demo.recording import Step, as_points
from outrider_bringup.demo.ride import RideRead
from outrider_bringup.demo.rows import Cost, Seen
from outrider_bringup.demo.table import Row, as_json, exit_code, render, so_far
from outrider_bringup.demo.voice import Spoken
from outrider_bringup.demo.walker import walker_places
from outrider_node.frames import IDENTITY
from outrider_sim.devices import radhar

RECORDING = radhar.load()
PERIOD_NS = 33_333_333


@pytest.fixture(scope='module')
def good():
    """A run in which everything held: the whole recording, each hazard 4 ms behind its last byte."""
    places = walker_places(RECORDING, IDENTITY)
    count = len(RECORDING)
    stamps = [10**15 + n * PERIOD_NS for n in range(count)]
    bodies = [[(1, *places[n])] if n in places else [] for n in range(count)]
    return Seen(
        RECORDING, written=[Written(stamp, len(frame)) for stamp, frame in zip(stamps, RECORDING, strict=True)],
        steps=[Step(n, len(frame), len(frame)) for n, frame in enumerate(RECORDING)],
        clouds=[(stamp, n) for n, stamp in enumerate(stamps)], tracks=list(zip(stamps, bodies, strict=True)),
        hazards=[(stamp, stamp + 4_000_000) for stamp in stamps], first_track_s=4.0, mount=IDENTITY,
        cost=Cost(8, 300.0, 40.0, 18.0),
        ride=RideRead('2026-11-21T21-30-04Z', {'/radar/points': count}, Counter(stamps), [], 2_000_000, 9_000_000),
        stopped_s=1.0, voice=Spoken(delays_ms=[5.0] * 600))


def table(seen):
    return {row.name: row for row in [*rows.real_recording(seen), *rows.whole(seen)]}


def verdicts(seen):
    return {name: row.verdict for name, row in table(seen).items() if row.verdict != 'ok'}


def test_a_good_run_holds_in_every_row(good):
    assert verdicts(good) == {}
    assert exit_code(list(table(good).values()), interrupted=False) == 0
    assert rows.losses(good, list(table(good).values())) == 'Nothing was lost.'
    assert table(good)['points exact'].measured == '13,755 of 13,755'


def test_a_point_with_a_wrong_value_fails(good):
    step = good.steps[5]
    seen = replace(good, steps=[*good.steps[:5], replace(step, exact=step.exact - 1), *good.steps[6:]])
    assert verdicts(seen) == {'points exact': 'FAILED'}
    assert rows.losses(seen, []) == 'Lost: 1 points between wire and topic.'


def test_a_lost_frame_fails_points_and_frames(good):
    seen = replace(good, steps=[step for step in good.steps if step.frame != 300])
    assert verdicts(seen) == {'points exact': 'FAILED', 'radar frames': 'FAILED'}


def test_a_frame_that_came_twice_fails(good):
    assert verdicts(replace(good, steps=[*good.steps, good.steps[-1]])) == {'radar frames': 'FAILED'}


def test_frames_still_on_the_wire_at_the_end_are_not_counted(good):
    late = Step(len(good.written), 20, 20)
    assert verdicts(replace(good, steps=[*good.steps, late])) == {}


def test_no_track_fails_and_a_late_one_is_only_over(good):
    assert verdicts(replace(good, first_track_s=None))['first track'] == 'FAILED'
    assert verdicts(replace(good, first_track_s=8.1)) == {'first track': 'over'}


def test_a_walker_lost_too_often_fails(good):
    seen = replace(good, tracks=[(stamp, bodies if n % 5 else []) for n, (stamp, bodies) in enumerate(good.tracks)])
    assert verdicts(seen) == {'walker followed': 'FAILED'}


def test_too_many_identities_fail(good):
    tracks = [(stamp, [(n // 100, *body[1:]) for body in bodies]) for n, (stamp, bodies) in enumerate(good.tracks)]
    assert verdicts(replace(good, tracks=tracks)) == {'walker identities': 'FAILED'}


def test_tracks_off_their_points_fail(good):
    tracks = [(stamp, [(1, x + 0.4, y) for _, x, y in bodies]) for stamp, bodies in good.tracks]
    assert verdicts(replace(good, tracks=tracks)) == {'walker placed': 'FAILED'}


def test_slow_memory_and_busy_rows_are_over_and_do_not_fail(good):
    seen = replace(good, hazards=[(stamp, when + 20_000_000) for stamp, when in good.hazards],
                   cost=Cost(8, 451.0, 61.0, 18.0))
    assert verdicts(seen) == {'byte to hazard': 'over', 'memory (PSS)': 'over', 'processor': 'over'}
    assert exit_code(list(table(seen).values()), interrupted=False) == 0


def test_a_torn_record_fails(good):
    seen = replace(good, ride=replace(good.ride, broken=['segment_000.mcap has no summary']))
    assert verdicts(seen) == {'ride': 'FAILED'}


def test_messages_missing_from_the_record_fail(good):
    missing = Counter(stamp for stamp, _ in good.clouds[5:7])
    seen = replace(good, ride=replace(good.ride, stamps_ns=good.ride.stamps_ns - missing))
    assert verdicts(seen) == {'recorded': 'FAILED'}
    assert rows.losses(seen, []) == 'Lost: 2 radar messages between topic and record.'


def test_a_recorder_that_joined_late_says_from_which_frame_on(good):
    seen = replace(good, ride=replace(good.ride, stamps_ns=Counter(sorted(good.ride.stamps_ns)[7:])))
    assert verdicts(seen) == {}
    assert table(seen)['recorded'].measured == '596 of 596 radar messages from frame 8 on'


def test_a_record_without_a_radar_message_is_no_success(good):
    assert table(replace(good, ride=replace(good.ride, stamps_ns=Counter())))['recorded'].verdict == '-'


def test_frames_that_share_a_stamp_are_counted_one_by_one(good):
    stamp = good.clouds[10][0]
    shared = replace(good, clouds=[*good.clouds[:10], (stamp, 10), (stamp, 11), *good.clouds[12:]])
    once = replace(good.ride, stamps_ns=Counter(stamp for stamp, _ in shared.clouds) - Counter([stamp]))
    assert table(replace(shared, ride=once))['recorded'].measured == '602 of 603 radar messages'


def test_loss_that_the_recorder_reports_fails(good):
    assert verdicts(replace(good, recorder_lost=3)) == {'recorded': 'FAILED'}


def test_a_missing_rerun_recording_fails_only_where_one_was_expected(good):
    ride = replace(good.ride, rrd_bytes=0)
    assert verdicts(replace(good, ride=ride)) == {'rerun recording': 'FAILED'}
    assert verdicts(replace(good, ride=ride, live_expected=False)) == {}


def test_a_process_left_behind_fails(good):
    assert verdicts(replace(good, left_behind=1)) == {'stopped': 'FAILED'}


def test_without_loss_a_failed_row_is_still_not_called_good(good):
    assert rows.losses(good, [Row('walker', '', holds=False)]) == 'No message was lost, but not everything held.'


def test_before_the_first_frame_nothing_is_judged():
    seen = Seen(RECORDING)
    assert {row.verdict for row in [*rows.real_recording(seen), *rows.whole(seen)]} == {'-'}
    assert exit_code(rows.real_recording(seen), interrupted=True) == 130
    assert exit_code(rows.real_recording(seen), interrupted=False) == 1
    assert rows.losses(seen, []) == 'Nothing was played.'


def test_a_run_stopped_before_the_first_frame_shows_only_what_was_measured():
    seen = Seen(RECORDING, stopped_s=0.4)
    assert [row.name for row in so_far([*rows.real_recording(seen), *rows.whole(seen)])] == ['stopped']


def test_processor_use_of_a_second_is_not_judged(good):
    assert table(replace(good, cost=Cost(8, 300.0, 90.0, 1.0)))['processor'].verdict == '-'


@pytest.mark.parametrize(('frames', 'limit'), [(60, '5'), (603, '5'), (604, '6'), (900, '8'), (1206, '10')])
def test_identities_are_allowed_by_passes_of_the_recording(good, frames, limit):
    written = [*good.written, *good.written][:frames]
    assert table(replace(good, written=written))['walker identities'].limit == limit


def test_a_short_run_shows_but_does_not_judge_what_needs_many_frames(good):
    count = 60
    seen = replace(good, written=good.written[:count], steps=good.steps[:count], hazards=good.hazards[:count],
                   tracks=good.tracks[:count])
    assert verdicts(seen) == {'walker followed': '-', 'walker placed': '-', 'byte to hazard': '-'}
    assert exit_code(list(table(seen).values()), interrupted=False) == 0


def test_the_table_fits_eighty_columns_and_is_coloured_only_when_asked(good):
    lines = list(table(good).values())
    plain = render(lines, width=79, colour=False)
    assert max(map(len, plain)) <= 79
    assert not any('\x1b' in line for line in plain)
    assert '\x1b[32mok\x1b[0m' in render(lines, width=79, colour=True)[1]


def test_a_failed_row_decides_even_after_ctrl_c():
    assert exit_code([Row('a', '', holds=False), Row('b', '', holds=None)], interrupted=True) == 1


def test_programs_get_bare_figures(good):
    entries = {entry['name']: entry for entry in as_json(list(table(good).values()))}
    assert entries['points exact']['points_exact'] == 13_755
    assert entries['byte to hazard']['latency_p50_ms'] == pytest.approx(4.0)
    assert entries['ride']['holds'] is True


def test_the_recording_as_points_has_the_topics_columns():
    points = as_points(RECORDING[0])
    assert points.dtype == np.float32
    assert points.shape == (len(RECORDING[0]), 5)
