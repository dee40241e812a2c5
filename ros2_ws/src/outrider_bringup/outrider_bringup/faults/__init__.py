"""Live faults: real nodes on pseudo-terminals, one thing broken at a time, judged by what the wire and the ramp saw."""
