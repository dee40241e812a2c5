"""What sounds and shines when: tones by the clock of the test, the buzzer alone, mute and self-test."""

from __future__ import annotations

import math

import pytest

from outrider_alerts.beeper import PATIENCE_S, Beeper, Said
from outrider_alerts.player import Player, sounding
from outrider_alerts.sounding import SHORTEST_S
from outrider_alerts.table import LEVELS, load

TABLE = load()
TEST_S = TABLE.tones['test'].length_s
CLEAR, CAUTION, URGENT, NO_DATA = range(4)


def said(name, since=(0, 0)):
    row = TABLE.rows[name]
    return Said(name, row.tone, LEVELS.index(row.level), since)


class Scene:
    """A beeper whose alerter lives: `run` lets time go by and returns the (s, hz) at which the pitch changed."""

    def __init__(self):
        self.beeper, self.now_s, self.heartbeat = Beeper(TABLE, 0.0), 0.0, 0
        self.run(TEST_S + 0.1)

    def hear(self, *names, since=(0, 0)):
        self.heartbeat += 1
        self.beeper.hear(self.heartbeat, [said(name, since) for name in names], self.now_s)
        return self

    def run(self, seconds, *names, alive=True, since=(0, 0)):
        end_s, seen = self.now_s + seconds, []
        while self.now_s < end_s:
            if alive:
                self.hear(*names, since=since)
            signal = self.beeper.at(self.now_s)
            if not seen or seen[-1][1] != signal.hz:
                seen.append((round(self.now_s, 3), signal.hz))
            self.now_s += 0.01
        return seen

    def tones(self, seconds, *names, **how):
        end_s, seen = self.now_s + seconds, []
        while self.now_s < end_s:
            self.run(0.01, *names, **how)
            tone = self.beeper.at(self.now_s).tone
            if not seen or seen[-1] != tone:
                seen.append(tone)
        return seen


@pytest.mark.parametrize('name', TABLE.tones)
def test_a_tone_sounds_as_the_table_says_and_names_each_of_its_edges(name):
    tone, now_s, heard = TABLE.tones[name], 5.0, []
    while len(heard) < 2 * len(tone.notes):
        edge = sounding(tone, 5.0, now_s)
        heard.append((edge.hz, edge.until_s - now_s))
        now_s = edge.until_s
    wanted = [pair for note in tone.notes for pair in ((note.hz, note.s), (0.0, note.gap_s))]
    assert heard[:-1] == [(hz, pytest.approx(s)) for hz, s in wanted[:-1]]
    after = sounding(tone, 5.0, 5.0 + tone.length_s + 1e-6)
    if not tone.repeat_s:
        assert after == type(after)(0.0, math.inf)
    again = sounding(tone, 5.0, 5.0 + 7 * tone.repeat_s + 1e-6)
    assert again.hz == tone.notes[0].hz


def test_asking_for_the_same_tone_again_does_not_begin_it_anew():
    player = Player(TABLE.tones)
    player.play('urgent', 'one', 0.0)
    player.play('urgent', 'another', 0.10)
    assert player.at(0.10).hz == 0.0, 'still in its first gap'
    player.play('machine', 'one', 1.0)
    player.play('machine', 'another', 1.4)
    assert player.at(1.4).hz == TABLE.tones['machine'].notes[0].hz, 'sounds once for each'
    player.play('', '', 2.0)
    assert player.at(2.0).until_s == math.inf


def test_it_begins_with_a_short_self_test_and_is_then_silent_and_green():
    beeper = Beeper(TABLE, 0.0)
    assert beeper.alone
    beeper.hear(1, [], 0.0)
    assert not beeper.alone
    assert [beeper.at(0.12 * step + 0.01).hz for step in range(4)] == [700.0, 1600.0, 2200.0, 3100.0]
    after = beeper.at(TEST_S + 0.01)
    assert (after.hz, after.light, after.tone) == (0.0, (False, True, False), '')


def test_an_urgent_alert_cuts_the_self_test_and_whatever_sounds():
    beeper = Beeper(TABLE, 0.0)
    beeper.hear(1, [said('urgent')], 0.1)
    assert beeper.at(0.1).tone == 'urgent'
    scene = Scene()
    scene.run(0.3, 'warn')
    scene.hear('urgent', 'warn')
    assert scene.beeper.at(scene.now_s).hz == 3100.0


@pytest.mark.parametrize(('name', 'colour'), [
    ('notice', CLEAR), ('warn', CAUTION), ('urgent', URGENT), ('no_data', NO_DATA)])
def test_the_light_is_the_colour_of_the_gravest(name, colour):
    scene = Scene().hear(name, 'notice')
    assert scene.beeper.at(scene.now_s).colour == TABLE.levels[LEVELS[colour]].colour


def test_a_silent_alert_leaves_the_sound_to_the_next():
    scene = Scene().hear('notice', 'camera_lost')
    assert scene.beeper.at(scene.now_s).tone == 'machine'


def test_what_sounds_once_makes_room_and_is_not_heard_again_after_each_car():
    scene = Scene()
    assert scene.tones(3.0, 'estop') == ['machine', '']
    assert scene.tones(1.0, 'warn', 'estop') == ['caution']
    assert scene.tones(3.0, 'estop') == ['']
    assert scene.tones(3.0, 'estop', 'camera_lost') == ['machine', '']
    assert scene.tones(3.0) == ['']
    assert scene.tones(3.0, 'estop') == ['machine', ''], 'it is a new one'


def test_a_once_tone_never_delays_what_repeats_and_is_graver():
    scene = Scene().hear('estop')
    assert scene.beeper.at(scene.now_s).tone == 'machine'
    scene.hear('no_data', 'estop')
    assert scene.beeper.at(scene.now_s).tone == 'no_data'


def test_a_lost_heartbeat_is_no_data_by_itself_after_a_second_and_ends_with_the_next():
    scene = Scene().hear('urgent')
    begun_s = scene.now_s
    beeper = scene.beeper
    assert beeper.at(begun_s + PATIENCE_S - 0.001).tone == 'urgent'
    assert beeper.at(begun_s + PATIENCE_S - 0.001).until_s <= begun_s + PATIENCE_S, 'who sleeps wakes in time'
    alone = beeper.at(begun_s + PATIENCE_S + 0.001)
    assert (alone.tone, alone.colour) == ('no_data', TABLE.levels['no_data'].colour)
    assert beeper.lost_s(begun_s + 3.0) == pytest.approx(2.0)
    scene.now_s = begun_s + 3.0
    scene.hear('warn')
    assert beeper.at(scene.now_s).tone == 'caution'
    assert beeper.lost_s(scene.now_s) == 0.0


def test_an_alerter_that_never_came_is_no_data_too():
    beeper = Beeper(TABLE, 0.0)
    assert beeper.at(0.9).tone == ''
    assert beeper.at(1.01).tone == 'no_data'


def test_the_same_heartbeat_again_proves_nothing():
    beeper = Beeper(TABLE, 0.0)
    for step in range(30):
        beeper.hear(7, [], 0.1 * step)
    assert beeper.at(2.9).tone == 'no_data'
    beeper.hear(1, [], 3.0)
    assert beeper.at(3.0).tone == '', 'an alerter that was started anew counts from one'


def test_mute_takes_the_sound_of_caution_and_machine_only():
    scene = Scene()
    scene.beeper.muted = True
    assert scene.tones(1.0, 'warn') == ['']
    assert scene.beeper.at(scene.now_s).colour == TABLE.levels['caution'].colour
    assert scene.tones(1.0, 'estop') == ['']
    assert scene.tones(1.0, 'urgent') == ['urgent']
    assert scene.tones(1.0, 'no_data') == ['no_data']
    assert 'no_data' in scene.tones(2.0, alive=False)
    scene.beeper.muted = False
    assert scene.tones(1.0, 'warn') == ['caution']


def test_a_self_test_sounds_over_a_caution_and_never_over_what_is_grave():
    scene = Scene()
    scene.run(1.0, 'warn')
    scene.beeper.test(scene.now_s)
    assert scene.tones(1.0, 'warn') == ['test', 'caution']
    scene.beeper.test(scene.now_s)
    assert scene.tones(1.0, 'urgent') == ['urgent']


def test_who_sleeps_until_the_named_instant_misses_no_edge():
    scene = Scene().hear('urgent')
    begun_s = now_s = scene.now_s
    edges = []
    while now_s < begun_s + 0.7:
        signal = scene.beeper.at(now_s)
        if not edges or edges[-1][1] != signal.hz:
            edges.append((now_s - begun_s, signal.hz))
        now_s = max(signal.until_s, now_s + SHORTEST_S)
    assert [hz > 0.0 for _, hz in edges] == [True, False] * 4
    assert [at_s for at_s, _ in edges] == pytest.approx([0.0, 0.08, 0.14, 0.22, 0.28, 0.36, 0.6, 0.68],
                                                        abs=2 * SHORTEST_S)


def test_a_tone_or_level_that_nobody_knows_is_neither_silence_of_the_rest_nor_a_crash():
    beeper = Beeper(TABLE, 0.0)
    beeper.hear(1, [Said('future', 'siren', 9, (0, 0)), said('warn')], 0.5)
    signal = beeper.at(0.5)
    assert (signal.tone, signal.colour) == ('caution', TABLE.levels['no_data'].colour)
