"""The only way to an actuator: a pure function of (state, inputs, now). No ROS, no clock, no port."""
