"""The set-up: finds out what machine this is, makes the environments and builds the workspace."""
