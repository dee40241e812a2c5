"""IMU and GPS into curves and a way: the arithmetic, without rerun."""

import math

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped, TwistWithCovarianceStamped
from sensor_msgs.msg import Imu, NavSatFix, NavSatStatus

from outrider_recorder.bridge.motion import IMU, KMH, SHOWN_HZ, WAY_POINTS, Motion, Way, roll_pitch_deg
from outrider_recorder.bridge.places import Places
from outrider_recorder.bridge.rows import Batch
from outrider_recorder.bridge.tail import Item

TURNED = (0.0, 0.0, 180.0)  # of a box that looks back
M_PER_DEG = 111_320.0


def quaternion(roll_deg, pitch_deg, yaw_deg):
    """x, y, z, w of fixed-axis roll, pitch, yaw (REP 103)."""
    (cr, sr), (cp, sp), (cy, sy) = ((math.cos(math.radians(a) / 2), math.sin(math.radians(a) / 2))
                                    for a in (roll_deg, pitch_deg, yaw_deg))
    return (sr * cp * cy - cr * sp * sy, cr * sp * cy + sr * cp * sy, cr * cp * sy - sr * sp * cy,
            cr * cp * cy + sr * sp * sy)


def matrix(roll_deg, pitch_deg, yaw_deg):
    (cr, sr), (cp, sp), (cy, sy) = ((math.cos(math.radians(a)), math.sin(math.radians(a)))
                                    for a in (roll_deg, pitch_deg, yaw_deg))
    return (np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]]) @ np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
            @ np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]]))


def imu(x=0.0, y=0.0, z=0.0, w=1.0, known=True):
    message = Imu()
    message.header.frame_id = 'imu_link'
    turn = message.orientation
    turn.x, turn.y, turn.z, turn.w = float(x), float(y), float(z), float(w)
    message.orientation_covariance[0] = 0.01 if known else -1.0
    return message


def mounted(yaw_deg):
    places = Places()
    transform = TransformStamped(child_frame_id='imu_link')
    transform.header.frame_id = 'base_link'
    turn = transform.transform.rotation
    turn.x, turn.y, turn.z, turn.w = quaternion(0.0, 0.0, yaw_deg)
    places.learn([transform])
    return places


def item(kind, at_ns, topic='/imu/data'):
    return Item(topic, kind, '', 0, at_ns, at_ns, b'')


def fix(latitude, longitude, status=NavSatStatus.STATUS_FIX):
    return NavSatFix(status=NavSatStatus(status=status), latitude=latitude, longitude=longitude)


def speed(east, north):
    message = TwistWithCovarianceStamped()
    message.twist.twist.linear.x, message.twist.twist.linear.y = east, north
    return message


@pytest.mark.parametrize(('roll', 'pitch', 'yaw'), [(12.0, 0.0, 0.0), (-25.0, 4.0, 130.0), (3.0, -9.0, -70.0)])
def test_the_lean_is_that_of_the_machine_however_the_imu_is_mounted(roll, pitch, yaw):
    machine = matrix(roll, pitch, yaw)
    for mount in ((0.0, 0.0, 0.0), TURNED, (2.0, -3.0, 90.0)):
        sensor = machine @ matrix(*mount)
        # of the matrix back into a quaternion by its definition, so that no other code of ours is asked
        w = math.sqrt(max(0.0, 1 + np.trace(sensor))) / 2
        if w < 1e-3:
            continue
        x, y, z = ((sensor[i, j] - sensor[j, i]) / (4 * w) for i, j in ((2, 1), (0, 2), (1, 0)))
        assert roll_pitch_deg(imu(x, y, z, w), matrix(*mount)) == pytest.approx((roll, pitch), abs=1e-6)


@pytest.mark.parametrize('message', [imu(known=False), imu(w=0.0), imu(w=math.nan), imu(x=5.0)])
def test_an_orientation_that_is_none_draws_no_lean(message):
    assert roll_pitch_deg(message, np.eye(3)) is None
    batch = Batch()
    Motion(Places()).take(batch, item(IMU, 0), message)
    assert batch.rows.keys() == {'plots/motion/turn'}


def test_of_400_samples_a_second_only_some_are_decoded_and_drawn():
    motion, batch = Motion(mounted(180.0)), Batch()
    for number in range(800):
        one = item(IMU, number * 2_500_000)
        if motion.wants(one):
            motion.take(batch, one, imu(*quaternion(-10.0, 0.0, 180.0)))  # seen from behind
    assert len(batch.rows['plots/motion/roll'].times_ns) == 2 * SHOWN_HZ
    assert batch.rows['plots/motion/roll'].columns['scalars'] == pytest.approx([10.0] * 2 * SHOWN_HZ)


def test_two_imus_do_not_take_each_others_turn():
    motion = Motion(Places())
    assert motion.wants(item(IMU, 0, '/imu/data'))
    assert motion.wants(item(IMU, 0, '/front/imu/data'))
    assert not motion.wants(item(IMU, 1, '/imu/data'))


def test_speed_is_that_over_ground_and_a_lost_fix_is_a_gap():
    motion, batch = Motion(Places()), Batch()
    motion.take(batch, item('geometry_msgs/msg/TwistWithCovarianceStamped', 0), speed(3.0, 4.0))
    motion.take(batch, item('sensor_msgs/msg/NavSatFix', 1), fix(math.nan, math.nan, NavSatStatus.STATUS_NO_FIX))
    values = batch.rows['plots/motion/speed'].columns['scalars']
    assert values[0] == pytest.approx(5.0 * KMH)
    assert math.isnan(values[1])
    assert 'map/here' not in batch.rows


@pytest.mark.parametrize('place', [(91.0, 0.0), (0.0, 181.0), (math.nan, 8.0)])
def test_a_place_that_is_none_on_earth_is_not_on_the_map(place):
    batch = Batch()
    Motion(Places()).take(batch, item('sensor_msgs/msg/NavSatFix', 0), fix(*place))
    assert 'map/here' not in batch.rows


def test_the_way_is_told_once_a_second_and_ends_where_it_is():
    motion, batch = Motion(Places()), Batch()
    for number in range(50):  # 5 s at 10 Hz, 10 m/s north
        motion.take(batch, item('sensor_msgs/msg/NavSatFix', 10**18 + number * 10**8),
                    fix(50.0 + number / M_PER_DEG, 8.0))
    assert len(batch.rows['map/here'].times_ns) == 50
    ways = [row[0] for row in batch.rows['map/way'].columns['line_strings']]
    assert len(ways) == 5
    assert ways[-1][0].tolist() == [50.0, 8.0]
    assert ways[-1][-1].tolist() == [50.0 + 40 / M_PER_DEG, 8.0]


def test_a_hidden_place_is_nowhere_on_the_map_and_cuts_the_way():
    motion, batch = Motion(Places(), lambda latitude, longitude: 50.0001 < latitude < 50.0002), Batch()
    for number in range(50):  # 50 m north
        motion.take(batch, item('sensor_msgs/msg/NavSatFix', 10**18 + number * 10**8),
                    fix(50.0 + number / M_PER_DEG, 8.0))
    here = [place for part in batch.rows['map/here'].columns['positions'] for place in part.tolist()]
    ways = [place for part in batch.rows['map/way'].columns['line_strings'] for piece in part
            for place in piece.tolist()]
    assert len(here) == 50 - 11
    assert not [place for place in here + ways if 50.0001 < place[0] < 50.0002]
    assert batch.rows['map/way'].lengths[-1] == 2


def test_a_long_way_with_hidden_pieces_stays_small():
    way = Way()
    for step in range(20_000):
        way.pass_by(step * 1e-4, 0.0)
        if step % 500 == 0:
            way.hide()
    pieces = way.until(2.0, 0.0)
    assert sum(map(len, pieces)) <= WAY_POINTS + len(pieces)


def test_a_long_way_stays_small_and_keeps_its_shape():
    way = Way()
    for step in range(20_000):  # 40 km round a circle
        angle = 2 * math.pi * step / 20_000
        way.pass_by(0.05 * math.sin(angle), 0.05 * math.cos(angle))
    (told,) = way.until(0.0, 0.05)
    assert WAY_POINTS / 2 < len(told) <= WAY_POINTS + 1
    assert all(math.hypot(*place) == pytest.approx(0.05) for place in told)
    gaps = [math.dist(a, b) * M_PER_DEG for a, b in zip(told, told[1:], strict=False)]
    assert max(gaps) < 2.5 * 40_000 / (WAY_POINTS / 2)
