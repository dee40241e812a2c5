"""A ride as GPX, CSV and mp4; and that no output tells a place inside a privacy zone."""

import csv
import json
import math
import os
import re
import subprocess
import xml.etree.ElementTree as ET

import pytest
from ride_maker import HOME, M_PER_DEG, Maker, a_ride, close_pass, picture

from outrider_bringup import cli
from outrider_bringup.rides import tables
from outrider_recorder import bridge_launcher, zones

GPX = '{http://www.topografix.com/GPX/1/1}'
NUMBER = re.compile(rb'-?\d{1,3}\.\d{3,}')


def hide_home(rides, radius_m):
    (rides / zones.FILE).write_text(json.dumps(
        [{'name': 'home', 'latitude_deg': HOME[0], 'longitude_deg': HOME[1], 'radius_m': radius_m}]))


def export(out, *words):
    return cli.main(['export', 'a', '--out', str(out), *words])


def frames(path):
    """Return the times of the pictures in a film, s, and how bright each is."""
    return json.loads(in_rerun('import av, json, sys\n'
                               'film = av.open(sys.argv[1])\n'
                               "print(json.dumps([(frame.time, float(frame.to_ndarray(format='gray').mean()))"
                               ' for frame in film.decode(video=0)]))', path))


def in_rerun(program, path):
    return rerun('-c', program, str(path))


def rerun(*words):
    """Run the viewer's Python; return what it prints."""
    done = subprocess.run([str(bridge_launcher.interpreter(os.environ)), *words], capture_output=True, text=True,
                          env=bridge_launcher.clean(os.environ), timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_gpx_holds_the_way_with_times_and_the_passes(rides, tmp_path):
    a_ride(rides)
    assert export(tmp_path / 'out', '--gpx') == 0
    root = ET.parse(tmp_path / 'out' / 'way.gpx').getroot()
    points = root.findall(f'.//{GPX}trkpt')
    assert len(points) == 400
    assert float(points[0].get('lat')) == pytest.approx(HOME[0])
    east_m = (float(points[-1].get('lon')) - HOME[1]) * M_PER_DEG * math.cos(math.radians(HOME[0]))
    assert east_m == pytest.approx(199.5, abs=0.1)
    assert points[0].find(f'{GPX}time').text == '2026-11-21T21:44:04.000Z'
    assert root.find(f'{GPX}wpt/{GPX}name').text == 'pass 0.80 m'


def test_csv_holds_way_hazards_and_passes_in_plain_numbers(rides, tmp_path):
    a_ride(rides)
    assert export(tmp_path / 'out', '--csv') == 0
    told = {name: list(csv.DictReader((tmp_path / 'out' / f'{name}.csv').open(newline='')))
            for name in ('way', 'hazards', 'passes')}
    assert len(told['way']) == 400
    assert float(told['way'][100]['speed_mps']) == 5.0
    assert told['hazards'][0]['level'] == 'urgent'
    assert float(told['passes'][0]['clearance_m']) == pytest.approx(0.8)
    assert told['passes'][0]['side'] == 'left'


@pytest.mark.parametrize('text', ['=1+1', '+cmd', '-x', '@sum', '\t=1'])
def test_no_text_is_a_formula(text):
    assert tables.cell(text) == "'" + text
    assert tables.cell('-1.25') == '-1.25'


def test_the_film_shows_each_picture_at_its_own_time(rides, tmp_path):
    made = Maker(rides, 'a')
    at = [0.0, 0.1, 0.15, 2.15, 2.25]
    for brightness, at_s in zip((20, 60, 100, 140, 180), at, strict=True):
        made.put('/camera/color/compressed', picture(brightness), at_s)
    made.end(3)
    assert export(tmp_path / 'out', '--mp4') == 0
    shown = frames(tmp_path / 'out' / 'camera.mp4')
    assert [time for time, _ in shown] == pytest.approx(at, abs=1e-3)
    assert [bright for _, bright in shown] == sorted(bright for _, bright in shown)


def test_pictures_that_cannot_be_read_are_left_out_and_said(rides, tmp_path, capsys):
    made = Maker(rides, 'a')
    made.put('/camera/color/compressed', picture(50), 0.0)
    torn = picture(50)
    torn.data = torn.data[:100]
    made.put('/camera/color/compressed', torn, 0.5)
    empty = picture(50)
    empty.data = []
    made.put('/camera/color/compressed', empty, 0.6)
    made.put('/camera/color/compressed', picture(50), 1.0)
    made.end(2)
    assert export(tmp_path / 'out', '--mp4') == 0
    assert len(frames(tmp_path / 'out' / 'camera.mp4')) >= 2
    assert 'left out' in capsys.readouterr().err


def test_without_pictures_there_is_no_film_and_one_sentence(rides, tmp_path, capsys):
    made = Maker(rides, 'a')
    made.put('/close_passes', close_pass(1, 0.5), 0.0)
    made.end(1)
    assert export(tmp_path / 'out') == 0
    assert not (tmp_path / 'out' / 'camera.mp4').exists()
    said = capsys.readouterr().err
    assert 'no mp4: no picture' in said
    assert 'there is no GPX' in said


def test_no_output_tells_a_place_inside_a_zone(rides, tmp_path):
    a_ride(rides)
    hide_home(rides, 60.0)  # left after 12 s
    assert export(tmp_path / 'out') == 0
    assert cli.main(['report', 'a', '--out', str(tmp_path / 'out' / 'report.html')]) == 0
    files = sorted((tmp_path / 'out').iterdir())
    assert [path.name for path in files] == ['camera.mp4', 'hazards.csv', 'passes.csv', 'report.html', 'way.csv',
                                             'way.gpx']
    hide = zones.read(rides)
    told = 0
    for path in files:
        numbers = [float(number) for number in NUMBER.findall(path.read_bytes())]
        for latitude, longitude in zip(numbers, numbers[1:], strict=False):
            if abs(latitude - HOME[0]) < 0.1 and abs(longitude - HOME[1]) < 0.1:
                told += 1
                assert not hide.inside(latitude, longitude), path.name
    assert told > 200  # the rest of the way is there
    times = [time for time, _ in frames(tmp_path / 'out' / 'camera.mp4')]
    assert len(times) == pytest.approx((40 - 12) * 2, abs=2)  # two pictures a second, none of the first 12 s


def places_in(rrd):
    """Return every latitude and longitude on the map of an .rrd."""
    program = ('import json, sys\n'
               'from rerun.chunk import RrdReader\n'
               'found = []\n'
               'def take(value):\n'
               '    if isinstance(value, list):\n'
               '        if len(value) == 2 and all(isinstance(one, float) for one in value):\n'
               '            found.append(value)\n'
               '        for one in value:\n'
               '            take(one)\n'
               'for chunk in RrdReader(sys.argv[1]).stream():\n'
               "    if str(chunk.entity_path).startswith('/map'):\n"
               '        batch = chunk.to_record_batch()\n'
               '        for name in batch.schema.names:\n'
               '            take(batch.column(name).to_pylist())\n'
               'print(json.dumps(found))')
    return json.loads(in_rerun(program, rrd))


def test_no_rrd_shows_a_place_inside_a_zone(rides):
    folder = a_ride(rides)
    build = ('-m', 'outrider_recorder.bridge', '--build', str(folder))
    rerun(*build)
    before = places_in(folder / 'ride.rrd')
    hide_home(rides, 60.0)
    rerun(*build)
    after, hide = places_in(folder / 'ride.rrd'), zones.read(rides)
    assert any(hide.inside(*place) for place in before)
    assert after
    assert not [place for place in after if hide.inside(*place)]
    (rides / zones.FILE).write_text('{')
    rerun(*build)
    assert places_in(folder / 'ride.rrd') == []


def test_when_nobody_knows_where_it_was_no_picture_is_given_away(rides, tmp_path):
    made = Maker(rides, 'a')
    for step in range(10):
        made.put('/camera/color/compressed', picture(50), step / 10)
    made.end(1)
    hide_home(rides, 60.0)
    assert export(tmp_path / 'out', '--mp4') == 0
    assert not (tmp_path / 'out' / 'camera.mp4').exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(rides, tmp_path, capsys):
    a_ride(rides, seconds=2)
    (tmp_path / 'out').write_text('a file')
    assert export(tmp_path / 'out', '--csv') == 2
    assert 'Name another folder with --out' in capsys.readouterr().err
