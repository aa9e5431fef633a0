"""The truth of the books: pure values and rules. No clock, no I/O, no configuration, no async; the standard library only."""
