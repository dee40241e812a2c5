"""The fakes' journals as values."""

from __future__ import annotations

import json
from pathlib import Path

from outrider_bringup.faults.devices import Devices
from outrider_bringup.faults.journals import Edge, Frame, Moment, Seen, Tail, edge_of, frame_of, moment_of


def test_set_points_are_frames_and_questions_are_none() -> None:
    line = {'ns': 5, 'vesc': 1, 'hex': '0800000ce4', 'drives': True, 'speed_mps': 0.5}
    assert frame_of(line) == Frame(5, 1, True)
    assert frame_of({**line, 'hex': '0700001388', 'drives': False}) == Frame(5, 1, False)
    assert frame_of({**line, 'hex': '04', 'drives': False}) is None


def test_control_lines_are_no_moments_and_the_horn_is_no_edge() -> None:
    assert moment_of({'ns': 5, 'speed_mps': 0.3, 'travelled_m': 1.0, 'current_a': [0, 0], 'along': True}) == \
        Moment(5, 0.3, 1.0, True)
    assert moment_of({'ns': 5, 'line': 'can cut'}) is None
    assert edge_of({'ns': 5, 'what': 'jack U on'}) == Edge(5, 'jack U', True)
    assert edge_of({'ns': 5, 'what': 'steer L off'}) == Edge(5, 'steer L', False)
    assert edge_of({'ns': 5, 'what': 'horn on'}) is None
    assert edge_of({'ns': 5, 'what': 'master off'}) is None


def test_relays_are_known_at_any_time() -> None:
    seen = Seen(edges=[Edge(1, 'jack U', True), Edge(3, 'steer L', True), Edge(5, 'jack U', False)])
    assert seen.relays_on(0) == frozenset()
    assert seen.relays_on(4) == {'jack U', 'steer L'}
    assert seen.relays_on(5) == {'steer L'}


def test_the_last_moment_holds_until_the_next() -> None:
    seen = Seen(moments=[Moment(2, 0.1, 0, False), Moment(6, 0.2, 0, False)])
    assert seen.at(1) is None
    assert seen.at(5) == seen.moments[0]
    assert seen.at(6) == seen.moments[1]


def test_a_journal_is_read_on_from_where_it_stood_and_a_torn_line_waits(tmp_path: Path) -> None:
    file = tmp_path / 'journal'
    tail = Tail(file)
    assert tail.news() == []
    file.write_text('{"ns": 1}\n{"ns"')
    assert tail.news() == [{'ns': 1}]
    assert tail.news() == []
    with file.open('a') as more:
        more.write(': 2}\n')
    assert tail.news() == [{'ns': 2}]


def test_a_new_run_begins_without_the_old_frames_and_with_what_still_holds(tmp_path: Path) -> None:
    devices = Devices(tmp_path, lambda true, what, timeout_s: None)
    (tmp_path / 'vesc_journal.jsonl').write_text(json.dumps(
        {'ns': 1, 'vesc': 0, 'hex': '0800000ce4', 'drives': True, 'speed_mps': 0.5}) + '\n')
    (tmp_path / 'vesc_trace.jsonl').write_text(''.join(json.dumps(
        {'ns': ns, 'speed_mps': 0.5, 'travelled_m': ns, 'current_a': [0, 0], 'along': False}) + '\n' for ns in (1, 2)))
    (tmp_path / 'relays_journal.jsonl').write_text(''.join(json.dumps({'ns': ns, 'what': what}) + '\n' for ns, what in (
        (1, 'steer L on'), (2, 'steer L off'), (3, 'jack U on'))))
    devices.update()
    assert len(devices.seen.frames) == 1
    assert devices.travelled_m == 2
    assert devices.relays_on() == {'jack U'}
    devices.forget()
    assert devices.seen.frames == []
    assert [moment.ns for moment in devices.seen.moments] == [2]
    assert devices.relays_on() == {'jack U'}
