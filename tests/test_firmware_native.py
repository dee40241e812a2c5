"""The native relay board as a program: its words, files, end. What the firmware does is tested in firmware/tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from outrider_sim.devices import relay_board
from waiting import wait_until

FIRMWARE = Path(__file__).resolve().parents[1] / 'firmware'
U0, U1 = '7e00ff055500000000f681', '7e00ff0555010000007981'  # the original's letters: jack up off, jack up on


class Native:
    """A running relay_board, its lines in a file."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.link, self.lines = folder / 'relays', folder / 'lines'
        command = relay_board.native(FIRMWARE, fitted=relay_board.ALL_INPUTS)
        with self.lines.open('w') as out:
            self.popen = subprocess.Popen([*command, '--link', str(self.link), *options], stdin=subprocess.PIPE,
                                          stdout=out, stderr=subprocess.STDOUT, text=True)
        self.says('ready')

    def says(self, words: str) -> None:
        wait_until(lambda: words in self.lines.read_text() or self.popen.poll() is not None, f'the board: {words!r}')
        assert words in self.lines.read_text()

    def say(self, *lines: str) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(''.join(f'{line}\n' for line in lines))
        self.popen.stdin.flush()

    def edges(self) -> list[str]:
        return [line for line in self.lines.read_text().splitlines() if line.endswith((' on', ' off'))]

    def ends(self) -> int:
        return self.popen.wait(10)




def lockstep(folder: Path, *lines: str, options: tuple[str, ...] = ()) -> list[str]:
    """Run the words to the end; return the edges."""
    board = Native(folder, '--lockstep', *options)
    board.say(*lines, 'quit')
    assert board.ends() == 0
    return board.edges()


def test_it_ends_with_its_parent_and_takes_its_link_along(tmp_path: Path) -> None:
    board = Native(tmp_path, '--with-parent')
    assert board.link.is_symlink()
    assert board.popen.stdin is not None
    board.popen.stdin.close()
    assert board.ends() == 0
    assert not board.link.is_symlink()


def test_without_being_asked_it_outlives_its_standard_input(tmp_path: Path) -> None:
    board = Native(tmp_path)
    assert board.popen.stdin is not None
    board.popen.stdin.close()
    with pytest.raises(subprocess.TimeoutExpired):
        board.popen.wait(0.3)
    board.popen.terminate()
    assert board.ends() == 0
    assert not board.link.is_symlink()


def test_a_second_board_takes_the_link_over_and_the_first_leaves_it_alone(tmp_path: Path) -> None:
    first = Native(tmp_path, '--with-parent')
    was = os.readlink(first.link)
    second = Native(tmp_path, '--with-parent')
    assert os.readlink(second.link) != was
    first.say('quit')
    assert first.ends() == 0
    assert second.link.is_symlink()
    second.say('quit')
    assert second.ends() == 0


def test_the_same_words_on_a_fifo_and_the_same_lines_in_a_log(tmp_path: Path) -> None:
    log, fifo = tmp_path / 'log', tmp_path / 'words'
    board = Native(tmp_path, '--with-parent', '--inputs', str(fifo), '--log', str(log))
    board.say(f'at 150000 bytes {U0}', f'at 160000 bytes {U1}')
    board.says('jack U on')
    with fifo.open('w') as words:
        words.write('estop open\nquit\n')
    assert board.ends() == 0
    assert log.read_text() == board.lines.read_text()
    assert board.edges()[-1].endswith(' off')


def test_a_word_that_is_none_is_named_and_ends_nothing(tmp_path: Path) -> None:
    board = Native(tmp_path, '--with-parent')
    board.say('limit ceiling open', 'limit jack_upper ajar', 'fly', 'bytes 7', 'position jack far', 'at once fly')
    for word in ('ceiling', 'ajar', "'fly'", "'7'", "'far'", 'microseconds'):
        board.says(word)
    board.say('quit')
    assert board.ends() == 0


@pytest.mark.parametrize(('options', 'words'), [
    ((), 'no link'),
    (('--link',), 'needs a value'),
    (('--lnk', 'x'), 'not understood'),
    (('--link', '/nowhere/x'), 'cannot make the link'),
    (('--link', 'x', '--fitted', '0x20'), 'do not exist'),
    (('--link', 'x', '--uptime', '-1'), 'no number'),
])
def test_a_wrong_call_is_one_sentence_and_2(options: tuple[str, ...], words: str, tmp_path: Path) -> None:
    command = relay_board.native(FIRMWARE)[:1]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=10)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count('\n') == 1


def test_lockstep_gives_the_same_edges_to_the_millisecond_each_time(tmp_path: Path) -> None:
    words = (f'arrive 200000 {U0}', f'arrive 250000 {U1}', 'run 1000000')
    edges = lockstep(tmp_path, *words)
    assert edges == ['250 jack U on', '250 master on', '550 jack U off', '550 master off']
    assert lockstep(tmp_path, *words) == edges


def test_the_lease_ends_across_the_wrap_of_the_uptime(tmp_path: Path) -> None:
    edges = lockstep(tmp_path, f'arrive 200000 {U0}', f'arrive 250000 {U1}', 'run 1000000',
                     options=('--uptime', str(2**32 - 300)))
    assert edges == ['250 jack U on', '250 master on', '550 jack U off', '550 master off']


def test_a_hung_board_is_reset_by_its_watchdog_and_stays_off(tmp_path: Path) -> None:
    again = [f'arrive {us} {U1}' for us in range(300_000, 1_500_000, 100_000)]
    edges = lockstep(tmp_path, f'arrive 200000 {U0}', f'arrive 250000 {U1}', 'at 260000 hang', *again,
                     f'arrive 1500000 {U0}', f'arrive 1600000 {U1}', 'run 2000000')
    # The last pass was at 259 ms, the dog bites 500 ms later; the fault of its bite forbids the rest.
    assert edges == ['250 jack U on', '250 master on', '760 jack U off', '760 master off']


def test_a_reset_while_moving_is_off_at_once(tmp_path: Path) -> None:
    edges = lockstep(tmp_path, f'arrive 200000 {U0}', f'arrive 250000 {U1}', 'at 300000 reset',
                     f'arrive 450000 {U1}', 'run 1000000')
    assert edges[2:] == ['300 jack U off', '300 master off']
    assert '300 reset' in (tmp_path / 'lines').read_text().splitlines()
