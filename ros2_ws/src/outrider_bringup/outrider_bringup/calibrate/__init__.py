"""Finding out what a rig's devices are like, one file a subject."""
