"""Launch files in the standard YAML format, within Humble's grammar: read, checked, resolved."""
