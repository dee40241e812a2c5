"""librealsense brings libraries of ROS with it; a process that loads them before rclpy's own crashes when it ends."""

import rclpy  # noqa: F401
