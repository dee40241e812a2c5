"""The rerun bridge: reads MCAP only, runs only in rerun's own environment, and can slow or stop nothing else.

Imports neither rclpy nor other packages of the project. What touches `rerun` stands in sink.py, blueprint.py and
picture.py.
"""
