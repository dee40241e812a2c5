"""Parked: settings, zones, rides, doctor, and what this browser cannot do. The real commands answer behind them."""

import json

import pytest
from page_at import BAR_IS_DONE, Page, level
from teller import alert

SIZES = {'portrait': (390, 844), 'landscape': (844, 390)}


@pytest.fixture
def parked(pages, phone, teller):
    page = pages()
    page.pair(phone)
    phone.until(level('clear'))
    phone.tap('#riding .state')
    phone.until(BAR_IS_DONE)
    return page


def pictures(phone, folder, name):
    for held, size in SIZES.items():
        phone.size(*size)
        phone.until(f'innerWidth === {size[0]}')
        phone.picture(folder / 'pictures' / f'{name}_{held}.png')


def fix(lat, lon):
    from sensor_msgs.msg import NavSatFix

    told = NavSatFix(latitude=lat, longitude=lon)
    told.status.status = 0
    return told


def choose(phone, selector, value):
    phone.until(f'document.querySelector("{selector}")')
    phone.evaluate(f'(() => {{const e = document.querySelector("{selector}"); e.value = {json.dumps(value)};'
                   'e.dispatchEvent(new Event("change", {bubbles: true}))})()')


def test_a_setting_is_kept_and_the_riding_view_obeys(parked, phone, teller, tmp_path):
    phone.tap('#riding .more')
    phone.tap('a[href="#parked/settings"]')
    choose(phone, '#setting_distance_unit', 'ft')
    phone.until('document.querySelector("#setting_distance_unit").value === "ft"'
                ' && fetch("/api/settings").then((a) => a.json())'
                '.then((all) => all.find((one) => one.key === "distance_unit").value === "ft")')
    phone.until('document.querySelector(".phones li") && document.querySelector(".zones li")')
    pictures(phone, tmp_path, 'parked_settings')
    phone.tap('.back')
    teller.alerts(alert('warn', 'CAR', 'left', 30.48, 3.5))
    phone.until(level('caution'))
    phone.until('document.querySelector(".numbers").innerText.startsWith("100")')
    assert phone.text('.numbers').split()[:2] == ['100', 'ft']


def test_a_zone_is_laid_where_the_rig_stands_and_its_place_is_never_told(parked, phone, teller, tmp_path):
    from outrider_node import qos

    phone.evaluate('location.hash = "parked/settings"')
    phone.until('document.querySelector(".zones li")')
    phone.evaluate('document.querySelector("#zone_name").value = "home"')
    teller.also('gps/fix', fix(52.5, 13.4), qos.SENSOR)
    phone.until('fetch("/api/zones", {method: "POST", headers: {"Content-Type": "application/json"},'
                'body: JSON.stringify({name: "probe", radius_m: 50, here: true})}).then((a) => a.ok)')
    phone.tap('#zone_add')
    phone.until('document.querySelector(".zones ul").innerText.includes("home")')
    zones = json.loads((tmp_path / 'rides' / 'zones.json').read_text())
    assert {'name': 'home', 'latitude_deg': 52.5, 'longitude_deg': 13.4, 'radius_m': 300.0} in zones
    told = phone.evaluate('fetch("/api/zones").then((a) => a.text()).then(async (t) => '
                          't + await fetch("/api/settings").then((a) => a.text()))')
    assert '52.5' not in told
    assert '13.4' not in told
    for _ in range(2):
        before = phone.evaluate('document.querySelectorAll(".zones li button").length')
        phone.tap('.zones li button')
        phone.until(f'document.querySelectorAll(".zones li button").length === {before - 1}')
    assert json.loads((tmp_path / 'rides' / 'zones.json').read_text()) == []


def test_the_doctor_names_each_red_line_with_what_to_do(parked, phone, tmp_path):
    phone.evaluate('location.hash = "parked/health"')
    phone.until('document.body.innerText.includes("not asked yet")')
    phone.tap('#parked .body button')
    phone.until('/want something from you|are well/.test(document.body.innerText)', 90)
    lines = phone.evaluate("""[...document.querySelectorAll('.lines')[1].children]
        .map((one) => [one.dataset.level, one.innerText])""")
    assert lines
    assert all('Next: ' in text for grave, text in lines if grave == 'error')
    pictures(phone, tmp_path, 'parked_health')


def test_what_a_node_says_of_itself_stands_on_the_page(parked, phone, teller):
    from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

    from outrider_node import qos

    told = DiagnosticArray(status=[DiagnosticStatus(level=b'\x02', name='outrider/radar', message='no frames for 3 s')])
    teller.also('/diagnostics', told, qos.EVENT)
    phone.evaluate('location.hash = "parked/health"')
    phone.until('document.querySelector(".lines li[data-level=error]")?.innerText.includes("no frames for 3 s")')


def test_where_no_stack_was_started_nothing_can_be_started_again_and_the_page_says_why(parked, phone):
    phone.evaluate('location.hash = "parked/health"')
    phone.until('document.querySelector(".nodes + .told").innerText.includes("not started by ./outrider up")')
    assert phone.evaluate('document.querySelectorAll("[data-node]").length') == 0


RED = """(() => {const c = document.querySelector('canvas');
    const p = c.getContext('2d').getImageData(c.width / 2, c.height * 0.6, 1, 1).data;
    return p[0] > 150 && p[1] < 90})()"""
CAR_ABOVE = 'document.querySelector(".overhead g text")?.textContent === "CAR"'


@pytest.fixture
def looked_at(parked, phone, teller):
    """A parked page that shows a red picture and a car from above; returns the tracks, which may be changed."""
    from io import BytesIO

    from outrider_interfaces.msg import Track, TrackArray
    from PIL import Image, ImageDraw
    from sensor_msgs.msg import CompressedImage

    from outrider_node import qos

    picture = Image.new('RGB', (640, 360), (96, 120, 140))
    ImageDraw.Draw(picture).rectangle((240, 160, 400, 300), fill=(200, 30, 30))
    jpeg = BytesIO()
    picture.save(jpeg, 'JPEG')
    teller.also('camera/color/compressed', CompressedImage(format='jpeg', data=list(jpeg.getvalue())), qos.VIEW)
    car = Track(id=7, class_id=Track.CLASS_CAR, length_m=4.3, width_m=1.8)
    car.position.x, car.position.y, car.velocity_relative.x = -18.0, 1.9, 9.0
    tracks = TrackArray(tracks=[car], ego_velocity_valid=True)
    teller.also('tracks', tracks, qos.SENSOR)
    phone.evaluate('location.hash = "parked/look"')
    phone.until(RED)
    phone.until(CAR_ABOVE)
    return tracks


def test_video_and_the_view_from_above_are_open_only_while_looked_at(looked_at, phone, tmp_path):
    pictures(phone, tmp_path, 'parked_look')
    looked_at.ego_velocity.x = 5.0
    phone.until('document.body.dataset.view === "riding"')  # it rolls: nobody watches films
    assert phone.evaluate(RED) is False


def test_what_is_looked_at_comes_back_with_the_server(looked_at, parked, phone, pages):
    parked.process.kill()
    phone.until('document.querySelector(".video .told").innerText === "The camera is not to be seen now."')
    phone.until('document.querySelector(".overhead .told").innerText === "NO DATA"')
    pages(port=parked.port)
    phone.until('document.querySelector(".video .told").hidden')
    phone.until(RED)
    phone.until(CAR_ABOVE)
    phone.complaints.clear()  # the browser's own lines about the lost sockets


def test_no_tab_moves_from_under_the_finger_when_the_level_changes(parked, phone, teller):
    phone.size(*SIZES['landscape'])
    phone.evaluate('location.hash = "parked/health"')
    said, place = ('document.querySelector("#parked .back").innerText',
                   'document.querySelector("#parked nav").getBoundingClientRect().x')
    phone.until(f'{said}.includes("Back")')
    before = phone.evaluate(place)
    teller.alerts(alert('warn', 'IN THE WAY', 'left', 38.2, 3.5))  # as long as a word may be
    phone.until(f'{said}.includes("IN THE WAY")')
    assert phone.evaluate(place) == before


def test_over_plain_http_the_page_says_what_it_cannot_do(pages, spawn, tmp_path, teller):
    from chromium import browsing

    page = pages(names='[rig.local]')
    with browsing(tmp_path / 'plain', '--host-resolver-rules=MAP rig.local 127.0.0.1') as browser:
        phone = browser.tab()
        page.at = f'http://rig.local:{page.port}'
        page.pair(phone)
        phone.tap('#riding .state')
        phone.until('document.querySelector(".notice").innerText.includes("screen may go dark")')
        assert phone.evaluate('window.isSecureContext') is False
        phone.evaluate('location.hash = "parked/settings"')
        phone.until('document.body.innerText.includes("cannot be installed")')
        assert phone.complaints == []


def test_on_this_machine_the_page_may_be_installed_and_keeps_the_screen_on(parked, phone):
    phone.until('import("/static/main.js").then((page) => page.awake.lock && !page.awake.lock.released)')
    manifest = phone.call('Page.getAppManifest')
    assert manifest['errors'] == []
    assert json.loads(manifest['data'])['display'] == 'fullscreen'
    problems = {one['errorId'] for one in phone.call('Page.getInstallabilityErrors')['installabilityErrors']}
    assert problems <= {'in-incognito'}  # each phone of a test is a context of its own
    icons = phone.evaluate("""Promise.all([192, 512].map(async (size) => {
        const one = await createImageBitmap(await (await fetch(`/static/icon_${size}.png`)).blob());
        return one.width === size && one.height === size;}))""")
    assert icons == [True, True]


def test_nothing_is_asked_of_anybody_else(parked, phone):
    for tab in ('look', 'rides', 'health', 'settings'):
        phone.evaluate(f'location.hash = "parked/{tab}"')
        phone.until(f'document.querySelector("nav a[aria-current]").hash === "#parked/{tab}"')
    asked = phone.evaluate('performance.getEntriesByType("resource").map((one) => new URL(one.name).origin)')
    assert set(asked) == {parked.at}
    assert isinstance(parked, Page)
