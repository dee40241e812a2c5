"""The memory: every topic as raw bytes into MCAP segments, and from there into rerun."""
