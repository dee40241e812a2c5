"""What page and buzzer said in a run, and the phone without a screen that hears the page."""

import json
import socket
import threading

import pytest

from outrider_bringup.demo import road_rows, voice_rows
from outrider_bringup.demo.phone import Phone
from outrider_bringup.demo.road import Played
from outrider_bringup.demo.talk import Socket, TalkError, pair
from outrider_bringup.demo.voice import Spoken, beeps, delays_ms
from outrider_bringup.paths import checkout
from outrider_sim.world.scenario import load
from waiting import wait_until

SCENARIO = load(checkout() / 'config' / 'scenarios' / 'demo_car.yaml')
BEGUN_NS = 10**18
PLAYED = Played(SCENARIO, BEGUN_NS, BEGUN_NS + round(SCENARIO.duration_s * 1e9))
OUT_S = PLAYED.cable_out_s


def at(*told):
    return [(BEGUN_NS + round(t_s * 1e9), word) for t_s, word in told]


def rows(spoken, played=PLAYED):
    return {row.name: row for row in voice_rows.rows(spoken, played)}


WHOLE = Spoken(at((-2, 'no_data'), (0.5, 'clear'), (2, 'caution'), (3, 'urgent'), (5, 'clear'),
                  (OUT_S + 1.1, 'no_data')),
               at((2, 'caution'), (2.2, 'caution'), (3, 'urgent'), (OUT_S + 1.1, 'no_data')))


def test_a_whole_act_is_told_and_judged():
    got = rows(WHOLE)
    assert {row.verdict for row in got.values()} == {'ok'}
    assert got['page'].measured == 'clear, caution, urgent, clear'
    assert got['page NO DATA'].measured == '1.10 s after the cable was out'
    assert got['buzzer sounded'].measured == 'caution, urgent'


@pytest.mark.parametrize(('lost', 'row'), [('urgent', 'page'), ('caution', 'page'), ('clear', 'page')])
def test_a_state_that_never_came_is_seen(lost, row):
    spoken = Spoken([one for one in WHOLE.states if one[1] != lost], WHOLE.beeps)
    assert rows(spoken)[row].verdict == 'over'


@pytest.mark.parametrize(('after_s', 'verdict'), [(1.4, 'ok'), (2.0, 'over'), (3.5, 'FAILED'), (None, 'FAILED')])
def test_no_data_that_comes_late_or_never_is_seen(after_s, verdict):
    late = () if after_s is None else at((OUT_S + after_s, 'no_data'))
    played = Played(SCENARIO, BEGUN_NS, BEGUN_NS + round((OUT_S + 4) * 1e9))
    got = rows(Spoken([*WHOLE.states[:-1], *late], [*WHOLE.beeps[:-1], *late]), played)
    assert (got['page NO DATA'].verdict, got['buzzer NO DATA'].verdict) == (verdict, verdict)


def test_no_data_that_stood_already_when_the_cable_went_is_not_missed():
    stood = Spoken([*WHOLE.states[:-1], *at((OUT_S - 0.2, 'no_data'))], WHOLE.beeps)
    assert rows(stood)['page NO DATA'].measured == '0.00 s after the cable was out'


def test_before_it_is_over_nothing_is_judged_and_other_roads_are_not():
    short = Played(SCENARIO, BEGUN_NS, BEGUN_NS + 10**9)
    assert {row.verdict for row in rows(WHOLE, short).values() if row.name != 'buzzer sounded'} == {'-'}
    assert {row.verdict for row in rows(Spoken()).values()} == {'-'}
    rain = load(checkout() / 'config' / 'scenarios' / 'rain_car_50.yaml')
    assert rows(WHOLE, Played(rain, BEGUN_NS, BEGUN_NS + 10**10)) == {}
    assert road_rows.NO_DATA_S == voice_rows.NO_DATA_S


def test_delays_pair_each_arrival_with_its_own_choice_and_know_a_second_alerter():
    published = [(1, 0), (2, 100_000_000), (1, 60_000_000_000)]
    arrived = [(3_000_000, 1), (104_000_000, 2), (60_005_000_000, 1), (60_200_000_000, 9)]
    assert delays_ms(arrived, published) == [3.0, 4.0, 5.0]
    row = voice_rows.latency_row(Spoken(delays_ms=[5.0] * 200))
    assert (row.verdict, row.figures['page_samples']) == ('ok', 200)
    assert voice_rows.latency_row(Spoken(delays_ms=[200.0] * 200)).verdict == 'over'


def test_of_the_buzzers_journal_sounds_count_and_torn_lines_do_not(tmp_path):
    path = tmp_path / 'buzzer.jsonl'
    path.write_text('{"at_ns": 5, "hz": 900.0, "tone": "no_data"}\n{"at_ns": 6, "hz": 0, "tone": ""}\n{"at_ns": 7, "h')
    assert [tone for _, tone in beeps(path)] == ['no_data']
    assert beeps(tmp_path / 'none') == []


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Start the real server on a free port; return its port and pairings."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route, WebSocketRoute
    from starlette.websockets import WebSocket

    said = [{'alerts': {'heartbeat': 7, 'level': 'clear'}}, {'seq': 2}, {'alerts': {'heartbeat': 8, 'level': 'urgent'}},
            {'alerts': None}, {'big': 'x' * 70_000}, {'middle': 'x' * 1000}]
    silent = threading.Event()

    async def pairs(request: Request) -> Response:
        good = (await request.json())['token'] == 'good'
        return Response(status_code=204, headers={'set-cookie': 'outrider=c; Path=/'}) if good else Response(
            '{"error": "wrong"}', 403)

    async def tells(link: WebSocket) -> None:
        await link.accept()
        assert link.headers['cookie'] == 'outrider=c'
        for one in said:
            await link.send_text(json.dumps(one))
        if silent.is_set():
            await link.receive()
        await link.close()

    server = uvicorn.Server(uvicorn.Config(
        Starlette(routes=[Route('/api/pair', pairs, methods=['POST']), WebSocketRoute('/ws/state', tells)]),
        log_level='critical', ws_ping_interval=0.2))
    listener = socket.create_server(('127.0.0.1', 0))
    thread = threading.Thread(target=server.run, kwargs={'sockets': [listener]})
    thread.start()
    yield listener.getsockname()[1], silent
    server.should_exit = True
    server.force_exit = True
    thread.join()


def test_the_phone_pairs_hears_and_comes_back(page):
    port, _ = page
    phone = Phone(port, 'good')
    wait_until(lambda: phone.heard.links >= 3, 'the socket to be opened again')
    phone.close()
    assert [level for _, level in phone.heard.states][:3] == ['clear', 'urgent', 'no_data']  # a lost link is NO DATA
    assert [heartbeat for _, heartbeat in phone.heard.alerts][:2] == [7, 8]


def test_a_page_that_says_nothing_for_a_second_is_no_data_and_pings_are_answered(page):
    port, silent = page
    silent.set()
    phone = Phone(port, 'good')
    wait_until(lambda: phone.heard.states and phone.heard.states[-1][1] == 'no_data', 'NO DATA', 10.0)
    assert phone.heard.links == 1
    phone.close()
    (first, _), *_, (last, _) = phone.heard.states
    assert 0.9 < (last - first) / 1e9 < 5.0


def test_wrong_tokens_and_closed_ports_are_one_sentence(page):
    port, _ = page
    with pytest.raises(TalkError, match='pairing was answered with 403'):
        pair(port, 'bad', 'x')
    with pytest.raises(TalkError, match='was refused'):
        Socket(port, '/nothing', '')
    with socket.create_server(('127.0.0.1', 0)) as closed:
        number = closed.getsockname()[1]
    with pytest.raises(TalkError, match=f'nobody answers on port {number}'):
        pair(number, 'good', 'x')
    with pytest.raises(TalkError, match='nobody answers'):
        Socket(number, '/', '')
