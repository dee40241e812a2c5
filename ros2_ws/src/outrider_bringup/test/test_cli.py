"""The command itself: groups, nearest verbs, exit codes, and that help costs nothing."""

import importlib
import sys

import pytest

from outrider_bringup import cli


def test_help_lines_in_the_table_are_the_verbs_own():
    for name, (group, about) in cli.VERBS.items():
        verb = importlib.import_module(f'outrider_bringup.verbs.{name}')
        assert group == verb.GROUP
        assert about == verb.HELP


def test_help_stands_in_three_groups(capsys):
    assert cli.main(['--help']) == 0
    out = capsys.readouterr().out
    assert out.index('Go') < out.index('  up ') < out.index('Rides') < out.index('  view ') < out.index('Proof')
    assert all(len(line) <= 100 for line in out.splitlines())


def test_help_loads_no_verb_and_nothing_heavy(spawn):
    process = spawn(sys.executable, '-c', (
        'import sys; from outrider_bringup import cli; cli.main(["--help"]); '
        'sys.exit(any(name in sys.modules for name in ("rclpy", "numpy", "yaml", "outrider_bringup.verbs.up")))'))
    assert process.wait() == 0


@pytest.mark.parametrize(('words', 'says'), [
    (['doktor'], "outrider: unknown verb 'doktor'. Did you mean 'doctor'? See: ./outrider --help\n"),
    (['up', '--simm'], 'outrider: unrecognized arguments: --simm. See: ./outrider up --help\n'),
    (['up'], 'outrider: which rig? Known: bench, bicycle, ramp.\n'),
    (['up', 'bicicle'], "outrider: unknown rig 'bicicle'. Did you mean 'bicycle'?\n"),
    (['topics', '--seconds', '0'], 'outrider: --seconds is 0, expected 0.1 to 3600\n'),
    (['doctor', 'rader'], "outrider: doctor knows no 'rader'. Did you mean 'radar'?\n"),
])
def test_wrong_words_are_one_sentence_and_exit_code_2(capsys, words, says):
    assert cli.main(words) == 2
    assert capsys.readouterr().err == says


def test_an_interrupt_is_no_traceback(monkeypatch):
    def interrupted(words):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, '_run', interrupted)
    assert cli.main([]) == cli.INTERRUPTED
