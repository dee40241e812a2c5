"""`outrider score`: scenarios through all sensors in one process, the real tracker, and the judge of the world."""
