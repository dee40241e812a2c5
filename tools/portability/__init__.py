"""The static check of what runs on a robot: Python 3.10, rclpy of Humble, numpy 1.26 and 2, borders of the rooms."""
