"""RealSense cameras: colour, depth aligned to it, accelerometer and gyro, from USB, a recording or a feed."""
