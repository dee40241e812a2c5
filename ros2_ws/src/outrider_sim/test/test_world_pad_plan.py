"""The hands of a scenario as lines to the fake pad."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_sim.devices import pad_wire
from outrider_sim.devices.pad import FakePad
from outrider_sim.devices.pad_player import obey
from outrider_sim.world import places, scenario, words
from outrider_sim.world.model import PadStep
from outrider_sim.world.pad_plan import ARM_EVERY_S, ARM_FOR_S, AXES_AFTER_S, QUIET_S, Hands, lines

FOLDER = places.config_folder()
assert FOLDER is not None
RAMPS = sorted(path for path in (FOLDER / 'scenarios').glob('ramp_*.yaml') if scenario.load(path).pad)


def test_there_are_ramps_to_play() -> None:
    assert len(RAMPS) >= 8


@pytest.mark.parametrize('path', RAMPS, ids=lambda path: path.stem)
def test_the_pad_takes_every_line_and_ends_as_the_file_says(path: Path, tmp_path: Path) -> None:
    steps = scenario.load(path).pad
    pad = FakePad(tmp_path / 'js', None, 0)
    for t_s, line in lines(steps):
        assert t_s >= steps[0].at_s
        assert obey(pad, line) == ''
    assert pad.held == set(steps[-1].hold)
    assert pad.axes['ly'] == -round(32767 * dict(steps[-1].axis).get('left_y', 0.0))


def test_the_dead_man_closes_before_the_stick_moves_and_both_are_let_go_at_once() -> None:
    first, last = PadStep(1.0, ('r1',), (('left_y', 0.7), ('left_x', -1.0))), PadStep(5.0, (), ())
    after = 1.0 + AXES_AFTER_S
    assert lines([first, last]) == [(1.0, 'press r1'), (after, 'move lx -32767'), (after, 'move ly -22937'),
                                    (5.0, 'release r1'), (5.0, 'move lx 0'), (5.0, 'move ly 0')]


def test_what_stays_held_is_not_said_again_and_a_trigger_rests_at_its_end() -> None:
    still = (('l2', 0.0),)
    steps = [PadStep(1.0, ('r1',), still), PadStep(2.0, ('r1', 'up'), still), PadStep(3.0, ('r1',), ())]
    assert lines(steps) == [(1.0, 'press r1'), (1.0 + AXES_AFTER_S, 'move l2 0'), (2.0, 'press up'),
                            (3.0, 'release up'), (3.0, 'move l2 -32767')]


_STEPS = st.lists(st.tuples(
    st.lists(st.sampled_from(words.PAD_BUTTONS[:13]), unique=True, max_size=4),
    st.dictionaries(st.sampled_from(words.PAD_AXES), st.floats(-1.0, 1.0), max_size=3)), max_size=6)


@given(_STEPS)
def test_after_each_step_the_pad_is_as_the_step_says(tmp_path_factory: pytest.TempPathFactory,
                                                     drawn: list[tuple[list[str], dict[str, float]]]) -> None:
    steps = [PadStep(1.0 + number, tuple(hold), tuple(axis.items())) for number, (hold, axis) in enumerate(drawn)]
    pad = FakePad(tmp_path_factory.mktemp('pad') / 'js', None, 0)
    hands = Hands(steps, arm=False)
    for step in steps:
        for line in hands.due(step.at_s + 0.5):
            assert obey(pad, line) == ''
        wanted = {**pad_wire.REST}
        for name, value in step.axis:
            wire = name.replace('left_', 'l').replace('right_', 'r')
            wanted[wire] = round(value * 32767) * (-1 if name.endswith('_y') else 1)
        assert pad.held == set(step.hold)
        assert pad.axes == pytest.approx(wanted, abs=1)


@pytest.mark.parametrize('begin_s', [-20.0, -0.3, 0.2])
def test_the_machine_is_armed_before_the_first_step_and_all_is_let_go_in_time(begin_s: float) -> None:
    said = [(t_s, line) for hands in [Hands([PadStep(1.0, ('r1',), ())])]
            for t_s in np.arange(begin_s, 2.0, 0.01).tolist() for line in hands.due(t_s)]
    arms = [(t_s, line) for t_s, line in said if line.endswith('options')]
    assert [line for _, line in arms] == ['press options', 'release options'] * (len(arms) // 2)
    assert len(arms) // 2 == pytest.approx({-20.0: 41, -0.3: 2, 0.2: 1}[begin_s], abs=1 if begin_s < -1.0 else 0)
    assert arms[-1][0] <= 1.0 - QUIET_S + 0.02
    assert said[-1][1] == 'press r1'
    assert said[-1][0] == pytest.approx(1.0, abs=0.011)


def test_when_the_world_begins_the_time_jumps_and_no_press_comes_at_once() -> None:
    hands = Hands([PadStep(2.0, ('r1',), ())])
    assert hands.due(-1e6) == ['press options']
    said = [(t_s, line) for t_s in np.arange(0.0, 0.6, 0.01).tolist() for line in hands.due(t_s)]
    assert said[0] == (0.0, 'release options')
    assert said[1] == (pytest.approx(ARM_EVERY_S - ARM_FOR_S, abs=0.011), 'press options')


def test_nobody_arms_a_machine_that_nobody_drives_or_when_it_is_too_late() -> None:
    assert Hands([]).due(-5.0) == []
    assert Hands([PadStep(0.3, (), ())]).due(0.0) == []
