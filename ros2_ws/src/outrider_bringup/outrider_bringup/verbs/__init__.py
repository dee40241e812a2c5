"""One file per verb of the outrider command."""
