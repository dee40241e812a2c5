"""Finding out where sensors sit and what they make of a metre: pure, from what a running rig has measured."""
