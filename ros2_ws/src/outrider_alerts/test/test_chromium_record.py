"""RECORD and MARK on the phone make a ride on the disk, by the real recorder."""

import json

import pytest
from page_at import BAR_IS_DONE, level

SIZES = {'portrait': (390, 844), 'landscape': (844, 390)}


@pytest.fixture
def recording(pages, phone, teller, spawn, tmp_path):
    recorder = spawn('--ros-args', '-p', f'rides_dir:={tmp_path / "rides"}', '-p', 'record:=manual',
                     module='outrider_recorder.recorder_node')
    page = pages()
    page.pair(phone)
    phone.until(level('clear'))
    phone.tap('#riding .state')
    phone.until(BAR_IS_DONE)
    phone.until('document.querySelector("#record_button").innerText === "RECORD"'
                ' && !document.querySelector("#record_button").disabled')
    return tmp_path / 'rides', recorder


def rides_of(folder):
    return [one for one in folder.iterdir() if one.is_dir()]


def test_record_and_mark_make_a_real_ride_with_a_report(recording, phone, tmp_path):
    rides, _ = recording
    assert rides_of(rides) == []
    phone.tap('#record_button')
    phone.until('document.querySelector("#record_button").innerText === "STOP REC"')
    phone.until('/^REC 0:0[1-9]/.test(document.querySelector(".rec").innerText)')
    (ride,) = rides_of(rides)
    phone.tap('#mark_button')
    phone.until('import("/static/main.js").then((page) => page.state.get("recorder").marks === 1)')
    (line,) = (ride / 'marks.jsonl').read_text().splitlines()
    assert json.loads(line)
    phone.tap('#record_button')
    phone.until('document.querySelector("#record_button").innerText === "RECORD"')
    assert json.loads((ride / 'ride.json').read_text())
    assert not list(ride.glob('*.part'))
    phone.evaluate('location.hash = "parked/rides"')
    phone.until('document.querySelector("[data-ride]")')
    assert '1 mark' in phone.text('[data-ride]')
    phone.tap('[data-ride] button')
    phone.until('document.querySelector("[data-ride] a")', 60)
    for held, size in SIZES.items():
        phone.size(*size)
        phone.picture(tmp_path / 'pictures' / f'parked_rides_{held}.png')
    phone.open(phone.evaluate('document.querySelector("[data-ride] a").href'))
    assert ride.name in phone.text('h1')


def test_a_recorder_that_died_is_not_said_to_record(recording, phone):
    _, recorder = recording
    phone.tap('#record_button')
    phone.until('/^REC 0:0/.test(document.querySelector(".rec").innerText)')
    recorder.kill()
    phone.until('document.querySelector(".rec").innerText === "REC ?"', 5)
    assert phone.evaluate('document.querySelector("#mark_button").disabled')


def test_without_a_recorder_the_buttons_promise_nothing(pages, phone, teller):
    page = pages()
    page.pair(phone)
    phone.until(level('clear'))
    assert phone.evaluate('[...document.querySelectorAll("#record_button, #mark_button")].every((one) => one.disabled)')
    assert phone.text('.rec') == 'REC ?'
