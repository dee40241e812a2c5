from types import SimpleNamespace

from rclpy.qos import DurabilityPolicy, ReliabilityPolicy
from std_msgs.msg import Int32

from outrider_node import qos


def offer(profile):
    return SimpleNamespace(qos_profile=profile)


def test_commands_expire_and_are_never_queued():
    assert qos.COMMAND.depth == 1
    assert qos.COMMAND.reliability == ReliabilityPolicy.BEST_EFFORT
    assert qos.COMMAND.durability == DurabilityPolicy.VOLATILE
    assert qos.COMMAND.lifespan.nanoseconds == 100_000_000


def test_a_recording_subscription_is_as_strong_as_its_weakest_publisher():
    assert qos.to_record([offer(qos.SENSOR), offer(qos.VIEW)], 30).reliability == ReliabilityPolicy.BEST_EFFORT
    assert qos.to_record([offer(qos.SENSOR)], 30).reliability == ReliabilityPolicy.RELIABLE
    assert qos.to_record([offer(qos.STATE)], 30).durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert qos.to_record([offer(qos.STATE), offer(qos.SENSOR)], 30).durability == DurabilityPolicy.VOLATILE
    assert qos.to_record([], 30).depth == 30


def test_what_is_recorded_matches_every_row_of_the_table(ros):
    for number, row in enumerate((qos.SENSOR, qos.IMU, qos.VIEW, qos.COMMAND, qos.STATE, qos.EVENT)):
        topic = f'row_{number}'
        publisher = ros.node.create_publisher(Int32, topic, row)
        infos = ros.until(lambda topic=topic: ros.node.get_publishers_info_by_topic(topic), 'its publisher')
        got = ros.collect(Int32, topic, qos.to_record(infos, 10))
        ros.matched(publisher)
        publisher.publish(Int32(data=number))
        assert ros.until(lambda got=got: got, 'the message')[0].data == number
