"""The story of a ride, and the page that is made of it."""

import html.parser
import stat
import subprocess

import pytest
from ride_maker import HOME, Maker, a_ride, close_pass, hazards, picture, velocity

from outrider_bringup import cli
from outrider_bringup.replay import bag
from outrider_bringup.rides import page, read
from outrider_bringup.rides.cut import cut
from outrider_recorder import zones
from outrider_recorder.schema import Schemas
from outrider_recorder.zones import Zone, Zones

CHROMIUM = '/usr/bin/chromium'


def story_of(rides, name='a'):
    return read.read(bag.find(rides, name))


def page_of(rides, name='a', hide=()):
    return page.page(cut(story_of(rides, name), Zones(tuple(hide))))


def test_the_story_tells_way_speed_alerts_and_passes(rides):
    a_ride(rides)
    story = story_of(rides)
    assert story.distance_m == pytest.approx(199.5, rel=0.02)
    assert story.length_s == pytest.approx(39.9, abs=0.2)
    (alert,) = story.episodes
    assert (alert.track, alert.level, alert.nearest_m) == (7, 3, pytest.approx(5.0))
    assert [(round((begin - story.first_ns) * 1e-9, 1), level) for begin, _, level in alert.spans] == [(10.0, 2),
                                                                                                       (13.1, 3)]
    (told,) = story.passes
    assert told.clearance_m == pytest.approx(0.8)
    assert told.still.startswith(page.JPEG)
    assert told.fix is not None


def test_an_alert_that_comes_back_after_more_than_a_second_is_another_one(rides):
    made = Maker(rides, 'a')
    for step in range(60):
        made.put('/hazards', hazards(*([(3, 1, 5.0, 1.0)] if step < 10 or step > 30 else [])), step / 10)
    made.end(6)
    assert [one.track for one in story_of(rides).episodes] == [3, 3]


def test_silence_of_more_than_a_second_and_hazards_without_radar_are_no_data(rides):
    made = Maker(rides, 'a')
    for step in range(100):
        if not 20 <= step < 40:
            made.put('/hazards', hazards(degraded=('radar', 'camera') if 60 <= step < 80 else ('camera',)), step / 10)
    made.end(10)
    story = story_of(rides)
    assert [round((end - begin) * 1e-9, 1) for begin, end in story.silences] == [2.1, 2.1]
    assert sum(end - begin for begin, end in story.degraded['camera']) * 1e-9 == pytest.approx(9.9 - 2.1, abs=0.2)


def test_without_a_fusion_the_speed_is_that_of_gps(rides):
    made = Maker(rides, 'a')
    for step in range(50):
        made.put('/gps/velocity', velocity(4.0), step / 5)
    made.end(10)
    story = story_of(rides)
    assert len(story.speeds) == 50
    assert story.distance_m == pytest.approx(4.0 * 9.8, rel=0.01)


def test_what_is_missing_is_said_in_words(rides):
    made = Maker(rides, 'a', gaps=[{'log_ns_from': 0, 'log_ns_to': 5 * 10**9, 'why': 'the disk was full'}],
                 deleted=['segment_000.mcap'])
    made.put('/hazards', hazards(), 0.0)
    made.skip('/hazards', 4)
    made.put('/hazards', hazards(), 1.0)
    made.end(2)
    text = page_of(rides)
    for sentence in ('5 s were not recorded: the disk was full.', '1 segments were taken by the quota.',
                     '4 messages of /hazards were not recorded.', 'GPS told no position', 'No camera was recorded'):
        assert sentence in text


def test_the_page_asks_nobody_and_runs_nothing(rides):
    a_ride(rides)
    text = page_of(rides)

    class Reader(html.parser.HTMLParser):
        asked: list[str] = []
        tags: set[str] = set()

        def handle_starttag(self, tag, attrs):
            self.tags.add(tag)
            self.asked += [value or '' for name, value in attrs if name in ('src', 'href', 'xlink:href', 'action')]
            assert not any(name.startswith('on') for name, _ in attrs)

    reader = Reader()
    reader.feed(text)
    assert 'script' not in reader.tags
    assert reader.asked
    assert all(one.startswith('data:image/jpeg;base64,') for one in reader.asked)
    assert "default-src 'none'" in text.replace('&#x27;', "'")


def test_words_of_a_recording_are_escaped(rides):
    a_ride(rides, note='<script>alert(1)</script>', rig='"><img src=x onerror=y>')
    text = page_of(rides)
    assert '<script' not in text
    assert '<img src=x' not in text
    assert '&lt;script&gt;' in text


def test_a_still_that_is_no_jpeg_is_left_out(rides):
    made = Maker(rides, 'a')
    image = picture(50)
    image.data = list(b'<svg onload=alert(1)>')
    made.put('/camera/color/compressed', image, 0.9)
    made.put('/close_passes', close_pass(1, 0.5), 1.0)
    made.end(2)
    assert '<img' not in page_of(rides)


def test_a_ride_without_anything_of_ours_has_a_page_too(rides):
    made = Maker(rides, 'a')
    made.put('/camera/color/compressed', picture(50), 0.0)
    made.put('/camera/color/compressed', picture(50), 1.0)
    made.end(1)
    assert 'GPS told no position' in page_of(rides)


def test_fields_of_another_version_are_said_and_left_out(rides, capfd):
    made = Maker(rides, 'a')
    older = Schemas().text('outrider_interfaces/msg/ClosePass').replace('float32 speed_mps', 'float64 speed_mps')
    for at_s in (0.0, 1.0):
        made.put('/close_passes', close_pass(1, 0.5), at_s, schema=older)
        made.put('/hazards', hazards(), at_s)
    made.end(2)
    story = story_of(rides)
    assert not story.passes
    assert sum('/close_passes is of another version' in sentence for sentence in story.missing) == 1
    assert capfd.readouterr().err == ''


def test_the_verb_writes_a_private_page_into_the_ride(rides, capsys):
    folder = a_ride(rides)
    assert cli.main(['report', 'a']) == 0
    written = folder / 'report.html'
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert str(written) in capsys.readouterr().out


def test_the_verb_follows_no_link_that_lies_in_the_ride(rides, tmp_path):
    folder, target = a_ride(rides), tmp_path / 'precious'
    target.write_text('mine')
    (folder / 'report.html').symlink_to(target)
    assert cli.main(['report', 'a']) == 0
    assert target.read_text() == 'mine'


def test_damaged_zones_stop_the_report(rides, capsys):
    a_ride(rides)
    (rides / zones.FILE).write_text('{')
    assert cli.main(['report', 'a']) == 2
    assert 'nothing is shown rather than too much' in capsys.readouterr().err
    assert not (rides / 'a' / 'report.html').exists()


def test_near_a_zone_no_picture_and_no_speed_is_told(rides):
    a_ride(rides)  # the pass is 75 m from home
    text = page_of(rides, hide=[Zone('home', *HOME, 100.0)])
    assert '<img' not in text
    assert 'near a privacy zone are not shown' in text
    assert '<img' in page_of(rides, hide=[Zone('home', *HOME, 20.0)])


def test_the_page_is_drawn_by_a_browser_in_both_widths(rides, tmp_path):
    folder = a_ride(rides)
    assert cli.main(['report', 'a']) == 0
    for width in (400, 1200):
        shot = tmp_path / f'{width}.png'
        subprocess.run([CHROMIUM, '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
                        f'--window-size={width},1600', f'--user-data-dir={tmp_path / "profile"}',
                        f'--screenshot={shot}', (folder / 'report.html').as_uri()],
                       check=True, capture_output=True, timeout=60)
        from PIL import Image

        with Image.open(shot) as drawn:
            assert drawn.size == (width, 1600)
            colours = {colour for _, colour in drawn.convert('RGB').getcolors(1 << 24)}
        assert (0xc8, 0x10, 0x2e) in colours  # urgent


