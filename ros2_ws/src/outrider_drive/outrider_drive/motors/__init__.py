"""The motor controllers: last judgement, guards and braking (pure), pyvesc as the codec, the link to one port."""
