"""The demo: acts, screen, closing table."""
