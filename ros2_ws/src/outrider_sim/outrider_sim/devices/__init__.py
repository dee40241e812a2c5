"""Fake devices that speak the real wire. They never import a driver's codec."""
