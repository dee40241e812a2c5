"""Outputs of the buzzer: each makes a signal heard and seen, and says in one sentence why it cannot."""
