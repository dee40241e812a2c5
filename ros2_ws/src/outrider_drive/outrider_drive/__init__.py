"""The hands: whatever moves the machine is spoken to from here, and lets go by itself."""
