"""Four fixed lines on a terminal, a line a second without one."""

import io
from dataclasses import replace

import pytest

from outrider_bringup.demo.acts import RADAR, schedule
from outrider_bringup.demo.columns import align, clip, is_terminal, paint
from outrider_bringup.demo.rider import Told
from outrider_bringup.demo.screen import Screen, View, bar, lines
from outrider_bringup.demo.shown import Line, of_radar


def view(elapsed_s=10.2, told=None, note='', address='http://127.0.0.1:8000', seconds=30):
    (scene,) = schedule([RADAR], seconds)
    return View(scene, seconds, elapsed_s, address, *of_radar(30.02, 23, '', 1.24, told or Told('clear')), note)


class Tty(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def tty(monkeypatch):
    monkeypatch.setenv('TERM', 'xterm')
    monkeypatch.setenv('COLUMNS', '80')
    monkeypatch.setenv('LINES', '24')
    return Tty()


def test_the_storyboard_on_a_wide_terminal():
    assert lines(view(), 104) == [
        'outrider demo   act 1 of 1: a real radar recording, a person walking   [######------------] 10/30 s',
        'watch it        http://127.0.0.1:8000                    Ctrl+C stops',
        'sensors         radar 30/s 23 pts   recording 1.2 MB',
        'rider sees      clear',
    ]


def test_eighty_columns_keep_a_bar_and_lose_half_the_title():
    first = lines(view(), 79)[0]
    assert first.startswith('outrider demo   act 1 of 1: a real radar recording   [#####')
    assert first.endswith('] 10/30 s')


@pytest.mark.parametrize('width', [20, 40, 60, 79, 100, 200])
@pytest.mark.parametrize('elapsed_s', [None, 0.0, 29.9, 1000.0])
def test_no_line_is_wider_than_the_terminal(width, elapsed_s):
    assert all(len(line) <= width for line in lines(view(elapsed_s, Told('x' * 300), note='y' * 300), width))


def test_a_long_address_is_kept_whole_and_the_hint_gives_way():
    address = 'http://127.0.0.1:8000/?url=rerun%2Bhttp://127.0.0.1:9876/proxy'
    assert lines(view(address=address), 78)[1] == f'watch it        {address}'
    assert lines(view(address=address), 77)[1] == f'watch it  {address}'
    assert lines(view(address=address), 100)[1] == f'watch it        {address}   Ctrl+C stops'


def test_before_the_first_frame_the_note_stands_in_the_first_line():
    assert lines(view(None, note='starting, 2 s'), 79)[0] == 'outrider demo   starting, 2 s'


@pytest.mark.parametrize(('done', 'picture'),
                         [(-1, '[----]'), (0, '[----]'), (0.5, '[##--]'), (1, '[####]'), (9, '[####]')])
def test_the_bar_stays_within_its_brackets(done, picture):
    assert bar(done, 4) == picture


def test_a_terminal_is_redrawn_in_place(tty):
    screen = Screen(tty)
    screen.draw(view(1.0))
    first = len(tty.getvalue())
    screen.draw(view(2.0))
    assert tty.getvalue()[first:].startswith('\r\x1b[4A')
    assert tty.getvalue()[first:].count('\n') == 4


def test_the_cursor_comes_back(tty):
    screen = Screen(tty)
    screen.draw(view())
    screen.close()
    assert '\x1b[?25l' in tty.getvalue()
    assert tty.getvalue().rstrip('\r\x1b[2K').endswith('\x1b[?25h')


def test_a_warning_is_painted_only_on_a_terminal(tty):
    pipe = io.StringIO()
    for stream in (tty, pipe):
        Screen(stream).draw(view(told=Told('CAR left', 'urgent')))
    assert '\x1b[31;1mCAR left' in tty.getvalue()
    assert '\x1b' not in pipe.getvalue()


def test_without_a_terminal_there_is_one_line_a_second():
    pipe = io.StringIO()
    screen = Screen(pipe)
    for elapsed in (None, None, 0.0, 0.2, 0.9, 1.0, 1.9, 2.0):
        screen.draw(view(elapsed, note='starting'))
    text = pipe.getvalue().splitlines()
    assert text[0] == 'starting'
    assert [line.split()[0] for line in text[1:]] == ['0/30', '1/30', '2/30']


def test_without_a_terminal_address_and_first_track_are_told_once():
    pipe = io.StringIO()
    screen = Screen(pipe)
    for elapsed in (0.0, 1.0, 2.0):
        screen.draw(replace(view(elapsed), ready=elapsed > 0))
        screen.first_track(1.34)
    told = [line for line in pipe.getvalue().splitlines() if 'http' in line or 'first' in line]
    assert told == ['first track after 1.3 s', 'watch it: http://127.0.0.1:8000']


def test_an_act_has_lines_of_its_own():
    shown = replace(view(), upper=Line('ramp', 'MOVING   1.0 m/s'), lower=Line('on the wire', 'driving frames'))
    assert lines(shown, 79)[2:] == ['ramp            MOVING   1.0 m/s', 'on the wire     driving frames']
    pipe = io.StringIO()
    Screen(pipe).draw(shown)
    assert pipe.getvalue() == ' 10/30 s   MOVING   1.0 m/s   driving frames\n'


def test_the_clock_stands_while_the_end_waits():
    pipe = io.StringIO()
    screen = Screen(pipe)
    for elapsed in (30.0, 31.0, 33.5):
        screen.draw(view(elapsed))
    assert len(pipe.getvalue().splitlines()) == 1


def test_a_terminal_needs_no_line_for_the_first_track(tty):
    Screen(tty).first_track(1.0)
    assert tty.getvalue() == ''


@pytest.mark.parametrize(('term', 'expected'), [('xterm-256color', True), ('dumb', False), (None, False)])
def test_a_dumb_terminal_is_not_redrawn(monkeypatch, term, expected):
    monkeypatch.delenv('TERM', raising=False)
    if term:
        monkeypatch.setenv('TERM', term)
    assert is_terminal(Tty()) is expected


def test_columns_are_aligned_and_clipped_where_they_may_give():
    rows = [['a', 'long text that gives', '1'], ['bbb', 'short', '22']]
    assert align(rows, width=60, right=(2,)) == ['a    long text that gives   1', 'bbb  short                 22']
    assert all(len(line) <= 20 for line in align(rows, width=20, right=(2,), give=1))
    assert align([], width=10) == []


@pytest.mark.parametrize(('width', 'text'), [(9, 'abcdef'), (6, 'abcdef'), (5, 'abc..'), (1, '.'), (0, '')])
def test_a_cut_is_shown_by_dots(width, text):
    assert clip('abcdef', width) == text


def test_paint_leaves_text_alone_without_colour_or_role():
    assert paint('x', 'ok', False) == paint('x', 'no such role', True) == 'x'
    assert paint('x', 'ok', True) == '\x1b[32mx\x1b[0m'
