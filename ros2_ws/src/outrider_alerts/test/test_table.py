"""The table as it is shipped, walked row by row; and every mistake in one is a sentence that names its place."""

from __future__ import annotations

import copy
import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from outrider_alerts import facts, findings, table
from outrider_alerts.table import CLASSES, LEVELS, LONGEST_TEXT, LONGEST_WORD, SHAPES, SIDES, TableError, filled, load
from outrider_drive.governor.refusals import Refusal

TABLE = load()
CONTENT: dict[str, Any] = yaml.safe_load(table.home().read_text(encoding='utf-8'))


@pytest.mark.parametrize('row', TABLE.rows.values(), ids=lambda row: row.name)
def test_a_row_fits_the_screen_whatever_fills_it(row):
    for word, side in itertools.product(TABLE.words.values(), TABLE.sides.values()):
        fill = {'word': word, 'side': side, 'what': 'x' * 200}
        assert 0 < len(filled(row.text, LONGEST_TEXT, **fill)) <= LONGEST_TEXT
        assert 0 < len(filled(row.word, LONGEST_WORD, **fill)) <= LONGEST_WORD
    assert row.shape in SHAPES
    assert row.hold_s <= 1.0 or row.level in ('clear', 'caution'), 'what moves is old after a second'
    assert row.after_s == 0.0 or row.level in ('clear', 'caution'), 'nothing grave waits'


def test_no_two_rows_have_one_priority_and_gravity_follows_the_level():
    priorities = [row.priority for row in TABLE.rows.values()]
    assert len(set(priorities)) == len(priorities)
    assert max(TABLE.rows.values(), key=lambda row: row.priority).name == 'urgent'
    lowest = {level: min(row.priority for row in TABLE.rows.values() if row.level == level) for level in LEVELS}
    highest = {level: max(row.priority for row in TABLE.rows.values() if row.level == level) for level in LEVELS}
    assert highest['clear'] < lowest['caution'] <= highest['caution'] < lowest['urgent']
    assert highest['caution'] < lowest['no_data'] <= highest['no_data'] < TABLE.rows['urgent'].priority


def test_every_tone_is_used_and_every_grave_row_has_one():
    used = {row.tone for row in TABLE.rows.values()} - {''}
    assert used | {'test'} == set(TABLE.tones)
    assert all(row.tone for row in TABLE.rows.values() if row.level != 'clear')
    assert {row.tone for row in TABLE.rows.values() if row.level == 'no_data'} == {'no_data'}
    assert {row.tone for row in TABLE.rows.values() if row.level == 'urgent'} == {'urgent'}


def test_tones_of_different_urgency_differ_in_pitch_and_in_beat():
    tones = [TABLE.tones[name] for name in ('urgent', 'caution', 'machine', 'no_data')]
    beats = [len(tone.notes) / tone.length_s for tone in tones]
    pitches = [max(note.hz for note in tone.notes) for tone in tones]
    assert all(faster >= 1.5 * slower for faster, slower in itertools.pairwise(beats)), beats
    assert all(higher >= 1.3 * lower for higher, lower in itertools.pairwise(pitches)), pitches
    assert TABLE.tones['urgent'].notes[0].s <= 0.1, 'heard at once'
    assert TABLE.tones['test'].length_s <= 0.5


def test_what_costs_a_life_unheard_can_not_be_muted_and_repeats():
    for name in ('urgent', 'no_data'):
        assert not TABLE.tones[name].mutable
        assert TABLE.tones[name].repeat_s > 0.0
    for tone in TABLE.tones.values():
        assert tone.repeat_s == 0.0 or tone.repeat_s >= tone.length_s
        assert 0.0 < tone.volume <= 1.0
        assert tone.wave in ('sine', 'square', 'triangle', 'sawtooth')
        assert all(200.0 <= note.hz <= 4000.0 and note.s > 0.0 for note in tone.notes), 'small sounders'


def test_levels_differ_in_shape_and_in_a_light_that_only_switches():
    assert len({look.light for look in TABLE.levels.values()}) == len(LEVELS)
    assert len({look.shape for look in TABLE.levels.values()}) == len(LEVELS)
    assert TABLE.levels['clear'].light == (False, True, False)
    assert TABLE.levels['urgent'].light == (True, False, False)


def test_a_word_says_what_comes():
    assert [TABLE.words[name] for name in CLASSES] == [
        'VEHICLE', 'CAR', 'TRUCK', 'TRUCK', 'MOTO', 'BIKE', 'BIKE', 'PERSON', 'DOG']


@pytest.mark.parametrize('refusal', Refusal, ids=lambda one: one.name)
def test_every_reason_of_the_governor_is_said_by_one_row(refusal):
    rows = [row for row in TABLE.rows.values() if refusal in row.refusals]
    assert len(rows) == 1
    text = filled(rows[0].text, LONGEST_TEXT, what=refusal.text)
    assert '…' not in text


def test_a_reason_nobody_knows_is_a_refusal():
    assert TABLE.row_of_refusal(9999).name == 'refusal'


def all_findings():
    """Every finding there can be, from what causes it."""
    rig = facts.Rig(senses=('camera', 'depth', 'gps', 'imu'), drive=True, relays=True, battery_low_v=34.0)
    body = [facts.Body(1, level, 'car', 'left', 5.0, 4.0, 1.2, 0.0, 0.0) for level in range(4)]
    yield from findings.of_hazards(facts.Hazards(0.0, ('radar', *rig.senses, 'night'), tuple(body)), rig)
    yield from findings.of_drive(facts.Drive(True, tuple((one, one.text) for one in Refusal), 33.0), TABLE, rig)
    yield from findings.of_motors(facts.Motors((3,), (71.0,), (20.0,)), rig)
    for present in (False, True):
        yield from findings.of_relays(facts.Relays(present, 2, True))
    for recorder in (facts.Recorder(False, 'recorder: no room', 0, False), facts.Recorder(True, 'slow', 0, True),
                     facts.Recorder(True, '', 0, True)):
        yield from findings.of_recorder(recorder, rig)
    for name, level in itertools.product(findings.DEVICES, (facts.OK, facts.POOR, facts.LOST)):
        yield from findings.of_device(name, facts.Device(level, f'{name}: seen'))


# What the chooser says of silence, and of an event (test_chooser.py).
OF_SILENCE = {'no_data', 'starting', 'governor_lost', 'motors_lost', 'relays_lost', 'recorder_lost', 'fusion_lost',
              'close_pass'}


def test_every_row_is_reached_and_every_finding_has_its_row():
    reached = {one.row for one in all_findings()}
    assert reached | OF_SILENCE == set(TABLE.rows)


@pytest.mark.parametrize('name', TABLE.rows)
def test_a_text_asks_only_for_what_its_cause_tells(name):
    texts = [(one, TABLE.rows[name]) for one in all_findings() if one.row == name]
    for one, row in texts:
        if one.body is None:
            assert '{word}' not in row.text + row.word
            assert '{side}' not in row.text
        if '{what}' in row.text:
            assert one.what, 'its cause fills it'


def broken(path: str, value: Any) -> dict[str, Any]:
    content = copy.deepcopy(CONTENT)
    place: Any = content
    *way, last = path.split('/')
    for part in way:
        place = place[int(part) if part.isdigit() else part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return content


@pytest.mark.parametrize(('path', 'value', 'sentence'), [
    ('alerts/urgent/prio', 3, "alerts.urgent has the key 'prio', which nobody knows; the nearest is 'priority'."),
    ('alerts/urgent/priority', None, "alerts.urgent lacks the key 'priority'."),
    ('alerts/urgent/priority', 1.5, 'alerts.urgent.priority is 1.5, expected a whole number.'),
    ('alerts/urgent/priority', 256, 'alerts.urgent.priority is 256, expected 0 to 255.'),
    ('alerts/urgent/hold_s', float('nan'), 'alerts.urgent.hold_s is nan, expected a number of at least 0.'),
    ('alerts/urgent/level', 'red', "alerts.urgent.level is 'red', expected one of clear, caution, urgent, no_data."),
    ('alerts/urgent/tone', 'bang', "alerts.urgent.tone is 'bang', expected one of caution, machine"),
    ('alerts/estop/refusals', ['x'], "alerts.estop.refusals is 'x', expected a whole number."),
    ('alerts/urgent', 5, 'alerts.urgent holds 5, expected the keys text'),
    ('alerts', [], 'alerts holds [], expected rows by name.'),
    ('alerts/no_data', None, "alerts lacks 'no_data', which has to be there"),
    ('words/car', None, "words lacks the key 'car'."),
    ('words/car', 3, 'words.car is 3, expected a text.'),
    ('levels/clear/colour', 'green', "levels.clear.colour is 'green', expected a colour like '#2e9d4f'."),
    ('tones/urgent/notes', 4, 'tones.urgent.notes is 4, expected a list.'),
    ('tones/urgent/notes/0/hz', -1, 'tones.urgent.notes[0].hz is -1, expected a number of at least 0.'),
    ('tones/urgent/mutable', 'no', "tones.urgent.mutable is 'no', expected true or false."),
])
def test_a_mistake_is_one_sentence(tmp_path: Path, path, value, sentence):
    file = tmp_path / 'table.yaml'
    file.write_text(yaml.safe_dump(broken(path, value)))
    with pytest.raises(TableError) as error:
        load(file)
    assert sentence in str(error.value)
    assert str(error.value).startswith(f'{file}: ')
    assert '\n' not in str(error.value)


def test_a_table_without_the_tone_of_no_data_is_refused(tmp_path: Path):
    content = broken('tones/no_data', None)
    for row in content['alerts'].values():
        row['tone'] = ''
    (tmp_path / 'table.yaml').write_text(yaml.safe_dump(content))
    with pytest.raises(TableError, match="tones lacks 'no_data'"):
        load(tmp_path / 'table.yaml')


@pytest.mark.parametrize(('content', 'sentence'), [
    (None, 'No such file'), (b'\xff', 'it is no text'), (b'a: [', 'is no YAML'), (b'- 1', 'the file holds [1]')])
def test_what_is_no_table_is_one_sentence(tmp_path: Path, content, sentence):
    file = tmp_path / 'table.yaml'
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(TableError) as error:
        load(file)
    assert sentence in str(error.value)


def test_the_table_is_found_from_the_checkout_alone(monkeypatch):
    monkeypatch.delenv('OUTRIDER_ROOT')
    assert table.home().is_file()


def test_the_table_is_found_as_it_is_installed_and_missed_in_a_sentence(monkeypatch, tmp_path: Path):
    monkeypatch.delenv('OUTRIDER_ROOT')
    monkeypatch.setattr(table, '__file__', str(tmp_path / 'table.py'))
    assert load(table.home()) == TABLE
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    with pytest.raises(TableError, match='table.yaml was not found. Set OUTRIDER_ROOT to the checkout.'):
        table.home()


def test_the_page_gets_every_tone():
    told = TABLE.tones_as_json()
    assert told['urgent']['repeat_s'] == 0.6
    assert told['urgent']['notes'][0] == {'hz': 3100.0, 's': 0.08, 'gap_s': 0.06, 'wave': 'square', 'volume': 1.0}
    assert told['caution']['mutable']
    assert set(told) == set(TABLE.tones)


def test_sides_and_levels_are_those_of_the_messages():
    from outrider_interfaces.msg import Alert, Hazard, Track

    assert [getattr(Alert, f'LEVEL_{name.upper()}') for name in LEVELS] == list(range(4))
    assert [getattr(Hazard, f'SIDE_{name.upper()}') for name in SIDES] == list(range(4))
    assert [getattr(Track, f'CLASS_{name.upper()}') for name in CLASSES] == list(range(9))


def test_the_file_gives_units_and_reasons():
    lines = table.home().read_text(encoding='utf-8').splitlines()
    assert max(map(len, lines)) <= 120
    assert sum('#' in line for line in lines) >= 15
