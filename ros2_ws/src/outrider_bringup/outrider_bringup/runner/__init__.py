"""Plays a resolved launch file: processes, prefixed output, respawn, ordered stop."""
