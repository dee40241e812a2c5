import pytest

from outrider_recorder.schema import SEPARATOR, SchemaError, Schemas, field_types


def test_fields_are_found_and_constants_are_not():
    text = ('uint8 LEVEL_NONE=0\nstring GREETING = "a=b"\nint8 x 5  # with a default\nfloat64[4] covariance\n'
            'Header header\nPoint[<=3] points\nstring<=10 name\ngeometry_msgs/msg/Vector3 v\n')
    assert field_types(text, 'my_msgs') == ['int8', 'float64', 'std_msgs/Header', 'my_msgs/Point', 'string',
                                            'geometry_msgs/Vector3']


@pytest.mark.parametrize(('kind', 'inner'), [
    ('outrider_interfaces/msg/TrackArray', {'std_msgs/Header', 'builtin_interfaces/Time', 'geometry_msgs/Vector3',
                                            'geometry_msgs/Point', 'outrider_interfaces/Track'}),
    ('sensor_msgs/msg/PointCloud2', {'std_msgs/Header', 'builtin_interfaces/Time', 'sensor_msgs/PointField'}),
    ('tf2_msgs/msg/TFMessage', {'geometry_msgs/TransformStamped', 'geometry_msgs/Transform', 'geometry_msgs/Vector3',
                                'geometry_msgs/Quaternion', 'std_msgs/Header', 'builtin_interfaces/Time'}),
])
def test_every_type_a_message_rests_on_follows_once(kind, inner):
    parts = Schemas().text(kind).split(f'\n{SEPARATOR}\nMSG: ')
    names = [part.split('\n', 1)[0] for part in parts[1:]]
    assert set(names) == inner
    assert len(names) == len(inner)


def test_stamped_messages_are_known():
    schemas = Schemas()
    assert schemas.begins_with_stamp('outrider_interfaces/msg/HazardArray')
    assert schemas.begins_with_stamp('rcl_interfaces/msg/Log')
    assert not schemas.begins_with_stamp('tf2_msgs/msg/TFMessage')
    assert not schemas.begins_with_stamp('std_msgs/msg/UInt32')


def test_a_type_that_is_not_installed_is_named():
    with pytest.raises(SchemaError, match='no_such_msgs/Thing'):
        Schemas().text('no_such_msgs/msg/Thing')
