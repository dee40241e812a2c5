"""The camera's eye: pictures in, boxes with classes and places out. Cores first; node.py is the shell."""
