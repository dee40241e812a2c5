"""Who gets which signal when, without a single process."""

import signal

import pytest

from outrider_bringup.runner.order import GROUPS, group_of
from outrider_bringup.runner.respawn import Deaths, spoken
from outrider_bringup.runner.stopping import LAST_KILL_S, Member, Stopping

INT, TERM, KILL = signal.SIGINT, signal.SIGTERM, signal.SIGKILL


def played(members, leaves, until_s=3.0, every_s=0.01):
    """Return [(second, pid, signal)] for members that leave `leaves[pid]` s after their first signal (None: never)."""
    stopping, seen, gone_s = Stopping(0.0), [], {}
    for turn in range(int(until_s / every_s)):
        now_s = turn * every_s
        alive = [member for member in members if gone_s.get(member.pid, 9e9) > now_s]
        if not alive:
            break
        for pid, number in stopping.step(now_s, alive):
            seen.append((round(now_s, 2), pid, number))
            wait_s = 0.0 if number == KILL else leaves[pid]
            if wait_s is not None:
                gone_s.setdefault(pid, now_s + wait_s)
                gone_s[pid] = min(gone_s[pid], now_s + wait_s)
    return seen, stopping


@pytest.mark.parametrize(('executable', 'group'), [
    ('pilot', 'operator'), ('follow', 'operator'), ('governor', 'governor'),
    ('motors', 'actuators'), ('relays', 'actuators'), ('recorder', 'recorder'), ('radar', 'rest'), ('bridge', 'rest'),
    ('fusion', 'rest'), ('whatever', 'rest'), ('fake_ti_radar', 'devices'), ('fake_pad', 'devices'),
])
def test_the_order_of_stopping(executable, group):
    assert GROUPS[group_of(executable)][0] == group


def test_who_leaves_when_asked_is_asked_once_and_the_next_group_follows_at_once():
    seen, stopping = played([Member(10 + group, group, f'g{group}') for group in range(6)],
                            {10 + group: 0.05 for group in range(6)})
    assert [(pid, number) for _, pid, number in seen] == [(10 + group, INT) for group in range(6)]
    assert [second for second, _, _ in seen] == pytest.approx([0.0, 0.05, 0.1, 0.15, 0.2, 0.25], abs=0.03)
    assert stopping.forced == set()


def test_groups_that_nobody_is_in_cost_no_time():
    seen, _ = played([Member(1, 5, 'x')], {1: 0.0})
    assert seen == [(0.0, 1, INT)]


def test_the_deaf_are_told_harder_and_do_not_hold_up_the_others():
    seen, stopping = played([Member(1, 2, 'motors'), Member(2, 3, 'recorder'), Member(3, 4, 'radar')],
                            {1: None, 2: 0.3, 3: 0.1})
    assert [(pid, number) for _, pid, number in seen] == [(1, INT), (1, TERM), (2, INT), (1, KILL), (3, INT)]
    assert seen[1][0] == pytest.approx(1.0, abs=0.02)
    assert seen[2][0] == pytest.approx(1.6, abs=0.02)  # as long as motors may brake
    assert seen[3][0] == pytest.approx(1.8, abs=0.02)
    assert stopping.forced == {'motors'}


def test_all_deaf_are_gone_before_three_seconds():
    seen, stopping = played([Member(10 + group, group, f'g{group}') for group in range(6)],
                            {10 + group: None for group in range(6)})
    assert max(second for second, _, _ in seen) <= LAST_KILL_S + 0.02
    assert {pid for _, pid, number in seen if number == KILL} == {10 + group for group in range(6)}
    assert stopping.forced == {f'g{group}' for group in range(6)}


def test_a_child_is_left_to_its_parent_until_that_has_gone():
    stopping = Stopping(0.0)
    parent, child = Member(1, 4, 'bridge'), Member(2, 4, 'bridge', root=False)
    assert stopping.step(0.0, [parent, child]) == [(1, INT)]
    assert stopping.step(0.5, [parent, child]) == []
    assert stopping.step(0.6, [Member(2, 4, 'bridge')]) == [(2, INT)]
    assert stopping.step(1.0, [Member(2, 4, 'bridge')]) == [(2, TERM)]


def test_who_is_still_starting_gets_the_signal_that_is_no_traceback():
    stopping = Stopping(0.0)
    assert stopping.step(0.0, [Member(1, 4, 'radar', starting=True)]) == [(1, TERM)]
    assert stopping.step(0.1, [Member(1, 4, 'radar', starting=True)]) == []
    assert stopping.step(1.9, [Member(1, 4, 'radar', starting=True)]) == [(1, KILL)]


def test_a_killed_node_is_started_again_until_the_fifth_time_within_ten_seconds():
    deaths = Deaths('radar', respawn=True, delay_s=0.5)
    assert [deaths.judge(second, -9).kind for second in (0, 1, 2, 3)] == ['respawn'] * 4
    assert deaths.judge(11.0, -9).kind == 'respawn'
    assert [deaths.judge(second, -9).kind for second in (11.1, 11.2)] == ['respawn', 'gave up']


@pytest.mark.parametrize(('code', 'respawn', 'kind', 'text'), [
    (0, True, 'ended', 'n has ended'),
    (2, True, 'refused', 'n refused to run, see its last line above; it is not started again'),
    (1, False, 'ended', 'n ended with exit code 1; it is not started again'),
    (-15, True, 'respawn', 'n was ended by SIGTERM; started again in 2 s'),
])
def test_what_follows_an_end(code, respawn, kind, text):
    verdict = Deaths('n', respawn, 2.0).judge(0.0, code)
    assert (verdict.kind, verdict.text) == (kind, text)


def test_a_signal_without_a_name_is_told_by_its_number():
    assert spoken(-63) == 'was ended by signal 63'
