"""The page on the whole simulated stack, every process real: what a rider and a skater see, and when one dies."""

import os
import signal
import socket
import time
import urllib.request

import pytest
from page_at import LINK

from ramp_person import ARMED, DISARMED, ESTOPPED, MOVING, Person
from rig_up import Up
from waiting import wait_until

FUSION_S, PAGE_S = 1.2, 2.0
NOTE = """(() => {
  window.turned = [];
  const look = () => {
    const last = window.turned.at(-1);
    const now = [document.body.dataset.level, document.querySelector('#riding .word').innerText,
                 document.querySelector('#riding').dataset.side];
    const at = performance.timeOrigin + performance.now();
    if (String(now) !== String(last?.slice(0, 3))) window.turned.push([...now, at]);
    requestAnimationFrame(look);
  };
  look();
  return true;
})()"""


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def rig(tmp_path, monkeypatch, phone):
    """rig('bicycle', more words) starts it, pairs the phone, and gives the running stack."""
    from outrider_alerts.door.pairings import Pairings

    started = []
    monkeypatch.setenv('OUTRIDER_STATE', str(tmp_path / 'state'))

    def start(kind, *words):
        at = f'http://127.0.0.1:{free_port()}'
        one = Up(tmp_path, kind, '--sim', '--no-live', f'web_port:={at.rsplit(":", 1)[1]}', *words,
                 env={'TMPDIR': str(tmp_path)})
        started.append(one)
        wait_until(lambda: answers(at), 'the page to answer', 40.0)
        phone.open(f'{at}/pair{LINK}{Pairings(tmp_path / "state").new_token()}')
        phone.until(f'document.body.dataset.view === "{"ramp" if kind == "ramp" else "riding"}"')
        phone.evaluate(NOTE)
        phone.tap('main:not([hidden])')
        return one

    yield start
    for one in started:
        one.close()


def leader(one, name):
    """Return the pid of a node, None while there is none."""
    try:
        return one.main(name)
    except (KeyError, ValueError, ProcessLookupError):
        return None


def turned_to(phone, name, after_s=0.0):
    """Wait until the screen turned to a level after `after_s`, unix s; return when it did."""
    found = f'window.turned.find(([one, , , at]) => one === "{name}" && at > {1000 * after_s})'
    phone.until(found, 30)
    return phone.evaluate(found)[3] / 1000


def test_a_car_from_behind_is_told_and_its_ride_is_kept(rig, phone):
    one = rig('bicycle', '--scenario', 'road_busy_minute')
    clear_s = turned_to(phone, 'clear')
    turned_to(phone, 'caution', clear_s)
    turned_to(phone, 'urgent', clear_s)
    told = [turn for turn in phone.evaluate('window.turned') if turn[2] != 'none']  # the machine itself has no side
    assert {turn[0] for turn in told} == {'caution', 'urgent'}
    assert {turn[2] for turn in told} <= {'left', 'behind'}
    assert {turn[1] for turn in told} <= {'CAR', 'VEHICLE', 'TRUCK', 'MOTO', 'BIKE'}
    phone.tap('#mark_button')
    wait_until(lambda: list(one.rides.glob('*/marks.jsonl')), 'the mark')


def test_dead_processes_are_no_data_in_time_and_come_back(rig, phone):
    one = rig('bicycle')
    seen_s = turned_to(phone, 'clear')
    for name, limit_s in (('fusion', FUSION_S), ('alerter', FUSION_S), ('page', PAGE_S)):
        phone.until('document.body.dataset.level !== "no_data"', 40)
        killed_s = time.time()
        os.kill(one.main(name), signal.SIGKILL)
        assert turned_to(phone, 'no_data', max(killed_s, seen_s)) - killed_s < limit_s, name
    phone.until('document.body.dataset.level !== "no_data"', 40)


def test_a_node_is_started_again_from_the_page_and_never_arms(rig, phone):
    one = rig('ramp')
    phone.until('!document.querySelector("#ramp .more").hidden', 30)
    phone.tap('#ramp .more')
    phone.tap('a[href="#parked/health"]')
    for name in ('recorder', 'governor'):
        before = leader(one, name)
        phone.tap(f'[data-node="{name}"]')
        wait_until(lambda name=name, before=before: leader(one, name) not in (None, before), f'another {name}')
        phone.until(f'document.querySelector(".nodes + .told").innerText === "{name.title()} is being started again."')
    assert not [name for name in phone.text('.nodes').split() if name.startswith('fake')]
    phone.tap('.back')
    phone.until('document.querySelector("#ramp .word").innerText === "E-STOP"')


def test_the_stop_on_the_phone_stops_a_driving_ramp_and_cannot_clear_it(rig, phone, ros):
    one = rig('ramp')
    person = Person(one, ros)
    person.arm()
    phone.until('document.querySelector("#ramp .word").innerText === "ARMED"')
    person.hold_r1()
    person.lift()
    person.drive()
    phone.until('document.querySelector("#ramp .word").innerText === "MOVING"')
    assert person.state.state == MOVING
    phone.tap('#estop_button')
    person.sees(lambda state: state.state == ESTOPPED, 'the stop')
    phone.until('document.querySelector(".stopping").dataset.phase === "latched"')
    phone.until('document.querySelector("#ramp .word").innerText === "E-STOP"')
    person.let_go()
    phone.tap('#estop_button')
    phone.until('document.querySelector(".stopping").dataset.phase === "latched"')
    assert person.state.state == ESTOPPED
    person.press_options()
    person.sees(lambda state: state.state in (DISARMED, ARMED), 'the stop to be cleared at the pad')
    phone.until('document.querySelector(".stopping").dataset.phase === "ready"')
