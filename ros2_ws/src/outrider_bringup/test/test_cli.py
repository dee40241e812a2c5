"""The command itself: groups, nearest verbs, exit codes, and that help costs nothing."""

import importlib
import signal
import sys

import pytest

from outrider_bringup import cli
from outrider_bringup.loading import loading


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


# As a module in C does that looks up Python while it begins: an exception in there is printed and forgotten.
DEAF = """
import os, signal


class Deaf:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)


Deaf()
HELP, GROUP = '', ''


def add_arguments(parser):
    print('went on', flush=True)


def run(args):
    return 0
"""


def test_an_interrupt_while_a_verb_loads_ends_the_command(spawn, tmp_path):
    (tmp_path / 'deaf.py').write_text(DEAF)
    process = spawn(sys.executable, '-c', (
        f'import outrider_bringup.verbs as verbs; verbs.__path__.append({str(tmp_path)!r}); '
        'from outrider_bringup import cli; cli.VERBS["deaf"] = ("go", ""); cli.main(["deaf"])'))
    assert process.wait() == -signal.SIGINT


@pytest.fixture
def handle():
    """Give SIGINT a handler for the length of a test."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda handler: signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGINT, before)


def test_after_loading_an_interrupt_is_an_exception_again(handle):
    handle(signal.default_int_handler)
    with loading():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_ours_stays_while_modules_load(handle):
    heard = []
    handle(lambda number, frame: heard.append(number))
    with loading():
        signal.raise_signal(signal.SIGINT)
    assert heard == [signal.SIGINT]
