"""What `view` opens: rides of now and of the version before, half copied ones, files, at an address that is ours."""

import os
import shutil
import signal

import pytest
from replay_helpers import copied, outrider, rewritten

from outrider_bringup import showing
from outrider_recorder import ride


def ended(shown):
    shown.signal(signal.SIGINT)
    assert shown.wait(10.0) == 0, shown.output


def test_a_file_is_old_when_a_segment_is_newer_or_it_is_none_of_its_own(rides, tmp_path):
    folder = copied(rides, 'golden')
    segments, rrd = ride.segments(folder), folder / ride.RERUN_FILE
    assert showing.is_old(rrd, segments)
    rrd.write_bytes(b'')
    assert showing.is_old(rrd, segments)
    rrd.write_bytes(b'RRF2')
    os.utime(rrd, (1, 1))
    assert showing.is_old(rrd, segments)
    os.utime(segments[0], (0, 0))
    assert not showing.is_old(rrd, segments)
    rrd.unlink()
    (tmp_path / 'other').write_bytes(b'RRF2')
    rrd.symlink_to(tmp_path / 'other')
    assert showing.is_old(rrd, segments)


@pytest.mark.parametrize('name', ['golden', 'older'])
def test_rides_of_now_and_of_the_version_before_are_built_and_served(rides, spawn, name):
    folder = copied(rides, name)
    shown = spawn('view', name, module='outrider_bringup')
    shown.says(f'{name}: http://127.0.0.1:')
    assert 'built' in shown.output
    assert 'not drawn' not in shown.output
    ended(shown)
    assert (folder / ride.RERUN_FILE).stat().st_size > 100_000
    again = spawn('view', name, module='outrider_bringup')
    again.says('http://')
    assert 'built' not in again.output
    ended(again)


def test_a_link_in_place_of_the_file_is_replaced_and_not_followed(rides, tmp_path, spawn):
    folder = copied(rides, 'older')
    (tmp_path / 'precious').write_text('mine')
    (folder / ride.RERUN_FILE).symlink_to(tmp_path / 'precious')
    shown = spawn('view', 'older', module='outrider_bringup')
    shown.says('http://')
    ended(shown)
    assert (tmp_path / 'precious').read_text() == 'mine'
    assert not (folder / ride.RERUN_FILE).is_symlink()


def test_half_a_copy_is_shown_as_far_as_it_goes_and_said_to_be_one(rides, spawn):
    folder = copied(rides, 'golden')
    path = folder / 'segment_000.mcap'
    path.write_bytes(path.read_bytes()[:int(path.stat().st_size * 0.7)])
    shown = spawn('view', 'golden', module='outrider_bringup')
    shown.says('http://')
    assert 'ends in the middle' in shown.output
    ended(shown)


def test_messages_of_another_version_are_named_and_the_rest_is_shown(rides, spawn):
    import dataclasses

    folder = copied(rides, 'older')
    rewritten(folder, lambda message: message._replace(topic=dataclasses.replace(message.topic, schema='uint8 x'))
              if message.topic.name == '/tracks' else message)
    shown = spawn('view', 'older', module='outrider_bringup')
    shown.says('http://')
    assert '150 messages of outrider_interfaces/msg/TrackArray are not drawn' in shown.output
    ended(shown)


def test_what_cannot_be_shown_is_one_sentence(rides, tmp_path):
    ride.write_info(copied(rides, 'golden'), {'format': 99})
    shutil.rmtree(copied(rides, 'older'), ignore_errors=True)
    ride.write_info(ride.create(rides, 'empty'), {})
    (tmp_path / 'text.rrd').write_text('hello')
    real = copied(rides, 'older')
    (real / ride.RERUN_FILE).write_bytes(b'RRF2')
    for words, why in ((('golden',), 'is of format 99'), (('empty',), 'holds no segment'), (('nope',), 'no ride'),
                       (('--file', tmp_path / 'text.rrd'), 'is no file of rerun'),
                       (('--file', tmp_path / 'nope.rrd'), 'was not found'),
                       (('older', '--address', '192.0.2.1'), 'is no address of this machine'),
                       (('older', '--address', '0.0.0.0'), 'is no address of this machine'),
                       (('older', '--address', 'example.org'), 'is no address of this machine')):
        said = outrider('view', *words)
        assert (said.returncode, said.stderr.count('\n')) == (2, 1), (words, said.stdout, said.stderr)
        assert why in said.stderr


def test_an_address_of_this_machine_is_served_at(rides, spawn):
    copied(rides, 'older')
    shown = spawn('view', 'older', '--address', '127.0.0.2', module='outrider_bringup')
    shown.says('older: http://127.0.0.2:')
    ended(shown)


def test_a_file_of_a_replay_is_opened(rides, tmp_path, spawn):
    copied(rides, 'golden')
    assert outrider('replay', 'golden', '--through', 'perception', '--rrd', tmp_path / 'both.rrd').returncode == 0
    shown = spawn('view', '--file', tmp_path / 'both.rrd', module='outrider_bringup')
    shown.says('both.rrd: http://127.0.0.1:')
    ended(shown)
