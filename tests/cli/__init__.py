"""The command line, asked in its own process: what it refuses and how it says so."""
