"""The golden ride through the present code; what a changed, cut, older or foreign recording says.

Where `test_the_golden_ride_comes_out_as_it_was` fails the fusion says other things than it did. Where that is meant:
python -m outrider_bringup.replay.golden, and commit the ride with the change.
"""

import dataclasses
import json
import os
import subprocess

import pytest
from outrider_interfaces.msg import FusionInputs, FusionSnapshot, TrackArray
from rclpy.serialization import deserialize_message, serialize_message
from replay_helpers import RECORDED, copied, foreign, outrider, rewritten, told

from outrider_bringup.replay import bag
from outrider_recorder import bridge_launcher, ride

ENTITIES = """
import json, sys
import rerun.chunk as chunk
print(json.dumps(sorted({str(piece.entity_path) for piece in chunk.RrdReader(sys.argv[1]).stream()})))
"""


def through(name, *words, **env):
    return outrider('replay', name, '--through', 'perception', *words, **env)


def test_the_golden_ride_comes_out_as_it_was(rides, tmp_path):
    copied(rides, 'golden')
    said = through('golden', '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode == 0, f'{__doc__}\n{said.stdout}{said.stderr}'
    found = told(tmp_path / 'f.json')
    assert found['verdict'] in ('equal to the last bit', 'equal within the tolerance')
    assert found['rows']['tracks']['recorded'] > 100
    assert found['rows']['alerts']['recorded'] >= 3
    assert found['rows']['close passes']['recorded'] == 1
    assert found['missing'] == {}


def test_the_golden_ride_is_small():
    assert sum(path.stat().st_size for path in (RECORDED / 'golden').iterdir()) < 1_500_000


def test_a_ride_made_by_this_code_is_equal_to_the_last_bit_from_its_start_and_from_a_snapshot(rides, tmp_path):
    from outrider_bringup.replay import golden

    golden.make(bag.find(RECORDED, 'golden'), rides / 'mine')
    whole = through('mine', '--no-rrd', '--json', tmp_path / 'whole.json')
    later = through('mine', '--no-rrd', '--from', '3', '--json', tmp_path / 'later.json')
    for said, name, begins in ((whole, 'whole', 'its first input'), (later, 'later', 'a snapshot')):
        assert said.returncode == 0, said.stdout + said.stderr
        found = told(tmp_path / f'{name}.json')
        assert (found['verdict'], found['begins'], found['unlike']) == ('equal to the last bit', begins, '')
    assert told(tmp_path / 'later.json')['rows']['frames of tracks']['recorded'] < 120


def test_a_ride_of_another_release_s_numpy_is_held_to_the_tolerance(rides, tmp_path):
    from outrider_bringup.replay import golden

    golden.make(bag.find(RECORDED, 'golden'), rides / 'mine')
    facts = json.loads((rides / 'mine' / 'ride.json').read_text())
    (rides / 'mine' / 'ride.json').write_text(json.dumps({**facts, 'numpy': '1.0.0'}))
    assert through('mine', '--no-rrd', '--json', tmp_path / 'f.json').returncode == 0
    assert told(tmp_path / 'f.json')['unlike'] == 'made with other locked packages'


def test_a_changed_output_is_told_with_its_time_and_fails(rides, tmp_path):
    folder = copied(rides, 'golden')

    def change(message):
        if message.topic.name != '/tracks':
            return message
        said = deserialize_message(message.data, TrackArray)
        for track in said.tracks:
            track.position.x += 0.002
        return message._replace(data=serialize_message(said))

    rewritten(folder, change)
    said = through('golden', '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode == 1
    assert 'differs' in said.stdout
    assert '2 mm from where it was' in said.stdout
    found = told(tmp_path / 'f.json')
    assert found['rows']['tracks']['beyond'] == found['rows']['tracks']['recorded']
    assert found['rows']['tracks']['worst'] == pytest.approx(0.002, abs=1e-6)
    assert found['differences'][0]['at_s'] > 0


def test_a_lost_input_is_told_and_a_gap_in_the_journal_too(rides, tmp_path):
    folder = copied(rides, 'golden')
    counts = {'/radar/points': 0, '/fusion/inputs': 0}

    def change(message):
        if message.topic.name in counts:
            counts[message.topic.name] += 1
            if (message.topic.name, counts[message.topic.name]) in (('/radar/points', 60), ('/fusion/inputs', 100)):
                return None
        return message

    rewritten(folder, change)
    said = through('golden', '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode == 1
    assert '1 messages of radar/points that the fusion took are not in the recording' in said.stdout
    assert 'its journal has 1 gaps' in said.stdout
    assert told(tmp_path / 'f.json')['unlike'] == 'inputs are missing'


def test_after_a_loss_it_begins_again_at_the_next_snapshot(rides, tmp_path, monkeypatch):
    from outrider_bringup.replay import golden

    monkeypatch.setattr('outrider_perception.journal.SNAPSHOT_S', 2.0)
    golden.make(bag.find(RECORDED, 'golden'), rides / 'mine')
    counts = {'/radar/points': 0}

    def change(message):
        if message.topic.name in counts:
            counts[message.topic.name] += 1
        return None if message.topic.name in counts and counts[message.topic.name] == 30 else message

    rewritten(rides / 'mine', change)
    said = through('mine', '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode == 0, said.stdout
    found = told(tmp_path / 'f.json')
    assert (found['verdict'], found['missing'], found['unlike']) == ('equal to the last bit', {'radar/points': 1}, '')
    assert 0.0 < found['left_out_s'] < 2.5
    assert 90 < found['rows']['frames of tracks']['recorded'] < 149
    assert 's are not compared' in said.stdout


def test_a_ride_whose_profile_left_depth_out_is_compared_and_says_so(rides, tmp_path):
    folder = copied(rides, 'golden')
    rewritten(folder, lambda message: None if message.topic.name == '/camera/depth/image' else message)
    said = through('golden', '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode in (0, 1), said.stderr
    found = told(tmp_path / 'f.json')
    assert (list(found['missing']), found['unlike'], found['left_out_s']) == (
        ['camera/depth/image'], 'inputs are missing', 0.0)
    assert found['rows']['frames of tracks']['recorded'] == found['rows']['frames of tracks']['new'] > 100
    assert 'messages of camera/depth/image that the fusion took are not in the recording' in said.stdout


@pytest.mark.parametrize('words', [[], ['--from', '3']])
def test_a_ride_whose_clock_was_set_in_the_middle_is_compared_by_its_stamps(rides, tmp_path, words):
    """Receipts of such a ride stay on one clock, 1970 in this one; its stamps are of the date that GPS has told."""
    from outrider_bringup.replay import golden

    golden.make(bag.find(RECORDED, 'golden'), rides / 'mine')
    begins_ns = bag.find(rides, 'mine').first_ns
    rewritten(rides / 'mine', lambda message: message._replace(log_ns=message.log_ns - begins_ns + 10**9))
    info = ride.read_info(rides / 'mine')
    ride.write_info(rides / 'mine', {**info, 'clock': {'steps': [{'log_ns': 10**9, 'step_ns': begins_ns - 10**9}]}})
    said = through('mine', '--no-rrd', '--json', tmp_path / 'f.json', *words)
    assert said.returncode == 0, said.stdout + said.stderr
    found = told(tmp_path / 'f.json')
    assert found['verdict'] == 'equal to the last bit'
    assert 50 < found['rows']['frames of tracks']['recorded'] < (151 if not words else 120)


def test_a_snapshot_of_other_code_is_not_used_and_what_follows_is_compared_after_ten_seconds(rides):
    folder = copied(rides, 'golden')

    def change(message):
        if message.topic.name == '/fusion/snapshot':
            said = deserialize_message(message.data, FusionSnapshot)
            said.version = 'another'
            return message._replace(data=serialize_message(said))
        return message

    rewritten(folder, change)
    said = through('golden', '--no-rrd', '--from', '2')
    assert said.returncode == 2
    assert 'nothing is left to compare' in said.stderr
    assert said.stderr.count('\n') == 1


def test_a_ride_of_the_version_before_whose_journal_has_no_mounts_still_runs(rides, tmp_path):
    copied(rides, 'older')
    said = through('older', '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode in (0, 1), said.stderr
    found = told(tmp_path / 'f.json')
    assert found['rows']['inputs used']['beyond'] == 0
    assert found['rows']['frames of hazards']['recorded'] == found['rows']['frames of hazards']['new'] == 150


def test_a_type_with_other_fields_is_refused_in_one_sentence(rides):
    folder = copied(rides, 'golden')
    rewritten(folder, lambda message: message._replace(topic=dataclasses.replace(
        message.topic, schema=message.topic.schema.replace('float32 existence', 'float64 existence'))))
    said = through('golden', '--no-rrd')
    assert (said.returncode, said.stderr.count('\n')) == (2, 1)
    assert 'outrider_interfaces/msg/TrackArray has other fields' in said.stderr


def test_recorded_and_new_lie_in_one_file_as_two_trees(rides, tmp_path):
    copied(rides, 'golden')
    said = through('golden', '--rrd', tmp_path / 'both.rrd')
    assert said.returncode == 0, said.stdout + said.stderr
    python = bridge_launcher.interpreter(os.environ)
    done = subprocess.run([python, '-c', ENTITIES, tmp_path / 'both.rrd'], capture_output=True, text=True, check=True,
                          env=bridge_launcher.clean(os.environ))
    found = set(json.loads(done.stdout))
    for path in ('/world/tracks/box', '/world/now/tracks/box', '/hazard', '/now/hazard', '/plots/distance',
                 '/plots/now/distance', '/world/radar_link/radar/points', '/log', '/now/log'):
        assert path in found
    assert not any('depth' in path for path in found)


def test_without_rerun_the_comparison_is_made_all_the_same(rides, tmp_path):
    copied(rides, 'golden')
    said = through('golden', OUTRIDER_RERUN_PYTHON=str(tmp_path / 'none'))
    assert said.returncode == 0
    assert said.stderr.strip().endswith('Run: make setup')
    assert said.stderr.count('\n') == 1


def test_half_a_copy_is_compared_as_far_as_it_goes(rides):
    folder = copied(rides, 'golden')
    path = folder / 'segment_000.mcap'
    path.write_bytes(path.read_bytes()[:int(path.stat().st_size * 0.8)])
    said = through('golden', '--no-rrd')
    assert said.returncode == 0, said.stdout
    assert 'ends in the middle' in said.stderr


def test_what_cannot_be_run_again_is_one_sentence_and_nothing_else(rides, tmp_path):
    golden = list(bag.read(RECORDED / 'golden' / 'segment_000.mcap'))
    foreign(tmp_path / 'theirs.mcap', [message for message in golden if message.topic.name == '/imu/data'])
    copied(rides, 'golden')
    empty = copied(rides, 'older')
    rewritten(empty, lambda message: message._replace(data=serialize_message(FusionInputs()))
              if message.topic.name == '/fusion/inputs' else message)
    for words, why in (((tmp_path / 'theirs.mcap', '--through', 'perception'), 'holds no fusion/inputs'),
                       (('older', '--through', 'perception'), 'no line in its journal'),
                       (('golden', '--through', 'detector'), 'holds no camera/color/compressed'),
                       (('golden', '--through', 'perception', '--speed', '2'), '--speed is for publishing'),
                       (('golden', '--json', 'f'), '--json goes with --through'),
                       (('golden', '--from', '100'), 'lasts'), (('golden', '--speed', '0'), 'expected 0.01 to 100'),
                       (('golden', '--from', '-1'), 'expected seconds'),
                       (('golden', '--through', 'perception', '--no-rrd', '--json', '/nowhere/f'), 'No such file'),
                       (('nope',), 'no ride')):
        said = outrider('replay', *words)
        assert (said.returncode, said.stderr.count('\n')) == (2, 1), (words, said.stderr)
        assert why in said.stderr


def test_a_recorded_fusion_in_a_namespace_is_found(rides):
    folder = copied(rides, 'golden')
    rewritten(folder, lambda message: message if message.topic.name == '/tf_static' else message._replace(
        topic=dataclasses.replace(message.topic, name=f'/rear{message.topic.name}')))
    info = ride.read_info(folder)
    ride.write_info(folder, {**info, 'nodes': {f'/rear{name}': told for name, told in info['nodes'].items()}})
    said = through('golden', '--no-rrd')
    assert said.returncode == 0, said.stdout + said.stderr
