"""The Hyperline door."""
