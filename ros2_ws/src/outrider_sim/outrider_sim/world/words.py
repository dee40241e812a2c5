"""The vocabulary of scenario files, and the numbers that belong to its words. Source: the scenario contract."""

from __future__ import annotations

# Length, width, height in metres where an actor gives no size_m.
SIZES_M: dict[str, tuple[float, float, float]] = {
    'car': (4.5, 1.8, 1.5), 'truck': (8.0, 2.5, 3.2), 'bus': (12.0, 2.55, 3.1), 'motorcycle': (2.2, 0.8, 1.4),
    'scooter': (1.2, 0.6, 1.7), 'bicycle': (1.8, 0.6, 1.7), 'person': (0.5, 0.5, 1.7), 'dog': (0.8, 0.3, 0.6),
}
CLASSES = tuple(SIZES_M)
# Length and width of the rider's own box, centred on base_link; below which closing speed no warning is asked for.
RIG_SIZES_M = {'bicycle': (1.8, 0.70), 'ramp': (1.2, 0.6)}
MIN_CLOSING_MPS = {'bicycle': 3.0, 'ramp': 0.8}
FACINGS = ('rear', 'front')
DRIVES = ('path', 'pad', 'follow')
LIGHTS = ('day', 'dusk', 'night')
WEATHERS = ('clear', 'rain', 'fog')
CHANGES = ('lane', 'speed', 'heading')
THINGS = ('guard_rail', 'parked_cars', 'wall', 'trees', 'signs', 'bridge', 'tunnel')
SENSORS = ('radar', 'camera', 'depth', 'gps', 'imu')
FAULTS = ('drop', 'freeze', 'noise', 'die', 'offset')
LEVELS = ('notice', 'warn', 'urgent')  # in order
# Controls of a PS4 pad as scenario files name them, in whatever case.
PAD_BUTTONS = ('cross', 'circle', 'triangle', 'square', 'l1', 'r1', 'l2', 'r2', 'share', 'options', 'ps', 'l3', 'r3',
               'up', 'down', 'left', 'right')
# The short names of the pad's own wire, and arrows by their cross.
PAD_ALIASES = {'lx': 'left_x', 'ly': 'left_y', 'rx': 'right_x', 'ry': 'right_y', 'dpad_up': 'up', 'dpad_down': 'down',
               'dpad_left': 'left', 'dpad_right': 'right'}
PAD_AXES = ('left_x', 'left_y', 'right_x', 'right_y', 'l2', 'r2')

SWAY_HZ = 0.8
SWAY_YAW_SHARE = 1 / 3  # of the roll amplitude
CLOSE_PASS_M = 1.5
