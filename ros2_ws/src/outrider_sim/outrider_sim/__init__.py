"""The dream: a world without hardware, on the real wires."""
