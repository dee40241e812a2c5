import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_recorder import zones
from outrider_recorder.errors import RideError
from outrider_recorder.zones import Fix, Zone, Zones

HOME = Zone('home', 52.5, 13.4, 300.0)
S = 1_000_000_000


def east_of_home(metres, at_s):
    degrees = math.degrees(metres / zones.EARTH_M / math.cos(math.radians(HOME.latitude_deg)))
    return Fix(round(at_s * S), HOME.latitude_deg, HOME.longitude_deg + degrees)


def test_a_place_is_inside_up_to_the_edge():
    zone = Zones((HOME,))
    assert zone.inside(*east_of_home(299.0, 0)[1:])
    assert not zone.inside(*east_of_home(301.0, 0)[1:])
    assert zone.inside(math.nan, 13.4)
    assert not Zones().inside(52.5, 13.4)


def test_pictures_are_hidden_from_the_last_fix_outside_to_the_next_one():
    way = [east_of_home(metres, at) for at, metres in enumerate((600, 500, 400, 200, 0, 200, 400, 500, 600))]
    assert Zones((HOME,)).hidden(way, 0, 8 * S) == [(2 * S, 6 * S)]


def test_a_gap_between_two_fixes_outside_is_hidden_where_the_zone_could_be_reached_in_it():
    near, far = [east_of_home(400, 0), east_of_home(400, 10)], [east_of_home(3000, 0), east_of_home(3000, 10)]
    assert Zones((HOME,)).hidden(near, 0, 10 * S) == [(0, 10 * S)]
    assert Zones((HOME,)).hidden(far, 0, 10 * S) == []


def test_before_the_first_fix_and_after_the_last_the_rig_may_have_been_at_home():
    way = [east_of_home(400, 10), east_of_home(3000, 100)]
    assert Zones((HOME,)).hidden(way, 0, 110 * S) == [(0, 10 * S)]
    assert Zones((HOME,)).hidden(way, 0, 200 * S) == [(0, 10 * S), (100 * S, 200 * S)]


def test_without_a_fix_all_is_hidden_and_without_a_zone_nothing():
    assert Zones((HOME,)).hidden([], 5, 9) == [(5, 9)]
    assert Zones().hidden([], 5, 9) == []


@given(st.lists(st.tuples(st.floats(-2000, 2000), st.floats(0, 100)), max_size=30))
def test_every_fix_inside_lies_in_a_hidden_span(way):
    fixes = [east_of_home(metres, at) for metres, at in way]
    zone = Zones((HOME,))
    spans = zone.hidden(fixes, 0, 100 * S)
    for fix in fixes:
        if zone.inside(*fix[1:]):
            assert zones.within(spans, fix.at_ns)


def test_zones_are_read_from_the_folder_of_rides(rides):
    rides.mkdir(exist_ok=True)
    assert not zones.read(rides)
    (rides / zones.FILE).write_text(zones.FORM)
    assert zones.read(rides).zones == (HOME,)


@pytest.mark.parametrize('text', ['', '{', '{}', '[1]', '[{"name": "home"}]', zones.FORM.replace('300', '-1'),
                                  zones.FORM.replace('52.5', 'NaN'), zones.FORM.replace('52.5', '"north"')])
def test_damaged_zones_are_refused_in_one_sentence_and_never_taken_for_none(rides, text):
    rides.mkdir(exist_ok=True)
    (rides / zones.FILE).write_text(text)
    if text == '{}':
        (rides / zones.FILE).write_text(json.dumps({'name': 1}))
    with pytest.raises(RideError, match='nothing is shown rather than too much'):
        zones.read(rides)


def test_a_link_is_no_file_of_zones(rides, tmp_path):
    rides.mkdir(exist_ok=True)
    (tmp_path / 'z').write_text('[]')
    (rides / zones.FILE).symlink_to(tmp_path / 'z')
    with pytest.raises(RideError):
        zones.read(rides)
