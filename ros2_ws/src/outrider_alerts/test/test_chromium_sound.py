"""What is heard: nothing before the first tap, and it says so; then the tones of the table, measured as sound."""

import pytest
from chromium import LANDSCAPE
from page_at import BAR_IS_DONE, level
from teller import alert

from outrider_alerts import table

# The loudest pitch that plays now, Hz, and its peak, of what really goes to the loudspeaker.
EAR = """(async () => {
  const {sound} = await import('/static/main.js');
  const ear = sound.context.createAnalyser();
  ear.fftSize = 8192;
  sound.master.connect(ear);
  window.ear = ear;
  window.heard = new Set();
  window.peak = 0;
  const bins = new Float32Array(ear.frequencyBinCount);
  const wave = new Float32Array(ear.fftSize);
  setInterval(() => {
    ear.getFloatTimeDomainData(wave);
    const peak = wave.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    window.peak = Math.max(window.peak, peak);
    if (peak < 0.02) return;
    ear.getFloatFrequencyData(bins);
    const top = bins.reduce((best, one, at) => (one > bins[best] ? at : best), 0);
    window.heard.add(Math.round(top * sound.context.sampleRate / ear.fftSize / 100) * 100);
  }, 20);
})()"""
FORGET = 'window.heard.clear(); window.peak = 0; true'


def pitches(tone):
    return {round(note.hz / 100) * 100 for note in table.load().tones[tone].notes}


def hears(phone, tone):
    for hz in sorted(pitches(tone)):
        phone.until(f'[...window.heard].some((one) => Math.abs(one - {hz}) <= 100)')

# Where everything is that can be touched, and the word.
PLACES = """[...document.querySelectorAll('main:not([hidden]) :is(button, a, .state, .word)')].map((one) => {
  const box = one.getBoundingClientRect();
  return [one.className, box.x, box.y, box.width, box.height];
})"""


@pytest.fixture
def listening(pages, phone, teller):
    page = pages()
    page.pair(phone)
    phone.until(level('clear'))
    return page


@pytest.fixture
def hearing(listening, phone):
    phone.tap('#riding .state')
    phone.until('import("/static/main.js").then((page) => page.sound.on)')
    phone.evaluate(EAR)
    return listening


def test_sound_is_off_until_the_first_tap_and_the_page_says_so(listening, phone, teller, tmp_path):
    teller.alerts(alert('urgent', 'CAR', 'behind', 8.0, 0.8))
    phone.until(level('urgent'))
    assert phone.text('#sound_bar') == 'SOUND IS OFF: TAP'
    assert not phone.evaluate('import("/static/main.js").then((page) => page.sound.on)')
    for name, size in (('portrait', (390, 844)), ('landscape', (844, 390))):
        phone.size(*size)
        phone.picture(tmp_path / 'pictures' / f'sound_off_{name}.png')
    phone.tap('#riding .state')
    phone.until(BAR_IS_DONE)
    phone.evaluate(EAR)
    hears(phone, 'urgent')


def test_nothing_moves_from_under_the_finger_when_the_bar_has_nothing_more_to_say(listening, phone):
    phone.tap('#riding .state')
    phone.until('document.querySelector("#sound_bar").innerText === "SOUND IS ON"')
    before = phone.evaluate(PLACES)
    phone.until(BAR_IS_DONE)
    assert phone.text('#sound_bar') == ''
    assert phone.evaluate(PLACES) == before


def test_the_room_of_the_bar_is_given_back_when_all_moves_anyhow(hearing, phone):
    phone.until(BAR_IS_DONE)
    assert not phone.evaluate('document.querySelector("#sound_bar").hidden')
    phone.size(*LANDSCAPE)
    phone.until('document.querySelector("#sound_bar").hidden')


def test_in_another_view_the_bar_takes_no_room_any_more(hearing, phone):
    phone.until(BAR_IS_DONE)
    phone.tap('#riding .more')
    phone.until('document.body.dataset.view === "parked"')
    assert phone.evaluate('document.querySelector("#sound_bar").hidden')


def test_each_level_has_the_tone_of_the_table(hearing, phone, teller):
    teller.alerts(alert('warn', 'CAR', 'left', 38.2, 3.5))
    hears(phone, 'caution')
    phone.evaluate(FORGET)
    teller.alerts(alert('urgent', 'CAR', 'left', 8.2, 0.9))
    hears(phone, 'urgent')
    teller.alerts()
    phone.until(level('clear'))
    phone.until('import("/static/main.js").then((page) => page.sound.now === null && page.sound.notes.length === 0)')


def test_no_data_sounds_though_nobody_tells_it(hearing, phone, teller):
    hearing.process.kill()
    phone.until(level('no_data'))
    hears(phone, 'no_data')
    phone.complaints.clear()  # the browser's own lines about the lost socket


def test_muted_a_caution_is_silent_urgent_and_no_data_are_not(hearing, phone, teller):
    phone.tap('#mute_button')
    phone.until('document.querySelector("#mute_button").innerText === "MUTED"')
    phone.evaluate(FORGET)
    teller.alerts(alert('warn', 'CAR', 'left', 38.2, 3.5))
    phone.until(level('caution'))
    assert phone.evaluate('import("/static/main.js").then((page) => page.sound.now)') is None
    teller.alerts(alert('urgent', 'CAR', 'left', 8.2, 0.9))
    hears(phone, 'urgent')
    assert pitches('caution') & set(phone.evaluate('[...window.heard]')) == set()
    phone.evaluate(FORGET)
    teller.alerts(alert('no_radar'))
    hears(phone, 'no_data')


def test_a_lost_camera_is_heard_once_and_silences_no_caution(hearing, phone, teller):
    teller.alerts(alert('camera_lost'))
    hears(phone, 'machine')
    phone.evaluate(FORGET)
    teller.alerts(alert('warn', 'CAR', 'left', 38.2, 3.5), alert('camera_lost'))
    hears(phone, 'caution')
    phone.evaluate(FORGET)
    teller.alerts(alert('camera_lost'))
    phone.until(level('clear'))
    phone.until('import("/static/main.js").then((page) => page.sound.now === null)')


def test_volume_nought_leaves_urgent_and_no_data_audible(hearing, phone, teller):
    phone.evaluate('import("/static/main.js").then((page) => page.sound.loudness(0))')
    teller.alerts(alert('warn', 'CAR', 'left', 38.2, 3.5))
    phone.until('import("/static/main.js").then((page) => page.sound.now?.name === "caution")')
    phone.evaluate(FORGET)
    teller.alerts(alert('urgent', 'CAR', 'left', 8.2, 0.9))
    hears(phone, 'urgent')
    assert phone.evaluate('window.peak') > 0.2
