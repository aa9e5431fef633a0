"""Faults of the embedded PostgreSQL."""
