"""Messages into sections: what is not known is null, what a device says is parted into seen and next."""

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

from outrider_alerts.server import hub, words

S = 1_000_000_000


@pytest.mark.parametrize(('said', 'parted'), [
    ('radar: no frames for 3 s (expected 20/s). Run: outrider doctor radar',
     ('radar: no frames for 3 s (expected 20/s).', 'Run: outrider doctor radar')),
    ('One. Two. Three.', ('One. Two.', 'Three.')), ('no sentence', ('no sentence', '')), ('', ('', ''))])
def test_last_sentence_says_what_to_do(said, parted):
    assert words.parted(said) == parted


def test_devices_fall_silent_and_are_bounded():
    devices = words.Devices()
    array = DiagnosticArray(status=[DiagnosticStatus(name='outrider/radar', level=DiagnosticStatus.ERROR,
                                                     message='No port. Plug it in.')])
    devices.hear(array, 0)
    assert devices.told(3 * S) == [{'name': 'radar', 'level': 'error', 'text': 'No port.', 'next': 'Plug it in.'}]
    assert devices.told(3 * S + 1)[0]['level'] == 'stale'
    devices.hear(DiagnosticArray(status=[DiagnosticStatus(name=f'{number}') for number in range(500)]), 0)
    assert len(devices.told(0)) == words.Devices.MOST
    array.status[0].level, array.status[0].message = DiagnosticStatus.OK, 'All. Well.'
    devices.hear(array, 9 * S)
    assert devices.told(9 * S)[-1] == {'name': 'radar', 'level': 'ok', 'text': 'All. Well.', 'next': ''}


@pytest.mark.parametrize(('value', 'shown'), [(float('nan'), None), (float('-inf'), None), (1.23456, 1.23)])
def test_numbers_that_are_none_are_null(value, shown):
    assert words.number(value) == shown


def test_stamps_become_ages():
    assert hub.aged([{'stamp_ns': 5_000_000, 'x': [{'stamp_ns': None}]}, 3, None], 12_000_000) == [
        {'age_ms': 7, 'x': [{'age_ms': None}]}, 3, None]
    assert hub.aged({'stamp_ns': 9_000_000}, 0) == {'age_ms': 0}
