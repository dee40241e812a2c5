"""Which recorded topics may be published: what could move a machine, only where the machine is simulated."""

from __future__ import annotations

from outrider_recorder.segment import Topic

# Any part of a name: /ramp/drive/request is a drive topic under a namespace.
MOVES = frozenset(('joy', 'operator', 'cmd_vel', 'drive', 'follow', 'estop', 'e_stop', 'relays', 'ackermann_cmd'))
MOVES_KINDS = frozenset((
    'sensor_msgs/msg/Joy', 'sensor_msgs/msg/JoyFeedback', 'geometry_msgs/msg/Twist', 'geometry_msgs/msg/TwistStamped',
    'ackermann_msgs/msg/AckermannDrive', 'ackermann_msgs/msg/AckermannDriveStamped',
    'outrider_interfaces/msg/DriveCommand', 'outrider_interfaces/msg/DriveRequest',
    'outrider_interfaces/msg/OperatorState', 'outrider_interfaces/msg/RelayCommand'))
CLOCK = '/clock'
NEVER = frozenset((CLOCK, '/parameter_events'))  # time is the replay's own


def moves_something(topic: Topic) -> bool:
    """Return whether a machine that hears this may move: by its name, or by its type whatever its name."""
    return topic.kind in MOVES_KINDS or not MOVES.isdisjoint(topic.name.strip('/').split('/'))


def published(topics: list[Topic], *, simulated: bool) -> tuple[list[Topic], list[Topic]]:
    """Return which of `topics` are published, and which are held back because the rig is not simulated."""
    wanted = [topic for topic in topics if topic.name not in NEVER]
    back = [topic for topic in wanted if moves_something(topic) and not simulated]
    return [topic for topic in wanted if topic not in back], back
