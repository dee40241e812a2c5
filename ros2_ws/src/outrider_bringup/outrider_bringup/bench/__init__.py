"""Figures, measured beside a limit or a peer in one run. One file per subject, joined by the verb."""
