"""The skater of the demo, against a ramp that does what it is told, late, or not at all."""

from dataclasses import replace

import pytest

from outrider_bringup.demo.skater import ARMED, COURSE_S, NEUTRAL, REST_MPS, Sight, Skater

STEP_S = 0.02
READY = Sight(4, frozenset({40, 500, 700}), ('Just started: let go, then press arm',))


class Ramp:
    """What the skater sees: the second press of arm arms, the jack takes 1 s of horn and 2 s, speed 0.7 m/s^2."""

    def __init__(self, arms_at=2, fails=0):
        self.sight, self.presses, self.arms_at, self.fails = READY, 0, arms_at, fails
        self.held, self.lift_s = set(), 0.0

    def obey(self, lines):
        for line in lines:
            word, button = line.split()
            (self.held.add if word == 'press' else self.held.discard)(button)
            if line == 'press options':
                self.presses += 1

    def turn(self):
        sight, held = self.sight, self.held
        if self.presses >= self.arms_at and 'options' not in held and sight.state == 4:
            sight = replace(sight, state=ARMED, refusals=frozenset({500}))
        self.lift_s = self.lift_s + STEP_S if {'r1', 'up'} <= held or {'r1', 'down'} <= held else 0.0
        jack = 0 if self.lift_s < 1.0 else 1 if 'up' in held else -1
        if 'up' in held and self.lift_s >= 3.0:
            sight = replace(sight, jack_up=True)
        if sight.state == ARMED and {'r1', 'cross'} <= held and sight.speed_mps > 0.5 and self.fails:
            self.fails, self.presses, self.arms_at = self.fails - 1, 0, 1
            sight = replace(sight, state=4, texts=('Relays silent',))
        goal = 1.0 if {'r1', 'cross'} <= held else 0.0
        step = 0.7 * STEP_S
        self.sight = replace(sight, jack=jack,
                             speed_mps=sight.speed_mps + max(-step, min(step, goal - sight.speed_mps)))


def play(skater, ramp, most_s=60.0):
    """Return the lines with the time and what was seen at each."""
    done, now_s = [], 0.0
    while not skater.over and now_s < most_s:
        lines = skater.step(now_s, ramp.sight)
        ramp.obey(lines)
        ramp.turn()
        done += [(line, now_s, ramp.sight) for line in lines]
        now_s += STEP_S
    return done, now_s


def test_the_course_is_played_from_arming_to_disarming():
    skater = Skater()
    done, took_s = play(skater, Ramp())
    assert [line for line, _, _ in done] == [
        'press options', 'release options', 'press options', 'release options',
        'press r1', 'press up', 'release up', 'release r1', 'press r1', 'press cross', 'release r1', 'release cross',
        'press r1', 'press down', 'release down', 'release r1', 'press share', 'release share']
    assert (skater.failed, skater.held) == ('', ())
    assert took_s <= COURSE_S
    seen = {line: sight for line, _, sight in done}
    assert seen['release up'].jack_up
    assert seen['press down'].speed_mps < REST_MPS


def test_r1_is_let_go_at_speed_and_cross_stays_held_until_well_after_the_stop():
    done, _ = play(Skater(), Ramp())
    at = [(line, now_s) for line, now_s, _ in done]
    cross = at.index(next(entry for entry in at if entry[0] == 'press cross'))
    assert done[cross + 1][0] == 'release r1'
    assert done[cross + 1][2].speed_mps > 0.8
    assert done[cross + 2][0] == 'release cross'
    assert done[cross + 2][2].speed_mps < REST_MPS
    assert done[cross + 2][1] - done[cross + 1][1] > 1.2


def test_spare_time_is_driven_and_watched_not_lowered():
    usual, _ = play(Skater(), Ramp())
    longer, took_s = play(Skater(10.0), Ramp())

    def driven_s(done):
        times = {line: now_s for line, now_s, _ in done}
        return times['release cross'] - times['press cross']

    assert driven_s(longer) > driven_s(usual) + 6
    assert took_s < COURSE_S + 10
    assert max(now_s for _, now_s, _ in play(Skater(10_000.0), Ramp(), 200.0)[0]) < 60


@pytest.mark.parametrize('presses', [1, 2, 5])
def test_arm_is_pressed_as_often_as_it_takes(presses):
    done, _ = play(Skater(), Ramp(presses))
    assert [line for line, _, _ in done].count('press options') == presses


def test_nothing_is_pressed_before_the_ramp_is_ready():
    ramp = Ramp()
    ramp.sight = replace(READY, refusals=frozenset({40, 240}), texts=('VESC timeout not proved: see doctor',))
    skater = Skater()
    done, took_s = play(skater, ramp)
    assert skater.failed == 'waited 20 s for the ramp to be ready: VESC timeout not proved: see doctor'
    assert [line for line, _, _ in done] == list(NEUTRAL)
    assert took_s < 21
    nobody = Skater()
    nobody.step(0.0, Sight())
    nobody.step(21.0, Sight())
    assert nobody.failed.endswith('no governor is heard')


def test_who_cannot_be_armed_lets_go_of_everything_and_says_why():
    skater = Skater()
    done, _ = play(skater, Ramp(arms_at=99))
    assert skater.failed == 'waited 0.5 s for it to be armed: Just started: let go, then press arm'
    assert tuple(line for line, _, _ in done[-len(NEUTRAL):]) == NEUTRAL
    assert skater.held == ()


def test_a_ramp_that_disarms_itself_is_armed_and_driven_again():
    skater = Skater()
    lines = [line for line, _, _ in play(skater, Ramp(fails=1))[0]]
    assert (skater.failed, skater.disarmed) == ('', ['Relays silent'])
    assert lines.count('press up') == 1
    assert lines.count('press cross') == 2
    assert lines[-2:] == ['press share', 'release share']


def test_one_that_disarms_itself_all_the_time_is_given_up():
    skater = Skater()
    play(skater, Ramp(fails=99))
    assert skater.failed == 'it disarmed itself 4 times: Relays silent'


def test_a_ramp_that_does_not_stop_ends_the_course():
    class Runaway(Ramp):
        def turn(self):
            before = self.sight.speed_mps
            super().turn()
            self.sight = replace(self.sight, speed_mps=max(before, self.sight.speed_mps))

    skater = Skater()
    play(skater, Runaway())
    assert skater.failed.startswith('waited 4 s for it to stop')
    assert skater.step(99.0, Sight()) == ()
