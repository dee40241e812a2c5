"""The pilot: gamepad link (records, sign of life, reconnect) and teleop core. No ROS in here."""
