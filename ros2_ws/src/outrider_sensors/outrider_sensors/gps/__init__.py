"""u-blox GPS: framing, decoding, quality gates, device time, port, node."""
