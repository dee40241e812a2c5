"""Pictures, the slot, the pace and the states: the detector's small pure parts."""

import contextlib
import io
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from outrider_sensors.detector.debug import drawn
from outrider_sensors.detector.errors import PictureError
from outrider_sensors.detector.found import Found
from outrider_sensors.detector.health import LEVELS, Health
from outrider_sensors.detector.kinds import NAMES
from outrider_sensors.detector.letterbox import fit
from outrider_sensors.detector.newest import Newest, Pace
from outrider_sensors.detector.pictures import decode
from outrider_sim.world import places
from outrider_sim.world.camera import Painter, pinhole
from outrider_sim.world.eye import eye_of
from outrider_sim.world.scenario import load as load_scenario
from outrider_sim.world.world import World

NET = (416, 256)


def compressed(width, height, kind='JPEG', mode='RGB'):
    shown = np.zeros((height, width, 3), np.uint8)
    shown[:, : width // 2] = (200, 40, 90)
    out = io.BytesIO()
    Image.fromarray(shown).convert(mode).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(('size', 'decoded'), [
    ((848, 480), (424, 240)),     # a half is enough for 416x235
    ((1280, 720), (640, 360)),
    ((3392, 1920), (424, 240)),
    ((640, 480), (640, 480)),     # 341x256 lies between a half and the whole
    ((424, 240), (424, 240)),
    ((317, 201), (317, 201)),
])
def test_a_jpeg_is_decoded_no_larger_than_the_net_needs(size, decoded):
    picture = decode(compressed(*size), NET)
    assert picture.rgb.shape == (decoded[1], decoded[0], 3)
    assert picture.size_px == size
    assert picture.scale == pytest.approx((size[0] / decoded[0], size[1] / decoded[1]))
    assert np.abs(picture.rgb[5, 5].astype(int) - (200, 40, 90)).max() < 6


@pytest.mark.parametrize(('kind', 'mode'), [('JPEG', 'L'), ('JPEG', 'CMYK'), ('PNG', 'RGB'), ('PNG', 'RGBA'),
                                            ('PNG', 'P')])
def test_other_makes_of_pictures_are_pictures(kind, mode):
    assert decode(compressed(64, 48, kind, mode), NET).rgb.shape == (48, 64, 3)


@given(st.binary(max_size=300))
def test_whatever_comes_in_place_of_a_picture_is_refused(data):
    with pytest.raises(PictureError):
        decode(data, NET)


@given(st.integers(0, 2000), st.integers(0, 255))
def test_a_damaged_picture_is_a_picture_or_refused(place, value):
    data = bytearray(compressed(96, 64))
    data[place % len(data)] = value
    with contextlib.suppress(PictureError):
        assert decode(bytes(data), NET).rgb.ndim == 3


@given(st.integers(16, 4000), st.integers(16, 4000))
def test_a_picture_of_any_size_lies_whole_in_the_net_s_and_its_corners_come_back(width, height):
    place = fit((width, height), NET)
    assert 0 <= place.left <= place.left + place.width <= NET[0]
    assert 0 <= place.top <= place.top + place.height <= NET[1]
    corners = np.array([[place.left, place.top, place.left + place.width, place.top + place.height]], dtype=float)
    assert place.back(corners)[0] == pytest.approx([0, 0, width, height])


def jpeg_of(shown):
    out = io.BytesIO()
    Image.fromarray(np.clip(shown, 0, 255).astype(np.uint8)).save(out, 'JPEG', quality=80)
    return out.getvalue()


@pytest.mark.parametrize('light', [0.0, 6.0, 60.0, 250.0])
@pytest.mark.parametrize('leak', [0.0, 40.0])
def test_a_covered_lens_is_known_by_its_picture(light, leak):
    noise = np.random.default_rng(1).normal(0.0, 6.0 if light else 0.5, (480, 848, 3))
    shown = noise + light + leak * np.linspace(0, 1, 848)[None, :, None] ** 2  # mud lets some light in at its side
    said = decode(jpeg_of(shown), NET).blind()
    assert said == 'the picture is black' if not light + leak else 'shows no edge anywhere' in said


def test_a_dark_road_with_one_pair_of_lamps_is_no_covered_lens():
    shown = np.random.default_rng(1).normal(6.0, 6.0, (480, 848, 3))
    shown[230:250, 300:330] = shown[230:250, 400:430] = 255
    assert decode(jpeg_of(shown), NET).blind() == ''


@pytest.mark.parametrize(('name', 'blind'), [('night_truck_70', False), ('fog_car_50', False), ('tunnel', False),
                                             ('camera_covered', True)])
def test_roads_by_night_in_fog_and_in_tunnels_are_looked_at_and_mud_is_not(name, blind):
    world = World(load_scenario(Path(__file__).resolve().parents[4] / f'config/scenarios/{name}.yaml'))
    mount = places.truth(world.scenario.rig, 'camera', world.scenario.seed).mount
    now = world.at(3.0)
    shown = Painter(world, pinhole(848, 480, 90.0), world.scenario.seed).colour(now, eye_of(now.rider, mount))
    assert bool(decode(jpeg_of(shown), NET).blind()) is blind


def test_of_what_was_put_only_the_newest_is_taken_and_the_rest_is_counted():
    slot = Newest()
    for number in range(5):
        slot.put(number)
    assert (slot.take(0.0), slot.dropped, slot.take(0.0)) == (4, 4, None)
    slot.put(5)
    assert (slot.take(0.0), slot.dropped) == (5, 4)


def test_who_waits_for_the_slot_is_woken_by_a_picture_and_by_the_end():
    slot, got = Newest(), []
    waiting = threading.Thread(target=lambda: got.extend([slot.take(30.0), slot.take(30.0)]))
    waiting.start()
    slot.put(1)
    while not got and slot._thing is not None:  # the second wait may begin before or after the end
        pass
    slot.close()
    waiting.join(10.0)
    assert got == [1, None]


@pytest.mark.parametrize(('rate', 'most', 'looked'), [(15, 10, 10), (30, 10, 10), (15, 15, 15), (15, 30, 15),
                                                      (30, 7, 7), (11, 10, 10), (10, 10, 10)])
def test_the_pace_holds_on_average(rate, most, looked):
    pace, rng = Pace(float(most)), np.random.default_rng(5)
    stamps = np.arange(0, 20, 1 / rate) + rng.normal(0, 1e-3, 20 * rate)
    assert sum(pace.due(float(stamp)) for stamp in stamps) == pytest.approx(20 * looked, abs=3)


def test_after_a_gap_or_a_clock_that_was_set_the_pace_makes_up_for_nothing():
    pace = Pace(10.0)
    assert [pace.due(stamp) for stamp in (0.0, 0.05, 0.1)] == [True, False, True]
    assert [pace.due(stamp) for stamp in (9.0, 9.03, 9.06, 9.1)] == [True, False, False, True]
    assert [pace.due(stamp) for stamp in (1.0, 1.05, 1.1)] == [True, False, True]


def told(health, now_s=10.0):
    return health.tell(now_s)


def test_each_state_is_one_sentence():
    health = Health()
    seen = {told(health)[0]: told(health)[1]}
    health.came_s = 10.0
    health.tally.seen, health.tally.damaged, health.damage = 15, 10, '7 bytes are no whole JPEG or PNG.'
    seen |= dict([told(health)[:2]])
    health.damage, health.blindness = '', 'the picture is black'
    seen |= dict([told(health)[:2]])
    health.blindness = ''
    health.tally.seen, health.tally.looked, health.tally.dropped, health.tally.spent_s = 30, 4, 9, 1.0
    state, sentence, values = told(health)
    assert 'a look takes 250 ms, so 9 of 15 pictures are dropped' in sentence
    assert (values['look_ms'], values['dropped']) == ('250.0', 9)
    seen[state] = sentence
    health.strange = True
    seen |= dict([told(health)[:2]])
    health.strange = False
    seen |= dict([told(health)[:2]])
    health.enabled = False
    seen |= dict([told(health)[:2]])
    assert set(seen) == set(LEVELS)
    assert all(text.startswith('detector: ') and '\n' not in text and text.rstrip().endswith(('.', 'camera'))
               for text in seen.values()), seen


def test_figures_are_of_the_time_since_the_last_asking():
    health = Health(came_s=10.0, has_info=True, depth_age_s=0.004)
    told(health, 9.0)
    health.tally.seen, health.tally.looked, health.tally.spent_s, health.tally.boxes = 30, 20, 0.5, 3
    state, sentence, values = told(health, 11.0 - 1e-9)
    assert (values['seen/s'], values['looks/s'], values['look_ms']) == ('15.0', '10.0', '25.0')
    assert values['depth_age_ms'] == '4'
    assert (state, sentence) == ('looking', 'detector: 3 bodies in the newest picture.')
    assert told(health, 11.0)[2]['looks/s'] == '0.0'


def test_a_debug_picture_shows_every_class_at_the_very_edge_too():
    boxes = [[0.0, 0.0, 60.0, 40.0], [-5.0, 90.0, 200.0, 200.0]] * 4
    jpeg = drawn(np.zeros((96, 128, 3), np.uint8), Found(np.array(boxes), NAMES, np.full(8, 0.5)))
    assert np.asarray(Image.open(io.BytesIO(jpeg))).max() > 100
