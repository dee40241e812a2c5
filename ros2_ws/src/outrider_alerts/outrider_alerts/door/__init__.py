"""Who may come in: pairings, host names, limits. No ROS, no port, no clock."""
