"""When the link, the alerter or the server is gone: NO DATA in time, and back by itself with all that stands."""

import signal
import time

import pytest
from page_at import level
from teller import alert

ALERTER_S = 1.2  # data older than 1 s is NO DATA; the page looks every 100 ms
SERVER_S = 2.0
KEEP = """import("/static/main.js").then(() => {
  window.turned = [];
  new MutationObserver(() => window.turned.push([document.body.dataset.level,
                                                 performance.timeOrigin + performance.now()]))
    .observe(document.body, {attributes: true, attributeFilter: ['data-level']});
})"""


def turned_to(phone, name):
    """Return when the screen last turned to a level, unix s."""
    phone.until(level(name))
    return [at for one, at in phone.evaluate('window.turned') if one == name][-1] / 1000


@pytest.fixture
def calm(pages, phone, teller):
    """A page that says CLEAR, on a phone that notes when it turns to what."""
    page = pages()
    page.pair(phone)
    phone.until(level('clear'))
    phone.evaluate(KEEP)
    return page


def test_a_dead_alerter_is_no_data_within_its_second(calm, phone, teller):
    last_s = teller.fall_silent()
    assert turned_to(phone, 'no_data') - last_s < ALERTER_S
    assert 'alerter is silent' in phone.text('#riding .text')


def test_a_killed_server_is_no_data_and_the_page_comes_back_by_itself(calm, phone, teller, pages):
    killed_s = time.time()
    calm.process.kill()
    assert turned_to(phone, 'no_data') - killed_s < SERVER_S
    assert 'No link to the rig' in phone.text('#riding .text')
    teller.alerts(alert('warn', 'CAR', 'left', 38.2, 3.5))
    pages(port=calm.port)
    phone.until(level('caution'))
    assert phone.text('#riding .word') == 'CAR'
    phone.complaints.clear()  # the browser's own lines about the lost socket


def test_a_frozen_server_is_no_data_too(calm, phone):
    frozen_s = time.time()
    calm.process.signal(signal.SIGSTOP)
    assert turned_to(phone, 'no_data') - frozen_s < SERVER_S
    calm.process.signal(signal.SIGCONT)
    phone.until(level('clear'))


def test_it_tries_again_after_a_quarter_of_a_second_and_then_twice_as_long_up_to_four(phone, pages, teller):
    waits = phone_waits(phone, pages())
    assert waits[:6] == [250, 500, 1000, 2000, 4000, 4000]


def phone_waits(phone, page):
    """Return how long the page waits before each of its tries while nobody answers, ms, its clock run by hand."""
    page.pair(phone)
    return phone.evaluate("""(async () => {
      const {Connection} = await import('/static/connection.js');
      const waits = [];
      const real = window.setTimeout;
      const held = window.fetch;
      window.fetch = () => Promise.reject(new Error('nobody'));
      const one = new Connection('/nowhere', {heard() {}, changed() {}, refused() {}});
      window.setTimeout = (call, ms) => { if (ms >= 250) waits.push(ms); return real(call, ms >= 250 ? 0 : ms); };
      one.lost(0);
      while (waits.length < 6) await new Promise((done) => real(done, 5));
      one.over = true;
      window.setTimeout = real;
      window.fetch = held;
      return waits;
    })()""")


def test_an_answer_that_stalls_does_not_keep_an_old_state_on_the_screen(calm, phone, teller):
    teller.alerts(alert('urgent', 'CAR', 'behind', 8.0, 0.8))
    phone.until(level('urgent'))
    calm.process.signal(signal.SIGSTOP)
    phone.until(level('no_data'), SERVER_S + 1)
    assert phone.text('#riding .numbers') == ''
    calm.process.signal(signal.SIGCONT)
    phone.until(level('urgent'))
