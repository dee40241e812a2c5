"""The page's own rules, taken from the server that serves them and run in the browser that runs them."""

import json

import pytest

BASE = {'age_ms': 50, 'heartbeat': 1, 'level': 'clear', 'list': []}
CAR = {'name': 'warn', 'level': 'caution', 'word': 'CAR', 'side': 'left', 'distance_m': 9.0, 'ttc_s': 2.0, 'age_ms': 80}


@pytest.fixture
def judged(pages, phone):
    page = pages()
    phone.open(f'{page.at}/static/judge.js')  # any page of the origin, without the page's own life

    def ask(alerts, since_ms=0, linked=True):
        return phone.evaluate(f'import("/static/judge.js").then((m) => m.judge({json.dumps(alerts)}, {since_ms}, '
                              f'{json.dumps(linked)}))')

    return ask


def test_what_is_older_than_a_second_is_no_data(judged):
    assert judged(BASE, 949)['level'] == 'clear'
    assert judged(BASE, 951)['level'] == 'no_data'
    assert judged({**BASE, 'level': 'caution', 'list': [CAR]}, 919)['level'] == 'caution'
    assert judged({**BASE, 'level': 'caution', 'list': [CAR]}, 921)['level'] == 'no_data'
    assert judged(None)['level'] == 'no_data'
    assert judged({**BASE, 'age_ms': 1001})['level'] == 'no_data'


def test_a_level_that_nobody_knows_is_no_data(judged):
    assert judged({**BASE, 'level': 'fine'})['level'] == 'no_data'
    assert judged({**BASE, 'level': 'no_data'})['level'] == 'no_data'


def test_the_age_shown_is_that_of_the_oldest_measurement(judged):
    assert judged({**BASE, 'level': 'caution', 'list': [CAR]}, 100)['age_ms'] == 180
    machine = {'name': 'battery_low', 'level': 'caution', 'age_ms': None}
    assert judged({**BASE, 'level': 'caution', 'list': [machine]}, 100)['age_ms'] == 150


def test_the_gravest_is_large_and_the_rest_beside_it(judged):
    other = {**CAR, 'name': 'camera_lost', 'level': 'clear', 'age_ms': None}
    seen = judged({**BASE, 'level': 'caution', 'list': [CAR, other]})
    assert (seen['alert']['name'], [one['name'] for one in seen['others']]) == ('warn', ['camera_lost'])


def test_a_tone_that_sounds_once_makes_room_and_comes_again_only_with_a_new_cause(pages, phone):
    phone.open(f'{pages().at}/static/speaker.js')
    told = phone.evaluate("""import('/static/speaker.js').then(({Speaker}) => {
      const tones = {machine: {repeat_s: 0, notes: [{s: 0.5, gap_s: 0.5}]},
                     caution: {repeat_s: 2, notes: [{s: 0.2}]}};
      const [lost, car] = [{name: 'camera_lost', tone: 'machine'}, {name: 'warn', tone: 'caution'}];
      const one = new Speaker();
      return [[[lost], 0], [[lost], 900], [[lost], 1100], [[lost, car], 1200], [[lost], 1300], [[], 1400],
              [[lost], 1500]].map(([list, at]) => one.choose(list, tones, at))
        .map((say) => say && [say.tone, say.fresh]);
    })""")
    assert told == [['machine', True], ['machine', False], None, ['caution', True], None, None, ['machine', True]]


def test_numbers_are_written_for_a_glance(pages, phone):
    phone.open(f'{pages().at}/static/words.js')
    assert phone.evaluate("""import('/static/words.js').then((w) => [w.metres(9.94), w.metres(9.96), w.metres(61.4),
      w.metres(10, true), w.metres(null), w.seconds(0.84), w.seconds(12.3), w.clock(3723), w.clock(59), w.age(120),
      w.age(75000), w.speed(1.5, 'km/h')])""") == ['9.9', '10', '61', '33', '', '0.8', '12', '1:02:03', '0:59', '0.1 s',
                                                     '1 min', '5.4']
