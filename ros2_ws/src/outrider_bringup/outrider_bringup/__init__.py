"""The door: the outrider command, start-up, rigs, doctor, bench, demo."""
