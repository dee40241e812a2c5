"""The eyes: drivers that run unchanged on real devices and on fakes."""
