"""The relay controller: its protocol (pure), its wire (pySerialTransfer on one owned port), its link (the lease)."""
