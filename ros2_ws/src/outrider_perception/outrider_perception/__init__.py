"""The mind: time-stamped measurements to tracks to hazards."""
