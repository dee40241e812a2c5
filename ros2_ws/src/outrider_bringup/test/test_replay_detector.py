"""The pictures of a ride through the present detector: equal where nothing changed, told where something did."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
from eye_ride import BOXES, PICTURES, blind, make_ride, net, taken
from rclpy.serialization import deserialize_message, serialize_message
from replay_helpers import RECORDED, copied, outrider, rewritten, told
from sensor_msgs.msg import CompressedImage

from outrider_bringup.replay import bag, golden
from outrider_recorder import ride


def through(name, weights, *words, **env):
    return outrider('replay', name, '--through', 'detector', '--weights', weights, *words, **env)


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """The ride, and the weights that were looked with: made once, copied by each test."""
    folder = tmp_path_factory.mktemp('made')
    weights = net(folder / 'net.onnx')
    make_ride(folder, weights)
    return folder


@pytest.fixture
def weights(made):
    return made / 'net.onnx'


@pytest.fixture
def mine(made, rides):
    return Path(shutil.copytree(made / 'mine', rides / 'mine'))


def test_a_ride_made_by_this_code_is_equal_to_the_last_bit_boxes_and_all_that_comes_of_them(mine, tmp_path, weights):
    for words, begins in (((), 'its first input'), (('--from', '3'), 'a snapshot')):
        said = through('mine', weights, '--no-rrd', '--json', tmp_path / 'f.json', *words)
        assert said.returncode == 0, said.stdout + said.stderr
        found = told(tmp_path / 'f.json')
        assert (found['verdict'], found['begins'], found['unlike']) == ('equal to the last bit', begins, '')
        assert found['rows']['pictures']['equal'] == found['rows']['pictures']['recorded'] > 30
        assert found['rows']['boxes']['equal'] == found['rows']['boxes']['recorded'] > 30
        assert found['rows']['frames of tracks']['recorded'] > 90
        assert found['detector']['classes_now'].keys() == {'car', 'bicycle'}
    assert 'net.onnx (onnxruntime, 424x240) looked at' in said.stdout


def test_other_weights_are_told_box_by_box_and_in_what_comes_of_them(mine, tmp_path, weights):
    said = through('mine', net(tmp_path / 'other.onnx', car='motorcycle'), '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode == 1, said.stdout + said.stderr
    found = told(tmp_path / 'f.json')
    assert found['verdict'] == 'differs'
    (renamed,) = found['detector']['renamed']
    assert (renamed['recorded'], renamed['now']) == ('car', 'motorcycle')
    assert found['rows']['classes']['beyond'] == renamed['pictures'] > 2
    assert found['rows']['boxes']['beyond'] == 0
    assert found['rows']['classes of tracks']['beyond'] > 0  # the fusion went on with what is said now
    assert 'now called motorcycle' in said.stdout
    assert 'car, now motorcycle' in said.stdout


def test_boxes_of_another_size_are_told_by_their_edges(mine, tmp_path, weights):
    said = through('mine', net(tmp_path / 'other.onnx', box_px=30.0), '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode == 1
    assert told(tmp_path / 'f.json')['rows']['boxes']['worst'] == pytest.approx(3.0)
    assert 'an edge is 3.0 px from where it was' in said.stdout


def test_what_a_detector_adds_to_a_ride_without_one_is_told(rides, tmp_path, weights):
    source = bag.find(RECORDED, 'golden')
    whole = sorted([*golden.answered(*blind(source)), *taken(source)], key=lambda message: message.log_ns)
    golden.write(whole, golden.facts(source.info), rides / 'mine')
    said = through('mine', weights, '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode == 1, said.stdout + said.stderr
    found = told(tmp_path / 'f.json')
    assert 'what changes below is what a detector adds' in said.stdout
    assert 'pictures' not in found['rows']
    assert found['detector']['pictures'] > 30
    assert found['rows']['classes of tracks']['beyond'] > 0


def test_a_picture_that_was_not_kept_leaves_what_was_said_of_it(mine, tmp_path, weights):
    rewritten(mine, lambda one: None if one.topic.name == PICTURES and one.sequence % 5 else one)
    said = through('mine', weights, '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode == 0, said.stdout + said.stderr
    found = told(tmp_path / 'f.json')
    assert found['verdict'] == 'equal to the last bit'
    assert 0 < found['detector']['pictures'] < found['detector']['missing']
    assert 'are not in the recording; what it said is kept' in said.stdout


def test_a_torn_picture_is_a_difference_in_one_sentence(mine, tmp_path, weights):
    def tear(one):
        if one.topic.name != PICTURES or one.sequence != 20:
            return one
        message = deserialize_message(one.data, CompressedImage)
        message.data = message.data[:len(message.data) // 2]
        return one._replace(data=serialize_message(message))

    rewritten(mine, tear)
    said = through('mine', weights, '--no-rrd', '--json', tmp_path / 'f.json')
    assert said.returncode == 1
    assert told(tmp_path / 'f.json')['detector']['blind'] == 1
    assert 'are no whole JPEG or PNG' in said.stdout


def test_without_a_journal_of_the_fusion_the_boxes_alone_are_compared(mine, tmp_path, weights):
    rewritten(mine, lambda one: one if one.topic.name in (PICTURES, BOXES) else None)
    said = through('mine', weights, '--json', tmp_path / 'f.json')
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stderr.startswith('only the boxes are compared: mine holds no fusion/inputs')
    assert told(tmp_path / 'f.json')['rows'].keys() == {'pictures', 'boxes', 'scores', 'classes'}


def test_the_set_up_of_the_recorded_detector_is_taken_and_what_is_wrong_with_it_is_said(mine, tmp_path, weights):
    info = ride.read_info(mine)
    nodes = {**info['nodes'], '/detector': {'kinds': ['bicycle'], 'weights': '/nowhere/else.pt', 'max_fps': 'fast'}}
    ride.write_info(mine, {**info, 'nodes': nodes})
    said = through('mine', weights, '--no-rrd', '--json', tmp_path / 'f.json')
    assert told(tmp_path / 'f.json')['detector']['classes_now'].keys() == {'bicycle'}
    assert "'max_fps' is 'fast'" in said.stderr
    assert '/nowhere' not in said.stdout + said.stderr


def test_a_detector_in_a_namespace_is_found(mine, weights):
    rewritten(mine, lambda message: message if message.topic.name == '/tf_static' else message._replace(
        topic=dataclasses.replace(message.topic, name=f'/rear{message.topic.name}')))
    info = json.loads((mine / 'ride.json').read_text())
    ride.write_info(mine, {**info, 'nodes': {f'/rear{name}': said for name, said in info['nodes'].items()}})
    said = through('mine', weights, '--no-rrd')
    assert said.returncode == 0, said.stdout + said.stderr


def test_what_cannot_be_looked_at_is_one_sentence_and_nothing_else(rides, mine, tmp_path, weights):
    copied(rides, 'golden')
    page = tmp_path / 'page.onnx'
    page.write_text('<!DOCTYPE html><html>' + 'x' * 2000)
    for words, why in ((('golden', '--through', 'detector'), 'holds no camera/color/compressed'),
                       (('mine', '--through', 'detector', '--weights', page), 'is a web page'),
                       (('mine', '--through', 'detector', '--weights', tmp_path / 'none.onnx'), 'there is no'),
                       (('mine', '--through', 'perception', '--weights', page), '--weights goes with'),
                       (('mine', '--through', 'detector', '--weights', weights, '--from', '8.37', '--no-rrd'), 'no')):
        said = outrider('replay', *words)
        assert (said.returncode, said.stderr.count('\n')) == (2, 1), (words, said.stderr)
        assert why in said.stderr
