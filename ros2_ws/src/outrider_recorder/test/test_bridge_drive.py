"""A ride of a machine that drives, drawn: curves, bars, words, and the layout that shows them."""

import mmap

import pytest
from outrider_interfaces.msg import DriveCommand, DriveRequest, DriveState, MotorState, RelayState, TrackArray
from rclpy.serialization import serialize_message
from recorder_helpers import BUILD, in_rerun, layouts_of, make_topic, read_rrd

from outrider_recorder import ride
from outrider_recorder.bridge.memory import untouched
from outrider_recorder.recording import Recording
from outrider_recorder.segment import Message

PER_MPS = 3342.0


def state(number, refusals=(), **more):
    return DriveState(**{'state': number, 'refusal_texts': list(refusals), 'battery_v': 40.0, 'operator_age_ms': 6.0,
                         **more})


def motors(mps, present=(True, True), problem=''):
    return MotorState(erpm=[mps * PER_MPS, mps * PER_MPS], present=list(present), erpm_per_mps=PER_MPS, problem=problem)


def relays(jack=0, up=False, down=False, **more):
    return RelayState(**{'present': True, 'jack': jack, 'jack_limit_open': [up, down],
                         'jack_limit_fitted': [True, True], **more})


def request(held, source='gamepad'):
    return DriveRequest(deadman=held, source=source)


COURSE = [
    ('drive/state', state(DriveState.STATE_ESTOPPED, ['Just started: let go, then press arm'])),
    ('relays/state', relays(down=True)),
    ('drive/request', request(False)),
    ('drive/state', state(DriveState.STATE_ARMED, ['RAMP DOWN: lift it first'])),
    ('drive/state', state(DriveState.STATE_ARMED, ['RAMP DOWN: lift it first'])),
    ('drive/request', request(True)),
    ('drive/request', request(False, source='cmd_vel')),
    ('relays/state', relays(jack=1, down=True)),
    ('relays/state', relays(jack=1)),
    ('relays/state', relays(up=True)),
    ('drive/state', state(DriveState.STATE_MOVING)),
    ('drive/command', DriveCommand(mode=DriveCommand.MODE_DRIVE, speed_mps=1.0)),
    ('motors/state', motors(0.5)),
    ('drive/command', DriveCommand(mode=DriveCommand.MODE_BRAKE, brake_current_a=15.0)),
    ('motors/state', motors(0.5, present=(True, False), problem='the second VESC is silent')),
    ('motors/state', motors(0.0)),
    ('relays/state', relays(present=False)),
]
KINDS = {'drive/state': 'DriveState', 'relays/state': 'RelayState', 'motors/state': 'MotorState',
         'drive/request': 'DriveRequest', 'drive/command': 'DriveCommand', 'tracks': 'TrackArray'}


def recorded(rides, course, name='ramp'):
    """A ride of `course`, one message every 20 ms, as the recorder writes it."""
    folder = ride.create(rides, name)
    ride.write_info(folder, {'start_ns': 0, 'stop_ns': 1, 'stop_utc': 'then'})
    written = Recording(folder)
    topics = {topic: make_topic(f'/{topic}', f'outrider_interfaces/msg/{kind}') for topic, kind in KINDS.items()}
    for number, (topic, message) in enumerate(course):
        now_ns = 1_700_000_000_000_000_000 + number * 20_000_000
        written.put(Message(topics[topic], number, now_ns, now_ns, serialize_message(message)))
    written.close()
    return folder


@pytest.fixture
def found(rides):
    folder = recorded(rides, COURSE)
    assert f'built {len(COURSE)} messages' in in_rerun(BUILD, '--build', folder)
    return read_rrd(folder / 'ride.rrd')


def layouts(rides, course, name):
    folder = recorded(rides, course, name)
    in_rerun(BUILD, '--build', folder)
    return layouts_of(folder / 'ride.rrd')


def column(found, path, name):
    return [row[name][0] for row in sorted(found.get(path, []), key=lambda row: row['time']) if row.get(name)]


def curve(found, name):
    return column(found, f'/plots/drive/{name}', 'Scalars:scalars')


def bar(found, name):
    return column(found, f'/drive/{name}', 'StateChange:state')


def test_curves_hold_what_was_wanted_and_what_came(found):
    assert curve(found, 'wanted') == [1.0, 0.0]
    assert curve(found, 'measured') == pytest.approx([0.5, 0.5, 0.0])
    assert curve(found, 'left') == [pytest.approx(0.5 * PER_MPS), pytest.approx(0.5 * PER_MPS), 0.0]
    assert curve(found, 'right') == [pytest.approx(0.5 * PER_MPS), 0.0]  # who is not there draws nothing
    assert curve(found, 'battery') == [40.0] * 4
    assert curve(found, 'age') == [6.0] * 4


def test_bars_change_only_when_something_does(found):
    assert bar(found, 'state') == ['e-stopped', 'armed', 'moving']
    assert bar(found, 'deadman') == ['let go', 'held']
    assert bar(found, 'jack') == ['down', 'lifting', 'up', 'silent']
    assert bar(found, 'steer') == ['off', 'silent']


def test_words_tell_state_reason_and_trouble_once(found):
    assert column(found, '/log', 'TextLog:text') == [
        'e-stopped: Just started: let go, then press arm', 'armed: RAMP DOWN: lift it first', 'moving',
        'motors: the second VESC is silent', 'motors: all is well']
    assert column(found, '/log', 'TextLog:level') == ['ERROR', 'INFO', 'INFO', 'WARN', 'INFO']


def test_an_operator_who_was_never_heard_of_does_not_flatten_the_curve(rides):
    folder = recorded(rides, [('drive/state', state(0, operator_age_ms=60_000.0))])
    in_rerun(BUILD, '--build', folder)
    assert curve(read_rrd(folder / 'ride.rrd'), 'age') == [1000.0]


def test_each_machine_gets_the_pages_that_it_has_something_for(rides):
    looks, drives = [('tracks', TrackArray())], COURSE[:1]
    assert not any('Speed' in names for names in layouts(rides, looks, 'looks'))
    alone = layouts(rides, drives, 'drives')
    assert any('Speed' in names and 'Road behind' not in names for names in alone)
    assert not any('Speed' in names and 'Road behind' in names for names in alone)
    assert any({'Speed', 'Road behind', 'Road', 'Drive'} <= names for names in layouts(rides, looks + drives, 'both'))


def test_only_pages_that_can_be_read_again_are_given_back(tmp_path):
    path = tmp_path / 'library'
    path.write_bytes(b'x' * 3 * mmap.PAGESIZE)
    with path.open('r+b') as file, \
            mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ) as clean, \
            mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE) as own, \
            mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ) as shared:
        own[0:1] = b'y'
        assert clean[0:1] == shared[0:1] == b'x'
        with open('/proc/self/smaps') as smaps:
            text = smaps.read()
        mine = [line.split()[0] for line in text.splitlines() if line.endswith(str(path))]
        assert len(mine) == 3
        given = {f'{first:x}-{last:x}' for first, last in untouched(text)}
        (place,) = given & set(mine)
        assert f'{place} r--p' in text
        assert not any(place in given for place in (line.split()[0] for line in text.splitlines() if ' rw-p ' in line))


def test_what_the_linker_has_written_is_kept():
    head = '7f0000000000-7f0000002000 r--p 00001000 fe:01 123    /usr/lib/libx.so\nAnonymous:             {} kB\n'
    assert untouched(head.format(8)) == []
    assert untouched(head.format(0)) == [(0x7F0000000000, 0x7F0000002000)]
