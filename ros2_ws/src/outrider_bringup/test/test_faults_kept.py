"""Files of a campaign: what was written is what is read, and only what belongs together is joined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from outrider_bringup import cli
from outrider_bringup.faults import kept
from outrider_bringup.faults.judge import Record

HEAD = {'version': 'abc', 'machine': {'model': 'x', 'cores': 2}, 'priority': 'fifo', 'beside': False, 'load': 0,
        'not_struck': 1}
KEPT = Record('release', True, 2500.0, False, 12.5, 200.0, 900.0, 0.0012, None, False, 8.0, 1, 2.5, 3.0)
BROKEN = Record('can_cut', False, 2000.0, why=['moved again'])


def kept_in(folder: Path, name: str, records: list[Record], **head: Any) -> Path:
    file = folder / name
    file.write_text(kept.text({**HEAD, **head}, records))
    return file


def test_a_file_has_a_run_a_line_and_is_read_back_as_it_was(tmp_path: Path) -> None:
    file = kept_in(tmp_path, 'a.json', [KEPT, BROKEN])
    assert sum('"fault"' in line for line in file.read_text().splitlines()) == 2
    assert json.loads(file.read_text())['machine'] == HEAD['machine']
    assert kept.joined([file]) == (HEAD, [KEPT, BROKEN])


def test_campaigns_that_ran_side_by_side_are_summed_up_as_one(tmp_path: Path,
                                                              capsys: pytest.CaptureFixture[str]) -> None:
    files = [kept_in(tmp_path, 'a.json', [KEPT] * 3), kept_in(tmp_path, 'b.json', [KEPT] * 2, not_struck=4)]
    head, records = kept.joined(files)
    assert (head['not_struck'], len(records)) == (5, 5)
    out = tmp_path / 'all.json'
    assert cli.main(['faults', '--join', *map(str, files), '--json', str(out)]) == 0
    assert '5 of 5 runs ok' in capsys.readouterr().out
    assert len(json.loads(out.read_text())['runs']) == 5


def test_one_failure_among_them_is_a_failure_of_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(['faults', '--join', str(kept_in(tmp_path, 'a.json', [KEPT, BROKEN]))]) == 1
    assert 'can_cut: moved again' in capsys.readouterr().out


@pytest.mark.parametrize('other', [{'version': 'def'}, {'machine': {'model': 'y'}}, {'priority': 'default'},
                                   {'beside': True}, {'load': 2}])
def test_what_was_measured_otherwise_is_not_joined(tmp_path: Path, other: dict[str, Any],
                                                   capsys: pytest.CaptureFixture[str]) -> None:
    files = [kept_in(tmp_path, 'a.json', [KEPT]), kept_in(tmp_path, 'b.json', [KEPT], **other)]
    assert cli.main(['faults', '--join', *map(str, files)]) == 2
    assert 'they are no one campaign' in capsys.readouterr().err


@pytest.mark.parametrize('content', ['', '[]', '{}', '{"runs": [1]}', 'no JSON'])
def test_another_file_is_refused_in_a_sentence(tmp_path: Path, content: str,
                                               capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / 'a.json'
    file.write_text(content)
    assert cli.main(['faults', '--join', str(file)]) == 2
    assert 'is no file of ./outrider faults' in capsys.readouterr().err
    assert cli.main(['faults', '--join', str(tmp_path / 'none.json')]) == 2
    assert 'cannot be read' in capsys.readouterr().err
