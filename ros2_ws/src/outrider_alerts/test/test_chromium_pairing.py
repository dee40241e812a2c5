"""A phone is paired once, stays paired, and is sent away: in a real browser, against the real server."""

import json

from page_at import LINK, level

from outrider_alerts.door.pairings import Pairings

BOTH = (('portrait', (390, 844)), ('landscape', (844, 390)))


def history_of(phone):
    entries = phone.call('Page.getNavigationHistory')['entries']
    return [entry['url'] for entry in entries]


def test_a_link_pairs_once_and_its_token_is_left_nowhere(pages, phone, teller):
    page = pages()
    token = page.token()
    phone.open(f'{page.at}/pair{LINK}{token}')
    phone.until('document.body.dataset.view === "riding"')
    phone.until(level('clear'))
    assert phone.evaluate('location.href') == f'{page.at}/'
    assert not any(token in address for address in history_of(phone))
    assert phone.evaluate('document.cookie') == ''  # HttpOnly
    cookies = phone.call('Network.getCookies', urls=[page.at])['cookies']
    assert [(one['httpOnly'], one['sameSite']) for one in cookies] == [(True, 'Strict')]
    assert token not in page.process.output
    assert cookies[0]['value'] not in page.process.output


def test_a_used_link_says_so_and_what_to_do(pages, phone, chromium, tmp_path):
    page = pages()
    token = page.token()
    phone.open(f'{page.at}/pair{LINK}{token}')
    phone.until('document.body.dataset.view === "riding"')
    other = chromium.tab()
    other.open(f'{page.at}/pair{LINK}{token}')
    other.until('document.querySelector("#pairing h1").innerText === "Not paired"')
    assert './outrider pair' in other.text('#pairing')
    assert 'used' in other.text('#pairing')
    assert other.evaluate('location.href') == f'{page.at}/'
    for name, size in BOTH:
        other.size(*size)
        other.picture(tmp_path / 'pictures' / f'pairing_used_{name}.png')


def test_a_wrong_link_and_no_link_are_told_in_words(pages, phone):
    page = pages()
    phone.open(f'{page.at}/pair{LINK}{"A" * 43}')
    phone.until('document.querySelector("#pairing h1").innerText === "Not paired"')
    assert './outrider pair' in phone.text('#pairing')
    phone.open(f'{page.at}/pair')
    phone.until('document.body.innerText.includes("no pairing code")')


def test_an_unpaired_phone_is_told_what_to_do_and_hears_nothing(pages, phone, teller):
    page = pages()
    phone.open(f'{page.at}/')
    phone.until('document.body.innerText.includes("does not know this phone")')
    assert phone.evaluate('import("/static/main.js").then((page) => Object.keys(page.state.sections).length)') == 0
    assert phone.evaluate('document.querySelector("#riding").hidden')
    phone.complaints.clear()  # the browser's own line about the refused socket


def test_a_paired_phone_comes_back_after_the_browser_and_the_server_were_restarted(pages, tmp_path, teller):
    from chromium import browsing

    page = pages()
    with browsing(tmp_path / 'profile') as browser:
        first = browser.tab(apart=False)
        page.pair(first)
        browser.close()
        page.process.kill()
        again = pages(port=page.port)
        browser.open()
        later = browser.tab(apart=False)
        later.open(f'{again.at}/')
        later.until(level('clear'))


def test_a_revoked_phone_is_put_out_at_once_and_the_other_stays(pages, phone, chromium, teller):
    page = pages()
    page.pair(phone)
    other = chromium.tab()
    page.pair(other)
    ids = [one['id'] for one in phone.evaluate('fetch("/api/paired").then((answer) => answer.json())')]
    assert len(ids) == 2
    own = phone.evaluate('fetch("/api/paired").then((a) => a.json()).then((all) => all.find((one) => one.this)?.id)')
    (victim,) = [one for one in ids if one != own]
    phone.evaluate('location.hash = "parked/settings"')
    phone.until('document.querySelector(".settings li") && document.querySelector(".zones li")')  # above the phones
    button = f'[data-phone={json.dumps(str(victim))}] button'
    phone.tap(button)
    phone.until(f'document.querySelector({json.dumps(button)}).innerText.includes("for good")')
    phone.tap(button)
    phone.until('document.querySelectorAll("[data-phone]").length === 1')
    other.until('document.body.dataset.view === "pairing"', 4)
    assert 'revoked' in other.text('#pairing')
    assert other.evaluate('fetch("/api/rides").then((answer) => answer.status)') == 401
    assert [str(one.id) for one in Pairings(page.folder / 'state').phones()] == [str(own)]
    phone.evaluate('location.hash = ""')
    phone.until(level('clear'))
