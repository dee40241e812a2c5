"""`outrider faults` as a person types it, without a ramp."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from outrider_bringup import cli
from outrider_bringup.faults.campaign import Outcome
from outrider_bringup.faults.judge import Record
from outrider_bringup.faults.table import FAULTS
from outrider_bringup.verbs import faults


def test_the_list_names_every_fault_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(['faults', '--list']) == 0
    words = capsys.readouterr().out.split()
    assert {fault.name for fault in FAULTS} <= set(words)
    assert {fault.kind for fault in FAULTS} <= set(words)


@pytest.mark.parametrize(('words', 'sentence'), [
    (['--only', 'governer_killed'], "unknown fault 'governer_killed'. Did you mean 'governor_killed'?"),
    (['--runs', '0'], 'expected at least one run'),
    (['--load', '-1'], 'expected at least one run, and no less than no load'),
])
def test_what_cannot_be_run_is_refused_in_a_sentence(words: list[str], sentence: str,
                                                     capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(['faults', *words]) == 2
    assert sentence in capsys.readouterr().err


def test_it_refuses_while_a_real_machine_is_driven(monkeypatch: pytest.MonkeyPatch,
                                                   capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr('outrider_drive.port.real_ports_held', lambda: [('/dev/ttyACM0', 4711)])
    assert cli.main(['faults']) == 2
    assert 'process 4711 drives a real machine on /dev/ttyACM0' in capsys.readouterr().err


def test_a_missing_compiler_is_told_before_anything_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                                           capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv('OUTRIDER_ROOT', str(tmp_path))  # nothing is compiled there yet
    monkeypatch.setenv('PATH', str(tmp_path))
    assert cli.main(['faults', '--only', 'clock_release']) == 2
    assert 'apt-get install gcc' in capsys.readouterr().err


def test_the_file_says_on_what_it_was_measured(tmp_path: Path) -> None:
    file = tmp_path / 'deep' / 'faults.json'
    args = argparse.Namespace(json=file, save=False, priority='fifo', beside=True, load=2)
    outcome = Outcome('default', [Record('release', ok=True)], not_struck=1)
    faults.write(args, faults.told_of(outcome, args), outcome.records)
    told = json.loads(file.read_text())
    assert list(told) == ['version', 'machine', 'priority', 'beside', 'load', 'not_struck', 'runs']
    assert told['priority'] == 'default'  # as granted, not as asked
    assert told['runs'][0]['fault'] == 'release'
    assert told['machine']['cores'] >= 1
