"""TI mmWave radar: chirp arithmetic, configuration, frames, ports, node."""
