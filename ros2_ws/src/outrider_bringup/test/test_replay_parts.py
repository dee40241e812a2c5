"""What may be published, at what time, and inputs in the journal's order."""

import struct

import pytest
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

from outrider_bringup.replay import allowed, kinds, quality
from outrider_bringup.replay.feed import FORGET_NS, PATIENCE_NS, Asked, Feed
from outrider_bringup.replay.pace import Pace, Stepped
from outrider_node import qos
from outrider_recorder import offered
from outrider_recorder.segment import Message, Topic


@pytest.mark.parametrize(('name', 'kind'), [
    ('/joy', 'sensor_msgs/msg/Joy'), ('/teleop/axes', 'sensor_msgs/msg/Joy'), ('/cmd_vel', 'geometry_msgs/msg/Twist'),
    ('/base/speed', 'geometry_msgs/msg/TwistStamped'), ('/drive/request', 'outrider_interfaces/msg/DriveRequest'),
    ('/ramp/drive/command', 'outrider_interfaces/msg/DriveCommand'),
    ('/drive/state', 'outrider_interfaces/msg/DriveState'), ('/relays/state', 'outrider_interfaces/msg/RelayState'),
    ('/relays/command', 'outrider_interfaces/msg/RelayCommand'),
    ('/follow/target', 'geometry_msgs/msg/Point'), ('/operator', 'outrider_interfaces/msg/OperatorState'),
    ('/estop', 'std_msgs/msg/Bool'), ('/hidden', 'outrider_interfaces/msg/RelayCommand')])
def test_what_could_move_a_machine_is_published_only_to_a_simulated_one(name, kind):
    topic = Topic(name, kind, '')
    assert allowed.published([topic], simulated=False) == ([], [topic])
    assert allowed.published([topic], simulated=True) == ([topic], [])


@pytest.mark.parametrize('name', ['/radar/points', '/joystick_view', '/camera/driver/info', '/motors/state', '/tracks'])
def test_what_moves_nothing_is_published(name):
    topic = Topic(name, 'std_msgs/msg/Empty', '')
    assert allowed.published([topic], simulated=False) == ([topic], [])


@pytest.mark.parametrize('simulated', [True, False])
def test_the_time_of_the_recording_is_never_published_beside_that_of_the_replay(simulated):
    topics = [Topic('/clock', 'rosgraph_msgs/msg/Clock', ''), Topic('/parameter_events', 'x/msg/Y', '')]
    assert allowed.published(topics, simulated=simulated) == ([], [])


def test_the_pace_stands_while_it_is_paused_and_goes_on_where_it_stood():
    pace = Pace(1_000_000_000, 2.0, 10.0)
    assert pace.at(11.0) == 3_000_000_000
    assert pace.wait_s(4_000_000_000, 11.0) == pytest.approx(0.5)
    pace.toggle(11.0)
    assert pace.at(50.0) == 3_000_000_000
    assert pace.wait_s(4_000_000_000, 50.0) == float('inf')
    pace.toggle(60.0)
    assert pace.at(60.5) == 4_000_000_000


def test_the_clock_that_is_published_is_that_of_the_stamps_though_it_was_set():
    clock = Stepped({'clock': {'steps': [{'log_ns': 10, 'step_ns': 1_000}, {'log_ns': 20, 'step_ns': -400}, 'x', {}]}})
    assert [clock.system_ns(at) for at in (9, 10, 19, 20)] == [9, 1_010, 1_019, 620]
    assert Stepped({}).system_ns(5) == 5


@pytest.mark.parametrize('profile', [qos.SENSOR, qos.STATE, qos.COMMAND, qos.EVENT])
def test_a_publisher_offers_what_the_recorded_one_offered(profile):
    class Offered:
        qos_profile = profile

    made = quality.profile(offered.text([Offered]))
    assert (made.reliability, made.durability, made.depth) == (profile.reliability, profile.durability, profile.depth)
    assert made.lifespan == profile.lifespan


def test_profiles_of_later_releases_and_none_at_all_are_read():
    named = quality.profile('- {history: keep_last, depth: 7, reliability: best_effort, durability: transient_local}')
    assert (named.depth, named.reliability, named.durability) == (
        7, ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.TRANSIENT_LOCAL)
    for text in ('', '{', '!!python/object:os.system {}', '- 5', '- {depth: -1}', 'x' * 100_000):
        plain = quality.profile(text)
        assert (plain.depth, plain.reliability, plain.durability) == (
            10, ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE)
    assert quality.profile('', latched_name=True).depth == 100


@pytest.mark.parametrize('kind', ['os/msg/Path', 'antigravity/msg/X', 'std_msgs/srv/Empty', '../x/msg/Y',
                                  'std_msgs/msg/x;y', 'std_msgs/msg/NoSuch', 'std_msgs.msg/msg/String', ''])
def test_the_name_of_a_type_imports_nothing_but_a_message(kind):
    assert kinds.message_class(kind) is None


def test_the_class_of_an_installed_message_is_found():
    from std_msgs.msg import String

    assert kinds.message_class('std_msgs/msg/String') is String


def message(topic, stamp_ns, log_ns, at=4):
    data = bytes([0, 1, 0, 0]) + bytes(at - 4) + struct.pack('<iI', stamp_ns // 10**9, stamp_ns % 10**9)
    return Message(Topic(topic, '', ''), 0, log_ns, stamp_ns, data)


def asked(topic, sequence, stamp_ns, log_ns=0):
    return Asked(topic, sequence, stamp_ns, 0, True, '', log_ns)


def given(feed, **how):
    return [(one.sequence, None if found is None else found.log_ns) for one, found in feed.pairs(**how)]


def test_inputs_come_in_the_order_of_the_journal_whatever_the_recorder_heard_first():
    feed = Feed(['imu', 'radar'])
    for number, topic, stamp in ((1, 'radar', 5), (2, 'imu', 4), (3, 'imu', 3)):
        feed.heard(topic, message(topic, stamp, number))
    feed.asks([asked('imu', 1, 3), asked('radar', 2, 5), asked('imu', 3, 4)], 4)
    assert given(feed) == [(1, 3), (2, 1), (3, 2)]


def test_a_message_recorded_after_its_journal_is_waited_for_and_one_never_recorded_is_missed():
    feed = Feed(['radar'])
    feed.asks([asked('radar', 1, 5, 10), asked('radar', 2, 6, 10)], 10)
    assert given(feed) == []
    feed.heard('radar', message('radar', 6, 11))
    assert given(feed) == []
    feed.heard('radar', message('radar', 5, 12))
    assert given(feed) == [(1, 12), (2, 11)]
    feed.asks([asked('radar', 3, 7, 20)], 20)
    feed.heard('radar', message('radar', 99, 20 + PATIENCE_NS))
    assert given(feed) == [(3, None)]
    feed.asks([asked('radar', 4, 8, PATIENCE_NS)], PATIENCE_NS)
    assert given(feed, to_the_end=True) == [(4, None)]


def test_repeated_stamps_are_two_messages_and_a_topic_nobody_recorded_is_none():
    feed = Feed(['radar'])
    feed.heard('radar', message('radar', 5, 1))
    feed.heard('radar', message('radar', 5, 2))
    feed.asks([asked('radar', 1, 5), asked('radar', 2, 5), asked('sonar', 3, 5)], 3)
    assert given(feed, to_the_end=True) == [(1, 1), (2, 2), (3, None)]


def test_who_joined_late_got_the_newest_latched_message_and_may_get_it_again():
    feed = Feed(['/tf_static'], latched=['/tf_static'], lists=['/tf_static'])
    feed.heard('/tf_static', message('/tf_static', 5, 1, at=8))
    feed.heard('/tf_static', message('/tf_static', 5, 2, at=8))
    feed.asks([asked('/tf_static', 1, 5), asked('/tf_static', 1, 5)], 3)
    assert given(feed) == [(1, 2), (1, 2)]


def test_what_never_reached_the_fusion_is_forgotten():
    feed = Feed(['radar'])
    feed.heard('radar', message('radar', 5, 1))
    feed.heard('radar', message('radar', 6, 2 + FORGET_NS))
    feed.asks([asked('radar', 1, 5)], 2 + FORGET_NS)
    assert given(feed, to_the_end=True) == [(1, None)]
