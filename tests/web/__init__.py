"""The manners of every door: bodies, keys, limits, idempotency, pages."""
