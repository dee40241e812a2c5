"""What a rider sees, of each state, held upright and across: told over ROS, painted by a real browser, and measured."""

import pytest
from page_at import BAR_IS_DONE, level
from teller import alert

SIZES = {'portrait': (390, 844), 'landscape': (844, 390)}
BEHIND = {'distance_m': 42.0, 'ttc_s': 5.1}
STATES = {
    'clear': ('clear', 'ring', 'CLEAR', list),
    'notice': ('clear', 'ring', 'CLEAR', lambda: [alert('notice', 'CAR', 'left', 60.0, 9.0), alert('disk_low')]),
    'caution_car_left': ('caution', 'triangle', 'CAR', lambda: [alert('warn', 'CAR', 'left', 38.2, 3.5)]),
    'caution_truck_behind': ('caution', 'triangle', 'TRUCK', lambda: [alert('warn', 'TRUCK', 'behind', **BEHIND)]),
    'caution_moto_right': ('caution', 'triangle', 'MOTO', lambda: [alert('warn', 'MOTO', 'right', **BEHIND)]),
    'caution_dog_behind': ('caution', 'triangle', 'DOG', lambda: [alert('warn', 'DOG', 'behind', 9.2, 4.0),
                                                                   alert('notice', 'CAR', 'left', 60.0, 9.0)]),
    'caution_battery': ('caution', 'battery', 'BATTERY', lambda: [alert('battery_low')]),
    'urgent_vehicle_behind': ('urgent', 'octagon', 'VEHICLE',
                              lambda: [alert('urgent', 'VEHICLE', 'behind', 12.3, 0.9)]),
    'urgent_bike_left': ('urgent', 'octagon', 'BIKE', lambda: [alert('urgent', 'BIKE', 'left', 3.1, 0.7)]),
    'urgent_person_ahead': ('urgent', 'octagon', 'PERSON', lambda: [alert('urgent', 'PERSON', 'ahead', 4.3, 1.1),
                                                                    alert('warn', 'CAR', 'left', 30.0, 6.0)]),
    'no_data': ('no_data', 'slash', 'NO DATA', lambda: [alert('no_radar')]),
}
# Every piece of text that is painted: its size, its contrast against the nearest ground (WCAG 2.2, 1.4.3), and whether
# it lies on the screen, whole.
LOOK = """(() => {
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !element.getClientRects().length || ['SCRIPT', 'NOSCRIPT'].includes(element.tagName)) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    const style = getComputedStyle(element);
    const [one, other] = [luminance(numbers(style.color)), luminance(ground(element))];
    let clear = 1;
    for (let at = element; at; at = at.parentElement) clear *= parseFloat(getComputedStyle(at).opacity);
    found.push({text, clear, size: parseFloat(style.fontSize), whole: box.left >= -0.5 && box.top >= -0.5
      && box.right <= innerWidth + 0.5 && box.bottom <= innerHeight + 0.5,
      contrast: (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)});
  }
  return found;
})()"""
SHAPE = 'document.querySelector("#riding .shape").dataset.shape'


def moving():
    """Return tracks that tell that the rig rides at 5 m/s."""
    from outrider_interfaces.msg import TrackArray

    told = TrackArray(ego_velocity_valid=True)
    told.ego_velocity.x = 5.0
    return told


def recording():
    from outrider_interfaces.msg import RecorderState

    return RecorderState(recording=True, ride='2026-11-21T21-30-04Z', duration_s=723.0, free_bytes=5 * 10**10)


@pytest.fixture
def riding(pages, phone, teller):
    from outrider_node import qos

    teller.also('tracks', moving(), qos.SENSOR)
    teller.also('recorder/state', recording(), qos.STATE)
    page = pages()
    page.pair(phone)
    phone.tap('#riding .state')
    phone.until(BAR_IS_DONE)
    phone.until('document.querySelector("#riding .more").hidden')  # it has heard that the rig moves
    phone.until('document.querySelector("#record_button").innerText === "STOP REC"')
    return phone


def test_each_state_says_itself_by_colour_shape_and_word_and_can_be_read_in_the_sun(riding, teller, tmp_path):
    grounds = {}
    for name, (wanted, shape, word, made) in STATES.items():
        teller.alerts(*made())
        riding.until(f'{level(wanted)} && {SHAPE} === "{shape}"'
                     f' && document.querySelector("#riding .word").innerText === "{word}"')
        for held, size in SIZES.items():
            riding.size(*size)
            riding.until(f'innerWidth === {size[0]}')
            seen = riding.evaluate(LOOK)
            assert [one for one in seen if one['size'] < 24] == []
            assert [one for one in seen if one['contrast'] < 7 or one['clear'] < 1] == []
            cut = [one['text'] for one in seen if not one['whole'] and not one['text'].startswith('Car ')]
            assert cut == [], f'{name}, {held}'
            riding.picture(tmp_path / 'pictures' / f'{name}_{held}.png')
        ground = riding.evaluate('getComputedStyle(document.querySelector("#riding")).backgroundColor')
        grounds.setdefault(wanted, ground)
    assert len(set(grounds.values())) == 4


def test_the_side_the_distance_and_the_time_are_told_large(riding, teller):
    for side in ('left', 'right', 'behind', 'ahead'):
        teller.alerts(alert('warn', 'CAR', side, 38.2, 3.5))
        riding.until(f'document.querySelector("#riding").dataset.side === "{side}"')
        box = riding.evaluate('(() => {const b = document.querySelector("#riding .band").getBoundingClientRect();'
                              'return [b.left, b.right, b.top, b.bottom]})()')
        state = riding.evaluate('(() => {const b = document.querySelector("#riding .state").getBoundingClientRect();'
                                'return [b.left, b.right, b.top, b.bottom]})()')
        edge = ('left', 'right', 'ahead', 'behind').index(side)
        assert [abs(one - other) < 1 for one, other in zip(box, state, strict=True)].count(True) == 3
        assert box[edge] == pytest.approx(state[edge])
    assert riding.text('#riding .numbers').split() == ['38', 'm', 'in', '3.5', 's']
    sizes = riding.evaluate('[...document.querySelectorAll(".numbers b")]'
                            '.map((b) => parseFloat(getComputedStyle(b).fontSize))')
    assert min(sizes) >= 80


def test_there_are_three_buttons_each_large_enough_for_a_glove(riding):
    for size in SIZES.values():
        riding.size(*size)
        boxes = riding.evaluate("""[...document.querySelectorAll('button, a, input, [tabindex]')]
            .filter((one) => one.getClientRects().length).map((one) => one.getBoundingClientRect())
            .map((box) => [box.width, box.height])""")
        assert len(boxes) == 3
        assert min(length for box in boxes for length in box) >= 64


def test_while_riding_neither_menu_nor_video_can_be_opened(riding, teller):
    riding.evaluate('location.hash = "parked/look"')
    riding.until('document.body.dataset.view === "riding"')
    assert riding.evaluate('document.querySelector("#parked").hidden')
    assert riding.evaluate('document.querySelector("canvas")') is None


def test_the_strip_keeps_the_last_minute(riding, teller):
    teller.alerts(alert('warn', 'CAR', 'left', 38.2, 3.5))
    riding.until('document.querySelector(".strip rect[data-level=caution]")')
    teller.alerts()
    riding.until('document.querySelector(".strip rect:last-child").dataset.level === "clear"')
    heights = riding.evaluate("""Object.fromEntries([...document.querySelectorAll('.strip rect[data-level]')]
        .map((bar) => [bar.dataset.level, Number(bar.getAttribute('height'))]))""")
    assert heights['caution'] > heights['clear'] > 0


def test_who_asked_for_less_motion_gets_none(riding, teller):
    teller.alerts(alert('urgent', 'CAR', 'left', 8.0, 0.9))
    riding.until('document.getAnimations().length > 0')
    riding.call('Emulation.setEmulatedMedia', features=[{'name': 'prefers-reduced-motion', 'value': 'reduce'}])
    riding.until('document.getAnimations().length === 0')
