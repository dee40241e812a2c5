"""Orientation from gyroscope and accelerometer, and the bias that is kept between rides."""
