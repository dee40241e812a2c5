from __future__ import annotations

from outrider_drive.pilot.life import Life
from outrider_drive.words import Source

MS = 1_000_000


def test_before_any_pad_nothing_is_known():
    life = Life()
    life.controls(1, neutral=True)
    life.polled(1)
    operator = life.operator(9 * MS)
    assert (operator.source, operator.connected, operator.neutral_required) == (Source.NONE, False, True)
    assert not life.silent(10**12)


def test_an_open_pad_is_no_source_before_its_first_report():
    life = Life()
    life.opened(0, has_motion=True)
    life.controls(300 * MS, neutral=True)
    assert life.operator(300 * MS).source == Source.NONE
    assert life.neutral_required


def test_a_pad_without_sensors_is_connected_while_its_file_is_open_and_its_source_is_buttons():
    life = Life()
    life.opened(0, has_motion=False)
    life.buttons(5)
    assert life.counter == 0
    life.polled(400 * MS)
    life.controls(400 * MS, neutral=True)
    operator = life.operator(410 * MS)
    assert (operator.source, operator.age_ns, operator.report_counter) == (Source.BUTTONS, 10 * MS, 1)
    assert not operator.neutral_required
    assert not life.silent(410 * MS)
    life.closed('it was lost')
    life.polled(500 * MS)
    operator = life.operator(500 * MS)
    assert (operator.source, operator.connected, operator.age_ns) == (Source.NONE, False, 100 * MS)


def test_a_pad_without_sensors_whose_file_was_not_read_yet_needs_neutral():
    life = Life()
    life.opened(0, has_motion=False)
    life.controls(1, neutral=True)
    assert life.neutral_required
