"""What leaves the house, tried against real listeners on loopback."""
