"""Checks that a user can read: what was seen, what was expected, what to do. One file per room, joined by the verb."""
