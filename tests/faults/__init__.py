"""Faults: what dies, is cut off or lies, in real processes; and what doctor finds of it."""
