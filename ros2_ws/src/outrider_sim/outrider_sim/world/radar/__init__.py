"""What an FMCW radar of TI's kind makes of the world."""
